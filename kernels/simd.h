// Vector lanes of the machine this file is compiled for: 16 floats with AVX-512, 8 with AVX2, 4 otherwise. `Lanes` is
// an ordinary value with + - * / and comparisons, from the vector extension that GCC and Clang share. Everything is
// `static`: files with different compiler flags include this, and the linker must not share it between them.
#pragma once

#include <cstdint>

#if defined(__AVX512F__) || defined(__AVX2__)
#include <immintrin.h>
#endif

namespace dikkat::simd {

#if defined(__AVX512F__)
constexpr int lanes = 16;
#elif defined(__AVX2__)
constexpr int lanes = 8;
#else
constexpr int lanes = 4;
#endif

typedef float Lanes __attribute__((vector_size(4 * lanes)));
typedef int32_t IntLanes __attribute__((vector_size(4 * lanes)));  // also what a comparison gives: -1 true, 0 false

static inline Lanes splat(float value) {
  return value - Lanes{};
}

static inline Lanes load(const float* from) {
  Lanes result;
  __builtin_memcpy(&result, from, sizeof result);
  return result;
}

static inline void store(float* to, Lanes value) {
  __builtin_memcpy(to, &value, sizeof value);
}

// The first `count` lanes, 0 <= count <= lanes; nothing behind them is touched. The others are 0.
static inline Lanes load_some(const float* from, int64_t count) {
#if defined(__AVX512F__)
  return (Lanes)_mm512_maskz_loadu_ps(static_cast<__mmask16>((1u << count) - 1), from);
#elif defined(__AVX2__)
  const __m256i number = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  return (Lanes)_mm256_maskload_ps(from, _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(count)), number));
#else
  Lanes result = {};
  for (int64_t i = 0; i < count; ++i) result[i] = from[i];
  return result;
#endif
}

static inline void store_some(float* to, Lanes value, int64_t count) {
#if defined(__AVX512F__)
  _mm512_mask_storeu_ps(to, static_cast<__mmask16>((1u << count) - 1), (__m512)value);
#elif defined(__AVX2__)
  const __m256i number = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  _mm256_maskstore_ps(to, _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(count)), number), (__m256)value);
#else
  for (int64_t i = 0; i < count; ++i) to[i] = value[i];
#endif
}

// Numbers of sixteen bits in memory (half.h has them one at a time).
struct Bf16 {
  uint16_t bits;
};
struct F16 {
  uint16_t bits;
};

typedef uint16_t HalfLanes __attribute__((vector_size(2 * lanes)));

static inline IntLanes to_int(HalfLanes half) {
#if defined(__AVX512F__)
  return (IntLanes)_mm512_maskz_cvtepu16_epi32(0xFFFF, (__m256i)half);
#elif defined(__AVX2__)
  return (IntLanes)_mm256_cvtepu16_epi32((__m128i)half);
#else
  return __builtin_convertvector(half, IntLanes);
#endif
}

// Their floats, exactly. A bf16 number is the upper half of its float.
static inline Lanes widen(Bf16, HalfLanes half) {
  return (Lanes)(to_int(half) << 16);
}

// Exponent and mantissa of a half, moved to their places in a float, make a number 2^112 times too small, denormal
// halves included. Where all bits of the exponent were set (infinity, NaN) they are set again.
static inline Lanes widen(F16, HalfLanes half) {
#if defined(__AVX512F__)
  return (Lanes)_mm512_maskz_cvtph_ps(0xFFFF, (__m256i)half);
#elif defined(__AVX2__) && defined(__F16C__)
  return (Lanes)_mm256_cvtph_ps((__m128i)half);
#else
  const IntLanes bits = to_int(half), magnitude = bits & 0x7FFF;
  const IntLanes number = (IntLanes)((Lanes)(magnitude << 13) * splat(0x1p112f));
  return (Lanes)(number | ((magnitude >= 0x7C00) & 0x7F800000) | (bits & 0x8000) << 16);
#endif
}

template <class Number>
static inline Lanes load(const Number* from) {
  HalfLanes half;
  __builtin_memcpy(&half, from, sizeof half);
  return widen(Number{}, half);
}

template <class Number>
static inline Lanes load_some(const Number* from, int64_t count) {
  HalfLanes half = {};
#if defined(__AVX512BW__) && defined(__AVX512VL__)
  half = (HalfLanes)_mm256_maskz_loadu_epi16(static_cast<__mmask16>((1u << count) - 1), from);
#else
  for (int64_t i = 0; i < count; ++i) half[i] = from[i].bits;
#endif
  return widen(Number{}, half);
}

// The nearest bf16 number, ties to the even one. A NaN stays one: those with a short payload are made quiet first.
static inline Lanes round_to_bf16(Lanes x) {
  const IntLanes is_nan = x != x;
  const IntLanes pattern = (IntLanes)x, last = (pattern >> 16) & 1;
  const IntLanes nearest = (pattern + 0x7fff + last) & ~0xffff;
  return (Lanes)(is_nan ? (pattern | 0x400000) & ~0xffff : nearest);
}

