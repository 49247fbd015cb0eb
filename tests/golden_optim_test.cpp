// Optimisers, schedules and clipping against numbers from outside: <golden>/ops/optim, schedule and clip.
#include <gtest/gtest.h>

#include <functional>
#include <iostream>

#include "core/files/folders.h"
#include "core/ops.h"
#include "nn/optim/adam.h"
#include "nn/optim/adamw.h"
#include "nn/optim/clip.h"
#include "nn/optim/schedule.h"
#include "nn/optim/sgd.h"
#include "tests/golden_ops.h"

namespace dikkat::test {
namespace {

const Tolerance near = {.of_norm = 1e-5, .relative = 1e-3, .of_largest = 1e-5};

// The parameter with this gradient.
void give_gradient(const Tensor& parameter, const Tensor& gradient) {
  sum(parameter * gradient).backward();
}

Tensor leaf(const std::vector<double>& numbers, const Shape& shape) {
  Tensor made = tensor(numbers, shape);
  made.requires_grad_();
  return made;
}

// Runs `check(entry, attributes, file)` for every case of a group.
void each_case(const std::string& group,
               const std::function<void(const JsonView&, const Attributes&, const Safetensors&)>& check) {
  const std::string folder = golden() + "/ops/";
  if (!is_file(folder + group + ".json")) GTEST_SKIP() << "no ops/" << group << " in " << golden();
  const Json manifest = read_json(folder + group + ".json");
  const Safetensors file(folder + manifest.at("file").string());
  for (const JsonView& entry : manifest.at("cases").elements()) {
    SCOPED_TRACE(group + "/" + entry.at("name").string());
    try {
      const Attributes attrs(entry.at("attrs"));
      check(entry, attrs, file);
      for (const std::string& key : attrs.unknown()) ADD_FAILURE() << "attribute '" << key << "' is unknown";
    } catch (const std::exception& error) {
      ADD_FAILURE() << error.what();
    }
  }
  std::cout << "ops/" << group << ": " << manifest.at("cases").size() << " cases\n";
}

// The optimisers of a case. Only the first word of its name says which one is meant: "adam_amsgrad".
using Make = std::function<std::unique_ptr<Optimizer>(const std::vector<Parameter>&)>;
template <class Kind, class Options>
Make maker(const Options& options) {
  return [options](const std::vector<Parameter>& all) { return std::make_unique<Kind>(all, options); };
}

std::pair<double, double> betas(const Attributes& attrs, double beta1, double beta2) {
  const auto both = attrs.find("betas");
  if (!both) return {beta1, beta2};
  return {both->at(size_t{0}).number(), both->at(size_t{1}).number()};
}

std::vector<Make> optimizers(const std::string& kind, const Attributes& attrs) {
  attrs.is_described_by("rule");
  if (kind == "sgd") {
    attrs.must_be("l2", "added to the gradient");
    return {maker<SGD>(SGDOptions{.momentum = attrs.number("momentum", 0),
                                  .dampening = attrs.number("dampening", 0),
                                  .weight_decay = attrs.number("weight_decay", 0),
                                  .nesterov = attrs.boolean("nesterov", false)})};
  }
  if (kind == "adam" || kind == "adamw") {
    const bool decoupled = attrs.boolean("decoupled", kind == "adamw");
    if (!decoupled) attrs.must_be("l2", "added to the gradient");
    const auto [beta1, beta2] = betas(attrs, 0.9, 0.999);
    const double eps = attrs.number("eps", 1e-8), decay = attrs.number("weight_decay", decoupled ? 0.01 : 0);
    const bool amsgrad = attrs.boolean("amsgrad", false);
    std::vector<Make> all = {maker<Adam>(AdamOptions{.beta1 = beta1,
                                                     .beta2 = beta2,
                                                     .eps = eps,
                                                     .weight_decay = decay,
                                                     .decoupled_weight_decay = decoupled,
                                                     .amsgrad = amsgrad})};
    if ((decoupled || decay == 0) && !amsgrad) {
      all.push_back(maker<AdamW>(AdamWOptions{
          .beta1 = beta1, .beta2 = beta2, .eps = eps, .weight_decay = decay, .decay_vectors = true, .max_norm = 0}));
    }
    return all;
  }
  if (kind == "rmsprop") {
    return {maker<RMSprop>(RMSpropOptions{.alpha = attrs.number("alpha", 0.99),
                                          .eps = attrs.number("eps", 1e-8),
                                          .weight_decay = attrs.number("weight_decay", 0),
                                          .momentum = attrs.number("momentum", 0),
                                          .centered = attrs.boolean("centered", false)})};
  }
  if (kind == "adagrad") {
    return {maker<Adagrad>(AdagradOptions{.rate_decay = attrs.number("lr_decay", 0),
                                          .eps = attrs.number("eps", 1e-10),
                                          .weight_decay = attrs.number("weight_decay", 0),
                                          .initial_total = attrs.number("initial_accumulator_value", 0)})};
  }
  require(kind == "lion", "the optimiser '", kind, "' is unknown");
  const auto [beta1, beta2] = betas(attrs, 0.9, 0.99);
  return {maker<Lion>(LionOptions{.beta1 = beta1, .beta2 = beta2, .weight_decay = attrs.number("weight_decay", 0)})};
}

// p0_init, p0_grads (steps,...), p0_after (steps,...); p1 likewise, and so on.
void follow(const Make& make, const std::string& name, double rate, const Safetensors& file) {
  std::vector<Parameter> parameters;
  std::vector<std::vector<double>> gradients, after;
  for (int i = 0; has(file, text(name, ".p", i, "_init")); ++i) {
    const std::string key = text(name, ".p", i);
    parameters.push_back({text("p", i), leaf(numbers_of(file, key + "_init"), shape_of(file, key + "_init"))});
    gradients.push_back(numbers_of(file, key + "_grads"));
    after.push_back(numbers_of(file, key + "_after"));
  }
  ASSERT_FALSE(parameters.empty());
  const auto optimizer = make(parameters);
  const int64_t steps = shape_of(file, name + ".p0_grads")[0];
  for (int64_t step = 0; step < steps; ++step) {
    const auto now = [&](const std::vector<double>& all, const Tensor& weight) {
      const auto first = all.begin() + step * weight.numel();
      return std::vector<double>(first, first + weight.numel());
    };
    for (size_t i = 0; i < parameters.size(); ++i) {
      const Tensor& weight = parameters[i].tensor;
      give_gradient(weight, tensor(now(gradients[i], weight), weight.shape()));
    }
    optimizer->step(rate);
    for (size_t i = 0; i < parameters.size(); ++i) {
      const Tensor& weight = parameters[i].tensor;
      Tolerance rounded = near;  // a weight that passes near 0 keeps the rounding of the steps before
      for (const double one : after[i]) rounded.noise = std::max(rounded.noise, 2.4e-7 * std::abs(one));
      EXPECT_EQ(compare(numbers_of(weight), now(after[i], weight), rounded).difference, "")
          << "p" << i << " after step " << step + 1;
    }
  }
}

TEST(GoldenOptim, OptimizersFollowTheirTrajectories) {
  each_case("optim", [](const JsonView& entry, const Attributes& attrs, const Safetensors& file) {
    require(entry.at("op").string() == "optimizer", "the operation '", entry.at("op").string(), "' is unknown");
    const std::string& name = entry.at("name").string();
    const double rate = attrs.number("lr", 0);
    for (const Make& make : optimizers(name.substr(0, name.find('_')), attrs)) follow(make, name, rate, file);
  });
}

std::function<double(int64_t)> schedule(const Attributes& attrs) {
  const double peak = attrs.number("base_lr", 0);
  const int64_t rise = attrs.integer("warmup", 0);
  if (attrs.find("T_max")) {
    attrs.must_be("formula", "eta_min+(base-eta_min)*(1+cos(pi t/T))/2");
    const CosineSchedule cosine{
        .peak = peak, .floor = attrs.number("eta_min", 0), .warmup = {rise}, .total = attrs.integer("T_max", 1)};
    return [cosine](int64_t step) { return cosine.rate(step); };
  }
  if (attrs.find("decay_iters")) {
    attrs.must_be("formula", "(t+1)/(W+1) warmup; min after decay_iters");
    const CosineSchedule cosine{.peak = peak,
                                .floor = peak * attrs.number("min_lr_ratio", 0),
                                .warmup = {rise, WarmUp::Count::before},
                                .total = attrs.integer("decay_iters", 1)};
    return [cosine](int64_t step) { return cosine.rate(step); };
  }
  if (attrs.find("d_model")) {
    attrs.must_be("step", "t+1");
    const NoamSchedule noam{.d_model = attrs.integer("d_model", 1), .warmup = rise, .factor = peak};
    return [noam](int64_t step) { return noam.rate(step); };
  }
  if (attrs.find("step_size")) {
    const StepSchedule steps{
        .peak = peak, .gamma = attrs.number("gamma", 0.1), .step_size = attrs.integer("step_size", 1)};
    return [steps](int64_t step) { return steps.rate(step); };
  }
  if (attrs.find("gamma")) {
    const ExponentialSchedule falling{.peak = peak, .gamma = attrs.number("gamma", 0.1)};
    return [falling](int64_t step) { return falling.rate(step); };
  }
  require(attrs.find("total").has_value(), "the schedule is unknown");
  const int64_t total = attrs.integer("total", 1);
  const WarmUp warmup{rise, WarmUp::Count::zero};
  if (attrs.find("formula")) {
    attrs.must_be("formula", "t/W for t<W, then half cosine to 0");
    const CosineSchedule cosine{.peak = peak, .floor = 0, .warmup = warmup, .total = total};
    return [cosine](int64_t step) { return cosine.rate(step); };
  }
  const LinearSchedule line{.peak = peak, .floor = 0, .warmup = warmup, .total = total};
  return [line](int64_t step) { return line.rate(step); };
}

TEST(GoldenOptim, SchedulesGiveTheirRates) {
  each_case("schedule", [](const JsonView& entry, const Attributes& attrs, const Safetensors& file) {
    require(entry.at("op").string() == "lr_schedule", "the operation '", entry.at("op").string(), "' is unknown");
    const std::vector<double> expected = numbers_of(file, entry.at("name").string() + ".lr");
    const auto rate = schedule(attrs);
    std::vector<double> found;
    for (size_t step = 0; step < expected.size(); ++step) found.push_back(rate(static_cast<int64_t>(step)));
    EXPECT_FALSE(found.empty());
    EXPECT_EQ(compare(found, expected, {.of_norm = 1e-6, .relative = 1e-5, .of_largest = 1e-7}).difference, "");
  });
}

TEST(GoldenOptim, ClippingShortensTheGradients) {
  each_case("clip", [](const JsonView& entry, const Attributes& attrs, const Safetensors& file) {
    require(entry.at("op").string() == "clip_grad_norm", "the operation '", entry.at("op").string(), "' is unknown");
    const std::string name = entry.at("name").string() + ".";
    std::vector<Parameter> parameters;
    for (const JsonView& input : entry.at("inputs").elements()) {
      const Tensor gradient = tensor_of(file, name + input.string());
      const Tensor weight = leaf(std::vector<double>(static_cast<size_t>(gradient.numel()), 1.0), gradient.shape());
      give_gradient(weight, gradient);
      parameters.push_back({input.string(), weight});
    }
    const double norm = clip_grad_norm(parameters, attrs.number("max_norm", 1), attrs.number("norm_type", 2));
    EXPECT_EQ(compare(std::vector<double>{norm}, numbers_of(file, name + "total_norm"), near).difference, "");
    for (size_t i = 0; i < parameters.size(); ++i) {
      const std::vector<double> expected = numbers_of(file, text(name, "clipped", i));
      EXPECT_EQ(compare(numbers_of(parameters[i].tensor.grad()), expected, near).difference, "") << "gradient " << i;
    }
  });
}

}  // namespace
}  // namespace dikkat::test
