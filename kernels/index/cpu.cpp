// The fast gather and scatter. Where one index serves a whole row of contiguous numbers (index_select, index_add), rows
// are copied or added whole.
// Gather deals its rows to the threads as they come. Scatter must not let two threads meet in an element that is named
// twice: a thread takes some places of the other dimensions, with all of their indices, and goes through these in
// order.
#include "kernels/elementwise/strided.h"
#include "kernels/parallel.h"
#include "kernels/pieces.h"
#include "kernels/variants.h"

namespace dikkat::cpu {
namespace {

using namespace simd;

// The dimensions of a gather or scatter, made simple: `along` is the one that indices count in, `inner` the last of the
// others if it lies behind it (size 1 if none does), `outer` all the rest. Neighbours through which x, y and the
// indices walk without a jump are one dimension.
struct Plan {
  struct Axis {
    int64_t size = 1, x = 0, y = 0, index = 0;  // and the steps
  };
  Axis along, inner, outer[max_rank];
  int outer_rank = 0;
  int64_t outer_size = 1;
};

template <class Args>
Plan make_plan(const Args& args) {
  Plan plan;
  bool joins = false;  // whether this dimension is a neighbour of the last one in `outer`
  bool behind = false;
  for (int d = 0; d < args.rank; ++d) {
    const Plan::Axis axis = {args.shape[d], args.x_steps[d], args.y_steps[d], args.index_steps[d]};
    if (d == args.dim) {
      plan.along = axis;
      joins = behind = false;
      continue;
    }
    if (axis.size == 1) continue;
    const Plan::Axis& last = plan.outer[joins ? plan.outer_rank - 1 : 0];
    joins =
        joins && last.x == axis.x * axis.size && last.y == axis.y * axis.size && last.index == axis.index * axis.size;
    if (joins) {
      const int64_t size = plan.outer[plan.outer_rank - 1].size * axis.size;
      plan.outer[plan.outer_rank - 1] = axis;
      plan.outer[plan.outer_rank - 1].size = size;
    } else {
      plan.outer[plan.outer_rank++] = axis;
    }
    joins = true;
    behind = d > args.dim;
  }
  if (behind) plan.inner = plan.outer[--plan.outer_rank];
  for (int i = 0; i < plan.outer_rank; ++i) plan.outer_size *= plan.outer[i].size;
  return plan;
}

// Where number `number` of the outer places begins.
Plan::Axis start_of(const Plan& plan, int64_t number) {
  Plan::Axis start;
  for (int i = plan.outer_rank - 1; i >= 0; --i) {
    const Plan::Axis& axis = plan.outer[i];
    const int64_t place = number % axis.size;
    number /= axis.size;
    start.x += place * axis.x, start.y += place * axis.y, start.index += place * axis.index;
  }
  return start;
}

// y = x, or += x, over a row.
void put_row(const float* x, int64_t x_step, float* y, int64_t y_step, int64_t count, bool accumulate) {
  for (int64_t i = 0; i < count; i += lanes) {
    const int64_t n = up_to_lanes(count - i);
    Lanes value = strided::load(x + i * x_step, x_step, n);
    if (accumulate) value += strided::load(y + i * y_step, y_step, n);
    strided::store(y + i * y_step, y_step, value, n);
  }
}

void put(float x, float& y, bool accumulate) {
  y = accumulate ? y + x : x;
}

}  // namespace

void gather(const GatherArgs& args) {
  const Plan plan = make_plan(args);
  const Plan::Axis &along = plan.along, &inner = plan.inner;
  const int64_t x_along = args.x_steps[args.dim];
  if (inner.size == 1) {  // a row of y lies along dim
    parallel_ranges(plan.outer_size, rows_per_piece(along.size), [&](int64_t begin, int64_t end) {
      for (int64_t number = begin; number < end; ++number) {
        const Plan::Axis start = start_of(plan, number);
        const int32_t* index = args.index + start.index;
        for (int64_t i = 0; i < along.size; ++i) {
          put(args.x[start.x + index[i * along.index] * x_along], args.y[start.y + i * along.y], args.accumulate);
        }
      }
    });
    return;
  }
  parallel_ranges(plan.outer_size * along.size, rows_per_piece(inner.size), [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const Plan::Axis start = start_of(plan, row / along.size);
      const int64_t i = row % along.size;
      const float* x = args.x + start.x;
      const int32_t* index = args.index + start.index + i * along.index;
      float* y = args.y + start.y + i * along.y;
      if (inner.index == 0) {
        put_row(x + *index * x_along, inner.x, y, inner.y, inner.size, args.accumulate);
        continue;
      }
      for (int64_t j = 0; j < inner.size; ++j) {
        put(x[j * inner.x + index[j * inner.index] * x_along], y[j * inner.y], args.accumulate);
      }
    }
  });
}

void scatter(const ScatterArgs& args) {
  Plan plan = make_plan(args);
  const float value = args.value;
  const float* x_start = args.x ? args.x : &value;
  if (!args.x) {
    plan.along.x = plan.inner.x = 0;
    for (int i = 0; i < plan.outer_rank; ++i) plan.outer[i].x = 0;
  }
  const Plan::Axis &along = plan.along, &inner = plan.inner;
  const int64_t y_along = args.y_steps[args.dim];

  // A task is one outer place and some of the inner ones; four cache lines, where these are many.
  constexpr int64_t piece = 64;
  const int64_t pieces = (inner.size + piece - 1) / piece;
  const int64_t work = along.size * (inner.size < piece ? inner.size : piece);
  parallel_ranges(plan.outer_size * pieces, rows_per_piece(work), [&](int64_t first, int64_t last) {
    for (int64_t task = first; task < last; ++task) {
      const Plan::Axis start = start_of(plan, task / pieces);
      const int64_t begin = task % pieces * piece, end = begin + piece < inner.size ? begin + piece : inner.size;
      for (int64_t i = 0; i < along.size; ++i) {
        const float* x = x_start + start.x + i * along.x + begin * inner.x;
        const int32_t* index = args.index + start.index + i * along.index + begin * inner.index;
        float* y = args.y + start.y + begin * inner.y;
        if (inner.index == 0) {
          put_row(x, inner.x, y + *index * y_along, inner.y, end - begin, args.accumulate);
          continue;
        }
        for (int64_t j = 0; j < end - begin; ++j) {
          put(x[j * inner.x], y[j * inner.y + index[j * inner.index] * y_along], args.accumulate);
        }
      }
    }
  });
}

void add_index(KernelTable& table) {
  table.gather = gather;
  table.scatter = scatter;
}

}  // namespace dikkat::cpu
