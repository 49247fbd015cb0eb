// The functions of one number and of two, and their slopes, as a textbook writes them, for reference.cpp. What they
// give for infinity and NaN is what PyTorch gives.
#pragma once

#include <cmath>

#include "kernels/elementwise/args.h"

namespace dikkat::reference {

constexpr double pi = 3.14159265358979323846;

static inline double sigmoid(double x) {
  return 1 / (1 + std::exp(-x));
}

// The argument of the tanh in gelu, and its derivative.
static inline double gelu_inner(double x) {
  return std::sqrt(2 / pi) * (x + 0.044715 * x * x * x);
}
static inline double gelu_inner_slope(double x) {
  return std::sqrt(2 / pi) * (1 + 3 * 0.044715 * x * x);
}

static inline double normal_distribution(double x) {
  return std::erfc(-x / std::sqrt(2.0)) / 2;
}
static inline double normal_density(double x) {
  return std::exp(-x * x / 2) / std::sqrt(2 * pi);
}

// x^exponent. The square root keeps its own rules: NaN for -inf, where pow(-inf, 0.5) is inf, and so does 1 / sqrt(x).
static inline double power(double x, double exponent) {
  return exponent == 0.5 ? std::sqrt(x) : exponent == -0.5 ? 1 / std::sqrt(x) : std::pow(x, exponent);
}

static inline double value(const UnaryArgs& args, double x) {
  const double alpha = args.alpha, beta = args.beta;
  switch (args.function) {
    case Unary::affine:
      return alpha * x + beta;
    case Unary::divide:
      return x / alpha;
    case Unary::power:
      return power(x, alpha);
    case Unary::exp:
      return std::exp(x);
    case Unary::log:
      return std::log(x);
    case Unary::log1p:
      return std::log1p(x);
    case Unary::sqrt:
      return std::sqrt(x);
    case Unary::abs:
      return std::abs(x);
    case Unary::sign:
      return x > 0 ? 1 : x < 0 ? -1 : 0;  // 0 for NaN
    case Unary::sin:
      return std::sin(x);
    case Unary::cos:
      return std::cos(x);
    case Unary::tanh:
      return std::tanh(x);
    case Unary::sigmoid:
      return sigmoid(x);
    case Unary::erf:
      return std::erf(x);
    case Unary::relu:
      return x < 0 ? 0 : x;  // in this order a NaN stays a NaN
    case Unary::leaky_relu:
      return x > 0 ? x : alpha * x;
    case Unary::elu:
      return x > 0 ? x : alpha * std::expm1(x);
    case Unary::clamp: {
      const double at_least = x < alpha ? alpha : x;
      return at_least > beta ? beta : at_least;
    }
    case Unary::softplus:
      return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x));  // exp never overflows
    case Unary::silu:
      return x * sigmoid(alpha * x);
    case Unary::gelu:
      return x / 2 * (1 + std::tanh(gelu_inner(x)));
    case Unary::gelu_erf:
      return x * normal_distribution(x) + (x - x);  // NaN at infinity
  }
  return 0;
}

// f'(x) of element i.
static inline double slope(const UnaryBackwardArgs& args, int64_t i) {
  const double x = args.x[i], y = args.y[i], alpha = args.alpha, beta = args.beta;
  switch (args.function) {
    case Unary::affine:
      return alpha;
    case Unary::divide:
      return 1 / alpha;
    case Unary::power:
      return alpha == 0 ? 0 : alpha * power(x, alpha - 1);
    case Unary::exp:
      return y;
    case Unary::log:
      return 1 / x;
    case Unary::log1p:
      return 1 / (1 + x);
    case Unary::sqrt:
      return 0.5 / y;
    case Unary::abs:
      return x > 0 ? 1 : x < 0 ? -1 : 0;
    case Unary::sign:
      return 0;
    case Unary::sin:
      return std::cos(x);
    case Unary::cos:
      return -std::sin(x);
    case Unary::tanh:
      return 1 - y * y;
    case Unary::sigmoid:
      return y * (1 - y);
    case Unary::erf:
      return 2 / std::sqrt(pi) * std::exp(-x * x);
    case Unary::relu:
      return x <= 0 ? 0 : 1;  // 1 for NaN
    case Unary::leaky_relu:
      return x > 0 ? 1 : alpha;
    case Unary::elu:
      return x > 0 ? 1 : alpha * std::exp(x);
    case Unary::clamp:
      return x > alpha && x < beta ? 1 : 0;
    case Unary::softplus:
      return sigmoid(x);
    case Unary::silu: {
      const double s = sigmoid(alpha * x);
      return s + x * s * (1 - s) * alpha;
    }
    case Unary::gelu: {
      const double t = std::tanh(gelu_inner(x));
      const Real square = args.x[i] * args.x[i];  // no slope (NaN) where it is infinite
      return (1 + t) / 2 + x / 2 * (1 - t * t) * gelu_inner_slope(x) + (square - square);
    }
    case Unary::gelu_erf:
      return normal_distribution(x) + x * normal_density(x);
  }
  return 0;
}

static inline double value(Binary function, double a, double b) {
  const bool has_nan = std::isnan(a) || std::isnan(b);
  switch (function) {
    case Binary::add:
      return a + b;
    case Binary::subtract:
      return a - b;
    case Binary::multiply:
      return a * b;
    case Binary::divide:
      return a / b;
    case Binary::power:
      return std::pow(a, b);
    case Binary::maximum:
      return has_nan ? a + b : a > b ? a : b;
    case Binary::minimum:
      return has_nan ? a + b : a < b ? a : b;
    case Binary::less:
      return a < b ? 1 : 0;
    case Binary::equal:
      return a == b ? 1 : 0;
  }
  return 0;
}

// dy/da and dy/db. With a NaN neither of two numbers is the smaller one: both have slope 1 in maximum and minimum.
static inline double slope_a(Binary function, double a, double b) {
  switch (function) {
    case Binary::add:
      return 1;
    case Binary::subtract:
      return 1;
    case Binary::multiply:
      return b;
    case Binary::divide:
      return 1 / b;
    case Binary::power:
      return b == 0 ? 0 : b * std::pow(a, b - 1);
    case Binary::maximum:
      return a == b ? 0.5 : a < b ? 0 : 1;
    case Binary::minimum:
      return a == b ? 0.5 : a > b ? 0 : 1;
    case Binary::less:
    case Binary::equal:
      return 0;
  }
  return 0;
}
static inline double slope_b(Binary function, double a, double b) {
  switch (function) {
    case Binary::add:
      return 1;
    case Binary::subtract:
      return -1;
    case Binary::multiply:
      return a;
    case Binary::divide:
      return -a / b / b;
    case Binary::power:
      return a == 0 && b >= 0 ? 0 : std::pow(a, b) * std::log(a);  // 0^b is 0 for all b beyond 0
    case Binary::maximum:
      return a == b ? 0.5 : a > b ? 0 : 1;
    case Binary::minimum:
      return a == b ? 0.5 : a < b ? 0 : 1;
    case Binary::less:
    case Binary::equal:
      return 0;
  }
  return 0;
}

}  // namespace dikkat::reference
