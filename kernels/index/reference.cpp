// The textbook gather and scatter: place after place, as the formulas say.
#include "kernels/variants.h"

namespace dikkat::reference {
namespace {

// The place number `number` of `shape`, row after row.
void place_of(int64_t number, int rank, const int64_t* shape, int64_t* place) {
  for (int d = rank - 1; d >= 0; --d) {
    place[d] = number % shape[d];
    number /= shape[d];
  }
}

int64_t offset_of(int rank, const int64_t* place, const int64_t* steps) {
  int64_t offset = 0;
  for (int d = 0; d < rank; ++d) offset += place[d] * steps[d];
  return offset;
}

}  // namespace

void gather(const GatherArgs& args) {
  const int64_t count = element_count(args.rank, args.shape);
  int64_t place[max_rank];
  for (int64_t number = 0; number < count; ++number) {
    place_of(number, args.rank, args.shape, place);
    Real& y = args.y[offset_of(args.rank, place, args.y_steps)];
    place[args.dim] = args.index[offset_of(args.rank, place, args.index_steps)];
    const Real x = args.x[offset_of(args.rank, place, args.x_steps)];
    y = args.accumulate ? y + x : x;
  }
}

void scatter(const ScatterArgs& args) {
  const int64_t count = element_count(args.rank, args.shape);
  int64_t place[max_rank];
  for (int64_t number = 0; number < count; ++number) {
    place_of(number, args.rank, args.shape, place);
    const Real x = args.x ? args.x[offset_of(args.rank, place, args.x_steps)] : args.value;
    place[args.dim] = args.index[offset_of(args.rank, place, args.index_steps)];
    Real& y = args.y[offset_of(args.rank, place, args.y_steps)];
    y = args.accumulate ? y + x : x;
  }
}

void add_index(KernelTable& table) {
  table.gather = gather;
  table.scatter = scatter;
}

}  // namespace dikkat::reference
