// How exact products are in each precision, against products in double; and numbers of sixteen bits.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdio>
#include <limits>
#include <string>
#include <vector>

#include "kernels/bf16_unit.h"
#include "kernels/half.h"
#include "kernels/memory.h"
#include "kernels/random.h"
#include "kernels/table.h"

namespace dikkat::test {
namespace {

// `count` numbers in the pool.
template <class Number>
class Numbers {
 public:
  explicit Numbers(int64_t count) : block_(count * int64_t{sizeof(Number)}, Category::workspace), count_(count) {}
  Number* data() const { return static_cast<Number*>(block_.address()); }
  Number& operator[](int64_t i) const { return data()[i]; }
  int64_t count() const { return count_; }

 private:
  Buffer block_;
  int64_t count_;
};

// From a normal distribution (Box and Muller, 1958).
void fill_normal(const Numbers<Real>& numbers, uint64_t seed) {
  for (int64_t i = 0; i < numbers.count(); ++i) {
    const auto element = static_cast<uint64_t>(2 * i);
    const double radius = std::sqrt(-2 * std::log(1 - random_uniform({.seed = seed}, element)));
    numbers[i] = static_cast<Real>(radius * std::cos(2 * M_PI * random_uniform({.seed = seed}, element + 1)));
  }
}

// Of one product: the error in the Frobenius norm, relative to that of the product, and the largest share of what is
// allowed for an element.
struct Errors {
  double frobenius = 0, worst_share = 0;
};

// What rounding may do to an element, as a share of sum |a||b|.
//   u = 2^-24 is the largest relative error of rounding to f32, v = 2^-8 of rounding to bf16.
//   bf16: both factors move by v:  2 v + v^2.
//   bf16x3: x = high + low + rest with |low| <= v |x| and |rest| <= v^2 |x|. Left out are low*low and what the rests do
//     to the product: 3 v^2, and less than v^2 for everything smaller.
//   The sum of n terms adds less than (n + 1) u, for whatever order; a result of subnormal size is not at issue here.
double factor_error(Precision precision) {
  const double v = 0x1p-8;
  return precision == Precision::bf16 ? 2 * v + v * v : precision == Precision::bf16x3 ? 4 * v * v : 0;
}
double sum_share(Precision precision, int64_t k) {
  return static_cast<double>((precision == Precision::bf16x3 ? 3 : 1) * k + 1) * 0x1p-24 * 1.01;
}

// Who computes: the reference, or the cpu kernels with one of the units that multiply numbers of sixteen bits here.
std::vector<std::string> who_computes() {
  std::vector<std::string> names = {"reference"};
  for (const Bf16Unit unit : {Bf16Unit::lanes, Bf16Unit::dots, Bf16Unit::tiles})
    if (has_bf16_unit(unit)) names.push_back(name_of(unit));
  return names;
}

// c (m,n) = a (m,k) b (k,n), all in rows.
void multiply(const KernelTable& table, Precision precision, int64_t m, int64_t n, int64_t k, const Numbers<Real>& a,
              const Numbers<Real>& b, const Numbers<Real>& c) {
  table.matmul({.a = a.data(),
                .b = b.data(),
                .c = c.data(),
                .a_steps = {.row = k},
                .b_steps = {.row = n},
                .c_steps = {.row = n},
                .m = m,
                .n = n,
                .k = k,
                .precision = precision});
}

class Products : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (!processor_fits()) GTEST_SKIP() << "this processor cannot run kernels built for " << built_level();
    for (const Bf16Unit unit : {Bf16Unit::lanes, Bf16Unit::dots, Bf16Unit::tiles})
      if (GetParam() == name_of(unit)) use_bf16_unit(unit);
  }
  void TearDown() override { use_bf16_unit(unit_before_); }

  const KernelTable& table() const { return GetParam() == "reference" ? reference_table() : cpu_table(); }

