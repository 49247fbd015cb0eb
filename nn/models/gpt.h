// GPT: token and position embeddings, a stack of blocks, and a head that scores every token of the vocabulary.
// Radford et al., "Language models are unsupervised multitask learners", 2019 (GPT-2).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "nn/block.h"
#include "nn/embedding.h"
#include "nn/models/language_model.h"

namespace dikkat {

struct GPTConfig {
  int64_t vocab_size = 256;
  int64_t block_size = 128;  // the longest text it can look at, in tokens
  int64_t n_layer = 4;
  int64_t n_head = 4;
  int64_t n_embd = 128;
  bool tie_word_embeddings = true;  // the head reads the token embedding's table
  int64_t n_inner = 0;              // the width inside the feed-forward layers; 0: 4 n_embd
  std::string activation_function = "gelu_new";
  double layer_norm_epsilon = 1e-5;
  double initializer_range = 0.02;                         // standard deviation of the first weights
  double embd_pdrop = 0, attn_pdrop = 0, resid_pdrop = 0;  // dropout in training: embeddings, attention, blocks

  int64_t inner() const { return n_inner ? n_inner : 4 * n_embd; }

  // How many numbers such a model learns:
  //   V C + T C + n_layer (4 C^2 + 4 C + 2 C I + I + C + 4 C) + 2 C (+ V C untied)      I: inner(), T: block_size
  int64_t parameter_count() const;

  // Throws Error for a configuration that cannot be built.
  void check() const;
  bool operator==(const GPTConfig&) const = default;
};

struct GPT : LanguageModel {
  explicit GPT(const GPTConfig& config);

  int64_t context_length() const override { return config.block_size; }
  int64_t vocab_size() const override { return config.vocab_size; }
  void visit(Visitor& v) override;

  // All attention layers compute with the plain definition, whose weights can be looked at (or not).
  void use_plain_attention(bool plain);

  GPTConfig config;
  Embedding token_embedding;     // (V,C)
  Embedding position_embedding;  // (block_size,C)
  std::vector<std::unique_ptr<Block>> blocks;
  LayerNorm final_norm;
  std::unique_ptr<Linear> lm_head;  // none when tied

 protected:
  // Texts longer than block_size are an Error.
  Tensor hidden(const Ids& ids, const Padding& padding, const std::source_location& where) override;
  Tensor scores(In x) override;
};

}  // namespace dikkat
