// Two layers on each token by itself, of which a third decides how much of each number passes.
//   down(silu(gate(x)) * up(x))   (...,C) -> (...,hidden) -> (...,C)        Shazeer, "GLU variants", 2020
#pragma once

#include <memory>
#include <string>

#include "nn/activation.h"
#include "nn/linear.h"

namespace dikkat {

struct SwiGLU : Module {
  SwiGLU(int64_t n_embd, int64_t hidden, double output_deviation = 0.02, bool with_bias = false,
         const std::string& activation = "silu")
      : gate(std::make_unique<Linear>(n_embd, hidden, 0.02, with_bias)),
        up(std::make_unique<Linear>(n_embd, hidden, 0.02, with_bias)),
        down(std::make_unique<Linear>(hidden, n_embd, output_deviation, with_bias)),
        activation(activation_named(activation)) {}

  Tensor forward(In x) {
    const In open(activation(In(gate->forward(x), x.where)), x.where);      // (...,hidden)
    return down->forward(In(open * In(up->forward(x), x.where), x.where));  // (...,C)
  }

  void visit(Visitor& v) override {
    v("gate", gate);
    v("up", up);
    v("down", down);
  }

  std::unique_ptr<Linear> gate, up, down;
  Activation activation;
};

}  // namespace dikkat
