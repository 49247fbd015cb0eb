// Softmax over rows, its logarithm, and the logarithm of the sum of exponentials.
#pragma once

#include "kernels/operands.h"

namespace dikkat {

// p = exp(x - max) / sum(exp(x - max)) over each row.   x, p (rows, cols).  A row of -inf alone gives NaN, as in
// PyTorch.
struct SoftmaxArgs {
  const Real* x = nullptr;
  Real* p = nullptr;
  int64_t rows = 0, cols = 0;
  void operands(Operands& list) const;
};

// dx += p * (dp - sum(p * dp)) over each row.
struct SoftmaxBackwardArgs {
  const Real* p = nullptr;
  const Real* dp = nullptr;
  Real* dx = nullptr;
  int64_t rows = 0, cols = 0;
  void operands(Operands& list) const;
};

// y = x - log(sum(exp(x))) over each row.   x, y (rows, cols)
struct LogSoftmaxArgs {
  const Real* x = nullptr;
  Real* y = nullptr;
  int64_t rows = 0, cols = 0;
  void operands(Operands& list) const;
};

// dx += dy - exp(y) * sum(dy) over each row.
struct LogSoftmaxBackwardArgs {
  const Real* y = nullptr;
  const Real* dy = nullptr;
  Real* dx = nullptr;
  int64_t rows = 0, cols = 0;
  void operands(Operands& list) const;
};

// y = log(sum(exp(x))) of each row, without overflow; -inf for a row of -inf alone or of nothing.
// x (rows, cols)  y (rows)
struct LogSumExpArgs {
  const Real* x = nullptr;
  Real* y = nullptr;
  int64_t rows = 0, cols = 0;
  void operands(Operands& list) const;
};

// dx += dy * exp(x - y) over each row; where y is -inf nothing is added.
struct LogSumExpBackwardArgs {
  const Real* x = nullptr;
  const Real* y = nullptr;
  const Real* dy = nullptr;
  Real* dx = nullptr;
  int64_t rows = 0, cols = 0;
  void operands(Operands& list) const;
};

}  // namespace dikkat
