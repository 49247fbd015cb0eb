// How numbers lie in files: their formats by the names that safetensors uses, and conversions from them.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace dikkat {

static_assert(std::endian::native == std::endian::little, "files are little-endian, and so must this machine be");

// F8_E4M3 and the following ones are known by size only: their numbers cannot be converted.
enum class Dtype {
  BOOL,
  U8,
  I8,
  U16,
  I16,
  U32,
  I32,
  U64,
  I64,
  F16,
  BF16,
  F32,
  F64,
  F8_E4M3,
  F8_E5M2,
  F8_E8M0,
  F6_E2M3,
  F6_E3M2,
  F4,
  C64
};

std::string_view dtype_name(Dtype dtype);                   // "BF16"
std::optional<Dtype> dtype_by_name(std::string_view name);  // nothing if there is none of that name
int dtype_bits(Dtype dtype);                                // of one number
bool is_whole(Dtype dtype);                                 // BOOL, U*, I*
bool is_floating(Dtype dtype);                              // F16, BF16, F32, F64

// The format in which this type is kept in memory.
template <class T>
constexpr Dtype dtype_of() = delete;
template <>
constexpr Dtype dtype_of<uint8_t>() {
  return Dtype::U8;
}
template <>
constexpr Dtype dtype_of<int32_t>() {
  return Dtype::I32;
}
template <>
constexpr Dtype dtype_of<int64_t>() {
  return Dtype::I64;
}
template <>
constexpr Dtype dtype_of<float>() {
  return Dtype::F32;
}
template <>
constexpr Dtype dtype_of<double>() {
  return Dtype::F64;
}

// Converts out.size() numbers of format `dtype` that lie one behind the other in `bytes`, aligned or not, to T: float,
// double, int32_t or int64_t. To floating point: the nearest number, any format. To whole numbers: only from whole
// ones. Returns how many were converted: fewer than out.size() if the next one does not fit T, 0 if the format cannot
// become T. `bytes` must hold at least out.size() numbers.
template <class T>
size_t convert_numbers(Dtype dtype, std::span<const std::byte> bytes, std::span<T> out);

// IEEE binary16: 1 sign, 5 exponent, 10 mantissa bits. Every half is a float exactly, NaN's payload included.
constexpr float half_to_float(uint16_t half) {
  const uint32_t sign = (half & 0x8000u) << 16;
  const uint32_t exponent = (half >> 10) & 31u;
  const uint32_t mantissa = half & 0x3FFu;
  if (exponent == 31) return std::bit_cast<float>(sign | 0x7F800000u | (mantissa << 13));
  if (exponent != 0) return std::bit_cast<float>(sign | ((exponent + 112) << 23) | (mantissa << 13));
  const float magnitude = static_cast<float>(mantissa) * 0x1p-24f;  // subnormal
  return std::bit_cast<float>(sign | std::bit_cast<uint32_t>(magnitude));
}

// The nearest half, ties to the even one; beyond 65504 (from 65520 on) infinity. A NaN stays one.
constexpr uint16_t float_to_half(float value) {
  const uint32_t bits = std::bit_cast<uint32_t>(value);
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
  const float sum = std::bit_cast<float>(magnitude) + 0.5f;
  return static_cast<uint16_t>(sign | (std::bit_cast<uint32_t>(sum) - 0x3F000000u));
}

// bfloat16: the upper half of a float.
constexpr float bfloat16_to_float(uint16_t value) {
  return std::bit_cast<float>(static_cast<uint32_t>(value) << 16);
}

// The nearest bfloat16, ties to the even one; a NaN stays one.
constexpr uint16_t float_to_bfloat16(float value) {
  const uint32_t bits = std::bit_cast<uint32_t>(value);
  if ((bits & 0x7FFFFFFFu) > 0x7F800000u) {
    const uint32_t upper = bits >> 16;
    return static_cast<uint16_t>((upper & 0x7Fu) == 0 ? upper | 0x40u : upper);
  }
  return static_cast<uint16_t>((bits + 0x7FFFu + ((bits >> 16) & 1u)) >> 16);
}

}  // namespace dikkat
