// Kernels against numbers worked out by hand and against published ones. Every test runs on both tables.
#include "tests/kernel_values.h"

#include <numbers>

#include "kernels/random.h"

namespace dikkat::test {
namespace {

INSTANTIATE_TEST_SUITE_P(On, KernelValues, testing::Values("reference", "cpu"),
                         [](const auto& info) { return std::string(info.param); });

// The known answers that its authors publish with Philox4x32-10.
TEST(Philox, KnownAnswers) {
  const auto expect = [](const RandomStream& stream, uint64_t block, const Philox4& expected) {
    const Philox4 got = philox(stream, block);
    for (int i = 0; i < 4; ++i) EXPECT_EQ(got.v[i], expected.v[i]) << i;
  };
  expect({}, 0, {{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}});
  expect({.seed = ~uint64_t{0}, .operation = ~uint32_t{0}, .step = ~uint32_t{0}}, ~uint64_t{0},
         {{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}});
  expect({.seed = 0x299f31d0a4093822, .operation = 0x13198a2e, .step = 0x03707344}, 0x85a308d3243f6a88,
         {{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}});
}

TEST_P(KernelValues, Matmul) {
  const Numbers a = {1, 2, 3, 4}, b = {5, 6, 7, 8}, bias = {100, 200};
  Numbers c = {1, 1, 1, 1};
  MatmulArgs args{.a = a.data(),
                  .b = b.data(),
                  .c = c.data(),
                  .a_steps = {.row = 2},
                  .b_steps = {.row = 2},
                  .c_steps = {.row = 2},
                  .m = 2,
                  .n = 2,
                  .k = 2};
  table->matmul(args);
  expect_near(c, {19, 22, 43, 50});
  args.accumulate = true;
  args.bias = bias.data();
  table->matmul(args);
  expect_near(c, {138, 244, 186, 300});
}

TEST_P(KernelValues, Softmax) {
  const Numbers x = {real(0), real(std::log(2)), real(std::log(5)), 7, 7, 7}, dp = {8, 0, 0, 1, 2, 3};
  Numbers p(6), dx(6, 1);
  table->softmax({.x = x.data(), .p = p.data(), .rows = 2, .cols = 3});
  expect_near(p, {0.125, 0.25, 0.625, 1.0 / 3, 1.0 / 3, 1.0 / 3});
  table->softmax_backward({.p = p.data(), .dp = dp.data(), .dx = dx.data(), .rows = 2, .cols = 3});
  expect_near(dx, {1 + 0.125 * 7, 1 - 0.25, 1 - 0.625, 1 - 1.0 / 3, 1, 1 + 1.0 / 3});
}

TEST_P(KernelValues, LayerNorm) {
  const Numbers x = {1, 3, 5, 5}, weight = {2, 3}, bias = {10, 20};
  Numbers y(4), mean(2), rstd(2);
  table->layer_norm({.x = x.data(),
                     .weight = weight.data(),
                     .bias = bias.data(),
                     .y = y.data(),
                     .mean = mean.data(),
                     .rstd = rstd.data(),
                     .rows = 2,
                     .cols = 2,
                     .eps = real(0.25)});
  const double r = 1 / std::sqrt(1.25);
  expect_near(mean, {2, 5});
  expect_near(rstd, {r, 2});
  expect_near(y, {10 - 2 * r, 20 + 3 * r, 10, 20});
}

TEST_P(KernelValues, LayerNormBackward) {
  const double a = std::sqrt(1.5);  // mean 0, variance 1
  const Numbers x = {real(-a), 0, real(a)}, weight = {2, 1, 1}, mean = {0}, rstd = {1}, dy = {0.5, 0, 0};
  Numbers dx(3), dweight(3), dbias(3);
  table->layer_norm_backward({.x = x.data(),
                              .weight = weight.data(),
                              .mean = mean.data(),
                              .rstd = rstd.data(),
                              .dy = dy.data(),
                              .dx = dx.data(),
                              .dweight = dweight.data(),
                              .dbias = dbias.data(),
                              .rows = 1,
                              .cols = 3});
  expect_near(dx, {1.0 / 6, -1.0 / 3, 1.0 / 6});  // g = (1, 0, 0)
  expect_near(dweight, {-a / 2, 0, 0});
  expect_near(dbias, {0.5, 0, 0});
}

// Two keys whose scores are 0 and ln 3, so that the probabilities are 1/4 and 3/4.
TEST_P(KernelValues, Attention) {
  const double ln3 = std::log(3);
  const Numbers q = {real(ln3 / 2), real(ln3 / 2)}, k = {0, 1}, v = {4, 8}, dout = {0, 1};
  Numbers out(2), log_sum_exp(2), dq(2), dk(2), dv(2);
  const HeadSteps steps{.batch = 2, .time = 1, .head = 1};
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
                    .queries = 2,
                    .keys = 2,
                    .head_size = 1,
                    .scale = 2,
                    .causal = true});
  expect_near(out, {4, 7});
  expect_near(log_sum_exp, {0, std::log(4)});
  table->attention_backward({.q = q.data(),
                             .k = k.data(),
                             .v = v.data(),
                             .out = out.data(),
                             .log_sum_exp = log_sum_exp.data(),
                             .dout = dout.data(),
                             .dq = dq.data(),
                             .dk = dk.data(),
                             .dv = dv.data(),
                             .q_steps = steps,
                             .k_steps = steps,
                             .v_steps = steps,
                             .out_steps = steps,
                             .dout_steps = steps,
                             .dq_steps = steps,
                             .dk_steps = steps,
                             .dv_steps = steps,
                             .batch = 1,
                             .heads = 1,
                             .queries = 2,
                             .keys = 2,
                             .head_size = 1,
                             .scale = 2,
                             .causal = true});
  expect_near(dv, {0.25, 0.75});
  expect_near(dq, {0, 2 * 0.75});  // ds = (1/4 (4 - 7), 3/4 (8 - 7))
  expect_near(dk, {-0.75 * ln3, 0.75 * ln3}, 1e-5);
}

