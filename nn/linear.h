// y = x weight^T + bias.   x (...,in)  weight (out,in)  bias (out) -> (...,out)
#pragma once

#include "core/ops.h"
#include "nn/module.h"

namespace dikkat {

struct Linear : Module {
  // Weights from a normal distribution with this deviation (GPT-2: 0.02), bias zero.
  Linear(int64_t in_features, int64_t out_features, double deviation = 0.02, bool with_bias = true)
      : weight(normal_parameter({out_features, in_features}, deviation)) {
    if (with_bias) bias = constant_parameter({out_features}, 0);
  }

  virtual Tensor forward(In x) { return bias.defined() ? linear(x, weight, bias) : linear(x, weight); }

  void visit(Visitor& v) override {
    v("weight", weight);
    if (bias.defined()) v("bias", bias);
  }

  Tensor weight;  // (out, in)
  Tensor bias;    // (out), or undefined
};

}  // namespace dikkat
