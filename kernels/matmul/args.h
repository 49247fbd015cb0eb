// Products of matrices.
#pragma once

#include "kernels/operands.h"
#include "kernels/precision.h"

namespace dikkat {

// Distances, in elements, between neighbours of a matrix in a batch of (outer, inner) matrices.
struct Steps {
  int64_t row = 0, column = 1, outer = 0, inner = 0;
};

// How the numbers of a right-hand side lie in memory.
enum class Storage { real, bf16, f16 };

// c = a b (+ bias), or c += a b (+ bias) with accumulate.   a (m,k)  b (k,n)  c (m,n)  bias (n), in outer*inner
// batches. Any operand may be transposed or strided; the elements of c must be distinct.
// `precision` rounds the factors, not the sums. b may be in another format: then b is null and b_packed is given.
struct MatmulArgs {
  const Real* a = nullptr;
  const Real* b = nullptr;
  const uint16_t* b_packed = nullptr;
  Storage b_storage = Storage::real;  // of b_packed
  Real* c = nullptr;
  const Real* bias = nullptr;
  Steps a_steps = {}, b_steps = {}, c_steps = {};
  int64_t m = 0, n = 0, k = 0, outer = 1, inner = 1;
  bool accumulate = false;
  Precision precision = Precision::f32;
  void operands(Operands& list) const;
};

// to = from in another format, the nearest number, ties to the even one.
struct PackArgs {
  const Real* from = nullptr;
  uint16_t* to = nullptr;
  int64_t count = 0;
  Storage storage = Storage::bf16;
  void operands(Operands& list) const;
};

// to = from, exactly.
struct UnpackArgs {
  const uint16_t* from = nullptr;
  Real* to = nullptr;
  int64_t count = 0;
  Storage storage = Storage::bf16;
  void operands(Operands& list) const;
};

}  // namespace dikkat
