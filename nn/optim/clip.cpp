#include "nn/optim/clip.h"

#include <algorithm>
#include <cmath>

#include "core/autograd.h"
#include "core/ops.h"
#include "core/update.h"

namespace dikkat {

double grad_norm(const std::vector<Parameter>& parameters, double norm_type) {
  require(norm_type == 1 || norm_type == 2 || norm_type == infinity_norm,
          "grad_norm: the norm is 1, 2 or infinity_norm, got ", norm_type);
  const NoGrad measuring;
  Tensor total = zeros({});
  for (const Parameter& p : parameters) {
    if (!p.tensor.has_grad() || p.tensor.numel() == 0) continue;
    const Tensor g = p.tensor.grad();
    if (norm_type == 1) total = total + sum(abs(g));
    if (norm_type == 2) add_squares(contiguous(g), total);
    if (norm_type == infinity_norm) total = maximum(total, max(abs(g)));
  }
  return static_cast<double>(norm_type == 2 ? sqrt(total).item() : total.item());
}

double clip_grad_norm(const std::vector<Parameter>& parameters, double max_norm, double norm_type) {
  require(max_norm >= 0, "clip_grad_norm: max_norm must not be negative, got ", max_norm);
  const NoGrad updating;
  const double norm = grad_norm(parameters, norm_type);
  const double factor = max_norm / (norm + 1e-6);
  if (factor >= 1) return norm;  // false for NaN
  for (const Parameter& p : parameters)
    if (p.tensor.has_grad()) assign(p.tensor.grad(), p.tensor.grad() * factor);
  return norm;
}

void clip_grad_value(const std::vector<Parameter>& parameters, double value) {
  require(value >= 0, "clip_grad_value: the value must not be negative, got ", value);
  const NoGrad updating;
  for (const Parameter& p : parameters)
    if (p.tensor.has_grad()) assign(p.tensor.grad(), clamp(p.tensor.grad(), -value, value));
}

}  // namespace dikkat
