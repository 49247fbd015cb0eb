// Kernels on rows, indices and pictures against numbers worked out by hand, with infinity and NaN. Every test runs on
// both tables.
#include "tests/kernel_values.h"

namespace dikkat::test {
namespace {

using KernelRows = KernelValues;
INSTANTIATE_TEST_SUITE_P(On, KernelRows, testing::Values("reference", "cpu"),
                         [](const auto& info) { return std::string(info.param); });

TEST_P(KernelRows, LogSoftmax) {
  const Numbers x = {real(0), real(std::log(2)), real(std::log(5)), 1000, 1000, 1000}, dy = {8, 0, 0, 1, 2, 3};
  Numbers y(6), dx(6, 1);
  table->log_softmax({.x = x.data(), .y = y.data(), .rows = 2, .cols = 3});
  const double third = -std::log(3);
  expect_near(y, {std::log(0.125), std::log(0.25), std::log(0.625), third, third, third});
  table->log_softmax_backward({.y = y.data(), .dy = dy.data(), .dx = dx.data(), .rows = 2, .cols = 3});
  expect_near(dx, {1 + 8 - 1, 1 - 2, 1 - 5, 1 + 1 - 2, 1, 1 + 3 - 2});
}

TEST_P(KernelRows, LogSumExp) {
  const Numbers x = {real(0), real(std::log(2)), real(std::log(5)), 1000, 1000, 1000}, dy = {8, 3};
  Numbers y(2), dx(6, 1);
  table->log_sum_exp({.x = x.data(), .y = y.data(), .rows = 2, .cols = 3});
  expect_near(y, {std::log(8), 1000 + std::log(3)});
  table->log_sum_exp_backward({.x = x.data(), .y = y.data(), .dy = dy.data(), .dx = dx.data(), .rows = 2, .cols = 3});
  expect_near(dx, {2, 3, 6, 2, 2, 2}, 1e-4);
}

// Rows of -inf alone, with -inf and with +inf, and with NaN, and what flows back through them.
TEST_P(KernelRows, LogSoftmaxOfInfinity) {
  for (const int64_t cols : {4, 67}) {
    Numbers x(cols * 4, real(-infinity)), y(cols * 4), dy(cols * 4, 2), dx(cols * 4, 1);
    x[1] = x[cols - 1] = 3;            // row 0: two that count;  row 1: -inf alone
    x[2 * cols + 2] = real(infinity);  // row 2
    for (int64_t i = 0; i < cols; ++i) x[3 * cols + i] = 1;
    x[4 * cols - 1] = real(not_a_number);  // row 3
    table->log_softmax({.x = x.data(), .y = y.data(), .rows = 4, .cols = cols});
    table->log_softmax_backward({.y = y.data(), .dy = dy.data(), .dx = dx.data(), .rows = 4, .cols = cols});
    std::vector<double> expected_y(cols * 4, not_a_number), expected_dx(cols * 4, not_a_number);
    for (int64_t i = 0; i < cols; ++i) {
      const bool counts = i == 1 || i == cols - 1;
      expected_y[i] = counts ? -std::log(2) : -infinity;
      expected_dx[i] = counts ? 1 + 2 - static_cast<double>(cols) : 3;
    }
    expect_near(y, expected_y);
    expect_near(dx, expected_dx);
  }
}

TEST_P(KernelRows, LogSumExpOfInfinity) {
  for (const int64_t cols : {4, 67}) {
    Numbers x(cols * 4, real(-infinity)), y(4), dx(cols * 4, 1);
    const Numbers dy(4, 2);
    x[1] = x[cols - 1] = 3;            // row 0: two that count;  row 1: -inf alone
    x[2 * cols + 2] = real(infinity);  // row 2
    for (int64_t i = 0; i < cols; ++i) x[3 * cols + i] = 1;
    x[4 * cols - 1] = real(not_a_number);  // row 3
    table->log_sum_exp({.x = x.data(), .y = y.data(), .rows = 4, .cols = cols});
    expect_near(y, {3 + std::log(2), -infinity, infinity, not_a_number});
    table->log_sum_exp_backward(
        {.x = x.data(), .y = y.data(), .dy = dy.data(), .dx = dx.data(), .rows = 4, .cols = cols});
    std::vector<double> expected(cols * 4, 1);
    expected[1] = expected[cols - 1] = 1 + 2 * 0.5;
    expected[2 * cols + 2] = not_a_number;
    for (int64_t i = 3 * cols; i < 4 * cols; ++i) expected[i] = not_a_number;
    expect_near(dx, expected, 1e-5);
  }
}

TEST_P(KernelRows, RmsNorm) {
  const Numbers x = {1, 7, 3, 3, 0, 0}, weight = {2, 3};
  Numbers y(6), rstd(3);
  table->rms_norm({.x = x.data(),
                   .weight = weight.data(),
                   .y = y.data(),
                   .rstd = rstd.data(),
                   .rows = 3,
                   .cols = 2,
                   .eps = real(0.25)});
  const double a = 1 / std::sqrt(25.25), b = 1 / std::sqrt(9.25);
  expect_near(rstd, {a, b, 2});
  expect_near(y, {2 * a, 21 * a, 6 * b, 9 * b, 0, 0});
}

TEST_P(KernelRows, RmsNormBackward) {
  const Numbers x = {1, 7}, weight = {2, 1}, rstd = {0.2}, dy = {0.5, 1};  // h = (0.2, 1.4), g = (1, 1)
  Numbers dx = {10, 10}, dweight = {10, 10};
  table->rms_norm_backward({.x = x.data(),
                            .weight = weight.data(),
                            .rstd = rstd.data(),
                            .dy = dy.data(),
                            .dx = dx.data(),
                            .dweight = dweight.data(),
                            .rows = 1,
                            .cols = 2});
  expect_near(dx, {10 + 0.2 * (1 - 0.2 * 0.8), 10 + 0.2 * (1 - 1.4 * 0.8)});
  expect_near(dweight, {10.1, 11.4});
}

// Pairs turned by a right angle, and by one whose cos and sin are 0.6 and 0.8.
TEST_P(KernelRows, Rotary) {
  const Numbers x = {1, 2, 3, 4}, cos = {0, real(0.6)}, sin = {1, real(0.8)};
  Numbers y(4, 100);
  RotaryArgs args{.x = x.data(), .cos = cos.data(), .sin = sin.data(), .y = y.data()};
  args.batch = args.time = args.heads = 1, args.size = 4;
  table->rotary(args);  // pairs (1, 3) and (2, 4)
  expect_near(y, {-3, 1.2 - 3.2, 1, 1.6 + 2.4});
  args.interleaved = true;  // pairs (1, 2) and (3, 4)
  table->rotary(args);
  expect_near(y, {-2, 1, 1.8 - 3.2, 2.4 + 2.4});
  args.inverse = args.accumulate = true;
  table->rotary(args);
  expect_near(y, {-2 + 2, 1 - 1, 1.8 - 3.2 + 1.8 + 3.2, 2.4 + 2.4 + 2.4 - 2.4});
}

TEST_P(KernelRows, Gather) {
  const Numbers x = {1, 2, 3, 4, 5, 6};  // (3,2)
  const std::vector<int32_t> index = {2, 0, 1, 1};
  Numbers y(4, 100);
  GatherArgs args{.x = x.data(), .index = index.data(), .y = y.data(), .rank = 2, .dim = 0, .count = 3};
  args.shape[0] = args.shape[1] = 2;
  args.x_steps[0] = args.index_steps[0] = args.y_steps[0] = 2;
  args.x_steps[1] = args.index_steps[1] = args.y_steps[1] = 1;
  table->gather(args);
  expect_near(y, {5, 2, 3, 4});
  args.index_steps[0] = 1, args.index_steps[1] = 0;  // one list for all columns: rows 2 and 0
  args.accumulate = true;
  table->gather(args);
  expect_near(y, {10, 8, 4, 6});
}

TEST_P(KernelRows, Scatter) {
  const Numbers x = {1, 2, 3, 4};  // (2,2)
  const std::vector<int32_t> index = {2, 0, 2, 1};
  Numbers y = {10, 20, 30, 40, 50, 60};  // (3,2)
  ScatterArgs args{.x = x.data(), .index = index.data(), .y = y.data(), .rank = 2, .dim = 0, .count = 3};
  args.shape[0] = args.shape[1] = 2;
  args.x_steps[0] = args.index_steps[0] = args.y_steps[0] = 2;
  args.x_steps[1] = args.index_steps[1] = args.y_steps[1] = 1;
  args.accumulate = true;
  table->scatter(args);
  expect_near(y, {10, 22, 30, 44, 54, 60});
  args.accumulate = false;
  table->scatter(args);  // the last of the two that go to element (2,0) counts
  expect_near(y, {10, 2, 30, 4, 3, 60});
  args.x = nullptr, args.value = 7;
  args.index_steps[0] = 2, args.index_steps[1] = 0;  // rows 2 and 2
  table->scatter(args);
  expect_near(y, {10, 2, 30, 4, 7, 7});
}

// A 2x2 kernel on a picture of 2x3 with one column of padding at each side, two columns further each time.
TEST_P(KernelRows, Unfold) {
  const Numbers x = {1, 2, 3, 4, 5, 6};
  Numbers y(8), dx(6, 100);
  const UnfoldSizes sizes{.batch = 1,
                          .channels = 1,
                          .height = 2,
                          .width = 3,
                          .kernel_height = 2,
                          .kernel_width = 2,
                          .stride_width = 2,
                          .padding_width = 1};
  ASSERT_EQ(sizes.out_height(), 1);
  ASSERT_EQ(sizes.out_width(), 2);
  table->unfold({.x = x.data(), .y = y.data(), .sizes = sizes, .value = 9});
  expect_near(y, {9, 2, 1, 3, 9, 5, 4, 6});
  const Numbers dy = {1, 2, 3, 4, 5, 6, 7, 8};
  table->unfold_backward({.dy = dy.data(), .dx = dx.data(), .sizes = sizes});
  expect_near(dx, {103, 102, 104, 107, 106, 108});
  UnfoldSizes overlapping = sizes;
  overlapping.stride_width = 1, overlapping.padding_width = 0;  // patches 1 2 4 5 and 2 3 5 6
  table->unfold_backward({.dy = dy.data(), .dx = dx.data(), .sizes = overlapping});
  expect_near(dx, {104, 102 + 2 + 3, 108, 112, 106 + 6 + 7, 116});
}

}  // namespace
}  // namespace dikkat::test