  // c (m,n) = a (m,k) b (k,n) in this precision, of normal numbers.
  Errors errors(Precision precision, int64_t m, int64_t n, int64_t k) {
    const Numbers<Real> a(m * k), b(k * n), c(m * n);
    fill_normal(a, 1);
    fill_normal(b, 2);
    multiply(table(), precision, m, n, k, a, b, c);
    std::vector<double> exact(static_cast<size_t>(m * n)), sizes(static_cast<size_t>(m * n));
    for (int64_t i = 0; i < m; ++i) {
      for (int64_t p = 0; p < k; ++p) {
        for (int64_t j = 0; j < n; ++j) {
          const double term = static_cast<double>(a[i * k + p]) * b[p * n + j];
          exact[static_cast<size_t>(i * n + j)] += term;
          sizes[static_cast<size_t>(i * n + j)] += std::abs(term);
        }
      }
    }
    Errors result;
    double error_squares = 0, squares = 0;
    const double allowed = factor_error(precision) + sum_share(precision, k);
    for (int64_t i = 0; i < m * n; ++i) {
      const double error = static_cast<double>(c[i]) - exact[static_cast<size_t>(i)];
      error_squares += error * error;
      squares += exact[static_cast<size_t>(i)] * exact[static_cast<size_t>(i)];
      result.worst_share = std::max(result.worst_share, std::abs(error) / (allowed * sizes[static_cast<size_t>(i)]));
    }
    result.frobenius = std::sqrt(error_squares / squares);
    return result;
  }

  // Independent errors of the factors, each at most v of its size, leave in a product of random numbers an error of at
  // most sqrt(2) v in the Frobenius norm; about half of it, since most are smaller. That of bf16x3 is what is promised.
  void expect_small_errors(int64_t m, int64_t n, int64_t k) {
    const Errors f32 = errors(Precision::f32, m, n, k), bf16x3 = errors(Precision::bf16x3, m, n, k),
                 bf16 = errors(Precision::bf16, m, n, k);
    std::printf("%-10s m %2lld k %5lld: relative error f32 %.2e, bf16x3 %.2e, bf16 %.2e\n", GetParam().c_str(),
                static_cast<long long>(m), static_cast<long long>(k), f32.frobenius, bf16x3.frobenius, bf16.frobenius);
    EXPECT_LE(f32.worst_share, 1);
    EXPECT_LE(bf16x3.worst_share, 1);
    EXPECT_LE(bf16.worst_share, 1);
    EXPECT_LE(bf16x3.frobenius, 6e-6);
    EXPECT_LE(bf16.frobenius, std::sqrt(2.0) / 256);
    // Fewer bits than promised would be seen above, and more than were asked for here.
    EXPECT_GT(bf16x3.frobenius, f32.frobenius);
    EXPECT_GT(bf16.frobenius, 100 * bf16x3.frobenius);
  }

 private:
  Bf16Unit unit_before_ = bf16_unit();
};

TEST_P(Products, ErrWithinTheBoundsOfTheirRounding) {
  for (const int64_t k : {16, 64, 384, 1000, 1536, 4096, 50257}) {
    if (k > 4096 && GetParam() == "reference") continue;  // slow, and adds up in double anyway
    SCOPED_TRACE(k);
    expect_small_errors(24, 40, k);
  }
}

// One row, as in decoding, goes another way.
TEST_P(Products, OfOneRowErrAsLittle) {
  for (const int64_t k : {16, 384, 4096}) {
    SCOPED_TRACE(k);
    expect_small_errors(1, 400, k);
  }
}

INSTANTIATE_TEST_SUITE_P(All, Products, testing::ValuesIn(who_computes()), [](const auto& info) { return info.param; });

