// Multi-head self-attention: every token asks a question (query), every token offers an answer to some questions (key),
// and what is passed on (value) is mixed by how well they match.  Vaswani et al., 2017, section 3.2.
#pragma once

#include <memory>

#include "nn/linear.h"

namespace dikkat {

struct SelfAttention : Module {
  // `output_deviation`: for the last projection; GPT-2 divides 0.02 by sqrt(2 n_layer).
  SelfAttention(int64_t n_embd, int64_t n_head, double output_deviation = 0.02)
      : n_head(n_head),
        query(std::make_unique<Linear>(n_embd, n_embd)),
        key(std::make_unique<Linear>(n_embd, n_embd)),
        value(std::make_unique<Linear>(n_embd, n_embd)),
        output(std::make_unique<Linear>(n_embd, n_embd, output_deviation)) {
    require(n_head > 0 && n_embd % n_head == 0, "attention: a width of ", n_embd, " cannot be divided among ", n_head,
            " heads; take a width that is a multiple of the number of heads");
  }

  Tensor forward(In x) {                // (B,T,C)
    const auto heads = [&](Tensor t) {  // (B,T,C) -> (B,T,H,D), a view
      return reshape(In(t, x.where), {x.size(0), x.size(1), n_head, x.size(2) / n_head});
    };
    const Tensor q = heads(query->forward(x)), k = heads(key->forward(x)), v = heads(value->forward(x));
    const In mixed(plain ? scaled_dot_product_attention_plain(In(q, x.where), k, v, true)
                         : scaled_dot_product_attention(In(q, x.where), k, v, true),
                   x.where);                                                 // (B,T,H,D)
    return output->forward(In(reshape(mixed, x.shape().sizes()), x.where));  // (B,T,C)
  }

  void visit(Visitor& v) override {
    v("query", query);
    v("key", key);
    v("value", value);
    v("output", output);
  }

  int64_t n_head;
  bool plain = false;  // compute with the plain definition, which holds the weights and shows them
  std::unique_ptr<Linear> query, key, value, output;
};

}  // namespace dikkat
