// One product of a batch, as the cpu kernel sees it.
#pragma once

#include "kernels/matmul/args.h"
#include "kernels/matmul/pack.h"
#include "kernels/pieces.h"

namespace dikkat::cpu {

using tile::Matrix;

struct Product {
  Matrix<float> a;
  const void* b;
  Storage b_storage;
  int64_t b_row, b_column;
  float* c;
  int64_t c_row, c_column;
  const float* bias;
  int64_t m, n, k;
  bool accumulate;

  // The part of c that begins with (i, j). Its first share of the terms brings the bias with it.
  tile::Target target(int64_t i, int64_t j, bool is_first) const {
    const bool with_bias = bias && is_first;
    return {c + i * c_row + j * c_column, c_row, c_column, with_bias ? bias + j : nullptr, accumulate || !is_first};
  }
};

template <class Number>
static inline Matrix<Number> right_of(const Product& x) {
  return {static_cast<const Number*>(x.b), x.b_row, x.b_column};
}

// Calls body with b as a Matrix of its own numbers.
template <class Body>
static inline void with_right(const Product& x, const Body& body) {
  if (x.b_storage == Storage::bf16) {
    body(right_of<simd::Bf16>(x));
  } else if (x.b_storage == Storage::f16) {
    body(right_of<simd::F16>(x));
  } else {
    body(right_of<float>(x));
  }
}

// a^T and b^T change places where that makes the rows of c contiguous, and where c has a single column.
static inline void swap_roles_if_better(Product& x) {
  const bool better = (x.c_column != 1 && x.c_row == 1) || (x.n == 1 && x.m > 1);
  if (!better || x.bias || x.b_storage != Storage::real) return;
  const Matrix<float> a = x.a;
  x.a = {static_cast<const float*>(x.b), x.b_column, x.b_row};
  x.b = a.start, x.b_row = a.column, x.b_column = a.row;
  const int64_t m = x.m, row = x.c_row;
  x.m = x.n, x.c_row = x.c_column;
  x.n = m, x.c_column = row;
}

static inline Product product_of(const MatmulArgs& args, int64_t batch) {
  const int64_t outer = batch / args.inner, inner = batch % args.inner;
  const int64_t b_at = outer * args.b_steps.outer + inner * args.b_steps.inner;
  const int64_t c_at = outer * args.c_steps.outer + inner * args.c_steps.inner;
  Product x;
  x.a = {args.a + outer * args.a_steps.outer + inner * args.a_steps.inner, args.a_steps.row, args.a_steps.column};
  x.b_storage = args.b ? Storage::real : args.b_storage;
  x.b = args.b ? static_cast<const void*>(args.b + b_at) : args.b_packed + b_at;
  x.b_row = args.b_steps.row, x.b_column = args.b_steps.column;
  x.c = args.c + c_at;
  x.c_row = args.c_steps.row, x.c_column = args.c_steps.column;
  x.bias = args.bias;
  x.m = args.m, x.n = args.n, x.k = args.k;
  x.accumulate = args.accumulate;
  swap_roles_if_better(x);
  return x;
}

}  // namespace dikkat::cpu
