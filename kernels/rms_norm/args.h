// Root mean square normalisation (Zhang & Sennrich, "Root mean square layer normalization", 2019).
#pragma once

#include "kernels/operands.h"

namespace dikkat {

// y = x * rstd * weight over each row; rstd = 1 / sqrt(mean(x^2) + eps).   x, y (rows, cols)  weight (cols)  rstd
// (rows)
struct RmsNormArgs {
  const Real* x = nullptr;
  const Real* weight = nullptr;
  Real* y = nullptr;
  Real* rstd = nullptr;
  int64_t rows = 0, cols = 0;
  Real eps = 1e-6f;
  void operands(Operands& list) const;
};

// With h = x * rstd and g = dy * weight:  dx += rstd * (g - h * mean(g * h)),  dweight += sum over rows of dy * h.
// dx and dweight may each be null.
struct RmsNormBackwardArgs {
  const Real* x = nullptr;
  const Real* weight = nullptr;
  const Real* rstd = nullptr;
  const Real* dy = nullptr;
  Real* dx = nullptr;
  Real* dweight = nullptr;
  int64_t rows = 0, cols = 0;
  void operands(Operands& list) const;
};

}  // namespace dikkat
