#include "nn/optim/optimizer.h"

#include "core/autograd.h"

namespace dikkat {

Optimizer::Optimizer(const std::vector<Parameter>& parameters, std::vector<std::string> state_names)
    : state_names_(std::move(state_names)) {
  for (const Parameter& p : parameters) {
    Slot slot{p.name, p.tensor, {}};
    for (size_t i = 0; i < state_names_.size(); ++i) slot.state.push_back(zeros(p.tensor.shape(), Category::optimizer));
    slots_.push_back(std::move(slot));
  }
}

void Optimizer::step(double rate) {
  const NoGrad only_updating;
  ++steps_;
  before_updates();
  for (const Slot& slot : slots_) {
    if (!slot.weight.has_grad()) continue;
    update(slot, slot.weight.grad(), rate);
    slot.weight.zero_grad();
  }
}

}  // namespace dikkat
