#include "nn/models/llama.h"

#include <cmath>

#include "core/probe.h"

namespace dikkat {

namespace {

LlamaConfig checked(const LlamaConfig& config) {
  config.check();
  return config;
}

// Every block adds to the residual stream twice; smaller last projections keep its variance from growing with depth.
double output_deviation(const LlamaConfig& config) {
  return 0.02 / std::sqrt(2.0 * static_cast<double>(config.num_hidden_layers));
}

AttentionConfig attention_of(const LlamaConfig& config, int64_t layer) {
  return {.n_embd = config.hidden_size,
          .n_head = config.num_attention_heads,
          .n_kv_head = config.kv_heads(),
          .head_dim = config.head_size(),
          .qkv_bias = config.qkv_bias,
          .output_bias = config.output_bias,
          .output_deviation = output_deviation(config),
          .qk_norm = config.qk_norm,
          .norm_eps = config.rms_norm_eps,
          .window = config.windows.empty() ? 0 : config.windows[static_cast<size_t>(layer)],
          .dropout = config.attention_dropout};
}

}  // namespace

void LlamaConfig::check() const {
  require(vocab_size > 0 && hidden_size > 0 && intermediate_size > 0 && num_hidden_layers > 0 &&
              num_attention_heads > 0 && max_position_embeddings > 0,
          "Llama: vocab_size, hidden_size, intermediate_size, num_hidden_layers, num_attention_heads and ",
          "max_position_embeddings must be positive, got ", vocab_size, ", ", hidden_size, ", ", intermediate_size,
          ", ", num_hidden_layers, ", ", num_attention_heads, " and ", max_position_embeddings);
  require(num_key_value_heads >= 0 && num_attention_heads % kv_heads() == 0, "Llama: num_key_value_heads ",
          num_key_value_heads, " must divide num_attention_heads ", num_attention_heads,
          ": each head of keys serves the same number of query heads");
  require(head_dim >= 0 && (head_dim > 0 || hidden_size % num_attention_heads == 0), "Llama: hidden_size ", hidden_size,
          " must be a multiple of num_attention_heads ", num_attention_heads, ", or head_dim must be given");
  require(head_size() % 2 == 0, "Llama: a head size of ", head_size(),
          " cannot be turned in pairs; hidden_size / num_attention_heads, or head_dim, must be even");
  require(std::isfinite(rms_norm_eps) && rms_norm_eps >= 0, "Llama: rms_norm_eps must not be negative, got ",
          rms_norm_eps);
  require(attention_dropout >= 0 && attention_dropout < 1,
          "Llama: attention_dropout must be at least 0 and below 1, got ", attention_dropout);
  require(windows.empty() || static_cast<int64_t>(windows.size()) == num_hidden_layers, "Llama: ", windows.size(),
          " windows for ", num_hidden_layers, " layers; each layer needs one");
  for (const int64_t window : windows) require(window >= 0, "Llama: a window must not be negative, got ", window);
  activation_named(hidden_act);
  rope.check();
}

LlamaBlock::LlamaBlock(const LlamaConfig& config, int64_t layer)
    : norm_1(config.hidden_size, config.rms_norm_eps),
      attention(attention_of(config, layer)),
      norm_2(config.hidden_size, config.rms_norm_eps),
      feed_forward(config.hidden_size, config.intermediate_size, output_deviation(config), config.mlp_bias,
                   config.hidden_act) {}

Tensor LlamaBlock::forward(In x, const AttentionContext& context) {  // (B,T,C)
  const auto here = [&](const Tensor& t) { return In(t, x.where); };
  const In looked = here(x + attention.forward(here(norm_1.forward(x)), context));  // (B,T,C)
  return looked + feed_forward.forward(here(norm_2.forward(looked)));               // (B,T,C)
}

void LlamaBlock::visit(Visitor& v) {
  v("norm_1", norm_1);
  v("attention", attention);
  v("norm_2", norm_2);
  v("feed_forward", feed_forward);
}

Llama::Llama(const LlamaConfig& given)
    : config(checked(given)),
      token_embedding(config.vocab_size, config.hidden_size),
      final_norm(config.hidden_size, config.rms_norm_eps),
      rope(rotary_speeds(config.rope, config.head_size())) {
  for (int64_t i = 0; i < config.num_hidden_layers; ++i) blocks.push_back(std::make_unique<LlamaBlock>(config, i));
  if (!config.tie_word_embeddings)
    lm_head = std::make_unique<Linear>(config.hidden_size, config.vocab_size, 0.02, false);
}

Tensor Llama::hidden(const Ids& ids, const Padding& padding, const std::source_location& where) {
  check("Llama", ids, padding, where);
  const AttentionContext context{.rotary = rotary_angles(rope, In(positions(ids, padding), where)),
                                 .mask = score_mask(padding),
                                 .training = training};
  Tensor x = token_embedding.forward(ids, where);  // (B,T,C)
  for (const auto& block : blocks) {
    probe("hidden_states", x);
    x = through(*block, In(x, where), context);
  }
  x = final_norm.forward(In(x, where));  // (B,T,C)
  probe("hidden_states", x);
  return x;
}

Tensor Llama::scores(In x) {
  return lm_head ? lm_head->forward(x) : linear(x, token_embedding.weight);
}

void Llama::visit(Visitor& v) {
  v("token_embedding", token_embedding);
  v("blocks", blocks);
  v("final_norm", final_norm);
  if (lm_head) v("lm_head", lm_head);
}

void Llama::use_plain_attention(bool plain) {
  for (const auto& block : blocks) block->attention.plain = plain;
}

}  // namespace dikkat