// Numbers in memory that are rounded as they are loaded: to bf16, or to the sum of two bf16 numbers, the nearest one
// and what it leaves.
template <class Number>
struct Rounded {
  Number number;
};
template <class Number>
struct RoundedTwice {
  Number number;
};

static inline Lanes round_to_two_bf16(Lanes x) {
  const Lanes high = round_to_bf16(x);
  return high + round_to_bf16(x - high);
}

template <class Number>
static inline Lanes load(const Rounded<Number>* from) {
  return round_to_bf16(load(&from->number));
}

template <class Number>
static inline Lanes load_some(const Rounded<Number>* from, int64_t count) {
  return round_to_bf16(load_some(&from->number, count));
}

template <class Number>
static inline Lanes load(const RoundedTwice<Number>* from) {
  return round_to_two_bf16(load(&from->number));
}

template <class Number>
static inline Lanes load_some(const RoundedTwice<Number>* from, int64_t count) {
  return round_to_two_bf16(load_some(&from->number, count));
}

// Lane by lane: yes where the condition holds, otherwise no.
static inline Lanes select(IntLanes condition, Lanes yes, Lanes no) {
  return condition ? yes : no;
}

static inline Lanes larger(Lanes a, Lanes b) {
  return a > b ? a : b;
}

static inline IntLanes bits(Lanes value) {
  return (IntLanes)value;
}
static inline Lanes from_bits(IntLanes value) {
  return (Lanes)value;
}

// {first, first + 1, ...}
static inline IntLanes count_from(int32_t first) {
  IntLanes result;
  for (int i = 0; i < lanes; ++i) result[i] = first + i;
  return result;
}

// The mask of the first `count` lanes.
static inline IntLanes first_lanes(int64_t count) {
  return count_from(0) < static_cast<int32_t>(count);
}

// The lanes that there are when `left` numbers are left.
static inline int64_t up_to_lanes(int64_t left) {
  return left < lanes ? left : lanes;
}

// load_some and store_some, quick where the vector is full.
template <class Number>
static inline Lanes load_up_to(const Number* from, int64_t count) {
  return count == lanes ? load(from) : load_some(from, count);
}
static inline void store_up_to(float* to, Lanes value, int64_t count) {
  if (count == lanes) {
    store(to, value);
  } else {
    store_some(to, value, count);
  }
}

// a * b + c, in one step where the processor can (both compilers fuse it by themselves).
static inline Lanes multiply_add(Lanes a, Lanes b, Lanes c) {
  return a * b + c;
}

// The sum of all lanes, halves first: a fixed order.
static inline float sum(Lanes value) {
  float part[lanes];
  store(part, value);
  for (int half = lanes / 2; half > 0; half /= 2) {
    for (int i = 0; i < half; ++i) part[i] += part[i + half];
  }
  return part[0];
}

static inline float max(Lanes value) {
  float part[lanes];
  store(part, value);
  for (int half = lanes / 2; half > 0; half /= 2) {
    for (int i = 0; i < half; ++i) part[i] = part[i] > part[i + half] ? part[i] : part[i + half];
  }
  return part[0];
}

static inline Lanes sqrt(Lanes x) {
#if defined(__AVX512F__)
  return (Lanes)_mm512_maskz_sqrt_ps(0xFFFF, (__m512)x);
#elif defined(__AVX2__)
  return (Lanes)_mm256_sqrt_ps((__m256)x);
#else
  for (int i = 0; i < lanes; ++i) x[i] = __builtin_sqrtf(x[i]);
  return x;
#endif
}

// Pairs up: a0 b0 a1 b1 ... of the lower halves, and of the upper halves.
static inline Lanes zip_low(Lanes a, Lanes b) {
#if defined(__AVX512F__)
  return __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
#elif defined(__AVX2__)
  return __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
#else
  return __builtin_shufflevector(a, b, 0, 4, 1, 5);
#endif
}
static inline Lanes zip_high(Lanes a, Lanes b) {
#if defined(__AVX512F__)
  return __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
#elif defined(__AVX2__)
  return __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
#else
  return __builtin_shufflevector(a, b, 2, 6, 3, 7);
#endif
}

// rows[i][j] becomes rows[j][i]: each round zips the upper half of the rows into the lower half.
static inline void transpose(Lanes (&rows)[lanes]) {
  for (int round = lanes; round > 1; round /= 2) {
    Lanes zipped[lanes];
    for (int i = 0; i < lanes / 2; ++i) {
      zipped[2 * i] = zip_low(rows[i], rows[i + lanes / 2]);
      zipped[2 * i + 1] = zip_high(rows[i], rows[i + lanes / 2]);
    }
    for (int i = 0; i < lanes; ++i) rows[i] = zipped[i];
  }
}

// Lane i: the sum of all lanes of rows[i]; halves are added first, as in sum().
static inline Lanes sum_each(Lanes (&rows)[lanes]) {
  transpose(rows);
  for (int half = lanes / 2; half > 0; half /= 2) {
    for (int i = 0; i < half; ++i) rows[i] += rows[i + half];
  }
  return rows[0];
}

