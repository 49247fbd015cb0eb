#include <algorithm>

#include "kernels/index/args.h"

namespace dikkat {
namespace {

// The reach of the operand that is addressed by index along dimension dim.
template <class Args>
int64_t indexed_extent(const Args& args, const int64_t* steps) {
  int64_t shape[max_rank];
  std::copy(args.shape, args.shape + max_rank, shape);
  if (element_count(args.rank, args.shape) > 0) shape[args.dim] = args.count;
  return extent(args.rank, shape, steps);
}

template <class Args>
void add_sizes(Operands& list, const Args& args) {
  list.shape(args.rank, args.shape);
  list.size("along", args.dim);
  list.size("count", args.count);
  list.flops = args.accumulate ? 1.0 * element_count(args.rank, args.shape) : 0;
}

}  // namespace

void GatherArgs::operands(Operands& list) const {
  list.read("x", x, indexed_extent(*this, x_steps));
  list.read("index", index, extent(rank, shape, index_steps));
  if (accumulate) {
    list.update("y", y, extent(rank, shape, y_steps));
  } else {
    list.write("y", y, extent(rank, shape, y_steps));
  }
  add_sizes(list, *this);
}

void ScatterArgs::operands(Operands& list) const {
  list.read("x", x, extent(rank, shape, x_steps));
  list.read("index", index, extent(rank, shape, index_steps));
  list.update("y", y, indexed_extent(*this, y_steps));  // also without accumulate: what no index names stays
  add_sizes(list, *this);
}

}  // namespace dikkat
