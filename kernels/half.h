// Numbers of sixteen bits, one at a time: IEEE half (f16) and bfloat16 (bf16), the upper half of a float.
// Files compiled for different levels include this: static, so that the linker never shares a copy among them.
#pragma once

#include <cstdint>

namespace dikkat {

// IEEE binary16: 1 sign, 5 exponent, 10 mantissa bits. Every half is a float exactly, NaN's payload included.
static constexpr float half_to_float(uint16_t half) {
  const uint32_t sign = (half & 0x8000u) << 16;
  const uint32_t exponent = (half >> 10) & 31u;
  const uint32_t mantissa = half & 0x3FFu;
  if (exponent == 31) return __builtin_bit_cast(float, sign | 0x7F800000u | (mantissa << 13));
  if (exponent != 0) return __builtin_bit_cast(float, sign | ((exponent + 112) << 23) | (mantissa << 13));
  const float magnitude = static_cast<float>(mantissa) * 0x1p-24f;  // subnormal
  return __builtin_bit_cast(float, sign | __builtin_bit_cast(uint32_t, magnitude));
}

// The nearest half, ties to the even one; beyond 65504 (from 65520 on) infinity. A NaN stays one.
static constexpr uint16_t float_to_half(float value) {
  const uint32_t bits = __builtin_bit_cast(uint32_t, value);
  const auto sign = static_cast<uint16_t>((bits >> 16) & 0x8000u);
  const uint32_t magnitude = bits & 0x7FFFFFFFu;
  if (magnitude > 0x7F800000u) {
    const uint32_t payload = (magnitude >> 13) & 0x3FFu;
    return static_cast<uint16_t>(sign | 0x7C00u | (payload == 0 ? 0x200u : payload));
  }
  if (magnitude >= 0x477FF000u) return static_cast<uint16_t>(sign | 0x7C00u);  // 65520 and above
  if (magnitude >= 0x38800000u) {                                              // 2^-14: a normal half
    const uint32_t rounded = magnitude + 0xFFFu + ((magnitude >> 13) & 1u);
    return static_cast<uint16_t>(sign | ((rounded - 0x38000000u) >> 13));
  }
  // Adding 1/2 puts the last bit of a subnormal half (2^-24) on the last bit of the sum: the addition rounds.
  const float sum = __builtin_bit_cast(float, magnitude) + 0.5f;
  return static_cast<uint16_t>(sign | (__builtin_bit_cast(uint32_t, sum) - 0x3F000000u));
}

// bfloat16: the upper half of a float.
static constexpr float bfloat16_to_float(uint16_t value) {
  return __builtin_bit_cast(float, static_cast<uint32_t>(value) << 16);
}

// The nearest bfloat16, ties to the even one; a NaN stays one.
static constexpr uint16_t float_to_bfloat16(float value) {
  const uint32_t bits = __builtin_bit_cast(uint32_t, value);
  if ((bits & 0x7FFFFFFFu) > 0x7F800000u) {
    const uint32_t upper = bits >> 16;
    return static_cast<uint16_t>((upper & 0x7Fu) == 0 ? upper | 0x40u : upper);
  }
  return static_cast<uint16_t>((bits + 0x7FFFu + ((bits >> 16) & 1u)) >> 16);
}

}  // namespace dikkat
