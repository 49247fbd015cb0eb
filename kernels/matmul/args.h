// Products of matrices.
#pragma once

#include "kernels/operands.h"

namespace dikkat {

// Distances, in elements, between neighbours of a matrix in a batch of (outer, inner) matrices.
struct Steps {
  int64_t row = 0, column = 1, outer = 0, inner = 0;
};

// c = a b (+ bias), or c += a b (+ bias) with accumulate.   a (m,k)  b (k,n)  c (m,n)  bias (n), in outer*inner
// batches. Any operand may be transposed or strided; the elements of c must be distinct.
struct MatmulArgs {
  const Real* a = nullptr;
  const Real* b = nullptr;
  Real* c = nullptr;
  const Real* bias = nullptr;
  Steps a_steps = {}, b_steps = {}, c_steps = {};
  int64_t m = 0, n = 0, k = 0, outer = 1, inner = 1;
  bool accumulate = false;
  void operands(Operands& list) const;
};

}  // namespace dikkat
