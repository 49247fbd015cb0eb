// Each row is brought to mean square 1, then stretched by what was learned.   (...,C) -> (...,C)
// Zhang and Sennrich, "Root mean square layer normalization", 2019: LayerNorm without mean and bias.
#pragma once

#include "core/ops.h"
#include "nn/module.h"

namespace dikkat {

struct RMSNorm : Module {
  explicit RMSNorm(int64_t channels, double eps = 1e-6) : weight(constant_parameter({channels}, 1)), eps(eps) {}

  Tensor forward(In x) { return rms_norm(x, weight, eps); }

  void visit(Visitor& v) override { v("weight", weight); }

  Tensor weight;  // (C)
  double eps;
};

}  // namespace dikkat
