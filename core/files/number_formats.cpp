#include "core/files/number_formats.h"

#include <cstring>
#include <type_traits>
#include <utility>

namespace dikkat {

namespace {

struct Format {
  std::string_view name;
  int bits;
};

// In the order of Dtype.
constexpr Format formats[] = {{"BOOL", 8},    {"U8", 8},      {"I8", 8},      {"U16", 16},    {"I16", 16},
                              {"U32", 32},    {"I32", 32},    {"U64", 64},    {"I64", 64},    {"F16", 16},
                              {"BF16", 16},   {"F32", 32},    {"F64", 64},    {"F8_E4M3", 8}, {"F8_E5M2", 8},
                              {"F8_E8M0", 8}, {"F6_E2M3", 6}, {"F6_E3M2", 6}, {"F4", 4},      {"C64", 64}};
static_assert(std::size(formats) == static_cast<size_t>(Dtype::C64) + 1);

// Reads numbers stored as Stored, makes each a Value by `meaning`, and stores it as T.
template <class Stored, class T, class Meaning>
size_t convert_each(std::span<const std::byte> bytes, std::span<T> out, Meaning meaning) {
  for (size_t i = 0; i < out.size(); ++i) {
    Stored stored;
    std::memcpy(&stored, bytes.data() + i * sizeof stored, sizeof stored);
    const auto value = meaning(stored);
    if constexpr (std::is_integral_v<T>) {
      if (!std::in_range<T>(value)) return i;
    }
    out[i] = static_cast<T>(value);
  }
  return out.size();
}

}  // namespace

std::string_view dtype_name(Dtype dtype) {
  return formats[static_cast<size_t>(dtype)].name;
}

int dtype_bits(Dtype dtype) {
  return formats[static_cast<size_t>(dtype)].bits;
}

std::optional<Dtype> dtype_by_name(std::string_view name) {
  for (size_t i = 0; i < std::size(formats); ++i) {
    if (formats[i].name == name) return static_cast<Dtype>(i);
  }
  return std::nullopt;
}

bool is_whole(Dtype dtype) {
  return dtype <= Dtype::I64;
}

bool is_floating(Dtype dtype) {
  return dtype >= Dtype::F16 && dtype <= Dtype::F64;
}

template <class T>
size_t convert_numbers(Dtype dtype, std::span<const std::byte> bytes, std::span<T> out) {
  const auto same = [](auto value) { return value; };
  if (out.empty()) return 0;
  if (dtype == dtype_of<T>()) {
    std::memcpy(out.data(), bytes.data(), out.size_bytes());
    return out.size();
  }
  switch (dtype) {
    case Dtype::BOOL:
      return convert_each<uint8_t>(bytes, out, [](uint8_t value) { return value != 0 ? 1 : 0; });
    case Dtype::U8:
      return convert_each<uint8_t>(bytes, out, same);
    case Dtype::I8:
      return convert_each<int8_t>(bytes, out, same);
    case Dtype::U16:
      return convert_each<uint16_t>(bytes, out, same);
    case Dtype::I16:
      return convert_each<int16_t>(bytes, out, same);
    case Dtype::U32:
      return convert_each<uint32_t>(bytes, out, same);
    case Dtype::I32:
      return convert_each<int32_t>(bytes, out, same);
    case Dtype::U64:
      return convert_each<uint64_t>(bytes, out, same);
    case Dtype::I64:
      return convert_each<int64_t>(bytes, out, same);
    default:
      break;
  }
  if constexpr (std::is_floating_point_v<T>) {
    switch (dtype) {
      case Dtype::F16:
        return convert_each<uint16_t>(bytes, out, half_to_float);
      case Dtype::BF16:
        return convert_each<uint16_t>(bytes, out, bfloat16_to_float);
      case Dtype::F32:
        return convert_each<float>(bytes, out, same);
      case Dtype::F64:
        return convert_each<double>(bytes, out, same);
      default:
        break;
    }
  }
  return 0;
}

template size_t convert_numbers(Dtype, std::span<const std::byte>, std::span<float>);
template size_t convert_numbers(Dtype, std::span<const std::byte>, std::span<double>);
template size_t convert_numbers(Dtype, std::span<const std::byte>, std::span<int32_t>);
template size_t convert_numbers(Dtype, std::span<const std::byte>, std::span<int64_t>);

}  // namespace dikkat
