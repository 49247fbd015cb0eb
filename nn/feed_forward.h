// Two layers on each token by itself: wider, GELU or another activation, back.   (...,C) -> (...,hidden) -> (...,C)
#pragma once

#include <memory>
#include <string>

#include "nn/activation.h"
#include "nn/linear.h"

namespace dikkat {

struct FeedForward : Module {
  FeedForward(int64_t n_embd, int64_t hidden, double output_deviation = 0.02,
              const std::string& activation = "gelu_new", double deviation = 0.02)
      : expand(std::make_unique<Linear>(n_embd, hidden, deviation)),
        contract(std::make_unique<Linear>(hidden, n_embd, output_deviation)),
        activation(activation_named(activation)) {}

  Tensor forward(In x) { return contract->forward(In(activation(In(expand->forward(x), x.where)), x.where)); }

  void visit(Visitor& v) override {
    v("expand", expand);
    v("contract", contract);
  }

  std::unique_ptr<Linear> expand, contract;
  Activation activation;
};

}  // namespace dikkat
