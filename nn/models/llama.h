// The Llama family: RMSNorm, rotary positions, grouped-query attention and SwiGLU. Touvron et al., "LLaMA", 2023. With
// a window it is Mistral, with biases on query, key and value Qwen2, with norms on query and key Qwen3.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "nn/attention.h"
#include "nn/embedding.h"
#include "nn/models/language_model.h"
#include "nn/rms_norm.h"
#include "nn/rotary.h"
#include "nn/swiglu.h"

namespace dikkat {

struct LlamaConfig {
  int64_t vocab_size = 256;
  int64_t hidden_size = 128;
  int64_t intermediate_size = 344;
  int64_t num_hidden_layers = 4;
  int64_t num_attention_heads = 4;
  int64_t num_key_value_heads = 0;  // 0: as many as query heads
  int64_t head_dim = 0;             // 0: hidden_size / num_attention_heads
  int64_t max_position_embeddings = 2048;
  double rms_norm_eps = 1e-6;
  std::string hidden_act = "silu";
  RopeConfig rope = {};
  // Of each layer: how many of the last tokens it sees, 0 for all of them. Empty: every layer sees all.
  std::vector<int64_t> windows = {};
  bool qkv_bias = false, output_bias = false;  // attention
  bool mlp_bias = false;
  bool qk_norm = false;  // query and key are normalised in each head, before they are turned
  double attention_dropout = 0;
  bool tie_word_embeddings = false;  // the head reads the token embedding's table

  int64_t kv_heads() const { return num_key_value_heads ? num_key_value_heads : num_attention_heads; }
  int64_t head_size() const { return head_dim ? head_dim : hidden_size / num_attention_heads; }

  // Throws Error for a configuration that cannot be built.
  void check() const;
  bool operator==(const LlamaConfig&) const = default;
};

// As Block, with RMSNorm and SwiGLU.
struct LlamaBlock : Module {
  LlamaBlock(const LlamaConfig& config, int64_t layer);

  Tensor forward(In x, const AttentionContext& context);  // (B,T,C)

  void visit(Visitor& v) override;

  RMSNorm norm_1;
  SelfAttention attention;
  RMSNorm norm_2;
  SwiGLU feed_forward;
};

struct Llama : LanguageModel {
  explicit Llama(const LlamaConfig& config);

  int64_t context_length() const override { return config.max_position_embeddings; }
  int64_t vocab_size() const override { return config.vocab_size; }
  void visit(Visitor& v) override;

  // All attention layers compute with the plain definition, whose weights can be looked at (or not).
  void use_plain_attention(bool plain);

  LlamaConfig config;
  Embedding token_embedding;  // (V,C)
  std::vector<std::unique_ptr<LlamaBlock>> blocks;
  RMSNorm final_norm;
  std::unique_ptr<Linear> lm_head;  // none when tied
  RotarySpeeds rope;

 protected:
  Tensor hidden(const Ids& ids, const Padding& padding, const std::source_location& where) override;
  Tensor scores(In x) override;
};

}  // namespace dikkat
