#include "nn/optim/adamw.h"

#include <cmath>

#include "core/update.h"

namespace dikkat {

AdamW::AdamW(const std::vector<Parameter>& parameters, const AdamWOptions& options)
    : options_(options), squared_norm_(zeros({}, Category::optimizer)) {
  for (const Parameter& p : parameters)
    moments_.push_back(
        {p.name, p.tensor, zeros(p.tensor.shape(), Category::optimizer), zeros(p.tensor.shape(), Category::optimizer)});
}

void AdamW::step(double rate) {
  ++steps_;
  squared_norm_ = zeros({}, Category::optimizer);
  for (const Moments& p : moments_)
    if (p.weight.has_grad()) add_squares(p.weight.grad(), squared_norm_);
  for (const Moments& p : moments_) {
    if (!p.weight.has_grad()) continue;
    adamw_update(p.weight, p.m, p.v, options_.max_norm > 0 ? &squared_norm_ : nullptr,
                 {.rate = rate,
                  .beta1 = options_.beta1,
                  .beta2 = options_.beta2,
                  .eps = options_.eps,
                  .weight_decay = p.weight.rank() >= 2 ? options_.weight_decay : 0,
                  .max_norm = options_.max_norm,
                  .step = steps_});
    p.weight.zero_grad();
  }
}

double AdamW::grad_norm() const {
  return std::sqrt(static_cast<double>(squared_norm_.item()));
}

}  // namespace dikkat
