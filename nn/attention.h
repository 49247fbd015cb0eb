// Multi-head self-attention: every token asks a question (query), every token offers an answer to some questions (key),
// and what is passed on (value) is mixed by how well they match.  Vaswani et al., 2017, section 3.2.
#pragma once

#include <memory>

#include "nn/linear.h"
#include "nn/rms_norm.h"
#include "nn/rotary.h"

namespace dikkat {

// How attention is built; what stands here by itself is GPT-2's.
struct AttentionConfig {
  int64_t n_embd = 0;
  int64_t n_head = 0;
  int64_t n_kv_head = 0;  // heads of keys and values, shared by groups of query heads (Ainslie et al., 2023); 0: n_head
  int64_t head_dim = 0;   // 0: n_embd / n_head
  bool qkv_bias = true, output_bias = true;
  double deviation = 0.02;         // of the first weights of query, key and value
  double output_deviation = 0.02;  // of the last projection's first weights; GPT-2 divides 0.02 by sqrt(2 n_layer)
  bool qk_norm = false;            // RMSNorm on each head's query and key (Henry et al., 2020)
  double norm_eps = 1e-6;
  int64_t window = 0;  // only the last so many tokens are seen (Beltagy et al., 2020); 0: all
  double dropout = 0;  // of the weights, in training
};

// What all layers of a model are told alike, besides x.
struct AttentionContext {
  RotaryAngles rotary = {};  // (T,D/2) or (B,T,D/2); empty: positions are in x already
  Tensor mask = {};          // added to the scores: 0 to see, -inf not to; empty: all that is not in the future is seen
  bool training = false;
};

struct SelfAttention : Module {
  explicit SelfAttention(const AttentionConfig& given)
      : n_head(given.n_head),
        n_kv_head(given.n_kv_head ? given.n_kv_head : given.n_head),
        window(given.window),
        dropout(given.dropout) {
    require(n_head > 0 && (given.head_dim > 0 || given.n_embd % n_head == 0), "attention: a width of ", given.n_embd,
            " cannot be divided among ", n_head, " heads; take a width that is a multiple of the number of heads");
    require(n_kv_head > 0 && n_head % n_kv_head == 0, "attention: ", n_head, " heads cannot share ", n_kv_head,
            " heads of keys and values; take a number that divides them");
    const int64_t head_dim = given.head_dim ? given.head_dim : given.n_embd / n_head;
    const auto projection = [&](int64_t heads) {
      return std::make_unique<Linear>(given.n_embd, heads * head_dim, given.deviation, given.qkv_bias);
    };
    query = projection(n_head);
    key = projection(n_kv_head);
    value = projection(n_kv_head);
    output = std::make_unique<Linear>(n_head * head_dim, given.n_embd, given.output_deviation, given.output_bias);
    if (given.qk_norm) {
      query_norm = std::make_unique<RMSNorm>(head_dim, given.norm_eps);
      key_norm = std::make_unique<RMSNorm>(head_dim, given.norm_eps);
    }
  }
  SelfAttention(int64_t n_embd, int64_t n_head, double output_deviation = 0.02)
      : SelfAttention({.n_embd = n_embd, .n_head = n_head, .output_deviation = output_deviation}) {}

  Tensor forward(In x, const AttentionContext& context = {}) {  // (B,T,C)
    const auto here = [&](const Tensor& t) { return In(t, x.where); };
    const auto split = [&](const Tensor& t, int64_t heads) {  // (B,T,C) -> (B,T,H,D), a view
      return reshape(here(t), {x.size(0), x.size(1), heads, t.size(2) / heads});
    };
    Tensor q = split(query->forward(x), n_head);     // (B,T,H,D)
    Tensor k = split(key->forward(x), n_kv_head);    // (B,T,H/g,D)
    Tensor v = split(value->forward(x), n_kv_head);  // (B,T,H/g,D)
    if (query_norm) {
      q = query_norm->forward(here(q));
      k = key_norm->forward(here(k));
    }
    if (context.rotary.cos.defined()) {
      q = rotary(here(q), context.rotary.cos, context.rotary.sin);
      k = rotary(here(k), context.rotary.cos, context.rotary.sin);
    }
    const AttentionOptions options{
        .causal = true, .window = window, .mask = context.mask, .dropout = context.training ? dropout : 0};
    const Tensor mixed = plain ? scaled_dot_product_attention_plain(here(q), k, v, options)
                               : scaled_dot_product_attention(here(q), k, v, options);  // (B,T,H,D)
    return output->forward(here(flatten(here(mixed), 2)));                              // (B,T,C)
  }

  void visit(Visitor& v) override {
    v("query", query);
    v("key", key);
    v("value", value);
    v("output", output);
    if (query_norm) v("query_norm", *query_norm);
    if (key_norm) v("key_norm", *key_norm);
  }

  int64_t n_head, n_kv_head;
  int64_t window;
  double dropout;
  bool plain = false;  // compute with the plain definition, which holds the weights and shows them
  std::unique_ptr<Linear> query, key, value, output;
  std::unique_ptr<RMSNorm> query_norm, key_norm;  // none without qk_norm
};

}  // namespace dikkat
