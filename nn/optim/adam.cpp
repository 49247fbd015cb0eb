#include "nn/optim/adam.h"

#include <cmath>

#include "core/ops.h"
#include "core/update.h"

namespace dikkat {

namespace {

// The gradient of loss + decay/2 * |weight|^2.
Tensor with_decay(const Tensor& gradient, const Tensor& weight, double decay) {
  return decay == 0 ? gradient : gradient + weight * decay;
}

}  // namespace

Adam::Adam(const std::vector<Parameter>& parameters, const AdamOptions& options)
    : Optimizer(parameters,
                options.amsgrad ? std::vector<std::string>{"m", "v", "v_max"} : std::vector<std::string>{"m", "v"}),
      options_(options) {}

void Adam::update(const Slot& slot, const Tensor& gradient, double rate) {
  const Tensor &weight = slot.weight, &m = slot.state[0], &v = slot.state[1];
  const auto step = static_cast<double>(slot.steps);
  if (options_.decoupled_weight_decay) assign(weight, weight * (1 - rate * options_.weight_decay));
  const Tensor g = with_decay(gradient, weight, options_.decoupled_weight_decay ? 0 : options_.weight_decay);
  assign(m, m * options_.beta1 + g * (1 - options_.beta1));
  assign(v, v * options_.beta2 + square(g) * (1 - options_.beta2));
  Tensor spread = v;
  if (options_.amsgrad) {
    assign(slot.state[2], maximum(slot.state[2], v));
    spread = slot.state[2];
  }
  const double correction1 = 1 - std::pow(options_.beta1, step);  // m and v began at 0: undo that
  const double correction2 = 1 - std::pow(options_.beta2, step);
  const Tensor direction = m / (sqrt(spread) / std::sqrt(correction2) + options_.eps);
  assign(weight, weight - direction * (rate / correction1));
}

Lion::Lion(const std::vector<Parameter>& parameters, const LionOptions& options)
    : Optimizer(parameters, {"m"}), options_(options) {}

void Lion::update(const Slot& slot, const Tensor& g, double rate) {
  const Tensor &weight = slot.weight, &m = slot.state[0];
  const Tensor direction = sign(m * options_.beta1 + g * (1 - options_.beta1));
  assign(weight, weight * (1 - rate * options_.weight_decay) - direction * rate);
  assign(m, m * options_.beta2 + g * (1 - options_.beta2));
}

RMSprop::RMSprop(const std::vector<Parameter>& parameters, const RMSpropOptions& options)
    : Optimizer(parameters, {"v", "mean", "velocity"}), options_(options) {}

void RMSprop::update(const Slot& slot, const Tensor& gradient, double rate) {
  const Tensor &weight = slot.weight, &v = slot.state[0], &mean = slot.state[1], &velocity = slot.state[2];
  const Tensor g = with_decay(gradient, weight, options_.weight_decay);
  assign(v, v * options_.alpha + square(g) * (1 - options_.alpha));
  Tensor spread = v;
  if (options_.centered) {
    assign(mean, mean * options_.alpha + g * (1 - options_.alpha));
    spread = v - square(mean);
  }
  assign(velocity, velocity * options_.momentum + g / (sqrt(spread) + options_.eps));
  assign(weight, weight - velocity * rate);
}

Adagrad::Adagrad(const std::vector<Parameter>& parameters, const AdagradOptions& options)
    : Optimizer(parameters, {"total"}), options_(options) {
  for (const Slot& slot : slots()) assign(slot.state[0], full(slot.weight.shape(), options.initial_total));
}

void Adagrad::update(const Slot& slot, const Tensor& gradient, double rate) {
  const Tensor &weight = slot.weight, &total = slot.state[0];
  const Tensor g = with_decay(gradient, weight, options_.weight_decay);
  assign(total, total + square(g));
  const double slower = rate / (1 + static_cast<double>(slot.steps - 1) * options_.rate_decay);
  assign(weight, weight - g / (sqrt(total) + options_.eps) * slower);
}

}  // namespace dikkat
