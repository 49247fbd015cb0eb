// Walking several strided operands of one shape, for the fast kernels. The shape is made as simple as it can be first:
// dimensions of size 1 go, and neighbours that every operand walks through without a jump become one.
#pragma once

#include "kernels/kernels.h"
#include "kernels/simd.h"

namespace dikkat::strided {

template <int operands>
struct Walk {
  int rank = 0;
  int64_t shape[max_rank] = {};
  int64_t steps[operands][max_rank] = {};
};

// How many elements it visits.
template <int operands>
static inline int64_t count_of(const Walk<operands>& walk) {
  int64_t result = 1;
  for (int d = 0; d < walk.rank; ++d) result *= walk.shape[d];
  return result;
}

template <int operands>
static inline Walk<operands> simplify(int rank, const int64_t* shape, const int64_t* const (&steps)[operands]) {
  Walk<operands> walk;
  for (int d = 0; d < rank; ++d) {
    if (shape[d] == 1) continue;
    bool joins = walk.rank > 0;
    for (int o = 0; o < operands && joins; ++o) {
      joins = walk.steps[o][walk.rank - 1] == steps[o][d] * shape[d];
    }
    if (joins) {
      walk.shape[walk.rank - 1] *= shape[d];
    } else {
      walk.shape[walk.rank++] = shape[d];
    }
    for (int o = 0; o < operands; ++o) walk.steps[o][walk.rank - 1] = steps[o][d];
  }
  if (walk.rank == 0) walk.rank = 1, walk.shape[0] = 1;
  return walk;
}

// Where row number `row` begins, when the first `dimensions` dimensions are counted row by row.
static inline int64_t offset(int64_t row, int dimensions, const int64_t* shape, const int64_t* steps) {
  int64_t result = 0;
  for (int d = dimensions - 1; d >= 0; --d) {
    result += row % shape[d] * steps[d];
    row /= shape[d];
  }
  return result;
}

// `count` numbers that are `step` apart; one number for all lanes with step 0.
static inline simd::Lanes load(const float* from, int64_t step, int64_t count) {
  if (step == 1) return simd::load_up_to(from, count);
  if (step == 0) return simd::splat(*from);
  simd::Lanes result = {};
  for (int64_t i = 0; i < count; ++i) result[i] = from[i * step];
  return result;
}

static inline void store(float* to, int64_t step, simd::Lanes value, int64_t count) {
  if (step == 1) return simd::store_up_to(to, value, count);
  for (int64_t i = 0; i < count; ++i) to[i * step] = value[i];
}

}  // namespace dikkat::strided
