// Each row is brought to mean 0 and variance 1, then stretched and shifted by what was learned.   (...,C) -> (...,C)
#pragma once

#include "core/ops.h"
#include "nn/module.h"

namespace dikkat {

struct LayerNorm : Module {
  explicit LayerNorm(int64_t channels, double eps = 1e-5)
      : weight(constant_parameter({channels}, 1)), bias(constant_parameter({channels}, 0)), eps(eps) {}

  Tensor forward(In x) { return layer_norm(x, weight, bias, eps); }

  void visit(Visitor& v) override {
    v("weight", weight);
    v("bias", bias);
  }

  Tensor weight, bias;  // (C)
  double eps;
};

}  // namespace dikkat
