// Along one dimension: sums, products, running sums, the largest, the order.
#pragma once

#include "kernels/operands.h"

namespace dikkat {

// y[o,i] = scale * sum over n of x[o,n,i].   x (outer, count, inner)  y (outer, inner)
struct SumArgs {
  const Real* x = nullptr;
  Real* y = nullptr;
  int64_t outer = 0, count = 0, inner = 0;
  Real scale = 1;
  void operands(Operands& list) const;
};

// dx[o,n,i] += scale * dy[o,i]
struct SumBackwardArgs {
  const Real* dy = nullptr;
  Real* dx = nullptr;
  int64_t outer = 0, count = 0, inner = 0;
  Real scale = 1;
  void operands(Operands& list) const;
};

// total += sum(x * x); total (1).
struct SumOfSquaresArgs {
  const Real* x = nullptr;
  Real* total = nullptr;
  int64_t size = 0;
  void operands(Operands& list) const;
};

// y[o,i] = product over n of x[o,n,i].   x (outer, count, inner)  y (outer, inner)
struct ProductArgs {
  const Real* x = nullptr;
  Real* y = nullptr;
  int64_t outer = 0, count = 0, inner = 0;
  void operands(Operands& list) const;
};

// dx[o,n,i] += dy[o,i] * product of the others x[o,m,i], m != n (so that zeros need no division).
struct ProductBackwardArgs {
  const Real* x = nullptr;
  const Real* dy = nullptr;
  Real* dx = nullptr;
  int64_t outer = 0, count = 0, inner = 0;
  void operands(Operands& list) const;
};

// y[o,n,i] = sum of x[o,m,i] over m <= n, or over m >= n with reverse; += with accumulate.   x, y (outer, count, inner)
struct CumulativeSumArgs {
  const Real* x = nullptr;
  Real* y = nullptr;
  int64_t outer = 0, count = 0, inner = 0;
  bool reverse = false, accumulate = false;
  void operands(Operands& list) const;
};

// index[o,i] = the n of the largest x[o,n,i] (the smallest, with smallest); the first among equals; the first NaN if
// there is one.   x (outer, count, inner)  index (outer, inner), count >= 1
struct ArgMaxArgs {
  const Real* x = nullptr;
  int32_t* index = nullptr;
  int64_t outer = 0, count = 0, inner = 0;
  bool smallest = false;
  void operands(Operands& list) const;
};

// index[o,.,i] = the order that sorts x[o,.,i], ascending or descending; equal numbers keep their order; NaN counts as
// larger than every number.   x, index (outer, count, inner)
struct ArgSortArgs {
  const Real* x = nullptr;
  int32_t* index = nullptr;
  int64_t outer = 0, count = 0, inner = 0;
  bool descending = false;
  void operands(Operands& list) const;
};

}  // namespace dikkat
