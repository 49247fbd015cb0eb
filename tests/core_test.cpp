// Autograd: how gradients add up, what a graph leaves behind, and what happens when one is used wrongly.
#include <gtest/gtest.h>

#include <cmath>

#include "core/autograd.h"
#include "core/ops.h"
#include "core/print.h"
#include "core/probe.h"
#include "tests/messages.h"

namespace dikkat::test {
namespace {

using Values = std::vector<Real>;

Values values_of(const Tensor& x) {
  const NoGrad reading;
  const Tensor ordered = contiguous(x);
  return {ordered.values().begin(), ordered.values().end()};
}

Tensor leaf(const std::vector<double>& numbers, const Shape& shape) {
  return tensor(numbers, shape).requires_grad_();
}
Tensor leaf(const std::vector<double>& numbers) {
  return leaf(numbers, {static_cast<int64_t>(numbers.size())});
}

TEST(Backward, AddsUpOverBothUses) {
  Tensor a = leaf({3}, {});
  const Tensor b = a + a;
  Tensor c = b + b;
  c.backward();
  EXPECT_EQ(c.item(), 12);
  EXPECT_EQ(a.grad().item(), 4);
}

TEST(Backward, AddsUpOverTwoCalls) {
  const Tensor a = leaf({2, 5});
  sum(a * a).backward();
  EXPECT_EQ(values_of(a.grad()), (Values{4, 10}));
  sum(a * 3.0).backward();
  EXPECT_EQ(values_of(a.grad()), (Values{7, 13}));
  a.zero_grad();
  EXPECT_FALSE(a.has_grad());
  sum(a).backward();
  EXPECT_EQ(values_of(a.grad()), (Values{1, 1}));
}

TEST(Backward, AddsUpOnALeafItself) {
  Tensor a = leaf({3}, {});
  a.backward();
  a.backward();
  EXPECT_EQ(a.grad().item(), 2);
  const Tensor b = leaf({1, 2});
  slice(b, 0, 1, 2).backward();
  slice(b, 0, 1, 2).backward();
  EXPECT_EQ(values_of(b.grad()), (Values{0, 2}));
}

TEST(Backward, FollowsADiamondOnce) {
  Tensor a = leaf({2}, {});
  const Tensor b = a * a;       // 4
  Tensor c = b * b + b * 10.0;  // a^4 + 10 a^2
  c.backward();
  EXPECT_EQ(a.grad().item(), 4 * 8 + 20 * 2);
}

TEST(Backward, GoesNowhereWithoutRequiresGrad) {
  const Tensor a = leaf({1, 2}), constant = tensor({5, 6});
  sum(a * constant).backward();
  EXPECT_EQ(values_of(a.grad()), (Values{5, 6}));
  EXPECT_FALSE(constant.has_grad());
  Tensor loss = sum(constant);
  EXPECT_FALSE(loss.requires_grad());
  const int line = __LINE__ + 1;
  const std::string message = message_of([&] { loss.backward(); });
  expect_parts(message, {"backward", "requires_grad_()", text("core_test.cpp:", line)});
}

TEST(Backward, StartsFromASingleNumber) {
  Tensor y = leaf({1, 2}) * 2.0;
  const std::string message = message_of([&] { y.backward(); });
  expect_parts(message, {"backward", "(2)", "single number", "core_test.cpp:"});
}

TEST(Backward, RefusesAGraphThatWasFreed) {
  const Tensor a = leaf({1, 2});
  Tensor loss = sum(a * a);
  loss.backward();
  const int line = __LINE__ + 1;
  const std::string message = message_of([&] { loss.backward(); });
  expect_parts(message, {"backward", "sum ()", "freed", "Graph::keep", text("core_test.cpp:", line)});
  EXPECT_EQ(values_of(a.grad()), (Values{2, 4}));
}

TEST(Backward, RefusesAGraphWhoseBeginningWasFreed) {
  const Tensor a = leaf({1, 2});
  const Tensor square = a * a;
  const int line = __LINE__ - 1;
  sum(square).backward();
  Tensor second = mean(square);
  const std::string message = message_of([&] { second.backward(); });
  expect_parts(message, {"backward", "multiply (2)", text("core_test.cpp:", line), "freed"});
  EXPECT_EQ(values_of(a.grad()), (Values{2, 4}));
}

TEST(Backward, KeepsAGraphWhenAsked) {
  const Tensor a = leaf({1, 2});
  const Tensor square = a * a;
  Tensor loss = sum(square * square);  // 4 a^3
  loss.backward(Graph::keep);
  EXPECT_EQ(values_of(a.grad()), (Values{4, 32}));
  loss.backward(Graph::keep);
  EXPECT_EQ(values_of(a.grad()), (Values{8, 64}));
  loss.backward();
  EXPECT_EQ(values_of(a.grad()), (Values{12, 96}));
}

TEST(Backward, RetainsGradientsWhenAsked) {
  const Tensor a = leaf({1, 2});
  const Tensor kept = a * 2.0, lost = a * 3.0;
  kept.retain_grad();
  sum(kept * lost).backward();
  EXPECT_EQ(values_of(kept.grad()), (Values{3, 6}));
  expect_parts(message_of([&] { lost.grad(); }), {"grad", "(2)", "retain_grad()"});
}

TEST(Backward, RetainsTheGradientOfAView) {
  const Tensor h = leaf({1, 2, 3, 4, 5, 6}, {2, 3}) * 2.0;
  const Tensor view = transpose(h);
  view.retain_grad();
  sum(view * tensor({1, 2, 3, 4, 5, 6}, {3, 2})).backward();
  EXPECT_EQ(values_of(view.grad()), (Values{1, 2, 3, 4, 5, 6}));
}

TEST(Backward, TakesADeepGraphWithoutRecursion) {
  const Tensor a = leaf({1}, {});
  {
    Tensor y = a;
    for (int i = 0; i < 200000; ++i) y = y + 1.0;
    EXPECT_EQ(y.item(), 200001);
    y.backward();
  }
  EXPECT_EQ(a.grad().item(), 1);
}

TEST(Backward, DropsADeepGraphWithoutRecursion) {
  const Tensor a = leaf({1}, {});
  {
    Tensor y = a;
    for (int i = 0; i < 200000; ++i) y = y + 1.0;
  }
  EXPECT_EQ(a.shared_node().use_count(), 1);
}

TEST(Views, ShareNumbersAndGradients) {
  const Tensor a = leaf({1, 2, 3, 4, 5, 6}, {2, 3});
  const Tensor turned = transpose(a), row = slice(a, 0, 1, 2), flat = reshape(a, {6});
  a.values()[3] = 40;
  EXPECT_EQ(row.values()[0], 40);
  EXPECT_EQ(flat.values()[3], 40);
  EXPECT_EQ(values_of(turned), (Values{1, 40, 2, 5, 3, 6}));
  (sum(row) + sum(turned * tensor({1, 2, 3, 4, 5, 6}, {3, 2}))).backward();
  EXPECT_EQ(values_of(a.grad()), (Values{1, 3, 5, 3, 5, 7}));
  EXPECT_EQ(values_of(row.grad()), (Values{3, 5, 7}));
  EXPECT_EQ(values_of(turned.grad()), (Values{1, 3, 3, 5, 5, 7}));
}

TEST(Views, GoThroughIntermediateResults) {
  const Tensor a = leaf({1, 2, 3, 4}, {2, 2});
  const Tensor square = a * a;
  (sum(slice(square, 0, 0, 1)) + sum(slice(transpose(square), 0, 0, 1) * 10.0)).backward();
  EXPECT_EQ(values_of(a.grad()), (Values{22, 4, 60, 0}));
}

TEST(Views, OfAnExpandedTensorAddUp) {
  const Tensor a = leaf({1, 2});
  const Tensor wide = expand(a, {3, 2});
  EXPECT_FALSE(wide.is_contiguous());
  a.values()[1] = 7;
  EXPECT_EQ(values_of(transpose(wide)), (Values{1, 1, 1, 7, 7, 7}));
  sum(transpose(wide) * tensor({1, 2, 3, 4, 5, 6}, {2, 3})).backward();
  EXPECT_EQ(values_of(a.grad()), (Values{6, 15}));
}

// expand() and detach() start a gradient of their own, in reading order, whatever the order of the numbers.
TEST(Views, WhoseGradientLiesInAnotherOrder) {
  const Tensor a = leaf({1, 2, 3, 4, 5, 6}, {3, 2}), factors = tensor({1, 2, 3, 4, 5, 6}, {3, 2});
  const Tensor back = transpose(expand(transpose(a), {2, 3}));  // (3,2), the numbers in reading order again
  EXPECT_TRUE(back.is_contiguous());
  sum(back * factors).backward();
  EXPECT_EQ(values_of(a.grad()), (Values{1, 2, 3, 4, 5, 6}));
  Tensor apart = transpose(a).detach().requires_grad_();
  sum(reshape(transpose(apart), {6}) * reshape(factors, {6})).backward();
  EXPECT_EQ(values_of(apart.grad()), (Values{1, 3, 5, 2, 4, 6}));
}

TEST(NoGrad, RecordsNothingWhileItLives) {
  const Tensor a = leaf({1, 2});
  {
    const NoGrad outer;
    {
      const NoGrad inner;
      EXPECT_FALSE(grad_enabled());
    }
    EXPECT_FALSE(grad_enabled());
    EXPECT_FALSE((a * 2.0).requires_grad());
    EXPECT_EQ(a.shared_node().use_count(), 1);
  }
  EXPECT_TRUE(grad_enabled());
  EXPECT_TRUE((a * 2.0).requires_grad());
}

TEST(Detach, CutsTheHistory) {
  const Tensor a = leaf({1, 2});
  const Tensor square = a * a;
  const Tensor constant = square.detach();
  EXPECT_FALSE(constant.requires_grad());
  EXPECT_EQ(constant.address(), square.address());
  sum(a * constant).backward();
  EXPECT_EQ(values_of(a.grad()), (Values{1, 4}));
}

TEST(Leaf, AloneCanBeMarked) {
  Tensor result = leaf({1, 2}) * 2.0;
  expect_parts(message_of([&] { result.requires_grad_(false); }), {"requires_grad_", "multiply", "leaf", "detach()"});
  Tensor plain = tensor({1, 2}) * 2.0;
  EXPECT_TRUE(plain.requires_grad_().requires_grad());
  EXPECT_FALSE(plain.requires_grad_(false).requires_grad());
}

// While one of these lives, the first NaN stops.
struct Tracing {
  Tracing() { set_trace(true); }
  ~Tracing() { set_trace(false); }
};

TEST(Trace, NamesTheFirstNaNOfTheForwardPass) {
  const Tracing tracing;
  const Tensor x = tensor({1, -1, 4});
  const int line = __LINE__ + 1;
  const std::string message = message_of([&] { exp(sqrt(x)); });
  expect_parts(message, {"sqrt (3)", "element 1", "NaN", text("core_test.cpp:", line)});
  EXPECT_EQ(message_of([&] { sqrt(exp(x)); }), "");
}

TEST(Trace, NamesTheFirstNaNOfTheBackwardPass) {
  const Tracing tracing;
  const Tensor x = leaf({4, 0});
  const Tensor root = sqrt(x * 0.0);  // slope at 0: infinite
  const int line = __LINE__ - 1;
  Tensor loss = sum(root * 0.0);
  const std::string message = message_of([&] { loss.backward(); });
  expect_parts(message, {"backward of sqrt (2)", "element 0", "NaN", text("core_test.cpp:", line)});
}

TEST(Trace, IsSilentWhenOff) {
  const Tensor root = sqrt(tensor({-1}));
  EXPECT_TRUE(std::isnan(root.item()));
}

TEST(Probe, CollectsByName) {
  probe("unheard", ones({1}));
  Probes seen;
  probe("a", full({1}, 1));
  {
    Probes inner;
    probe("a", full({1}, 5));
    EXPECT_EQ(inner.last("a").item(), 5);
  }
  probe("b", full({1}, 2));
  probe("a", full({1}, 3));
  ASSERT_EQ(seen.all("a").size(), 2u);
  EXPECT_EQ(seen.all("a")[0].item(), 1);
  EXPECT_EQ(seen.last("a").item(), 3);
  EXPECT_TRUE(seen.all("c").empty());
  expect_parts(message_of([&] { seen.last("c"); }), {"'c'", "seen: a, b"});
  expect_parts(message_of([] { Probes().last("c"); }), {"seen: nothing"});
}

TEST(Probe, ShowsTheWeightsOfPlainAttention) {
  const Tensor q = zeros({1, 3, 2, 4});
  Probes seen;
  scaled_dot_product_attention_plain(q, q, q, {.causal = true});
  const Tensor weights = seen.last("attention.weights");
  EXPECT_EQ(weights.shape(), (Shape{1, 2, 3, 3}));
  const Real third = Real{1} / 3;
  EXPECT_EQ(values_of(slice(weights, 1, 0, 1)), (Values{1, 0, 0, 0.5, 0.5, 0, third, third, third}));
}

}  // namespace
}  // namespace dikkat::test
