// The part of a matrix around its diagonal: triangles and masks.
#pragma once

#include <limits>

#include "kernels/operands.h"

namespace dikkat {

inline constexpr int64_t no_bound = std::numeric_limits<int64_t>::max() / 4;

// y = x where lower <= column - row <= upper, `value` elsewhere.   x, y (batch, rows, cols)
// Causal mask: upper = cols - rows, value = -inf. Lower triangle: upper = 0. Upper triangle: lower = 0.
struct BandArgs {
  const Real* x = nullptr;
  Real* y = nullptr;
  int64_t batch = 0, rows = 0, cols = 0;
  int64_t lower = -no_bound, upper = no_bound;
  Real value = 0;
  void operands(Operands& list) const;
};

// dx += dy inside the band.
struct BandBackwardArgs {
  const Real* dy = nullptr;
  Real* dx = nullptr;
  int64_t batch = 0, rows = 0, cols = 0;
  int64_t lower = -no_bound, upper = no_bound;
  void operands(Operands& list) const;
};

}  // namespace dikkat
