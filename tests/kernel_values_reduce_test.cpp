// Kernels along one dimension against numbers worked out by hand. Every test runs on both tables.
#include "tests/kernel_values.h"

namespace dikkat::test {
namespace {

using KernelReduceValues = KernelValues;
INSTANTIATE_TEST_SUITE_P(On, KernelReduceValues, testing::Values("reference", "cpu"),
                         [](const auto& info) { return std::string(info.param); });

TEST_P(KernelReduceValues, Sums) {
  const Numbers x = {1, 2, 3, 4, 5, 6};
  Numbers y(2), dx(6, 1), total = {9};
  table->sum({.x = x.data(), .y = y.data(), .outer = 1, .count = 3, .inner = 2, .scale = 0.5});
  expect_near(y, {4.5, 6});
  table->sum_backward({.dy = y.data(), .dx = dx.data(), .outer = 1, .count = 3, .inner = 2, .scale = 2});
  expect_near(dx, {10, 13, 10, 13, 10, 13});
  table->sum_of_squares({.x = x.data(), .total = total.data(), .size = 6});
  expect_near(total, {100});
}

TEST_P(KernelReduceValues, SumKeepsInfinityAndNaN) {
  const Numbers x = {1, real(not_a_number), 1, real(infinity), real(infinity), real(-infinity)};
  Numbers y(3);
  table->sum({.x = x.data(), .y = y.data(), .outer = 3, .count = 2, .inner = 1});
  expect_near(y, {not_a_number, infinity, not_a_number});
}

TEST_P(KernelReduceValues, Product) {
  const Numbers x = {1, 2, 3, 4, 5, 6}, dy = {1, 10};
  Numbers y(2), dx(6, 100), nothing(2, 5);
  table->product({.x = x.data(), .y = y.data(), .outer = 1, .count = 3, .inner = 2});
  expect_near(y, {15, 48});
  table->product_backward({.x = x.data(), .dy = dy.data(), .dx = dx.data(), .outer = 1, .count = 3, .inner = 2});
  expect_near(dx, {115, 340, 105, 220, 103, 180});
  table->product({.x = x.data(), .y = nothing.data(), .outer = 1, .count = 0, .inner = 2});
  expect_near(nothing, {1, 1});
}

TEST_P(KernelReduceValues, GradientOfAProductWithZeros) {
  const Numbers x = {2, 0, 5, 2, 0, 0}, dy = {1, 1};
  Numbers dx(6);
  table->product_backward({.x = x.data(), .dy = dy.data(), .dx = dx.data(), .outer = 2, .count = 3, .inner = 1});
  expect_near(dx, {0, 10, 0, 0, 0, 0});
}

TEST_P(KernelReduceValues, CumulativeSum) {
  const Numbers x = {1, 2, 3, 4, 5, 6};
  Numbers y(6);
  CumulativeSumArgs args{.x = x.data(), .y = y.data(), .outer = 1, .count = 3, .inner = 2};
  table->cumulative_sum(args);
  expect_near(y, {1, 2, 4, 6, 9, 12});
  args.reverse = true;
  table->cumulative_sum(args);
  expect_near(y, {9, 12, 8, 10, 5, 6});
  args.accumulate = true;
  table->cumulative_sum(args);
  expect_near(y, {18, 24, 16, 20, 10, 12});
}

TEST_P(KernelReduceValues, ArgMax) {
  const auto arg_max = [&](const Numbers& x, int64_t inner, bool smallest) {
    std::vector<int32_t> index(inner);
    table->arg_max({.x = x.data(),
                    .index = index.data(),
                    .outer = 1,
                    .count = static_cast<int64_t>(x.size()) / inner,
                    .inner = inner,
                    .smallest = smallest});
    return index;
  };
  using Ids = std::vector<int32_t>;
  EXPECT_EQ(arg_max({1, 3, 2, 3}, 1, false), Ids{1});  // the first among equals
  EXPECT_EQ(arg_max({1, 3, 0, 0}, 1, true), Ids{2});
  EXPECT_EQ(arg_max({1, 3, 5, 2, 0, 9}, 2, false), (Ids{1, 2}));
  EXPECT_EQ(arg_max({1, 3, 5, 2, 0, 9}, 2, true), (Ids{2, 1}));
  for (const int64_t size : {5, 67, 200}) {
    Numbers x(size, real(-infinity));
    EXPECT_EQ(arg_max(x, 1, false), Ids{0});
    EXPECT_EQ(arg_max(x, 1, true), Ids{0});
    x[4] = real(infinity);
    EXPECT_EQ(arg_max(x, 1, false), Ids{4});
    x[1] = x[3] = real(not_a_number);  // the first NaN, before everything
    EXPECT_EQ(arg_max(x, 1, false), Ids{1});
    EXPECT_EQ(arg_max(x, 1, true), Ids{1});
    x[0] = x[size - 1] = real(not_a_number);
    EXPECT_EQ(arg_max(x, 1, false), Ids{0});
  }
}

TEST_P(KernelReduceValues, ArgSort) {
  Numbers x = {3, real(not_a_number), 0, -1, real(infinity), real(-0.0), 3, real(-infinity), real(not_a_number)};
  const std::vector<int32_t> up = {7, 3, 2, 5, 0, 6, 4, 1, 8}, down = {1, 8, 4, 0, 6, 2, 5, 3, 7};
  std::vector<int32_t> index(x.size());
  ArgSortArgs args{.x = x.data(), .index = index.data(), .outer = 1, .count = 9, .inner = 1};
  table->arg_sort(args);
  EXPECT_EQ(index, up);  // equal numbers keep their order, and -0 equals 0
  args.descending = true;
  table->arg_sort(args);
  EXPECT_EQ(index, down);
  // The same behind a long row of larger numbers.
  x.insert(x.end(), 91, 100);
  index.resize(x.size());
  args = {.x = x.data(), .index = index.data(), .outer = 1, .count = 100, .inner = 1};
  table->arg_sort(args);
  EXPECT_EQ(std::vector<int32_t>(index.begin(), index.begin() + 6), std::vector<int32_t>(up.begin(), up.begin() + 6));
  for (int i = 0; i < 91; ++i) EXPECT_EQ(index[6 + i], 9 + i);
  EXPECT_EQ(std::vector<int32_t>(index.end() - 3, index.end()), (std::vector<int32_t>{4, 1, 8}));
}

}  // namespace
}  // namespace dikkat::test
