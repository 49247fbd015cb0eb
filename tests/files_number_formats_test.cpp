// core/files: half and bfloat16.
#include "core/files/number_formats.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace dikkat::test {
namespace {

TEST(NumberFormats, EveryHalfIsAFloatAndComesBack) {
  for (uint32_t bits = 0; bits < 65536; ++bits) {
    const auto half = static_cast<uint16_t>(bits);
    const float value = half_to_float(half);
    EXPECT_EQ(float_to_half(value), half);
    const int exponent = (half >> 10) & 31, mantissa = half & 1023;
    if (exponent == 31) {
      EXPECT_EQ(std::isnan(value), mantissa != 0);
      EXPECT_EQ(std::isinf(value), mantissa == 0);
    } else {
      const double magnitude = exponent == 0 ? std::ldexp(mantissa, -24) : std::ldexp(1024 + mantissa, exponent - 25);
      EXPECT_EQ(value, (half & 0x8000) != 0 ? -magnitude : magnitude);
    }
    EXPECT_EQ(std::signbit(value), (half & 0x8000) != 0);
    EXPECT_EQ(float_to_bfloat16(bfloat16_to_float(half)), half);
    EXPECT_EQ(std::bit_cast<uint32_t>(bfloat16_to_float(half)), bits << 16);
  }
}

// Between two neighbours: below the middle down, above it up, on it to the even one.
TEST(NumberFormats, RoundToTheNearest) {
  for (uint16_t half = 0; half < 0x7BFF; ++half) {
    const float low = half_to_float(half), high = half_to_float(static_cast<uint16_t>(half + 1));
    const float middle = (low + high) / 2;  // exact
    const auto up = static_cast<uint16_t>(half + 1), even = half % 2 == 0 ? half : up;
    EXPECT_EQ(float_to_half(middle), even);
    EXPECT_EQ(float_to_half(-middle), even | 0x8000);
    EXPECT_EQ(float_to_half(std::nextafter(middle, 0.0f)), half);
    EXPECT_EQ(float_to_half(std::nextafter(middle, 1e9f)), up);
  }
  EXPECT_EQ(float_to_half(65519.996f), 0x7BFF);
  EXPECT_EQ(float_to_half(65520.0f), 0x7C00);
  EXPECT_EQ(float_to_half(-3e38f), 0xFC00);
  EXPECT_EQ(float_to_half(std::numeric_limits<float>::denorm_min()), 0);
  EXPECT_TRUE(std::isnan(half_to_float(float_to_half(std::bit_cast<float>(0x7F800001u)))));
  for (uint32_t upper = 0; upper < 0x7F80; ++upper) {
    const auto down = static_cast<uint16_t>(upper), up = static_cast<uint16_t>(upper + 1);
    EXPECT_EQ(float_to_bfloat16(std::bit_cast<float>(upper << 16 | 0x7FFF)), down);
    EXPECT_EQ(float_to_bfloat16(std::bit_cast<float>(upper << 16 | 0x8000)), upper % 2 == 0 ? down : up);
    EXPECT_EQ(float_to_bfloat16(std::bit_cast<float>(upper << 16 | 0x8001)), up);
  }
  EXPECT_TRUE(std::isnan(bfloat16_to_float(float_to_bfloat16(std::bit_cast<float>(0xFF800001u)))));
}

}  // namespace
}  // namespace dikkat::test
