// Infinity, NaN, empty rows, the last bit: kernels must do with them what the formula says. Every test runs on both
// tables.
#include "tests/kernel_values.h"

namespace dikkat::test {
namespace {

using KernelSpecialValues = KernelValues;
INSTANTIATE_TEST_SUITE_P(On, KernelSpecialValues, testing::Values("reference", "cpu"),
                         [](const auto& info) { return std::string(info.param); });

TEST_P(KernelSpecialValues, MatmulPassesNaNAndForgetsOldC) {
  constexpr int64_t size = 19;
  Numbers a(size * size, 1), b(size * size, 1), c(size * size, real(not_a_number));
  a[3 * size + 5] = 0;
  b[5 * size + 7] = real(infinity);
  b[6 * size + 8] = real(not_a_number);
  MatmulArgs args{.a = a.data(),
                  .b = b.data(),
                  .c = c.data(),
                  .a_steps = {.row = size},
                  .b_steps = {.row = size},
                  .c_steps = {.row = size},
                  .m = size,
                  .n = size,
                  .k = size};
  table->matmul(args);
  for (int64_t row = 0; row < size; ++row) {
    for (int64_t column = 0; column < size; ++column) {
      const double got = c[row * size + column];
      if (column == 8 || (row == 3 && column == 7)) {
        EXPECT_TRUE(std::isnan(got)) << row << " " << column;
      } else {
        EXPECT_EQ(got, column == 7 ? infinity : row == 3 ? size - 1 : size) << row << " " << column;
      }
    }
  }
  args.k = 0;
  table->matmul(args);
  EXPECT_EQ(std::count(c.begin(), c.end(), Real{0}), size * size);
}

// Quotients that float rounds correctly, though the products with the rounded reciprocals lie beside them.
TEST_P(KernelSpecialValues, DivisionByANumberIsRoundedOnce) {
  for (const Real divisor : {3, 7, 41, 47, 49, 55, 61, 82, 83, 94, 97, 98}) {
    Numbers x, expected;
    for (int i = 1; i < 200; ++i) x.push_back(divisor * static_cast<Real>(i));
    for (const Real number : x) expected.push_back(number / divisor);
    Numbers y(x.size()), dx(x.size());
    const auto size = static_cast<int64_t>(x.size());
    table->unary({.function = Unary::divide, .x = x.data(), .y = y.data(), .size = size, .alpha = divisor});
    table->unary_backward({.function = Unary::divide,
                           .x = x.data(),
                           .y = y.data(),
                           .dy = x.data(),
                           .dx = dx.data(),
                           .size = size,
                           .alpha = divisor});
    EXPECT_EQ(y, expected) << divisor;
    EXPECT_EQ(dx, expected) << divisor;
  }
}

TEST_P(KernelSpecialValues, SoftmaxOfInfinity) {
  for (const int64_t cols : {4, 67}) {
    Numbers x(cols * 4, real(-infinity)), p(cols * 4);
    x[1] = x[cols - 1] = 3;            // row 0: two that count;  row 1: -inf alone
    x[2 * cols + 2] = real(infinity);  // row 2
    for (int64_t i = 0; i < cols; ++i) x[3 * cols + i] = 1;
    x[4 * cols - 1] = real(not_a_number);  // row 3
    table->softmax({.x = x.data(), .p = p.data(), .rows = 4, .cols = cols});
    std::vector<double> expected(cols * 4, not_a_number);
    for (int64_t i = 0; i < cols; ++i) expected[i] = i == 1 || i == cols - 1 ? 0.5 : 0;
    expect_near(p, expected);
  }
}

TEST_P(KernelSpecialValues, CrossEntropyOfIgnoredRowsAndInfinity) {
  constexpr int64_t rows = 3, cols = 19;
  Numbers logits(rows * cols, 1), row_loss(rows), log_sum_exp(rows), loss(1), count(1), dlogits(rows * cols, 1);
  std::vector<int32_t> targets = {4, ignore_index, 5};
  for (int64_t i = 0; i < cols; ++i) logits[cols + i] = real(not_a_number);
  const auto run = [&] {
    table->cross_entropy({.logits = logits.data(),
                          .targets = targets.data(),
                          .row_loss = row_loss.data(),
                          .log_sum_exp = log_sum_exp.data(),
                          .loss = loss.data(),
                          .count = count.data(),
                          .rows = rows,
                          .cols = cols});
  };
  run();  // what an ignored row holds does not matter
  expect_near(row_loss, {std::log(cols), 0, std::log(cols)});
  expect_near(loss, {std::log(cols)});
  logits[4] = real(-infinity);  // the target is impossible
  run();
  expect_near(row_loss, {infinity, 0, std::log(cols)});
  expect_near(loss, {infinity});
  targets.assign(rows, ignore_index);
  run();
  expect_near(row_loss, {0, 0, 0});
  expect_near(loss, {not_a_number});
  expect_near(count, {0});
  const Numbers dloss = {1};
  table->cross_entropy_backward({.logits = logits.data(),
                                 .targets = targets.data(),
                                 .log_sum_exp = log_sum_exp.data(),
                                 .count = count.data(),
                                 .dloss = dloss.data(),
                                 .dlogits = dlogits.data(),
                                 .rows = rows,
                                 .cols = cols});
  expect_near(dlogits, std::vector<double>(rows * cols, 1));
}

TEST_P(KernelSpecialValues, LayerNormKeepsNaNInItsRow) {
  constexpr int64_t cols = 19;
  Numbers x(2 * cols, 4), weight(cols, 1), y(2 * cols), mean(2), rstd(2);
  x[3] = real(not_a_number);
  table->layer_norm({.x = x.data(),
                     .weight = weight.data(),
                     .y = y.data(),
                     .mean = mean.data(),
                     .rstd = rstd.data(),
                     .rows = 2,
                     .cols = cols,
                     .eps = real(0.0001)});
  std::vector<double> expected(2 * cols, 0);  // a row of equal numbers becomes 0
  for (int64_t i = 0; i < cols; ++i) expected[i] = not_a_number;
  expect_near(y, expected);
  expect_near(rstd, {not_a_number, 100}, 1e-4);
}

// Keys and values that no query may see can hold anything.
TEST_P(KernelSpecialValues, CausalAttentionNeverTouchesTheFuture) {
  constexpr int64_t time = 70, size = 16;
  Numbers q(time * size, real(0.5)), k(time * size, real(0.5)), v(time * size, 3), out(time * size), log_sum_exp(time),
      dout(time * size, 1), dq(time * size);
  for (int64_t i = 0; i < size; ++i) {
    k[(time - 1) * size + i] = real(not_a_number);
    v[(time - 1) * size + i] = real(not_a_number);
  }
  const HeadSteps steps{.batch = time * size, .time = size, .head = size};
  table->attention({.q = q.data(),
                    .k = k.data(),
                    .v = v.data(),
                    .out = out.data(),
                    .log_sum_exp = log_sum_exp.data(),
                    .q_steps = steps,
                    .k_steps = steps,
                    .v_steps = steps,
                    .out_steps = steps,
                    .batch = 1,
                    .heads = 1,
                    .queries = time,
                    .keys = time,
                    .head_size = size,
                    .scale = 1,
                    .causal = true});
  table->attention_backward({.q = q.data(),
                             .k = k.data(),
                             .v = v.data(),
                             .out = out.data(),
                             .log_sum_exp = log_sum_exp.data(),
                             .dout = dout.data(),
                             .dq = dq.data(),
                             .q_steps = steps,
                             .k_steps = steps,
                             .v_steps = steps,
                             .out_steps = steps,
                             .dout_steps = steps,
                             .dq_steps = steps,
                             .batch = 1,
                             .heads = 1,
                             .queries = time,
                             .keys = time,
                             .head_size = size,
                             .scale = 1,
                             .causal = true});
  std::vector<double> expected_out(time * size, 3), expected_dq(time * size, 0);
  for (int64_t i = (time - 1) * size; i < time * size; ++i) expected_out[i] = expected_dq[i] = not_a_number;
  expect_near(out, expected_out, 1e-5);
  expect_near(dq, expected_dq, 1e-4);
}

TEST_P(KernelSpecialValues, SampleAlwaysGivesAnId) {
  constexpr int64_t cols = 19;
  for (const double value : {-infinity, infinity, not_a_number}) {
    const Numbers logits(cols, real(value));
    for (const int64_t top_k : {0, 5}) {
      for (const Real temperature : {0, 1}) {
        int32_t id = -1;
        table->sample(
            {.logits = logits.data(), .ids = &id, .rows = 1, .cols = cols, .top_k = top_k, .temperature = temperature});
        EXPECT_TRUE(id >= 0 && id < cols) << id << " from " << value;
      }
    }
  }
}

TEST_P(KernelSpecialValues, AdamWOfANaNNorm) {
  Numbers weight(19, 1), gradient(19, 1), m(19, 0), v(19, 0), squared_norm = {real(not_a_number)};
  table->adamw({.weight = weight.data(),
                .gradient = gradient.data(),
                .m = m.data(),
                .v = v.data(),
                .squared_norm = squared_norm.data(),
                .size = 19});
  expect_near(weight, std::vector<double>(19, not_a_number));
}

}  // namespace
}  // namespace dikkat::test
