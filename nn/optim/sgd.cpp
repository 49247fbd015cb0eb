#include "nn/optim/sgd.h"

#include "core/ops.h"
#include "core/update.h"

namespace dikkat {

SGD::SGD(const std::vector<Parameter>& parameters, const SGDOptions& options)
    : Optimizer(parameters, options.momentum == 0 ? std::vector<std::string>{} : std::vector<std::string>{"velocity"}),
      options_(options) {
  require(!options.nesterov || (options.momentum > 0 && options.dampening == 0),
          "SGD: nesterov needs a momentum and no dampening, got momentum ", options.momentum, " and dampening ",
          options.dampening);
}

void SGD::update(const Slot& slot, const Tensor& gradient, double rate) {
  const Tensor& weight = slot.weight;
  Tensor direction = gradient;
  if (options_.weight_decay != 0) direction = direction + weight * options_.weight_decay;
  if (options_.momentum != 0) {
    const Tensor& velocity = slot.state[0];
    const double share = slot.steps == 1 ? 1 : 1 - options_.dampening;
    assign(velocity, velocity * options_.momentum + direction * share);
    direction = options_.nesterov ? direction + velocity * options_.momentum : velocity;
  }
  assign(weight, weight - direction * rate);
}

}  // namespace dikkat