TEST_P(KernelValues, CrossEntropy) {
  const Numbers logits = {0, real(std::log(3)), 5, 5, 0, real(std::log(3))};
  const std::vector<int32_t> targets = {0, ignore_index, 1};
  Numbers row_loss(3), log_sum_exp(3), loss(1), count(1), dlogits(6, 1), dloss = {2};
  table->cross_entropy({.logits = logits.data(),
                        .targets = targets.data(),
                        .row_loss = row_loss.data(),
                        .log_sum_exp = log_sum_exp.data(),
                        .loss = loss.data(),
                        .count = count.data(),
                        .rows = 3,
                        .cols = 2});
  expect_near(row_loss, {std::log(4), 0, std::log(4.0 / 3)});
  expect_near(log_sum_exp, {std::log(4), 5 + std::log(2), std::log(4)});
  expect_near(loss, {(std::log(4) + std::log(4.0 / 3)) / 2});
  expect_near(count, {2});
  table->cross_entropy_backward({.logits = logits.data(),
                                 .targets = targets.data(),
                                 .log_sum_exp = log_sum_exp.data(),
                                 .count = count.data(),
                                 .dloss = dloss.data(),
                                 .dlogits = dlogits.data(),
                                 .rows = 3,
                                 .cols = 2});
  expect_near(dlogits, {1 - 0.75, 1 + 0.75, 1, 1, 1 + 0.25, 1 - 0.25});
}

TEST_P(KernelValues, Embedding) {
  const Numbers weight = {1, 2, 3, 4, 5, 6}, dy = {10, 20, 30, 40, 50, 60};
  const std::vector<int32_t> ids = {2, 0, 2};
  Numbers y(6), dweight(6, 1);
  table->embedding({.weight = weight.data(), .ids = ids.data(), .y = y.data(), .rows = 3, .cols = 2, .vocabulary = 3});
  expect_near(y, {5, 6, 1, 2, 5, 6});
  table->embedding_backward(
      {.ids = ids.data(), .dy = dy.data(), .dweight = dweight.data(), .rows = 3, .cols = 2, .vocabulary = 3});
  expect_near(dweight, {31, 41, 1, 1, 61, 81});
}

TEST_P(KernelValues, AdamW) {
  Numbers weight = {1}, m = {0}, v = {0}, gradient = {0.5}, squared_norm = {4};
  AdamWArgs args{
      .weight = weight.data(), .gradient = gradient.data(), .m = m.data(), .v = v.data(), .size = 1, .rate = 0.1};
  table->adamw(args);  // the first direction is 0.5 / sqrt(0.25)
  expect_near(weight, {0.899});
  expect_near(m, {0.05});
  expect_near(v, {0.00025}, 1e-9);
  gradient[0] = -0.5;
  args.step = 2;
  table->adamw(args);
  expect_near(m, {-0.005});
  expect_near(v, {0.00049975}, 1e-9);
  expect_near(weight, {0.898101 + 0.1 * 0.005 / 0.19 / 0.5});
  weight = {1}, m = {0}, v = {0};
  args.step = 1;
  args.squared_norm = squared_norm.data();  // a norm of 2 halves the gradient
  table->adamw(args);
  expect_near(m, {-0.025}, 1e-6);
}

