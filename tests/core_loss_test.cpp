// Losses at their limits: huge logits, probabilities of 0, nothing that counts.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/ops.h"

namespace dikkat::test {
namespace {

constexpr double inf = std::numeric_limits<double>::infinity();
using Numbers = std::vector<Real>;

Numbers numbers(const Tensor& x) {
  const Tensor ordered = contiguous(x);
  return {ordered.values().begin(), ordered.values().end()};
}

const std::vector<CrossEntropyOptions>& all_kinds() {
  static const std::vector<CrossEntropyOptions> kinds = {{},
                                                         {.label_smoothing = 0.1},
                                                         {.weight = tensor({1, 2, 3})},
                                                         {.label_smoothing = 0.1, .weight = tensor({1, 2, 3})}};
  return kinds;
}

TEST(CrossEntropy, AllIgnored) {
  for (const CrossEntropyOptions& kind : all_kinds()) {
    for (const Reduction reduction : {Reduction::mean, Reduction::sum}) {
      CrossEntropyOptions options = kind;
      options.reduction = reduction;
      for (const auto loss_of :
           {+[](In x, const Ids& t, const CrossEntropyOptions& o) { return cross_entropy(x, t, o); },
            +[](In x, const Ids& t, const CrossEntropyOptions& o) { return cross_entropy_plain(x, t, o); }}) {
        Tensor logits = tensor({1, 2, 3, 4, 5, 6}, {2, 3}).requires_grad_();
        Tensor loss = loss_of(logits, Ids({-100, -100}), options);
        if (reduction == Reduction::mean) {
          EXPECT_TRUE(std::isnan(loss.item()));
        } else {
          EXPECT_EQ(loss.item(), 0);
        }
        loss.backward();
        EXPECT_EQ(numbers(logits.grad()), Numbers(6, 0));
      }
    }
  }
}

TEST(CrossEntropy, OfNoTargets) {
  EXPECT_TRUE(std::isnan(cross_entropy(zeros({0, 3}), Ids({}, {0})).item()));
  EXPECT_TRUE(std::isnan(cross_entropy_plain(zeros({0, 3}), Ids({}, {0})).item()));
  EXPECT_EQ(nll_loss(zeros({0, 3}), Ids({}, {0}), Reduction::sum).item(), 0);
}

TEST(CrossEntropy, HugeLogits) {
  for (const Reduction reduction : {Reduction::mean, Reduction::sum}) {
    Tensor logits = tensor({10000, -10000, 0, 5000, 6000, 7000}, {2, 3}).requires_grad_();
    Tensor loss = cross_entropy(logits, Ids({1, 2}), {.reduction = reduction});
    const Real half = reduction == Reduction::mean ? 0.5 : 1;
    EXPECT_EQ(loss.item(), 20000 * half);
    loss.backward();
    EXPECT_EQ(numbers(logits.grad()), (Numbers{half, -half, 0, 0, 0, 0}));
  }
}

// What an ignored row holds must not matter, even where it is no number.
TEST(CrossEntropy, IgnoredRowsAreNotLookedAt) {
  const Tensor logits = tensor({1, 2, inf, inf}, {2, 2});
  for (const double smoothing : {0.0, 0.1}) {
    const Tensor loss = cross_entropy_plain(logits, Ids({0, -100}), {.label_smoothing = smoothing});
    EXPECT_TRUE(std::isfinite(loss.item())) << smoothing;
  }
  EXPECT_EQ(nll_loss(tensor({-1, -2, -inf, -inf}, {2, 2}), Ids({1, -100})).item(), 2);
}

TEST(CrossEntropy, AnyIgnoredId) {
  const Tensor logits = tensor({1, 2, 3, 3, 2, 1}, {2, 3});
  const Real only_the_second = cross_entropy(slice(logits, 0, 1, 2), Ids({1})).item();
  EXPECT_EQ(cross_entropy(logits, Ids({0, 1}), {.ignore_index = 0}).item(), only_the_second);
  EXPECT_EQ(cross_entropy(logits, Ids({77, 1}), {.ignore_index = 77}).item(), only_the_second);
  EXPECT_NEAR(cross_entropy(logits, Ids({-1, 1}), {.label_smoothing = 1e-12, .ignore_index = -1}).item(),
              only_the_second, 1e-6);
  EXPECT_THROW(cross_entropy(logits, Ids({-100, 1}), {.ignore_index = 0}), Error);  // then -100 is only a wrong id
}

TEST(BinaryCrossEntropy, Extremes) {
  Tensor x = tensor({200, -200, 50, -50, 0}).requires_grad_();
  const Tensor losses = binary_cross_entropy_with_logits(x, tensor({0, 1, 1, 0, 1}), Reduction::none);
  EXPECT_EQ(losses.values()[0], 200);
  EXPECT_EQ(losses.values()[1], 200);
  EXPECT_NEAR(losses.values()[2] / std::exp(-50), 1, 1e-5);  // not lost in the 50 that cancel
  EXPECT_NEAR(losses.values()[4], std::log(2), 1e-6);
  sum(losses).backward();
  const Numbers slopes = numbers(x.grad());
  EXPECT_EQ(slopes[0], 1);
  EXPECT_EQ(slopes[1], -1);
  EXPECT_NEAR(slopes[2], 0, 1e-20);
  EXPECT_NEAR(slopes[3] / std::exp(-50), 1, 1e-5);
  EXPECT_EQ(slopes[4], Real(-0.5));
}

TEST(KlDiv, ProbabilitiesOfZero) {
  Tensor log_q = tensor({-inf, std::log(0.5), 0}).requires_grad_(), p = tensor({0, 1, 0}).requires_grad_();
  Tensor loss = kl_div(log_q, p, Reduction::sum);
  EXPECT_NEAR(loss.item(), std::log(2), 1e-6);
  loss.backward();
  EXPECT_EQ(numbers(log_q.grad()), (Numbers{0, -1, 0}));
  for (const Real slope : numbers(p.grad())) EXPECT_TRUE(std::isfinite(slope));
}

TEST(CosineSimilarity, OfZero) {
  Tensor a = tensor({0, 0}).requires_grad_(), b = tensor({3, 4}).requires_grad_();
  Tensor similarity = cosine_similarity(a, b);
  EXPECT_EQ(similarity.item(), 0);
  similarity.backward();
  EXPECT_EQ(numbers(b.grad()), (Numbers{0, 0}));
  for (const Real slope : numbers(a.grad())) EXPECT_TRUE(std::isfinite(slope));
}

TEST(HuberLoss, FarAway) {
  EXPECT_EQ(huber_loss(tensor({inf}), tensor({0})).item(), static_cast<Real>(inf));
  EXPECT_EQ(huber_loss(tensor({1e20}), tensor({0}), 2).item(), static_cast<Real>(2e20));
}

}  // namespace
}  // namespace dikkat::test
