// More functions on whole vectors, made of those in simd.h. The polynomials are those of least maximal error (Remez);
// the errors in brackets were measured with AVX-512 over all floats, or millions of them, against double.
#pragma once

#include "kernels/simd.h"

namespace dikkat::simd {

static inline Lanes abs(Lanes x) {
  return from_bits(bits(x) & INT32_MAX);
}

// The size of one number with the sign of another.
static inline Lanes with_sign_of(Lanes size, Lanes sign) {
  return from_bits(bits(size) | (bits(sign) & INT32_MIN));
}

static inline bool any(IntLanes condition) {
  int32_t part[lanes], result = 0;
  __builtin_memcpy(part, &condition, sizeof part);
  for (int i = 0; i < lanes; ++i) result |= part[i];
  return result != 0;
}

// ln(1 + x), off by less than 3 units in the last place (measured 2.5). u = 1 + x is rounded: what is lost, x - (u -
// 1), is small, and ln(u + lost) = ln u + lost / u. log1p(-1) = -inf, log1p(x < -1) = NaN, log1p(inf) = inf.
static inline Lanes log1p(Lanes x) {
  const Lanes u = 1.0f + x, lost = x - (u - 1.0f);
  const IntLanes is_ordinary = (u > Lanes{}) & (u < splat(__builtin_inff()));
  return simd::log(u) + select(is_ordinary, lost / u, Lanes{});
}

// e^x - 1 for x <= 0 without cancellation near 0, off by less than 1 unit in the last place (measured 0.94); above 0 it
// is as for 0. -1 for -inf.
static inline Lanes exp_minus_one_below_zero(Lanes x) {
  x = x > Lanes{} ? Lanes{} : x;  // in this order a NaN stays a NaN
  x = x < splat(-25.0f) ? splat(-25.0f) : x;
  IntLanes n;
  const Lanes r = split_by_ln2(x, n), power = power_of_two(n);
  return multiply_add(power, exp_minus_one_near_zero(r), power - 1.0f);
}

// Up to this size sin and cos are computed in vectors. Beyond, each lane goes through the library's function in double.
constexpr float largest_angle = 1e5f;

// x - n pi/2, in double, where the first part of pi/2 has 33 bits: its product with n is exact.
static inline Lanes remove_quarter_turns(Lanes x, Lanes n) {
  float angle[lanes], turns[lanes];
  store(angle, x), store(turns, n);
  for (int i = 0; i < lanes; ++i) {
    const double turn = turns[i];
    angle[i] = static_cast<float>((angle[i] - turn * 1.57079632673412561417) - turn * 6.07710050650619224932e-11);
  }
  return load(angle);
}

// sin(x + first_quarter pi/2), so 0 gives the sine and 1 the cosine. With n the nearest whole number to x / (pi/2) and
// r = x - n pi/2, |r| < pi/4 + 0.01, it is sin r, cos r, -sin r or -cos r in turn:
//   sin r = r + r^3 p(r^2), off by at most 4.2e-9 of its size     cos r = 1 - r^2/2 + r^4 q(r^2), by 1.4e-10
// Off by less than 2 units in the last place (measured 1.6). NaN for infinity.
static inline Lanes sine(Lanes x, int32_t first_quarter) {
  const Lanes shift = splat(12582912.0f);  // 1.5 * 2^23, as in split_by_ln2
  const Lanes shifted = multiply_add(x, splat(0.636619772f), shift), n = shifted - shift;
  const IntLanes quarter = bits(shifted) - bits(shift) + first_quarter;
  const Lanes r = remove_quarter_turns(x, n), r2 = r * r;
  Lanes p = multiply_add(splat(-0.000195069428f), r2, splat(0.00833209977f));
  p = multiply_add(p, r2, splat(-0.166666538f));
  Lanes q = multiply_add(splat(2.44236253e-05f), r2, splat(-0.00138872338f));
  q = multiply_add(q, r2, splat(0.0416666456f));
  const Lanes sin_r = multiply_add(r2 * r, p, r),
              cos_r = multiply_add(r2 * r2, q, multiply_add(r2, splat(-0.5f), splat(1)));
  Lanes result = select((quarter & 1) != 0, cos_r, sin_r);
  result = from_bits(bits(result) ^ ((quarter & 2) << 30));
  const IntLanes is_large = abs(x) > splat(largest_angle);
  if (any(is_large)) {
    for (int i = 0; i < lanes; ++i) {
      if (is_large[i]) {
        result[i] = static_cast<float>(first_quarter == 0 ? __builtin_sin(x[i]) : __builtin_cos(x[i]));
      }
    }
  }
  return result;
}

static inline Lanes sin(Lanes x) {
  return sine(x, 0);
}
static inline Lanes cos(Lanes x) {
  return sine(x, 1);
}

// e^(z^2) erfc(z) for z >= 0, a polynomial in t = 1 / (1 + 0.4 z), off by at most 6.5e-9 of its size for z <= 9.4,
// where e^(-z^2) ends.
static inline Lanes scaled_erfc(Lanes z) {
  const Lanes t = 1.0f / multiply_add(splat(0.4f), z, splat(1));
  Lanes p = multiply_add(splat(-0.0308006518f), t, splat(0.204600051f));
  p = multiply_add(p, t, splat(-0.514394403f));
  p = multiply_add(p, t, splat(0.568358541f));
  p = multiply_add(p, t, splat(-0.301902801f));
  p = multiply_add(p, t, splat(0.281561017f));
  p = multiply_add(p, t, splat(0.126364961f));
  p = multiply_add(p, t, splat(0.215637267f));
  p = multiply_add(p, t, splat(0.224864513f));
  p = multiply_add(p, t, splat(0.22571148f));
  return p * t;
}

// erf x = x + x p(x^2) for |x| <= 1, off by at most 1.2e-9 of its size before rounding.
static inline Lanes erf_near_zero(Lanes x) {
  const Lanes x2 = x * x;
  Lanes p = multiply_add(splat(7.85386146e-05f), x2, splat(-0.000801019371f));
  p = multiply_add(p, x2, splat(0.00518832775f));
  p = multiply_add(p, x2, splat(-0.0268538129f));
  p = multiply_add(p, x2, splat(0.112835854f));
  p = multiply_add(p, x2, splat(-0.37612626f));
  p = multiply_add(p, x2, splat(0.128379166f));
  return multiply_add(x, p, x);
}

// 2/sqrt(pi) times the integral of e^(-t^2) from 0 to x; 1 - erfc(x) beyond 1. Off by less than 2 units in the last
// place (measured 1.3).
static inline Lanes erf(Lanes x) {
  const Lanes size = abs(x), far = 1.0f - simd::exp(-(x * x)) * scaled_erfc(size);
  return select(size < splat(1), erf_near_zero(x), with_sign_of(far, x));
}

// Lane by lane through the library, for all the special cases of a power.
static inline Lanes power(Lanes x, Lanes exponent) {
  for (int i = 0; i < lanes; ++i) x[i] = __builtin_powf(x[i], exponent[i]);
  return x;
}

// x^exponent with one exponent for all: the usual ones without the library.
static inline Lanes power(Lanes x, float exponent) {
  if (exponent == 0) return splat(1);
  if (exponent == 1) return x;
  if (exponent == 2) return x * x;
  if (exponent == 3) return x * x * x;
  if (exponent == 0.5f) return simd::sqrt(x);
  if (exponent == -0.5f) return 1.0f / simd::sqrt(x);
  if (exponent == -1) return 1.0f / x;
  return power(x, splat(exponent));
}

}  // namespace dikkat::simd
