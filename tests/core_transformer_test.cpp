// Special cases of a transformer's operations: nothing to see, everything hidden, NaN, infinity, padding, the last of
// several.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/ops.h"
#include "core/probe.h"
#include "kernels/table.h"
#include "tests/messages.h"

namespace dikkat::test {
namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();

std::vector<float> numbers(const Tensor& x) {
  const Tensor ordered = contiguous(x.detach());
  return {ordered.values().begin(), ordered.values().end()};
}

// Every test on both tables.
class OnEitherTable : public testing::TestWithParam<const KernelTable*> {
 protected:
  OnEitherTable() : before_(kernels()) { use_table(*GetParam()); }
  ~OnEitherTable() override {
    kernels().wait();
    use_table(before_);
  }

 private:
  const KernelTable& before_;
};
INSTANTIATE_TEST_SUITE_P(Core, OnEitherTable, testing::Values(&reference_table(), &cpu_table()),
                         [](const auto& info) { return std::string(info.param->name); });

// Index ---------------------------------------------------------------------------------------------------------------

TEST_P(OnEitherTable, OneHot) {
  const Tensor x = one_hot(Ids({2, 0, 1, 2}, {2, 2}), 3);
  EXPECT_EQ(x.shape(), (Shape{2, 2, 3}));
  EXPECT_EQ(numbers(x), (std::vector<float>{0, 0, 1, 1, 0, 0, 0, 1, 0, 0, 0, 1}));
  EXPECT_EQ(one_hot(Ids({}, {0}), 3).shape(), (Shape{0, 3}));
  expect_parts(message_of([] { one_hot(Ids({1, 3}), 3); }), {"one_hot", "1 to 3", "0 to 2"});
  expect_parts(message_of([] { one_hot(Ids({1, -1}), 3); }), {"one_hot", "-1 to 1", "0 to 2"});
  expect_parts(message_of([] { one_hot(Ids({0}), -1); }), {"one_hot", "classes", "-1"});
}

// The padding row gets nothing, and keeps what it had.
TEST_P(OnEitherTable, PaddingGetsNoGradient) {
  Tensor weight = ones({3, 2}).requires_grad_();
  sum(embedding(weight, Ids({2, 1, 1, 0, 2}), 1)).backward();
  EXPECT_EQ(numbers(weight.grad()), (std::vector<float>{1, 1, 0, 0, 2, 2}));
  sum(embedding(weight, Ids({1}))).backward();
  sum(embedding(weight, Ids({0, 1}), 1)).backward();
  EXPECT_EQ(numbers(weight.grad()), (std::vector<float>{2, 2, 1, 1, 2, 2}));
}

// Of several that are written to one place the last one counts; the others have no influence, and no gradient.
TEST_P(OnEitherTable, TheLastOfSeveralIsWritten) {
  Tensor x = tensor({1, 2, 3}).requires_grad_(), source = tensor({10, 20, 30, 40}).requires_grad_();
  const Tensor y = scatter(x, 0, Ids({1, 2, 1, 1}), source);
  EXPECT_EQ(numbers(y), (std::vector<float>{1, 40, 20}));
  sum(y * tensor({5, 6, 7})).backward();
  EXPECT_EQ(numbers(x.grad()), (std::vector<float>{5, 0, 0}));
  EXPECT_EQ(numbers(source.grad()), (std::vector<float>{0, 7, 0, 6}));
}

// Products and rows ---------------------------------------------------------------------------------------------------

// 0 * NaN and 0 * infinity are NaN and not skipped; the other rows stay what they are.
TEST_P(OnEitherTable, ProductsKeepNaN) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const std::vector<float> y = numbers(matmul(tensor({0, nan, 1, 2}, {2, 2}), tensor({1, 2, 3, 4}, {2, 2})));
  EXPECT_TRUE(std::isnan(y[0]) && std::isnan(y[1]));
  EXPECT_EQ(y[2], 7);
  EXPECT_EQ(y[3], 10);
  EXPECT_TRUE(std::isnan(matmul(tensor({0, 1}), tensor({infinity, 1})).item()));
}

