#include "nn/optim/adamw.h"

#include <cmath>

#include "core/update.h"

namespace dikkat {

AdamW::AdamW(const std::vector<Parameter>& parameters, const AdamWOptions& options)
    : Optimizer(parameters, {"m", "v"}), options_(options), squared_norm_(zeros({}, Category::optimizer)) {}

void AdamW::before_updates() {
  squared_norm_ = zeros({}, Category::optimizer);
  for (const Slot& slot : slots())
    if (slot.weight.has_grad()) add_squares(slot.weight.grad(), squared_norm_);
}

void AdamW::update(const Slot& slot, const Tensor&, double rate) {
  const bool decays = slot.weight.rank() >= 2 || options_.decay_vectors;
  adamw_update(slot.weight, slot.state[0], slot.state[1], options_.max_norm > 0 ? &squared_norm_ : nullptr,
               {.rate = rate,
                .beta1 = options_.beta1,
                .beta2 = options_.beta2,
                .eps = options_.eps,
                .weight_decay = decays ? options_.weight_decay : 0,
                .max_norm = options_.max_norm,
                .step = slot.steps});
}

double AdamW::grad_norm() const {
  return std::sqrt(static_cast<double>(squared_norm_.item()));
}

}  // namespace dikkat
