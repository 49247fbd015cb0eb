// How numbers lie in files: their formats by the names that safetensors uses, and conversions from them.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "kernels/half.h"  // half_to_float, bfloat16_to_float and back

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

}  // namespace dikkat