TEST_P(KernelValues, RandomUniform) {
  Numbers y(100001);
  table->random({.distribution = Distribution::uniform,
                 .y = y.data(),
                 .size = 100001,
                 .first = 2,
                 .second = 5,
                 .stream = {.seed = 1}});
  double sum = 0;
  for (const Real number : y) {
    ASSERT_TRUE(number >= 2 && number <= 5) << number;
    sum += number;
  }
  EXPECT_NEAR(sum / 100001, 3.5, 5 * std::sqrt(9.0 / 12 / 100001));
  EXPECT_NEAR(y[5], 2 + 3 * random_uniform({.seed = 1}, 5), 1e-6);
}

TEST_P(KernelValues, RandomNormal) {
  constexpr int64_t size = 100001;
  Numbers y(size), few(7);
  RandomArgs args{.distribution = Distribution::normal,
                  .y = y.data(),
                  .size = size,
                  .first = 3,
                  .second = 2,
                  .stream = {.seed = 1, .operation = 4}};
  table->random(args);
  double mean = 0, variance = 0, together = 0;
  int64_t within = 0;
  for (const Real number : y) mean += number / double{size};
  for (int64_t i = 0; i < size; ++i) {
    variance += (y[i] - mean) * (y[i] - mean) / size;
    if (i > 0) together += (y[i] - mean) * (y[i - 1] - mean) / size;
    within += std::abs(y[i] - 3) < 2;
  }
  // Five standard deviations of each estimate.
  EXPECT_NEAR(mean, 3, 5 * 2 / std::sqrt(double{size}));
  EXPECT_NEAR(variance, 4, 5 * 4 * std::sqrt(2.0 / size));
  EXPECT_NEAR(together, 0, 5 * 4 / std::sqrt(double{size}));
  EXPECT_NEAR(within / double{size}, std::erf(std::numbers::sqrt2 / 2), 5 * std::sqrt(0.22 / size));
  args.y = few.data();  // an element does not depend on how many are drawn
  args.size = 7;
  table->random(args);
  for (int i = 0; i < 7; ++i) EXPECT_EQ(few[i], y[i]) << i;
}

TEST_P(KernelValues, SampleFollowsTheProbabilities) {
  constexpr int64_t rows = 20000;
  Numbers logits(rows * 4);
  for (int64_t row = 0; row < rows; ++row) {
    const Numbers one = {0, real(std::log(2) / 2), real(-infinity), real(std::log(5) / 2)};
    std::copy(one.begin(), one.end(), logits.begin() + row * 4);
  }
  std::vector<int32_t> ids(rows);
  const auto count = [&](int64_t top_k) {
    table->sample({.logits = logits.data(),
                   .ids = ids.data(),
                   .rows = rows,
                   .cols = 4,
                   .top_k = top_k,
                   .temperature = 0.5,
                   .stream = {.seed = 8}});
    std::vector<int64_t> counts(4);
    for (const int32_t id : ids) ++counts.at(id);
    return counts;
  };
  const auto expect = [&](int64_t counted, double probability) {
    EXPECT_NEAR(counted / double{rows}, probability, 5 * std::sqrt(probability * (1 - probability) / rows));
  };
  const auto all = count(0), two = count(2), one = count(1);
  expect(all[0], 0.125);
  expect(all[1], 0.25);
  expect(all[2], 0);
  expect(all[3], 0.625);
  expect(two[0], 0);
  expect(two[1], 2.0 / 7);
  expect(two[3], 5.0 / 7);
  EXPECT_EQ(one[3], rows);
}

TEST_P(KernelValues, SampleTakesTheSmallerIdAmongEquals) {
  const Numbers row = {1, 2, 0, 2, 2, 1};
  Numbers logits;
  for (int i = 0; i < 500; ++i) logits.insert(logits.end(), row.begin(), row.end());
  std::vector<int32_t> ids(500);
  SampleArgs args{.logits = logits.data(), .ids = ids.data(), .rows = 500, .cols = 6, .top_k = 2};
  table->sample(args);
  EXPECT_EQ(std::count(ids.begin(), ids.end(), 1) + std::count(ids.begin(), ids.end(), 3), 500);
  EXPECT_GT(std::count(ids.begin(), ids.end(), 3), 0);
  args.temperature = 0;
  for (const int64_t top_k : {0, 2}) {
    args.top_k = top_k;
    table->sample(args);
    EXPECT_EQ(std::count(ids.begin(), ids.end(), 1), 500);
  }
}

}  // namespace
}  // namespace dikkat::test
