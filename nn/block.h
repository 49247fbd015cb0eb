// One floor of a transformer: tokens look at each other, then each thinks for itself. Normalisation comes first
// ("pre-norm", as in GPT-2), and what was there is added back ("residual").
#pragma once

#include "nn/attention.h"
#include "nn/feed_forward.h"
#include "nn/layer_norm.h"

namespace dikkat {

struct BlockConfig {
  AttentionConfig attention = {};
  int64_t n_inner = 0;  // the width inside the feed-forward layer; 0: 4 n_embd
  std::string activation = "gelu_new";
  double norm_eps = 1e-5;
  double dropout = 0;  // of what each of the two layers adds, in training
};

struct Block : Module {
  explicit Block(const BlockConfig& given)
      : norm_1(given.attention.n_embd, given.norm_eps),
        attention(given.attention),
        norm_2(given.attention.n_embd, given.norm_eps),
        feed_forward(given.attention.n_embd, given.n_inner ? given.n_inner : 4 * given.attention.n_embd,
                     given.attention.output_deviation, given.activation, given.attention.deviation),
        dropout(given.dropout) {}
  Block(int64_t n_embd, int64_t n_head, double output_deviation)
      : Block({.attention = {.n_embd = n_embd, .n_head = n_head, .output_deviation = output_deviation}}) {}

  Tensor forward(In x, const AttentionContext& context = {}) {  // (B,T,C)
    const auto here = [&](const Tensor& t) { return In(t, x.where); };
    const auto dropped = [&](const Tensor& t) {
      return here(context.training && dropout > 0 ? dikkat::dropout(here(t), dropout) : t);
    };
    const In looked = here(x + dropped(attention.forward(here(norm_1.forward(x)), context)));  // (B,T,C)
    return looked + dropped(feed_forward.forward(here(norm_2.forward(looked))));               // (B,T,C)
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
  double dropout;
};

}  // namespace dikkat
