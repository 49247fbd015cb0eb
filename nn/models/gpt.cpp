#include "nn/models/gpt.h"

#include <cmath>
#include <numeric>

#include "core/probe.h"

namespace dikkat {

namespace {

GPTConfig checked(const GPTConfig& config) {
  config.check();
  return config;
}

}  // namespace

void GPTConfig::check() const {
  require(vocab_size > 0 && block_size > 0 && n_layer > 0 && n_head > 0 && n_embd > 0,
          "GPT: vocab_size, block_size, n_layer, n_head and n_embd must be positive, got ", vocab_size, ", ",
          block_size, ", ", n_layer, ", ", n_head, " and ", n_embd);
  require(n_embd % n_head == 0, "GPT: n_embd ", n_embd, " must be a multiple of n_head ", n_head);
  require(n_inner >= 0, "GPT: n_inner must be positive, or 0 for 4 n_embd, got ", n_inner);
  require(std::isfinite(layer_norm_epsilon) && layer_norm_epsilon >= 0,
          "GPT: layer_norm_epsilon must not be negative, got ", layer_norm_epsilon);
  require(std::isfinite(initializer_range) && initializer_range > 0, "GPT: initializer_range must be positive, got ",
          initializer_range);
  for (const double rate : {embd_pdrop, attn_pdrop, resid_pdrop})
    require(rate >= 0 && rate < 1, "GPT: a dropout rate must be at least 0 and below 1, got ", rate);
  activation_named(activation_function);
}

int64_t GPTConfig::parameter_count() const {
  const int64_t C = n_embd, I = inner();
  const int64_t attention = 4 * C * C + 4 * C, feed_forward = 2 * C * I + I + C, norms = 4 * C;
  return (tie_word_embeddings ? 1 : 2) * vocab_size * C + block_size * C +
         n_layer * (attention + feed_forward + norms) + 2 * C;
}

GPT::GPT(const GPTConfig& given)
    : config(checked(given)),
      token_embedding(config.vocab_size, config.n_embd, config.initializer_range),
      position_embedding(config.block_size, config.n_embd, config.initializer_range),
      final_norm(config.n_embd, config.layer_norm_epsilon) {
  // Every block adds to the residual stream twice; smaller last projections keep its variance from growing with depth.
  const BlockConfig block{
      .attention = {.n_embd = config.n_embd,
                    .n_head = config.n_head,
                    .deviation = config.initializer_range,
                    .output_deviation = config.initializer_range / std::sqrt(2.0 * static_cast<double>(config.n_layer)),
                    .dropout = config.attn_pdrop},
      .n_inner = config.inner(),
      .activation = config.activation_function,
      .norm_eps = config.layer_norm_epsilon,
      .dropout = config.resid_pdrop};
  for (int64_t i = 0; i < config.n_layer; ++i) blocks.push_back(std::make_unique<Block>(block));
  // Half of what others have, so that the first scores are nearly equal and the first loss is nearly ln V.
  if (!config.tie_word_embeddings)
    lm_head = std::make_unique<Linear>(config.n_embd, config.vocab_size, config.initializer_range / 2, false);
}

Tensor GPT::hidden(const Ids& ids, const Padding& padding, const std::source_location& where) {
  check("GPT", ids, padding, where);
  const int64_t time = ids.shape()[1];
  require(time <= config.block_size, where, "GPT: ", time, " tokens do not fit into block_size ", config.block_size,
          "; cut the text or train with a longer context");
  Ids places = padding.position_ids;
  if (!padding.has_positions()) {
    std::vector<int32_t> counted(static_cast<size_t>(time));
    std::iota(counted.begin(), counted.end(), 0);
    places = Ids(counted);
  }
  Tensor x = token_embedding.forward(ids, where);                // (B,T,C)
  x = In(x, where) + position_embedding.forward(places, where);  // (B,T,C)
  if (training && config.embd_pdrop > 0) x = dropout(In(x, where), config.embd_pdrop);
  const AttentionContext context{.mask = score_mask(padding), .training = training};
  for (const auto& block : blocks) {
    probe("hidden_states", x);
    x = through(*block, In(x, where), context);
  }
  x = final_norm.forward(In(x, where));  // (B,T,C)
  probe("hidden_states", x);
  return x;
}

Tensor GPT::scores(In x) {
  return lm_head ? lm_head->forward(x) : linear(x, token_embedding.weight);
}

void GPT::visit(Visitor& v) {
  v("token_embedding", token_embedding);
  v("position_embedding", position_embedding);
  v("blocks", blocks);
  v("final_norm", final_norm);
  if (lm_head) v("lm_head", lm_head);
}

void GPT::use_plain_attention(bool plain) {
  for (const auto& block : blocks) block->attention.plain = plain;
}

}  // namespace dikkat
