// a op b with broadcasting, for cpu.cpp. The walk is simplified first (strided.h), so that equal shapes are one long
// row and a bias is added row by row. A gradient that sums over repeats is summed in registers, in a fixed order, by
// the one thread that owns those elements.
#pragma once

#include "kernels/elementwise/strided.h"
#include "kernels/functions.h"
#include "kernels/parallel.h"
#include "kernels/pieces.h"

namespace dikkat::elementwise {

using namespace simd;
using strided::count_of;
using strided::Walk;

static inline Lanes apply(Binary function, Lanes a, Lanes b) {
  const Lanes one = splat(1);
  switch (function) {
    case Binary::add:
      return a + b;
    case Binary::subtract:
      return a - b;
    case Binary::multiply:
      return a * b;
    case Binary::divide:
      return a / b;
    case Binary::power:
      return simd::power(a, b);
    case Binary::maximum:
      return select((a > b) | (a != a), a, b);  // a NaN in b is not below a: it is taken
    case Binary::minimum:
      return select((a < b) | (a != a), a, b);
    case Binary::less:
      return select(a < b, one, Lanes{});
    case Binary::equal:
      return select(a == b, one, Lanes{});
  }
  return a;
}

// dy times dy/da, or times dy/db.
static inline Lanes gradient(Binary function, bool for_a, Lanes dy, Lanes a, Lanes b) {
  const Lanes zero = {}, one = splat(1), half = splat(0.5f);
  switch (function) {
    case Binary::add:
      return dy;
    case Binary::subtract:
      return for_a ? dy : -dy;
    case Binary::multiply:
      return dy * (for_a ? b : a);
    case Binary::divide:
      return for_a ? dy / b : -dy * (a / b) / b;  // b * b could overflow, or be 0
    case Binary::power:
      return for_a ? dy * select(b == zero, zero, b * simd::power(a, b - 1.0f))
                   : dy * select((a == zero) & (b >= zero), zero, simd::power(a, b) * simd::log(a));
    case Binary::maximum:
      return dy * select(a == b, half, select(for_a ? a < b : b < a, zero, one));
    case Binary::minimum:
      return dy * select(a == b, half, select(for_a ? b < a : a < b, zero, one));
    case Binary::less:
    case Binary::equal:
      return zero;
  }
  return dy;
}

// body(row, begin, end): all rows of the last dimension, a single long row cut as well.
template <int operands, class Body>
static inline void for_rows(const Walk<operands>& walk, const Body& body) {
  const int64_t cols = walk.shape[walk.rank - 1];
  const int64_t rows = cols > 0 ? count_of(walk) / cols : 0;
  if (rows == 1) {
    parallel_ranges(cols, elements_per_piece, [&](int64_t begin, int64_t end) { body(0, begin, end); });
  } else {
    parallel_ranges(rows, rows_per_piece(cols), [&](int64_t begin, int64_t end) {
      for (int64_t row = begin; row < end; ++row) body(row, 0, cols);
    });
  }
}

template <Binary function>
static inline void binary(const BinaryArgs& args) {
  int64_t y_steps[max_rank], size = 1;
  for (int d = args.rank - 1; d >= 0; --d) y_steps[d] = size, size *= args.shape[d];
  if (size == 0) return;
  const Walk<3> walk = strided::simplify<3>(args.rank, args.shape, {args.a_steps, args.b_steps, y_steps});
  const int last = walk.rank - 1;
  const int64_t a_step = walk.steps[0][last], b_step = walk.steps[1][last];
  for_rows(walk, [&](int64_t row, int64_t begin, int64_t end) {
    const float* a = args.a + strided::offset(row, last, walk.shape, walk.steps[0]);
    const float* b = args.b + strided::offset(row, last, walk.shape, walk.steps[1]);
    float* y = args.y + row * walk.shape[last];
    int64_t i = begin;
    if (a_step == 1 && b_step == 1) {
      for (; i + lanes <= end; i += lanes) store(y + i, apply(function, load(a + i), load(b + i)));
    }
    for (; i < end; i += lanes) {
      const int64_t count = up_to_lanes(end - i);
      store_up_to(
          y + i,
          apply(function, strided::load(a + i * a_step, a_step, count), strided::load(b + i * b_step, b_step, count)),
          count);
    }
  });
}

// Everything a gradient needs, with the walk over (a, b, dy) split in the operand's own dimensions and the repeated
// ones.
struct GradientWalk {
  Walk<3> own, repeats;
  const float *a, *b, *dy;
  float* target;
  int target_steps;  // which of the steps are the target's: 0 or 1
  bool for_a;
};

// An operand of the gradient. The gradients of a sum need neither a nor b, and then these may be null.
template <Binary function>
static inline Lanes operand(const float* base, int64_t at, int64_t step, int64_t count) {
  const bool is_used = function != Binary::add && function != Binary::subtract;
  return is_used ? strided::load(base + at, step, count) : Lanes{};
}

// The sum over `width` <= 4 * lanes elements of the last repeated dimension and all others, for one element.
template <Binary function>
static inline float sum_row(const GradientWalk& walk, const int64_t (&start)[3]) {
  const Walk<3>& w = walk.repeats;
  const int last = w.rank - 1;
  const int64_t cols = w.shape[last], rows = count_of(w) / cols;
  double total = 0;
  for (int64_t row = 0; row < rows; ++row) {
    int64_t at[3];
    for (int o = 0; o < 3; ++o) at[o] = start[o] + strided::offset(row, last, w.shape, w.steps[o]);
    for (int64_t begin = 0; begin < cols; begin += 1024) {  // short float sums, then one in double
      const int64_t end = begin + 1024 < cols ? begin + 1024 : cols;
      Lanes part = {};
      for (int64_t i = begin; i < end; i += lanes) {
        const int64_t count = up_to_lanes(end - i);
        const Lanes term = gradient(function, walk.for_a,
                                    strided::load(walk.dy + at[2] + i * w.steps[2][last], w.steps[2][last], count),
                                    operand<function>(walk.a, at[0] + i * w.steps[0][last], w.steps[0][last], count),
                                    operand<function>(walk.b, at[1] + i * w.steps[1][last], w.steps[1][last], count));
        part += count == lanes ? term : select(first_lanes(count), term, Lanes{});
      }
      total += simd::sum(part);
    }
  }
  return static_cast<float>(total);
}

// Columns [begin, end) of one row of the target: each the sum over all repeats, 64 of them at a time.
template <Binary function>
static inline void sum_columns(const GradientWalk& walk, const int64_t (&start)[3], int64_t begin, int64_t end) {
  const Walk<3>& w = walk.repeats;
  const int last = walk.own.rank - 1;
  const int64_t a_step = walk.own.steps[0][last], b_step = walk.own.steps[1][last], dy_step = walk.own.steps[2][last];
  const int64_t rows = count_of(w), target_step = walk.own.steps[walk.target_steps][last];
  float* target = walk.target + start[walk.target_steps];
  for (int64_t i = begin; i < end; i += 4 * lanes) {
    Lanes total[4] = {};
    for (int64_t row0 = 0; row0 < rows; row0 += 64) {
      Lanes part[4] = {};
      for (int64_t row = row0; row < row0 + 64 && row < rows; ++row) {
        int64_t at[3];
        for (int o = 0; o < 3; ++o) at[o] = start[o] + strided::offset(row, w.rank, w.shape, w.steps[o]);
        for (int v = 0; v < 4 && i + v * lanes < end; ++v) {
          const int64_t j = i + v * lanes, count = up_to_lanes(end - j);
          part[v] += gradient(function, walk.for_a, strided::load(walk.dy + at[2] + j * dy_step, dy_step, count),
                              operand<function>(walk.a, at[0] + j * a_step, a_step, count),
                              operand<function>(walk.b, at[1] + j * b_step, b_step, count));
        }
      }
      for (int v = 0; v < 4; ++v) total[v] += part[v];
    }
    for (int v = 0; v < 4 && i + v * lanes < end; ++v) {
      const int64_t j = i + v * lanes, count = up_to_lanes(end - j);
      float* to = target + j * target_step;
      strided::store(to, target_step, strided::load(to, target_step, count) + total[v], count);
    }
  }
}

template <Binary function>
static inline void binary_gradient(const BinaryBackwardArgs& args, bool for_a) {
  int64_t y_steps[max_rank], size = 1;
  for (int d = args.rank - 1; d >= 0; --d) y_steps[d] = size, size *= args.shape[d];
  if (size == 0) return;
  const Walk<3> all = strided::simplify<3>(args.rank, args.shape, {args.a_steps, args.b_steps, y_steps});
  GradientWalk walk = {{}, {}, args.a, args.b, args.dy, for_a ? args.da : args.db, for_a ? 0 : 1, for_a};
  for (int d = 0; d < all.rank; ++d) {
    Walk<3>& part = all.steps[walk.target_steps][d] == 0 ? walk.repeats : walk.own;
    part.shape[part.rank] = all.shape[d];
    for (int o = 0; o < 3; ++o) part.steps[o][part.rank] = all.steps[o][d];
    ++part.rank;
  }
  // Rows of the target are walked one by one, along the dimension in which dy is contiguous where that is possible.
  const bool along_repeats = all.steps[walk.target_steps][all.rank - 1] == 0;
  for (Walk<3>* part : {&walk.own, &walk.repeats}) {
    if (part->rank == 0) part->rank = 1, part->shape[0] = 1;
  }
  const Walk<3>& own = walk.own;
  const int64_t repeats = count_of(walk.repeats);
  if (along_repeats) {
    const int64_t grain = rows_per_piece(repeats);
    parallel_ranges(count_of(own), grain, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        int64_t start[3];
        for (int o = 0; o < 3; ++o) start[o] = strided::offset(i, own.rank, own.shape, own.steps[o]);
        walk.target[start[walk.target_steps]] += sum_row<function>(walk, start);
      }
    });
    return;
  }
  // Pieces of each row of the target: 64 columns where many repeats are summed, more where few are.
  const int last = own.rank - 1;
  const int64_t cols = own.shape[last], rows = count_of(own) / cols;
  const int64_t width = cols * repeats <= elements_per_piece ? cols : (rows_per_piece(repeats) + 63) / 64 * 64;
  const int64_t pieces = (cols + width - 1) / width;
  parallel_ranges(rows * pieces, rows_per_piece(width * repeats), [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      int64_t start[3];
      for (int o = 0; o < 3; ++o) start[o] = strided::offset(i / pieces, last, own.shape, own.steps[o]);
      const int64_t from = i % pieces * width;
      sum_columns<function>(walk, start, from, from + width < cols ? from + width : cols);
    }
  });
}

}  // namespace dikkat::elementwise