// 2^n for whole n in [-126, 127].
static inline Lanes power_of_two(IntLanes n) {
  return from_bits((n + 127) << 23);
}

// exp(r) = 1 + r + r^2 p(r) for |r| <= ln(2)/2: the p of least maximal error (Remez), exp off by at most 3.1e-9 of its
// size before rounding. Here r + r^2 p(r).
static inline Lanes exp_minus_one_near_zero(Lanes r) {
  Lanes p = multiply_add(splat(0.0013814467f), r, splat(0.00836878041f));
  p = multiply_add(p, r, splat(0.0416683942f));
  p = multiply_add(p, r, splat(0.166665201f));
  p = multiply_add(p, r, splat(0.499999934f));
  return multiply_add(p * r, r, r);
}

// x = n ln(2) + r with n whole, |n| < 2^22: adding 1.5 * 2^23 leaves no bits for a fraction, and n in the lowest bits.
// (Converting would do, but not for a NaN.) ln(2) in two parts, so that n * high is exact.
static inline Lanes split_by_ln2(Lanes x, IntLanes& n) {
  const Lanes shift = splat(12582912.0f);
  const Lanes shifted = multiply_add(x, splat(1.44269504f), shift), whole = shifted - shift;
  n = bits(shifted) - bits(shift);
  const Lanes r = multiply_add(whole, splat(-0.693359375f), x);
  return multiply_add(whole, splat(2.12194440e-4f), r);
}

// e^x, off by less than 2 units in the last place (measured 1.1). Infinity above 88.72; 0 below -87.33, where the
// result would be smaller than any normal number. exp(-inf) = 0, exp(NaN) = NaN.
static inline Lanes exp(Lanes x) {
  const Lanes low = splat(-87.33f), high = splat(89.0f);
  const Lanes inside = x < low ? low : (x > high ? high : x);  // in this order a NaN stays a NaN
  IntLanes n;
  const Lanes r = split_by_ln2(inside, n);
  const IntLanes half = n >> 1;  // 2^128 is no number: multiply in two steps
  const Lanes result = (1.0f + exp_minus_one_near_zero(r)) * power_of_two(half) * power_of_two(n - half);
  return x < low ? Lanes{} : result;
}

// tanh x = t / (t + 2) with t = e^(2|x|) - 1, without cancellation near 0. Off by less than 4 units in the last place
// (measured 2.6). tanh(+-inf) = +-1, tanh(NaN) = NaN.
static inline Lanes tanh(Lanes x) {
  const IntLanes sign = bits(x) & INT32_MIN;
  const Lanes size = from_bits(bits(x) & INT32_MAX);
  const Lanes inside = size > splat(9.1f) ? splat(9.1f) : size;  // from 9.02 on tanh is 1 in float
  IntLanes n;
  const Lanes r = split_by_ln2(inside + inside, n), power = power_of_two(n);
  const Lanes t = multiply_add(power, exp_minus_one_near_zero(r), power - 1.0f);
  return from_bits(bits(t / (t + 2.0f)) | sign);
}

// ln x. With x = 2^n m, m in [sqrt(1/2), sqrt(2)), and s = (m - 1) / (m + 1):  ln m = 2s + s^3 q(s^2); q by Remez, ln m
// off by at most 8.2e-10 of its size before rounding. Off by less than 3 units in the last place (measured 1.9).
// log(0) = -inf, log(x < 0) = NaN, log(inf) = inf, log(NaN) = NaN.
static inline Lanes log(Lanes x) {
  const Lanes positive = x > Lanes{} ? x : splat(1);  // the others get their answers at the end
  const IntLanes tiny = positive < splat(1.17549435e-38f);
  const Lanes scaled = tiny ? positive * splat(8388608.0f) : positive;  // makes a denormal number normal
  const IntLanes from_sqrt_half = bits(scaled) - 0x3F3504F3;
  const IntLanes exponent = (from_sqrt_half >> 23) - (tiny & 23);
  const Lanes m = from_bits((from_sqrt_half & 0x007FFFFF) + 0x3F3504F3);
  const Lanes n = __builtin_convertvector(exponent, Lanes);
  const Lanes s = (m - 1.0f) / (m + 1.0f), s2 = s * s;
  Lanes q = multiply_add(splat(0.298745959f), s2, splat(0.399774435f));
  q = multiply_add(q, s2, splat(0.666667771f));
  const Lanes near_one = multiply_add(s * s2, q, multiply_add(n, splat(-2.12194440e-4f), s + s));
  const Lanes result = multiply_add(n, splat(0.693359375f), near_one);
  const Lanes infinity = splat(__builtin_inff());
  const Lanes negative_or_zero = x < Lanes{} ? splat(__builtin_nanf("")) : -infinity;
  return x > Lanes{} ? (x < infinity ? result : x) : (x <= Lanes{} ? negative_or_zero : x);
}

}  // namespace dikkat::simd