TEST_P(OnEitherTable, RowsOfSoftmax) {
  const std::vector<float> seen = numbers(softmax(tensor({-infinity, 1, -infinity, 1}, {1, 4})));
  EXPECT_EQ(seen, (std::vector<float>{0, 0.5, 0, 0.5}));
  for (const float p : numbers(softmax(tensor({-infinity, -infinity}, {1, 2})))) EXPECT_TRUE(std::isnan(p));
  EXPECT_EQ(numbers(softmax(tensor({1e30, -1e30, 0}))), (std::vector<float>{1, 0, 0}));
  EXPECT_EQ(numbers(log_softmax(tensor({5, -infinity}))), (std::vector<float>{0, -infinity}));
}

TEST_P(OnEitherTable, NothingToNormalise) {
  EXPECT_EQ(numbers(layer_norm(full({1, 3}, 7))), (std::vector<float>{0, 0, 0}));
  EXPECT_EQ(numbers(rms_norm(zeros({1, 3}), ones({3}))), (std::vector<float>{0, 0, 0}));
  Tensor x = zeros({3}).requires_grad_();
  const Tensor y = normalize(x, -1, 0.5);
  EXPECT_EQ(numbers(y), (std::vector<float>{0, 0, 0}));
  sum(y).backward();
  EXPECT_EQ(numbers(x.grad()), (std::vector<float>{2, 2, 2}));  // 1 / eps: below it nothing is divided by the length
  // Far from 0 the variance is still that of the differences.
  const std::vector<float> far = numbers(layer_norm(tensor({10000, 10001, 10002})));
  EXPECT_NEAR(far[0], -1.2247, 1e-3);
  EXPECT_NEAR(far[1], 0, 1e-3);
}

// Attention -----------------------------------------------------------------------------------------------------------

constexpr auto fused = scaled_dot_product_attention, plain = scaled_dot_product_attention_plain;

Tensor some(const Shape& shape, double step) {
  Tensor x = empty(shape);
  double number = 0;
  for (Real& element : x.values()) element = static_cast<Real>(std::sin(number += step));
  return x;
}

void expect_all(const Tensor& x, double expected) {
  for (const float number : numbers(x)) EXPECT_NEAR(number, expected, 1e-5);
}
void expect_finite(const Tensor& x) {
  for (const float number : numbers(x)) EXPECT_TRUE(std::isfinite(number));
}

// A query that may see nothing gives 0, and no gradient goes through it; both definitions say so.
TEST_P(OnEitherTable, AttentionToNothing) {
  const Tensor mask = tensor({0, 0, -infinity, -infinity, -infinity, -infinity}, {3, 2});  // (Tq,Tk)
  for (const auto attention : {fused, plain}) {
    Tensor q = some({1, 3, 2, 4}, 0.3).requires_grad_(), k = some({1, 2, 2, 4}, 0.5).requires_grad_();
    Tensor v = some({1, 2, 2, 4}, 0.7).requires_grad_();
    const Probes probes;
    const Tensor out = attention(q, k, v, {.mask = mask});
    for (const float number : numbers(slice(out, 1, 1, 3))) EXPECT_EQ(number, 0);
    for (const float number : numbers(slice(out, 1, 0, 1))) EXPECT_NE(number, 0);
    sum(out * some(out.shape(), 0.9)).backward();
    for (const float number : numbers(slice(q.grad(), 1, 1, 3))) EXPECT_EQ(number, 0);
    for (const Tensor& x : {q, k, v}) expect_finite(x.grad());
    EXPECT_GT(sum(abs(v.grad())).item(), 0);
    if (attention == fused) continue;
    for (const float number : numbers(slice(probes.last("attention.weights"), 2, 1, 3))) EXPECT_EQ(number, 0);
  }
}

// Large finite numbers hide by comparison: where every key has one, all of them are seen alike.
TEST_P(OnEitherTable, AttentionWithAFiniteMask) {
  const Tensor q = some({1, 1, 1, 4}, 0.3), k = some({1, 3, 1, 4}, 0.5);
  const Tensor values = expand(tensor({1, 2, 6}, {1, 3, 1, 1}), {1, 3, 1, 4});
  for (const auto attention : {fused, plain}) {
    expect_all(attention(q, k, values, {.mask = full({}, -1e9)}), 3);
    expect_all(attention(q, k, values, {.mask = tensor({-1e9, 0, -1e9})}), 2);
    expect_finite(attention(q * 1e4, k * 1e4, values, {}));
  }
}

