// What the tests with worked-out numbers share: short vectors, a comparison, and both tables.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "kernels/table.h"

namespace dikkat::test {

using Numbers = std::vector<Real>;
inline constexpr double infinity = std::numeric_limits<double>::infinity();
inline constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

inline void expect_near(const Numbers& numbers, const std::vector<double>& expected, double limit = 1e-6) {
  ASSERT_EQ(numbers.size(), expected.size());
  for (size_t i = 0; i < numbers.size(); ++i) {
    const bool same = numbers[i] == expected[i] || (std::isnan(numbers[i]) && std::isnan(expected[i])) ||
                      std::abs(numbers[i] - expected[i]) <= limit * std::max(1.0, std::abs(expected[i]));
    EXPECT_TRUE(same) << "[" << i << "] is " << numbers[i] << " and should be " << expected[i];
  }
}

inline Real real(double number) {
  return static_cast<Real>(number);
}

// Tests that run once on each table.
class KernelValues : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    const bool is_cpu = std::string(GetParam()) == "cpu";
    if (is_cpu && !processor_fits()) GTEST_SKIP() << "this processor cannot run kernels built for " << built_level();
    table = is_cpu ? &cpu_table() : &reference_table();
  }
  const KernelTable* table = nullptr;
};

}  // namespace dikkat::test
