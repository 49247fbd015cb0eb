// Products in bf16 and bf16x3 with every unit that multiplies numbers of sixteen bits here: tiles, dot products, lanes.
// (kernels_test.cpp runs them with the one that is chosen by itself.)
#include <gtest/gtest.h>

#include <algorithm>

#include "kernels/bf16_unit.h"
#include "kernels/check.h"
#include "kernels/parallel.h"
#include "tests/kernel_cases_matmul.h"

namespace dikkat::test {
namespace {

constexpr Bf16Unit all_units[] = {Bf16Unit::lanes, Bf16Unit::dots, Bf16Unit::tiles};

std::vector<Bf16Unit> units_here() {
  std::vector<Bf16Unit> units;
  for (const Bf16Unit unit : all_units)
    if (has_bf16_unit(unit)) units.push_back(unit);
  return units;
}

class Bf16Units : public testing::TestWithParam<Bf16Unit> {
 protected:
  void SetUp() override {
    if (!processor_fits()) GTEST_SKIP() << "this processor cannot run kernels built for " << built_level();
    use_bf16_unit(GetParam());
  }
  void TearDown() override {
    use_bf16_unit(unit_before_);
    set_threads(threads_before_);
  }

  // Calls body(bench) for every case whose factors are rounded.
  template <class Body>
  void for_each_case(const Body& body) {
    KernelCases cases;
    add_matmul_variants(cases);
    test::for_each_case(
        cases, [](const KernelCase& each) { return each.name.starts_with("matmul_bf16"); }, body);
  }

 private:
  Bf16Unit unit_before_ = bf16_unit();
  int threads_before_ = threads();
};

TEST_P(Bf16Units, MatchTheReference) {
  for_each_case([](Workbench& bench) { bench.expect_close(bench.run(cpu_table()), bench.run(reference_table())); });
}

TEST_P(Bf16Units, GiveTheSameBitsForAnyNumberOfThreads) {
  for_each_case([](Workbench& bench) {
    set_threads(1);
    const auto one = bench.run(cpu_table());
    for (const int count : {2, 5}) {
      set_threads(count);
      EXPECT_EQ(bench.run(cpu_table()) == one, true) << count << " threads";
    }
  });
}

// b repeats one column (expanded, a step of 0), so that all blocks of b begin at the same address: each must be packed
// all the same, whatever block a thread comes from.
TEST_P(Bf16Units, TellBlocksApartThatBeginAtOneAddress) {
  constexpr int64_t rows = 544, depth = 600;
  std::vector<float> a(rows * depth), b(depth);
  for (size_t i = 0; i < a.size(); ++i) a[i] = static_cast<float>(static_cast<int>(i * 7919 % 13) - 6);
  for (size_t i = 0; i < b.size(); ++i) b[i] = static_cast<float>(static_cast<int>(i * 104729 % 11) - 5);
  for (const int64_t columns : {700, 1100}) {
    std::vector<float> c(static_cast<size_t>(rows * columns));
    MatmulArgs args{.a = a.data(), .b = b.data(), .c = c.data(), .m = rows, .n = columns, .k = depth};
    args.a_steps = {depth, 1}, args.b_steps = {1, 0}, args.c_steps = {columns, 1};
    args.precision = Precision::bf16;
    for (const int count : {1, 2, 3, 5}) {
      set_threads(count);
      for (int repeat = 0; repeat < 5; ++repeat) {
        std::fill(c.begin(), c.end(), -1.0f);
        cpu_table().matmul(args);
        for (int64_t i = 0; i < rows; ++i) {
          double sum = 0;  // of whole numbers: exact
          for (int64_t p = 0; p < depth; ++p) sum += a[static_cast<size_t>(i * depth + p)] * b[static_cast<size_t>(p)];
          const auto row = c.begin() + i * columns;
          ASSERT_TRUE(std::all_of(row, row + columns, [&](float x) { return x == static_cast<float>(sum); }))
              << "row " << i << ", " << columns << " columns, " << count << " threads";
        }
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, Bf16Units, testing::ValuesIn(units_here()),
                         [](const auto& info) { return name_of(info.param); });

TEST(Bf16Unit, OneThatIsMissingIsRefused) {
  EXPECT_TRUE(has_bf16_unit(Bf16Unit::lanes));
  EXPECT_TRUE(has_bf16_unit(bf16_unit()));
  const Bf16Unit before = bf16_unit();
  for (const Bf16Unit unit : all_units) {
    if (has_bf16_unit(unit)) continue;
    EXPECT_THROW(use_bf16_unit(unit), Error) << name_of(unit);
    EXPECT_EQ(bf16_unit(), before);
  }
}

}  // namespace
}  // namespace dikkat::test
