#include "nn/models/gpt.h"

#include <cmath>
#include <numeric>

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
}

GPT::GPT(const GPTConfig& given)
    : config(checked(given)),
      token_embedding(config.vocab_size, config.n_embd),
      position_embedding(config.block_size, config.n_embd),
      final_norm(config.n_embd) {
  // Every block adds to the residual stream twice; smaller last projections keep its variance from growing with depth.
  const double output_deviation = 0.02 / std::sqrt(2.0 * static_cast<double>(config.n_layer));
  for (int64_t i = 0; i < config.n_layer; ++i)
    blocks.push_back(std::make_unique<Block>(config.n_embd, config.n_head, output_deviation));
  if (!config.tie_word_embeddings) lm_head = std::make_unique<Linear>(config.n_embd, config.vocab_size, 0.02, false);
}

Tensor GPT::hidden(const Ids& ids, const std::source_location& where) {
  require(ids.shape().rank() == 2, where, "GPT: ids must have the shape (batch, time), got ", ids.shape());
  const int64_t time = ids.shape()[1];
  require(time <= config.block_size, where, "GPT: ", time, " tokens do not fit into block_size ", config.block_size,
          "; cut the text or train with a longer context");
  std::vector<int32_t> positions(static_cast<size_t>(time));
  std::iota(positions.begin(), positions.end(), 0);
  Tensor x =
      In(token_embedding.forward(ids, where), where) + position_embedding.forward(Ids(positions), where);  // (B,T,C)
  for (const auto& block : blocks) x = block->forward(In(x, where));
  return final_norm.forward(In(x, where));  // (B,T,C)
}

Tensor GPT::scores(In x) {
  return lm_head ? lm_head->forward(x) : linear(x, token_embedding.weight);
}

Tensor GPT::forward(const Ids& ids, std::source_location where) {
  return scores(In(hidden(ids, where), where));
}

Tensor GPT::forward_last(const Ids& ids, std::source_location where) {
  const Tensor x = hidden(ids, where);
  const Tensor last = slice(In(x, where), 1, x.size(1) - 1, x.size(1));  // (B,1,C)
  return scores(In(reshape(In(last, where), {x.size(0), x.size(2)}), where));
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
