#include "nn/optim/optimizer.h"

#include "core/autograd.h"

namespace dikkat {

Optimizer::Optimizer(const std::vector<Parameter>& parameters, std::vector<std::string> state_names)
    : state_names_(std::move(state_names)) {
  for (const Parameter& p : parameters) {
    Slot slot{p.name, p.tensor, {}, 0};
    for (size_t i = 0; i < state_names_.size(); ++i) slot.state.push_back(zeros(p.tensor.shape(), Category::optimizer));
    slots_.push_back(std::move(slot));
  }
}

void Optimizer::step(double rate) {
  const NoGrad only_updating;
  ++steps_;
  before_updates();
  for (Slot& slot : slots_) {
    if (!slot.weight.has_grad()) continue;
    ++slot.steps;
    update(slot, slot.weight.grad(), rate);
    slot.weight.zero_grad();
  }
}

void Optimizer::set_steps(int64_t steps, const std::vector<int64_t>& steps_of_slots) {
  require(steps_of_slots.size() == slots_.size(), "optimizer: ", steps_of_slots.size(), " counts of steps for ",
          slots_.size(), " parameters");
  steps_ = steps;
  for (size_t i = 0; i < slots_.size(); ++i) slots_[i].steps = steps_of_slots[i];
}

}  // namespace dikkat
