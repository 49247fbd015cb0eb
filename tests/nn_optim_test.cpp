// Optimisers against their formulas in double, number by number; schedules; clipping; accumulation.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "core/ops.h"
#include "nn/optim/adam.h"
#include "nn/optim/adamw.h"
#include "nn/optim/clip.h"
#include "nn/optim/schedule.h"
#include "nn/optim/sgd.h"

namespace dikkat::test {
namespace {

// What one number goes through: its gradient at step t, and a rule that changes it.
constexpr double rate = 0.05;
double gradient_at(int64_t step, size_t i) {
  return std::sin(1.7 * static_cast<double>(step) + static_cast<double>(i)) * (i == 2 ? 0.01 : 2.0);
}
using Rule = std::function<void(int64_t step, double g, double& weight, double (&state)[3])>;

// Ten steps of the optimiser against ten steps of the rule, on each of four numbers. The bound is a few roundings of
// float for every step.
void expect_rule(const std::function<std::unique_ptr<Optimizer>(const std::vector<Parameter>&)>& make,
                 const Rule& rule) {
  Tensor weight = parameter(tensor({0.5, -1.0, 2.0, 0.0}, {2, 2}));
  Tensor idle = parameter(tensor({3.0}));
  const auto optimizer = make({{"weight", weight}, {"idle", idle}});
  double expected[4] = {0.5, -1.0, 2.0, 0.0}, state[4][3] = {};
  for (int64_t step = 1; step <= 10; ++step) {
    std::vector<double> gradients;
    for (size_t i = 0; i < 4; ++i) gradients.push_back(gradient_at(step, i));
    sum(weight * tensor(gradients, {2, 2})).backward();
    optimizer->step(rate);
    EXPECT_EQ(optimizer->steps(), step);
    EXPECT_FALSE(weight.has_grad());
    for (size_t i = 0; i < 4; ++i) {
      rule(step, static_cast<double>(static_cast<Real>(gradients[i])), expected[i], state[i]);
      EXPECT_NEAR(weight.values()[i], expected[i], 1e-5) << "step " << step << ", number " << i;
    }
  }
  EXPECT_EQ(idle.item(), 3) << "a parameter without a gradient was changed";
}

template <class Kind, class Options>
auto making(const Options& options) {
  return [=](const std::vector<Parameter>& parameters) { return std::make_unique<Kind>(parameters, options); };
}

TEST(SGD, FollowsItsFormula) {
  expect_rule(making<SGD>(SGDOptions{}), [](int64_t, double g, double& weight, double(&)[3]) { weight -= rate * g; });
  expect_rule(making<SGD>(SGDOptions{.momentum = 0.9, .weight_decay = 0.1}),
              [](int64_t, double g, double& weight, double(&state)[3]) {
                state[0] = 0.9 * state[0] + g + 0.1 * weight;
                weight -= rate * state[0];
              });
  expect_rule(making<SGD>(SGDOptions{.momentum = 0.8, .dampening = 0.5}),
              [](int64_t step, double g, double& weight, double(&state)[3]) {
                state[0] = step == 1 ? g : 0.8 * state[0] + 0.5 * g;
                weight -= rate * state[0];
              });
  expect_rule(making<SGD>(SGDOptions{.momentum = 0.9, .nesterov = true}),
              [](int64_t, double g, double& weight, double(&state)[3]) {
                state[0] = 0.9 * state[0] + g;
                weight -= rate * (g + 0.9 * state[0]);
              });
  EXPECT_THROW(SGD({}, {.nesterov = true}), Error);
  EXPECT_THROW(SGD({}, {.momentum = 0.9, .dampening = 0.1, .nesterov = true}), Error);
}

Rule adam_rule(double decay, bool decoupled, bool amsgrad) {
  return [=](int64_t step, double g, double& weight, double(&state)[3]) {
    if (decoupled) weight *= 1 - rate * decay;
    if (!decoupled) g += decay * weight;
    state[0] = 0.9 * state[0] + 0.1 * g;
    state[1] = 0.95 * state[1] + 0.05 * g * g;
    state[2] = std::max(state[2], state[1]);
    const double v = (amsgrad ? state[2] : state[1]) / (1 - std::pow(0.95, static_cast<double>(step)));
    weight -= rate * state[0] / (1 - std::pow(0.9, static_cast<double>(step))) / (std::sqrt(v) + 1e-3);
  };
}

TEST(Adam, FollowsItsFormula) {
  const AdamOptions base{.beta1 = 0.9, .beta2 = 0.95, .eps = 1e-3};
  for (const double decay : {0.0, 0.1}) {
    for (const bool decoupled : {false, true}) {
      for (const bool amsgrad : {false, true}) {
        AdamOptions options = base;
        options.weight_decay = decay;
        options.decoupled_weight_decay = decoupled;
        options.amsgrad = amsgrad;
        expect_rule(making<Adam>(options), adam_rule(decay, decoupled, amsgrad));
      }
    }
  }
}

TEST(AdamW, FollowsItsFormula) {
  expect_rule(making<AdamW>(AdamWOptions{.beta1 = 0.9, .beta2 = 0.95, .eps = 1e-3, .weight_decay = 0.1, .max_norm = 0}),
              adam_rule(0.1, true, false));
}

TEST(Lion, FollowsItsFormula) {
  expect_rule(making<Lion>(LionOptions{.beta1 = 0.8, .beta2 = 0.9, .weight_decay = 0.1}),
              [](int64_t, double g, double& weight, double(&state)[3]) {
                const double direction = 0.8 * state[0] + 0.2 * g;
                weight = weight * (1 - rate * 0.1) - rate * (direction > 0 ? 1 : direction < 0 ? -1 : 0);
                state[0] = 0.9 * state[0] + 0.1 * g;
              });
}

TEST(RMSprop, FollowsItsFormula) {
  for (const bool centered : {false, true}) {
    for (const double momentum : {0.0, 0.7}) {
      expect_rule(making<RMSprop>(RMSpropOptions{
                      .alpha = 0.9, .eps = 1e-2, .weight_decay = 0.1, .momentum = momentum, .centered = centered}),
                  [=](int64_t, double g, double& weight, double(&state)[3]) {
                    g += 0.1 * weight;
                    state[0] = 0.9 * state[0] + 0.1 * g * g;
                    state[1] = 0.9 * state[1] + 0.1 * g;
                    const double v = centered ? state[0] - state[1] * state[1] : state[0];
                    state[2] = momentum * state[2] + g / (std::sqrt(v) + 1e-2);
                    weight -= rate * state[2];
                  });
    }
  }
}

TEST(Adagrad, FollowsItsFormula) {
  expect_rule(making<Adagrad>(AdagradOptions{.rate_decay = 0.1, .weight_decay = 0.1, .initial_total = 0.5}),
              [](int64_t step, double g, double& weight, double(&state)[3]) {
                g += 0.1 * weight;
                if (step == 1) state[0] = 0.5;
                state[0] += g * g;
                weight -= rate / (1 + static_cast<double>(step - 1) * 0.1) * g / (std::sqrt(state[0]) + 1e-10);
              });
}

// A parameter that gets its first gradient late starts as every other did: its own steps count.
TEST(Optimizers, CountTheStepsOfEachParameter) {
  const auto first_move = [](Optimizer& optimizer, const Tensor& early, const Tensor& late, int64_t before) {
    for (int64_t i = 0; i < before; ++i) {
      sum(early * 1.0).backward();
      optimizer.step(0.1);
    }
    const Real start = late.item();
    sum(late * 2.0).backward();
    optimizer.step(0.1);
    return late.item() - start;
  };
  for (const int64_t before : {0, 50}) {
    Tensor early = parameter(tensor({1.0})), late = parameter(tensor({1.0}));
    const std::vector<Parameter> both{{"early", early}, {"late", late}};
    Adam adam(both);
    EXPECT_NEAR(first_move(adam, early, late, before), -0.1, 1e-6);
    AdamW adamw(both, {.weight_decay = 0});
    EXPECT_NEAR(first_move(adamw, early, late, before), -0.1, 1e-6);
    SGD sgd(both, {.momentum = 0.9, .dampening = 0.5});
    EXPECT_NEAR(first_move(sgd, early, late, before), -0.2, 1e-6);
  }
}

TEST(AdamW, OneStepByHand) {
  Tensor w = parameter(tensor({1.0, -2.0}, {2, 1}));
  AdamW optimizer({{"w", w}}, {.beta1 = 0.9, .beta2 = 0.99, .eps = 1e-8, .weight_decay = 0.1, .max_norm = 0});
  sum(w * tensor({0.5, 3.0}, {2, 1})).backward();
  optimizer.step(0.01);
  // After one step m / (1 - beta1) is the gradient and v / (1 - beta2) its square: the step is the sign, times the
  // rate.
  EXPECT_NEAR(w.values()[0], 1.0 * (1 - 0.01 * 0.1) - 0.01, 1e-6);
  EXPECT_NEAR(w.values()[1], -2.0 * (1 - 0.01 * 0.1) - 0.01, 1e-6);
  EXPECT_NEAR(optimizer.grad_norm(), std::sqrt(0.25 + 9), 1e-5);
  EXPECT_FALSE(w.has_grad());
}

TEST(AdamW, ClippingScalesAllGradientsAlike) {
  const auto moments_after = [](double max_norm) {
    Tensor a = parameter(tensor({1.0})), b = parameter(tensor({1.0}));
    AdamW optimizer({{"a", a}, {"b", b}}, {.max_norm = max_norm});
    sum(a * 3.0 + b * 4.0).backward();
    optimizer.step(0.1);
    return std::pair{optimizer.slots()[0].state[0].item(), optimizer.slots()[1].state[0].item()};
  };
  const auto free = moments_after(0), clipped = moments_after(1);
  EXPECT_NEAR(free.first, 0.3, 1e-6);
  EXPECT_NEAR(clipped.first, 0.3 / 5, 1e-6);
  EXPECT_NEAR(clipped.second, 0.4 / 5, 1e-6);
}

TEST(AdamW, WeightDecayLeavesVectorsAlone) {
  Tensor vector = parameter(tensor({1.0})), matrix = parameter(tensor({1.0}, {1, 1}));
  AdamW optimizer({{"vector", vector}, {"matrix", matrix}}, {.weight_decay = 0.5});
  sum(vector * 0.0 + matrix * 0.0).backward();
  optimizer.step(0.1);
  EXPECT_EQ(vector.item(), 1);
  EXPECT_NEAR(matrix.item(), 0.95, 1e-6);
}

TEST(Schedules, CosineRisesAndFalls) {
  const CosineSchedule schedule{.peak = 1, .floor = 0.1, .warmup = {10}, .total = 110};
  EXPECT_NEAR(schedule.rate(0), 0.1, 1e-12);
  EXPECT_NEAR(schedule.rate(9), 1, 1e-12);
  EXPECT_NEAR(schedule.rate(10), 1, 1e-12);
  EXPECT_NEAR(schedule.rate(60), 0.55, 1e-12);
  EXPECT_NEAR(schedule.rate(110), 0.1, 1e-12);
  EXPECT_NEAR(schedule.rate(1000), 0.1, 1e-12);
}

// Expected numbers by the formulas of the papers and libraries, written out.
TEST(Schedules, FollowTheirFormulas) {
  const LinearSchedule linear{.peak = 2, .floor = 0.5, .warmup = {4, WarmUp::Count::zero}, .total = 10};
  EXPECT_EQ(linear.rate(0), 0);
  EXPECT_NEAR(linear.rate(3), 1.5, 1e-12);
  EXPECT_NEAR(linear.rate(4), 2, 1e-12);
  EXPECT_NEAR(linear.rate(7), 1.25, 1e-12);
  EXPECT_NEAR(linear.rate(10), 0.5, 1e-12);
  EXPECT_NEAR(linear.rate(99), 0.5, 1e-12);
  const ConstantSchedule constant{.peak = 3, .warmup = {2, WarmUp::Count::before}};
  EXPECT_NEAR(constant.rate(0), 1, 1e-12);
  EXPECT_NEAR(constant.rate(1), 2, 1e-12);
  EXPECT_NEAR(constant.rate(2), 3, 1e-12);
  EXPECT_NEAR(constant.rate(1000), 3, 1e-12);
  const NoamSchedule noam{.d_model = 16, .warmup = 4};
  EXPECT_NEAR(noam.rate(0), 0.25 / 8, 1e-12);      // 4^-1.5 = 1/8
  EXPECT_NEAR(noam.rate(3), 0.25 * 4 / 8, 1e-12);  // the top: both are 1/2
  EXPECT_NEAR(noam.rate(15), 0.25 / 4, 1e-12);     // 16^-0.5
  const StepSchedule steps{.peak = 1, .gamma = 0.5, .step_size = 3, .warmup = {1}};
  EXPECT_NEAR(steps.rate(0), 1, 1e-12);
  EXPECT_NEAR(steps.rate(3), 1, 1e-12);
  EXPECT_NEAR(steps.rate(4), 0.5, 1e-12);
  EXPECT_NEAR(steps.rate(7), 0.25, 1e-12);
  EXPECT_THROW((StepSchedule{.step_size = 0}.rate(5)), Error);
  EXPECT_THROW((NoamSchedule{.warmup = 0}.rate(5)), Error);
  const ExponentialSchedule exponential{.peak = 2, .gamma = 0.9};
  EXPECT_NEAR(exponential.rate(0), 2, 1e-12);
  EXPECT_NEAR(exponential.rate(5), 2 * 0.59049, 1e-12);
}

struct Gradients {
  Tensor a = parameter(tensor({1.0, 1.0, 1.0})), b = parameter(tensor({1.0}));
  std::vector<Parameter> parameters{{"a", a}, {"b", b}, {"idle", parameter(tensor({7.0}))}};
  Gradients(const std::vector<double>& of_a, double of_b) { (sum(a * tensor(of_a)) + sum(b * of_b)).backward(); }
};

TEST(Clip, MeasuresAndShortens) {
  const double eps = 1e-6;
  {
    Gradients g({3, 0, 0}, -4);
    EXPECT_NEAR(clip_grad_norm(g.parameters, 1), 5, 1e-6);
    EXPECT_NEAR(g.a.grad().values()[0], 3 / (5 + eps), 1e-6);
    EXPECT_NEAR(g.b.grad().item(), -4 / (5 + eps), 1e-6);
    EXPECT_NEAR(grad_norm(g.parameters), 1, 1e-5);
  }
  {
    Gradients g({3, 0, -1}, -4);
    EXPECT_NEAR(clip_grad_norm(g.parameters, 2, 1), 8, 1e-6);
    EXPECT_NEAR(g.b.grad().item(), -1, 1e-6);
  }
  {
    Gradients g({3, 0, -1}, -4);
    EXPECT_NEAR(clip_grad_norm(g.parameters, 2, infinity_norm), 4, 1e-6);
    EXPECT_NEAR(g.a.grad().values()[2], -0.5, 1e-6);
  }
  {
    Gradients g({0.3, 0, 0}, 0.4);
    EXPECT_NEAR(clip_grad_norm(g.parameters, 1), 0.5, 1e-6);
    EXPECT_EQ(g.b.grad().item(), static_cast<Real>(0.4)) << "a short gradient was changed";
  }
  {
    Gradients g({3, 0.1, -9}, -0.2);
    clip_grad_value(g.parameters, 0.5);
    EXPECT_EQ(g.a.grad().values()[0], static_cast<Real>(0.5));
    EXPECT_EQ(g.a.grad().values()[1], static_cast<Real>(0.1));
    EXPECT_EQ(g.a.grad().values()[2], static_cast<Real>(-0.5));
    EXPECT_EQ(g.b.grad().item(), static_cast<Real>(-0.2));
  }
  {
    Gradients g({std::nan(""), 1, 2}, 3);
    EXPECT_TRUE(std::isnan(clip_grad_norm(g.parameters, 1)));
    EXPECT_TRUE(std::isnan(g.b.grad().item()));
  }
  Gradients g({1, 1, 1}, 1);
  EXPECT_THROW(clip_grad_norm(g.parameters, 1, 3), Error);
  EXPECT_THROW(clip_grad_norm(g.parameters, -1), Error);
}

// Two backward passes over halves of a batch, each loss divided by two, leave the gradient of the whole.
TEST(Accumulation, HalvesOfABatchMakeTheWhole) {
  const Tensor x = tensor({1, 2, 3, 4, 5, 6, 7, 8}, {4, 2});
  const auto gradient = [&](int64_t parts) {
    Tensor weight = parameter(tensor({0.25, -0.5}, {1, 2}));
    for (const Tensor& part : chunk(x, parts))
      (mean(square(linear(part, weight))) / static_cast<double>(parts)).backward();
    return std::pair{weight.grad().values()[0], weight.grad().values()[1]};
  };
  const auto whole = gradient(1), halves = gradient(2), quarters = gradient(4);
  EXPECT_NEAR(halves.first, whole.first, 1e-5);
  EXPECT_NEAR(halves.second, whole.second, 1e-5);
  EXPECT_NEAR(quarters.first, whole.first, 1e-5);
}

}  // namespace
}  // namespace dikkat::test
