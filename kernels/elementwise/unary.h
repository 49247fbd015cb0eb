// The functions of one number on whole vectors, for cpu.cpp.
#pragma once

#include "kernels/kernels.h"
#include "kernels/simd.h"

namespace dikkat::elementwise {

using namespace simd;

// gelu(x) = x / (1 + e), e = exp(-2 sqrt(2/pi) (x + 0.044715 x^3)): the same as with tanh, but nothing cancels.
constexpr float gelu_factor = -1.59576912f, gelu_cubic = 0.044715f;  // -2 sqrt(2/pi)

static inline Lanes gelu(Lanes x) {
  const Lanes inner = splat(gelu_factor) * multiply_add(splat(gelu_cubic) * x * x, x, x);
  return x / (1.0f + simd::exp(inner));
}

// With s = 1 / (1 + e):  s + x s (1 - s) u',  u' = 2 sqrt(2/pi) (1 + 3 * 0.044715 x^2), and 1 - s = e s.
static inline Lanes gelu_slope(Lanes x) {
  const Lanes nan_if_infinite = x - x;
  x = x < splat(-12.0f) ? splat(-12.0f) : x;  // beyond, the slope is 0 or 1 to the last bit
  x = x > splat(12.0f) ? splat(12.0f) : x;
  const Lanes x2 = x * x;
  const Lanes inner = splat(gelu_factor) * multiply_add(splat(gelu_cubic) * x2, x, x);
  const Lanes e = simd::exp(inner > splat(60.0f) ? splat(60.0f) : inner);  // e * e must stay a number
  const Lanes s = 1.0f / (1.0f + e), inner_slope = splat(-gelu_factor) * (1.0f + splat(3 * gelu_cubic) * x2);
  return multiply_add(x * s * (e * s), inner_slope, s) + nan_if_infinite;
}

template <Unary function>
static inline Lanes value(Lanes x, Lanes alpha, Lanes beta) {
  switch (function) {
    case Unary::affine:
      return multiply_add(alpha, x, beta);
    case Unary::exp:
      return simd::exp(x);
    case Unary::log:
      return simd::log(x);
    case Unary::sqrt:
      return simd::sqrt(x);
    case Unary::tanh:
      return simd::tanh(x);
    case Unary::relu:
      return x < Lanes{} ? Lanes{} : x;  // in this order a NaN stays a NaN
    case Unary::gelu:
      return gelu(x);
  }
  return x;
}

// f'(x), where y = f(x).
template <Unary function>
static inline Lanes slope(Lanes x, Lanes y, Lanes alpha) {
  switch (function) {
    case Unary::affine:
      return alpha;
    case Unary::exp:
      return y;
    case Unary::log:
      return 1.0f / x;
    case Unary::sqrt:
      return 0.5f / y;
    case Unary::tanh:
      return 1.0f - y * y;
    case Unary::relu:
      return x > Lanes{} ? splat(1) : Lanes{};
    case Unary::gelu:
      return gelu_slope(x);
  }
  return x;
}

}  // namespace dikkat::elementwise
