// Layer normalisation.
#pragma once

#include "kernels/operands.h"

namespace dikkat {

// y = (x - mean) * rstd * weight + bias over each row; rstd = 1 / sqrt(variance + eps), variance divided by cols.
// x, y (rows, cols)  weight, bias (cols), bias may be null  mean, rstd (rows)
struct LayerNormArgs {
  const Real* x = nullptr;
  const Real* weight = nullptr;
  const Real* bias = nullptr;
  Real* y = nullptr;
  Real* mean = nullptr;
  Real* rstd = nullptr;
  int64_t rows = 0, cols = 0;
  Real eps = 1e-5f;
  void operands(Operands& list) const;
};

// With h = (x - mean) * rstd and g = dy * weight:  dx += rstd * (g - mean(g) - h * mean(g * h)),
// dweight += sum over rows of dy * h,  dbias += sum over rows of dy.  dx, dweight, dbias may each be null.
struct LayerNormBackwardArgs {
  const Real* x = nullptr;
  const Real* weight = nullptr;
  const Real* mean = nullptr;
  const Real* rstd = nullptr;
  const Real* dy = nullptr;
  Real* dx = nullptr;
  Real* dweight = nullptr;
  Real* dbias = nullptr;
  int64_t rows = 0, cols = 0;
  void operands(Operands& list) const;
};

}  // namespace dikkat