// Factors that bf16 holds exactly lose nothing in any precision, and small whole numbers add up exactly.
TEST(Precision, IsExactWhereNothingIsRounded) {
  if (!processor_fits()) GTEST_SKIP() << "this processor cannot run kernels built for " << built_level();
  const int64_t m = 33, n = 47, k = 65;
  const Numbers<Real> a(m * k), b(k * n), c(m * n);
  for (int64_t i = 0; i < a.count(); ++i) a[i] = static_cast<Real>(i * 37 % 257 - 128);
  for (int64_t i = 0; i < b.count(); ++i) b[i] = static_cast<Real>(i * 53 % 255 - 127) / 64;
  for (const Precision precision : {Precision::f32, Precision::bf16x3, Precision::bf16}) {
    multiply(cpu_table(), precision, m, n, k, a, b, c);
    for (int64_t i = 0; i < m; ++i) {
      for (int64_t j = 0; j < n; ++j) {
        double expected = 0;
        for (int64_t p = 0; p < k; ++p) expected += static_cast<double>(a[i * k + p]) * b[p * n + j];
        ASSERT_EQ(c[i * n + j], expected) << name_of(precision) << " " << i << " " << j;
      }
    }
  }
}

TEST(Precision, HasNames) {
  for (const std::string& name : precision_names()) EXPECT_EQ(name_of(precision_named(name)), name);
  EXPECT_EQ(precision_names().size(), 3u);
  try {
    precision_named("f64");
    FAIL() << "f64 was taken";
  } catch (const std::exception& error) {
    EXPECT_EQ(std::string(error.what()), "no precision is called \"f64\": there are f32, bf16x3 and bf16");
  }
}

// Sixteen bits
// ---------------------------------------------------------------------------------------------------------

class SixteenBits : public testing::TestWithParam<Storage> {
 protected:
  std::vector<const KernelTable*> tables() const {
    std::vector<const KernelTable*> all = {&reference_table()};
    if (processor_fits()) all.push_back(&cpu_table());
    return all;
  }
  std::vector<uint16_t> packed(const KernelTable& table, const std::vector<float>& numbers) const {
    const auto count = static_cast<int64_t>(numbers.size());
    const Numbers<Real> from(count);
    const Numbers<uint16_t> to(count);
    for (int64_t i = 0; i < count; ++i) from[i] = numbers[static_cast<size_t>(i)];
    table.pack({.from = from.data(), .to = to.data(), .count = count, .storage = GetParam()});
    return {to.data(), to.data() + count};
  }
  std::vector<float> every_number(const KernelTable& table) const {
    const Numbers<uint16_t> from(65536);
    const Numbers<Real> to(65536);
    for (int64_t i = 0; i < 65536; ++i) from[i] = static_cast<uint16_t>(i);
    table.unpack({.from = from.data(), .to = to.data(), .count = 65536, .storage = GetParam()});
    return {to.data(), to.data() + 65536};
  }
  // The first pattern that is no finite number.
  uint16_t infinity() const { return GetParam() == Storage::f16 ? 0x7C00 : 0x7F80; }
};

// A number by the definition of the format: (-1)^sign 2^(exponent - bias) 1.mantissa.
double defined(uint16_t bits, Storage storage) {
  const int mantissa_bits = storage == Storage::f16 ? 10 : 7, bias = storage == Storage::f16 ? 15 : 127;
  const int exponent = (bits & 0x7FFF) >> mantissa_bits, mantissa = bits & ((1 << mantissa_bits) - 1);
  const double fraction = std::ldexp(mantissa, -mantissa_bits);
  const double size = exponent == 0 ? std::ldexp(fraction, 1 - bias) : std::ldexp(1 + fraction, exponent - bias);
  return (bits & 0x8000) != 0 ? -size : size;
}

