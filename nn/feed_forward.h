// Two layers on each token by itself: wider, GELU, back.   (...,C) -> (...,4C) -> (...,C)
#pragma once

#include <memory>

#include "nn/linear.h"

namespace dikkat {

struct FeedForward : Module {
  FeedForward(int64_t n_embd, int64_t hidden, double output_deviation = 0.02)
      : expand(std::make_unique<Linear>(n_embd, hidden)),
        contract(std::make_unique<Linear>(hidden, n_embd, output_deviation)) {}

  Tensor forward(In x) { return contract->forward(In(gelu(In(expand->forward(x), x.where)), x.where)); }

  void visit(Visitor& v) override {
    v("expand", expand);
    v("contract", contract);
  }

  std::unique_ptr<Linear> expand, contract;
};

}  // namespace dikkat
