// One floor of a transformer: tokens look at each other, then each thinks for itself. Normalisation comes first
// ("pre-norm", as in GPT-2), and what was there is added back ("residual").
#pragma once

#include "nn/attention.h"
#include "nn/feed_forward.h"
#include "nn/layer_norm.h"

namespace dikkat {

struct Block : Module {
  Block(int64_t n_embd, int64_t n_head, double output_deviation)
      : norm_1(n_embd),
        attention(n_embd, n_head, output_deviation),
        norm_2(n_embd),
        feed_forward(n_embd, 4 * n_embd, output_deviation) {}

  Tensor forward(In x) {                                                              // (B,T,C)
    const In looked(x + attention.forward(In(norm_1.forward(x), x.where)), x.where);  // (B,T,C)
    return looked + feed_forward.forward(In(norm_2.forward(looked), x.where));        // (B,T,C)
  }

  void visit(Visitor& v) override {
    v("norm_1", norm_1);
    v("attention", attention);
    v("norm_2", norm_2);
    v("feed_forward", feed_forward);
  }

  LayerNorm norm_1;
  SelfAttention attention;
  LayerNorm norm_2;
  FeedForward feed_forward;
};

}  // namespace dikkat