TEST_P(SixteenBits, EveryNumberIsWhatTheFormatSaysAndComesBack) {
  for (const KernelTable* table : tables()) {
    SCOPED_TRACE(table->name);
    const std::vector<float> numbers = every_number(*table);
    const std::vector<uint16_t> back = packed(*table, numbers);
    for (uint32_t i = 0; i < 65536; ++i) {
      const auto bits = static_cast<uint16_t>(i), size = static_cast<uint16_t>(i & 0x7FFF);
      ASSERT_EQ(back[i], bits);
      ASSERT_EQ(std::signbit(numbers[i]), i >= 0x8000) << i;
      if (size < infinity()) {
        ASSERT_EQ(numbers[i], defined(bits, GetParam())) << i;
      } else if (size == infinity()) {
        ASSERT_TRUE(std::isinf(numbers[i])) << i;
      } else {
        ASSERT_TRUE(std::isnan(numbers[i])) << i;
      }
    }
  }
}

// Between two neighbours: the nearest, and in the very middle the even one. Subnormal numbers and the step to infinity,
// which counts as the next power of two, are among them.
TEST_P(SixteenBits, WhatLiesBetweenGoesToTheNearest) {
  for (const KernelTable* table : tables()) {
    SCOPED_TRACE(table->name);
    std::vector<float> numbers;
    std::vector<uint16_t> expected;
    for (uint16_t low = 0; low < infinity(); ++low) {
      const auto high = static_cast<uint16_t>(low + 1);
      // `defined` continues the numbers where infinity stands: 65536, or 2^128, which is no float, but the middle is.
      const auto middle = static_cast<float>((defined(low, GetParam()) + defined(high, GetParam())) / 2);
      for (const bool negative : {false, true}) {
        const uint16_t sign = negative ? 0x8000 : 0;
        const float factor = negative ? -1.0f : 1.0f;
        numbers.push_back(factor * middle);
        expected.push_back(static_cast<uint16_t>((low % 2 == 0 ? low : high) | sign));
        numbers.push_back(factor * std::nextafter(middle, 0.0f));
        expected.push_back(low | sign);
        numbers.push_back(factor * std::nextafter(middle, std::numeric_limits<float>::infinity()));
        expected.push_back(high | sign);
      }
    }
    const std::vector<uint16_t> ours = packed(*table, numbers);
    for (size_t i = 0; i < numbers.size(); ++i) ASSERT_EQ(ours[i], expected[i]) << numbers[i];
  }
}

TEST_P(SixteenBits, NaNStaysAndWhatIsTooLargeIsInfinite) {
  const auto inf = std::numeric_limits<float>::infinity();
  const auto largest = static_cast<float>(defined(static_cast<uint16_t>(infinity() - 1), GetParam()));
  for (const KernelTable* table : tables()) {
    SCOPED_TRACE(table->name);
    const std::vector<uint16_t> ours =
        packed(*table, {inf, -inf, std::numeric_limits<float>::max(), -std::numeric_limits<float>::max(), largest,
                        std::numeric_limits<float>::denorm_min(), -std::numeric_limits<float>::denorm_min(), 0.0f,
                        -0.0f, std::bit_cast<float>(0x7F800001u), std::bit_cast<float>(0xFF800001u),
                        std::bit_cast<float>(0x7FC00000u), std::bit_cast<float>(0x7FFFFFFFu)});
    const auto infinite = infinity(), negative = static_cast<uint16_t>(infinity() | 0x8000);
    const auto last = static_cast<uint16_t>(infinity() - 1);
    const std::vector<uint16_t> expected = {infinite, negative, infinite, negative, last, 0, 0x8000, 0, 0x8000};
    EXPECT_EQ(std::vector<uint16_t>(ours.begin(), ours.begin() + 9), expected);
    for (size_t i = 9; i < ours.size(); ++i) EXPECT_GT(ours[i] & 0x7FFF, infinite) << i;
    EXPECT_EQ(ours[10] & 0x8000, 0x8000);
  }
}

INSTANTIATE_TEST_SUITE_P(All, SixteenBits, testing::Values(Storage::bf16, Storage::f16),
                         [](const auto& info) { return info.param == Storage::bf16 ? "bf16" : "f16"; });

}  // namespace
}  // namespace dikkat::test
