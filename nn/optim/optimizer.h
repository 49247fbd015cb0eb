// What every optimiser shares: the parameters, what it remembers about each of them, and the step.
#pragma once

#include <string>
#include <vector>

#include "nn/module.h"

namespace dikkat {

class Optimizer {
 public:
  // A parameter and what is remembered about it, all of its shape, zero at first.
  struct Slot {
    std::string name;
    Tensor weight;
    std::vector<Tensor> state;  // in the order of state_names()
    int64_t steps = 0;          // updates of this parameter, which had no gradient at the other steps
  };

  virtual ~Optimizer() = default;

  // One update with learning rate `rate`; clears the gradients. A parameter without a gradient stays as it is.
  void step(double rate);

  // Steps taken.
  int64_t steps() const { return steps_; }

  // For checkpoints: what is remembered, and what it is called ("m", "v").
  const std::vector<Slot>& slots() const { return slots_; }
  void set_steps(int64_t steps, const std::vector<int64_t>& steps_of_slots);
  const std::vector<std::string>& state_names() const { return state_names_; }

 protected:
  Optimizer(const std::vector<Parameter>& parameters, std::vector<std::string> state_names);

  // Called once in each step, before the first parameter is updated.
  virtual void before_updates() {}

  // Changes slot.weight and slot.state. Nothing is recorded meanwhile; slot.steps already counts this update, from 1.
  virtual void update(const Slot& slot, const Tensor& gradient, double rate) = 0;

 private:
  std::vector<std::string> state_names_;
  std::vector<Slot> slots_;
  int64_t steps_ = 0;
};

}  // namespace dikkat
