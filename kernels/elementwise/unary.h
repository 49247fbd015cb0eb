// The functions of one number on whole vectors, for cpu.cpp.
#pragma once

#include "kernels/functions.h"
#include "kernels/kernels.h"

namespace dikkat::elementwise {

using namespace simd;

static inline Lanes sigmoid(Lanes x) {
  return 1.0f / (1.0f + simd::exp(-x));
}

// s (1 - s) with s = sigmoid(x): nothing cancels or overflows with e = exp(-|x|).
static inline Lanes sigmoid_slope(Lanes x) {
  const Lanes e = simd::exp(-simd::abs(x)), sum = 1.0f + e;
  return e / (sum * sum);
}

// ln(1 + exp(x)), where exp never overflows.
static inline Lanes softplus(Lanes x) {
  return larger(x, Lanes{}) + simd::log1p(simd::exp(-simd::abs(x)));
}

// gelu(x) = x / (1 + e), e = exp(-2 sqrt(2/pi) (x + 0.044715 x^3)): the same as with tanh, but nothing cancels.
constexpr float gelu_factor = -1.59576912f, gelu_cubic = 0.044715f;  // -2 sqrt(2/pi)

static inline Lanes gelu(Lanes x) {
  const Lanes inner = splat(gelu_factor) * multiply_add(splat(gelu_cubic) * x * x, x, x);
  return x / (1.0f + simd::exp(inner));
}

// With s = 1 / (1 + e):  s + x s (1 - s) u',  u' = 2 sqrt(2/pi) (1 + 3 * 0.044715 x^2), and 1 - s = e s.
// NaN where x^2 is infinite, as in the reference.
static inline Lanes gelu_slope(Lanes x) {
  const Lanes nan_if_huge = simd::abs(x) < splat(1.8446743e19f) ? Lanes{} : splat(__builtin_nanf(""));
  x = x < splat(-12.0f) ? splat(-12.0f) : x;  // beyond, the slope is 0 or 1 to the last bit
  x = x > splat(12.0f) ? splat(12.0f) : x;
  const Lanes x2 = x * x;
  const Lanes inner = splat(gelu_factor) * multiply_add(splat(gelu_cubic) * x2, x, x);
  const Lanes e = simd::exp(inner > splat(60.0f) ? splat(60.0f) : inner);  // e * e must stay a number
  const Lanes s = 1.0f / (1.0f + e), inner_slope = splat(-gelu_factor) * (1.0f + splat(3 * gelu_cubic) * x2);
  return multiply_add(x * s * (e * s), inner_slope, s) + nan_if_huge;
}

// gelu_erf(x) = x P, P the normal distribution: (1 + erf z) / 2 with z = x / sqrt(2), and erfc(-z) / 2 for large -z,
// where 1 + erf z would cancel. `density` is e^(-x^2/2).
static inline Lanes normal_distribution(Lanes x, Lanes density) {
  const Lanes z = x * splat(0.707106781f), tail = 0.5f * density * scaled_erfc(simd::abs(z));
  return select(simd::abs(z) < splat(1), multiply_add(splat(0.5f), erf_near_zero(z), splat(0.5f)),
                select(x < Lanes{}, tail, 1.0f - tail));
}
static inline Lanes gelu_erf(Lanes x) {
  return x * normal_distribution(x, simd::exp(-0.5f * x * x)) + (x - x);  // NaN at infinity
}
static inline Lanes gelu_erf_slope(Lanes x) {
  const Lanes density = simd::exp(-0.5f * x * x);
  return multiply_add(x * splat(0.398942280f), density, normal_distribution(x, density));  // 1 / sqrt(2 pi)
}

// The numbers that a function takes besides x.
struct Parameters {
  float alpha, beta;
};

template <Unary function>
static inline Lanes value(Lanes x, Parameters with) {
  const Lanes alpha = splat(with.alpha), beta = splat(with.beta), zero = {};
  switch (function) {
    case Unary::affine:
      return multiply_add(alpha, x, beta);
    case Unary::divide:
      return x / alpha;
    case Unary::power:
      return simd::power(x, with.alpha);
    case Unary::exp:
      return simd::exp(x);
    case Unary::log:
      return simd::log(x);
    case Unary::log1p:
      return simd::log1p(x);
    case Unary::sqrt:
      return simd::sqrt(x);
    case Unary::abs:
      return simd::abs(x);
    case Unary::sign:
      return x > zero ? splat(1) : x < zero ? splat(-1) : zero;
    case Unary::sin:
      return simd::sin(x);
    case Unary::cos:
      return simd::cos(x);
    case Unary::tanh:
      return simd::tanh(x);
    case Unary::sigmoid:
      return sigmoid(x);
    case Unary::erf:
      return simd::erf(x);
    case Unary::relu:
      return x < zero ? zero : x;  // in this order a NaN stays a NaN
    case Unary::leaky_relu:
      return x > zero ? x : alpha * x;
    case Unary::elu:
      return x > zero ? x : alpha * exp_minus_one_below_zero(x);
    case Unary::clamp: {
      const Lanes at_least = x < alpha ? alpha : x;
      return at_least > beta ? beta : at_least;
    }
    case Unary::softplus:
      return softplus(x);
    case Unary::silu:
      return x / (1.0f + simd::exp(-alpha * x));
    case Unary::gelu:
      return gelu(x);
    case Unary::gelu_erf:
      return gelu_erf(x);
  }
  return x;
}

// f'(x), where y = f(x).
template <Unary function>
static inline Lanes slope(Lanes x, Lanes y, Parameters with) {
  const Lanes alpha = splat(with.alpha), beta = splat(with.beta), zero = {}, one = splat(1);
  switch (function) {
    case Unary::affine:
      return alpha;
    case Unary::divide:
      return 1.0f / alpha;
    case Unary::power:
      return with.alpha == 0 ? zero : alpha * simd::power(x, with.alpha - 1);
    case Unary::exp:
      return y;
    case Unary::log:
      return 1.0f / x;
    case Unary::log1p:
      return 1.0f / (1.0f + x);
    case Unary::sqrt:
      return 0.5f / y;
    case Unary::abs:
      return x > zero ? one : x < zero ? -one : zero;
    case Unary::sign:
      return zero;
    case Unary::sin:
      return simd::cos(x);
    case Unary::cos:
      return -simd::sin(x);
    case Unary::tanh:
      return 1.0f - y * y;
    case Unary::sigmoid:
      return y * (1.0f - y);
    case Unary::erf:
      return 1.12837917f * simd::exp(-(x * x));  // 2 / sqrt(pi)
    case Unary::relu:
      return x <= zero ? zero : one;
    case Unary::leaky_relu:
      return x > zero ? one : alpha;
    case Unary::elu:
      return x > zero ? one : alpha * simd::exp(x);
    case Unary::clamp:
      return select((x > alpha) & (x < beta), one, zero);
    case Unary::softplus:
      return sigmoid(x);
    case Unary::silu:
      return multiply_add(x * sigmoid_slope(alpha * x), alpha, sigmoid(alpha * x));
    case Unary::gelu:
      return gelu_slope(x);
    case Unary::gelu_erf:
      return gelu_erf_slope(x);
  }
  return x;
}

// dx + dy f'(x). A quotient is not the product with a rounded reciprocal.
template <Unary function>
static inline Lanes add_gradient(Lanes dx, Lanes dy, Lanes x, Lanes y, Parameters with) {
  return function == Unary::divide ? dx + dy / splat(with.alpha) : multiply_add(dy, slope<function>(x, y, with), dx);
}

}  // namespace dikkat::elementwise
