// Where the table of operations cannot go: ties, slopes at a kink, nothing at all, infinities and NaN.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/autograd.h"
#include "core/ops.h"
#include "tests/messages.h"

namespace dikkat::test {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double inf = std::numeric_limits<double>::infinity();
using Numbers = std::vector<Real>;

Numbers numbers(const Tensor& x) {
  const Tensor ordered = contiguous(x);
  return {ordered.values().begin(), ordered.values().end()};
}

// The gradient of sum(function(x)) at these numbers.
template <class Function>
Numbers slopes(const std::vector<double>& at, const Function& function) {
  Tensor x = tensor(at).requires_grad_();
  sum(function(x)).backward();
  return numbers(x.grad());
}

TEST(Ties, MaximumAndMinimumHalve) {
  Tensor a = tensor({1, 2, 3}).requires_grad_(), b = tensor({1, 3, 2}).requires_grad_();
  sum(maximum(a, b)).backward();
  EXPECT_EQ(numbers(a.grad()), (Numbers{0.5, 0, 1}));
  EXPECT_EQ(numbers(b.grad()), (Numbers{0.5, 1, 0}));
  a.zero_grad();
  sum(minimum(a, b)).backward();
  EXPECT_EQ(numbers(a.grad()), (Numbers{0.5, 1, 0}));
}

TEST(Ties, MaxTakesTheFirstAndAMaxShares) {
  const std::vector<double> at = {1, 3, 3, 3, 2};
  EXPECT_EQ(slopes(at, [](In x) { return max(x); }), (Numbers{0, 1, 0, 0, 0}));
  EXPECT_EQ(slopes(at, [](In x) { return max(x, 0); }), (Numbers{0, 1, 0, 0, 0}));
  EXPECT_EQ(slopes(at, [](In x) { return min(-x); }), (Numbers{0, -1, 0, 0, 0}));
  const Real third = Real(1) / 3;
  EXPECT_EQ(slopes(at, [](In x) { return amax(x, 0); }), (Numbers{0, third, third, third, 0}));
  EXPECT_EQ(amax(tensor(at), 0).item(), 3);
  EXPECT_EQ(slopes({-inf, 1, inf}, [](In x) { return amax(x, 0); }), (Numbers{0, 0, 1}));
}

TEST(Kinks, Slopes) {
  EXPECT_EQ(slopes({-1, 0, 1}, [](In x) { return relu(x); }), (Numbers{0, 0, 1}));
  EXPECT_EQ(slopes({-1, 0, 1}, [](In x) { return abs(x); }), (Numbers{-1, 0, 1}));
  EXPECT_EQ(slopes({-1, 0, 1}, [](In x) { return sign(x); }), (Numbers{0, 0, 0}));
  EXPECT_EQ(slopes({-2, -1, 0, 1, 2}, [](In x) { return clamp(x, -1, 1); }), (Numbers{0, 0, 1, 0, 0}));
  EXPECT_EQ(slopes({-2, -1, 0, 1, 2}, [](In x) { return hardtanh(x); }), (Numbers{0, 0, 1, 0, 0}));
}

TEST(Kinks, RootsOfZeroAreFlat) {
  EXPECT_EQ(slopes({0, 0}, [](In x) { return norm(x, 0); }), (Numbers{0, 0}));
  EXPECT_EQ(slopes({3, 4}, [](In x) { return norm(x, 0); }), (Numbers{Real(0.6), Real(0.8)}));
  EXPECT_EQ(slopes({2, 2}, [](In x) { return std(x); }), (Numbers{0, 0}));
  EXPECT_TRUE(std::isnan(norm(tensor({nan, 0}), 0).item()));
}

TEST(Comparisons, HaveNoGradient) {
  const Tensor x = tensor({1, nan}).requires_grad_();
  EXPECT_FALSE(less(x, 2.0 * x).requires_grad());
  EXPECT_FALSE(equal(x, x).requires_grad());
  EXPECT_EQ(numbers(equal(x, x)), (Numbers{1, 0}));
  EXPECT_EQ(numbers(less(x, ones({}) * 2.0)), (Numbers{1, 0}));
}

TEST(Nothing, Reduced) {
  EXPECT_EQ(sum(zeros({0})).item(), 0);
  EXPECT_EQ(numbers(sum(zeros({2, 0}), 1)), (Numbers{0, 0}));
  EXPECT_EQ(numbers(sum(zeros({0, 2, 0}), {0, 2})), (Numbers{0, 0}));
  EXPECT_EQ(numbers(prod(zeros({2, 0}), 1)), (Numbers{1, 1}));
  EXPECT_TRUE(std::isnan(mean(zeros({0})).item()));
  EXPECT_TRUE(std::isnan(mean(zeros({0, 2}), {0, 1}).item()));
  EXPECT_TRUE(std::isnan(var(zeros({0})).item()));
  EXPECT_EQ(numbers(logsumexp(zeros({1, 0}), 1)), Numbers{-static_cast<Real>(inf)});
}

TEST(Variance, OfOneNumber) {
  EXPECT_TRUE(std::isnan(var(tensor({5})).item()));
  EXPECT_TRUE(std::isnan(std(tensor({5}), 0).item()));
  EXPECT_EQ(var(tensor({5}), false).item(), 0);
}

// A number in second place is a dimension, true or false is `unbiased`.
TEST(Variance, KnowsADimensionFromAFlag) {
  const Tensor x = tensor({1, 2, 3, 6}, {2, 2});
  EXPECT_EQ(numbers(var(x, 0)), (Numbers{2, 8}));
  EXPECT_EQ(numbers(var(x, 0, false)), (Numbers{1, 4}));
  EXPECT_EQ(numbers(var(x, std::vector<int>{0})), (Numbers{2, 8}));
  EXPECT_EQ(var(x, false).item(), Real(3.5));
}

TEST(NaN, GoesThroughReductions) {
  const Tensor x = tensor({1, nan, inf});
  for (const Tensor& y : {sum(x), max(x), min(x), amax(x, 0), prod(x, 0), logsumexp(x, 0), var(x)})
    EXPECT_TRUE(std::isnan(y.item())) << y.node().made_by;
}

TEST(Products, GradientWithZeros) {
  EXPECT_EQ(slopes({2, 0, 3}, [](In x) { return prod(x, 0); }), (Numbers{0, 6, 0}));
  EXPECT_EQ(slopes({2, 0, 0}, [](In x) { return prod(x, 0); }), (Numbers{0, 0, 0}));
}

TEST(Reciprocal, IsRoundedAsDivisionIs) {
  std::vector<double> odd;
  for (int i = 1; i < 2000; ++i) odd.push_back(0.37 * i);
  const Tensor x = tensor(odd);
  const Numbers ours = numbers(1.0 / x), same = numbers(reciprocal(x));
  for (size_t i = 0; i < ours.size(); ++i) ASSERT_EQ(ours[i], Real(1) / x.values()[i]);
  EXPECT_EQ(ours, same);
}

TEST(Division, ByANumberIsRoundedOnce) {
  EXPECT_EQ((tensor({49}) / 49.0).item(), 1);
  std::vector<double> odd;
  for (int i = 1; i < 2000; ++i) odd.push_back(0.37 * i);
  for (const double divisor : {3.0, 49.0, 0.7, -1e-3}) {
    Tensor x = tensor(odd).requires_grad_();
    const Tensor y = x / divisor;
    y.backward(x.detach());
    for (size_t i = 0; i < odd.size(); ++i) {
      ASSERT_EQ(y.values()[i], x.values()[i] / Real(divisor));
      ASSERT_EQ(x.grad().values()[i], y.values()[i]);  // of dy = x
    }
  }
}

TEST(Division, SlopesOfExtremeNumbers) {
  const Tensor a = tensor({1e20, 1e-20}), x = tensor({1e20, 1e-20});
  Tensor b = x.detach().requires_grad_();
  sum(a / b).backward();
  EXPECT_EQ(numbers(b.grad()), (Numbers{Real(-1) / x.values()[0], Real(-1) / x.values()[1]}));
}

// Which of two elements was written last is found by positions that must be exact as float.
TEST(Scatter, TooManyPositionsForAGradient) {
  constexpr int64_t count = (int64_t{1} << 24) + 1;
  const Ids index(std::vector<int32_t>(count, 0));
  const Tensor source = expand(ones({1}).requires_grad_(), {count});
  expect_parts(message_of([&] { scatter(zeros({1}), 0, index, source); }), {"scatter", "16777217", "at most 16777216"});
  EXPECT_EQ(scatter(zeros({1}), 0, index, source.detach()).item(), 1);
}

// A dilated window can have its elements on both sides of the picture, and none in it.
TEST(MaxPool, RefusesPatchesOfPaddingAlone) {
  const auto mistake = [](const Tensor& x, const Size2& kernel, const PatchOptions& options) {
    return message_of([&] { max_pool2d(x, kernel, options); });
  };
  const PatchOptions wide{.stride = 1, .padding = {0, 1}, .dilation = {1, 2}};
  expect_parts(mistake(ones({1, 1, 3, 1}), {1, 2}, wide), {"max_pool2d", "see nothing of (1,1,3,1)"});
  const PatchOptions tall{.stride = 1, .padding = {1, 0}, .dilation = {4, 1}};
  expect_parts(mistake(ones({1, 1, 3, 1}), {2, 1}, tall), {"max_pool2d", "see nothing of (1,1,3,1)"});
  expect_parts(mistake(ones({1, 1, 0, 3}), {2, 1}, {.stride = 1, .padding = {1, 0}}), {"max_pool2d", "see nothing"});
  EXPECT_EQ(numbers(max_pool2d(tensor({1, 2}, {1, 1, 1, 2}), {1, 2}, wide)), (Numbers{2, 1}));
  EXPECT_EQ(numbers(max_pool2d(tensor({3, 1, 2}, {1, 1, 1, 3}), {1, 2}, wide)), (Numbers{1, 3, 1}));
  EXPECT_EQ(numbers(avg_pool2d(ones({1, 1, 3, 1}), {1, 2}, wide)), (Numbers{0, 0, 0}));  // zeros are its padding
}

TEST(LogSumExp, DoesNotOverflow) {
  EXPECT_EQ(logsumexp(tensor({1000, -1000}), 0).item(), 1000);
  EXPECT_EQ(logsumexp(tensor({-inf, -inf}), 0).item(), -static_cast<Real>(inf));
  EXPECT_EQ(slopes({-inf, 0}, [](In x) { return logsumexp(x, 0); }), (Numbers{0, 1}));
}

TEST(Dropout, SameSeedSameBits) {
  const Tensor x = ones({1000});
  manual_seed(3);
  const Numbers first = numbers(dropout(x, 0.3)), second = numbers(dropout(x, 0.3));
  manual_seed(3);
  EXPECT_EQ(numbers(dropout(x, 0.3)), first);
  EXPECT_NE(first, second);
  const auto dropped = std::count(first.begin(), first.end(), Real(0));
  EXPECT_NEAR(static_cast<double>(dropped), 300, 60);  // four standard deviations
}

TEST(Dropout, OfInfinities) {
  EXPECT_EQ(numbers(dropout(tensor({inf, nan, -inf}), 1)), (Numbers{0, 0, 0}));
}

TEST(Cat, OfNothing) {
  expect_parts(message_of([] { cat({}); }), {"cat", "at least one tensor"});
  expect_parts(message_of([] { stack({}); }), {"stack", "at least one tensor"});
}

TEST(Repeat, EightDimensions) {
  const Tensor x = ones({1, 2, 1, 1, 1, 1, 1, 1});
  EXPECT_EQ(repeat(x, {2, 2, 1, 1, 1, 1, 1, 3}).shape(), Shape({2, 4, 1, 1, 1, 1, 1, 3}));
  EXPECT_EQ(repeat_interleave(x, 2, 1).shape(), Shape({1, 4, 1, 1, 1, 1, 1, 1}));
}

// A view's gradient arrives in what it was cut from.
TEST(Views, PartsShareTheGradient) {
  Tensor x = tensor({1, 2, 3, 4, 5, 6}, {2, 3}).requires_grad_();
  const std::vector<Tensor> parts = split(x, 2, 1);
  sum(parts[0] * 2.0).backward();
  sum(parts[1] * 3.0).backward();
  sum(select(x, 0, 1)).backward();
  sum(diagonal(x)).backward();
  EXPECT_EQ(numbers(x.grad()), (Numbers{3, 2, 3, 3, 4, 4}));
}

}  // namespace
}  // namespace dikkat::test