// The same of gradients: beside the large number the logarithm of the sum is lost.
TEST_P(OnEitherTable, GradientsUnderAFiniteMask) {
  const Tensor mask = tensor({0, 0, 0, -1e9, -1e9, -1e9, 0, -1e9, 0}, {3, 3});
  std::vector<Tensor> gradients;
  for (const auto attention : {fused, plain}) {
    Tensor q = some({1, 3, 1, 4}, 0.3).requires_grad_(), k = some({1, 3, 1, 4}, 0.5).requires_grad_();
    Tensor v = some({1, 3, 1, 4}, 0.7).requires_grad_();
    sum(attention(q, k, v, {.mask = mask}) * some({1, 3, 1, 4}, 0.9)).backward();
    gradients.push_back(stack({q.grad(), k.grad(), v.grad()}));
  }
  expect_all(gradients[0] - gradients[1], 0);
  EXPECT_GT(sum(abs(select(gradients[0], 0, 0))).item(), 0.1);
}

// A mask that learns gets its gradient from the fused operation, too.
TEST_P(OnEitherTable, AttentionPassesTheGradientOfItsMask) {
  const Tensor q = some({2, 3, 2, 4}, 0.3), k = some({2, 3, 2, 4}, 0.5), v = some({2, 3, 2, 4}, 0.7);
  std::vector<std::vector<float>> gradients;
  for (const auto attention : {fused, plain}) {
    Tensor mask = some({3, 3}, 0.2).requires_grad_();
    sum(attention(q, k, v, {.causal = true, .mask = mask})).backward();
    gradients.push_back(numbers(mask.grad()));
  }
  EXPECT_EQ(gradients[0], gradients[1]);
  EXPECT_NE(gradients[0][3], 0);
}

// A mask is read through the strides of a view.
TEST_P(OnEitherTable, AttentionReadsViewsOfMasks) {
  const Tensor q = some({2, 3, 2, 4}, 0.3), k = some({2, 3, 2, 4}, 0.5), v = some({2, 3, 2, 4}, 0.7);
  const Tensor square = some({3, 3}, 0.2), row = some({3}, 0.2);
  for (const Tensor& mask : {transpose(square), expand(row, {2, 2, 3, 3}), slice(some({3, 9}, 0.2), 1, 2, 9, 3)})
    EXPECT_EQ(numbers(fused(q, k, v, {.mask = mask})), numbers(fused(q, k, v, {.mask = contiguous(mask)})));
}

TEST_P(OnEitherTable, OneQueryOverPaddingAlone) {
  Tensor query = some({2, 3}, 0.3).requires_grad_(), keys = some({2, 2, 3}, 0.5).requires_grad_();
  const Tensor weight = some({3, 3}, 0.7), v = some({3}, 0.9), mask = tensor({1, 0, 0, 0}, {2, 2});
  for (const ContextAndWeights& seen :
       {additive_attention(query, keys, weight, weight, v, mask), dot_attention(query, keys, weight, mask)}) {
    EXPECT_EQ(numbers(seen.weights), (std::vector<float>{1, 0, 0, 0}));
    EXPECT_EQ(numbers(select(seen.context, 0, 0)), numbers(select(select(keys, 0, 0), 0, 0)));
    EXPECT_EQ(numbers(select(seen.context, 0, 1)), (std::vector<float>{0, 0, 0}));
    keys.zero_grad();
    sum(seen.context).backward();
    expect_finite(keys.grad());
    expect_finite(query.grad());
  }
}

// Pictures ------------------------------------------------------------------------------------------------------------

// The padding of the largest never wins, that of the mean counts as zeros.
TEST_P(OnEitherTable, PaddingOfPools) {
  Tensor x = full({1, 1, 2, 2}, -3).requires_grad_();
  const Tensor largest = max_pool2d(x, 2, {.stride = 2, .padding = 1});
  EXPECT_EQ(numbers(largest), (std::vector<float>{-3, -3, -3, -3}));
  sum(largest).backward();
  EXPECT_EQ(numbers(x.grad()), (std::vector<float>{1, 1, 1, 1}));
  EXPECT_EQ(numbers(avg_pool2d(x, 2, {.stride = 2, .padding = 1})), (std::vector<float>{-0.75, -0.75, -0.75, -0.75}));
}

}  // namespace
}  // namespace dikkat::test
