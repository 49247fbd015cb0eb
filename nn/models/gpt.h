// GPT: token and position embeddings, a stack of blocks, and a head that scores every token of the vocabulary.
// Radford et al., "Language models are unsupervised multitask learners", 2019 (GPT-2).
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "nn/block.h"
#include "nn/embedding.h"

namespace dikkat {

struct GPTConfig {
  int64_t vocab_size = 256;
  int64_t block_size = 128;  // the longest text it can look at, in tokens
  int64_t n_layer = 4;
  int64_t n_head = 4;
  int64_t n_embd = 128;
  bool tie_word_embeddings = true;  // the head reads the token embedding's table

  // Throws Error for a configuration that cannot be built.
  void check() const;
  bool operator==(const GPTConfig&) const = default;
};

struct GPT : Module {
  explicit GPT(const GPTConfig& config);

  // Scores for the token that follows each position.   ids (B,T), T <= block_size -> (B,T,V)
  Tensor forward(const Ids& ids, std::source_location where = std::source_location::current());

  // The same for the last position alone, which is all that writing needs: (B,T) -> (B,V)
  Tensor forward_last(const Ids& ids, std::source_location where = std::source_location::current());

  void visit(Visitor& v) override;

  // All attention layers compute with the plain definition, whose weights can be looked at (or not).
  void use_plain_attention(bool plain);

  GPTConfig config;
  Embedding token_embedding;     // (V,C)
  Embedding position_embedding;  // (block_size,C)
  std::vector<std::unique_ptr<Block>> blocks;
  LayerNorm final_norm;
  std::unique_ptr<Linear> lm_head;  // none when tied

 private:
  Tensor hidden(const Ids& ids, const std::source_location& where);  // (B,T) -> (B,T,C)
  Tensor scores(In x);                                               // (...,C) -> (...,V)
};

}  // namespace dikkat
