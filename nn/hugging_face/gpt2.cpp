// GPT-2: its config.json and the names of its tensors.
#include "nn/hugging_face/families.h"

namespace dikkat {

GPTConfig read_gpt2_config(const JsonView& config) {
  refuse_true(config, "scale_attn_by_inverse_layer_idx");
  refuse_true(config, "add_cross_attention");
  refuse_false(config, "scale_attn_weights");
  return {.vocab_size = size_at(config, "vocab_size"),
          .block_size = size_at(config, "n_positions"),
          .n_layer = config.at("n_layer").integer(1, most_layers),
          .n_head = size_at(config, "n_head"),
          .n_embd = size_at(config, "n_embd"),
          .tie_word_embeddings = flag_at(config, "tie_word_embeddings", true),
          .n_inner = size_at(config, "n_inner", 0),
          .activation_function = activation_at(config, "activation_function", "gelu_new"),
          .layer_norm_epsilon = number_at(config, "layer_norm_epsilon", 1e-5),
          .embd_pdrop = rate_at(config, "embd_pdrop", 0.1),
          .attn_pdrop = rate_at(config, "attn_pdrop", 0.1),
          .resid_pdrop = rate_at(config, "resid_pdrop", 0.1)};
}

Json write_config(const GPTConfig& config) {
  return Json::object({{"architectures", Json::array({"GPT2LMHeadModel"})},
                       {"model_type", "gpt2"},
                       {"vocab_size", config.vocab_size},
                       {"n_positions", config.block_size},
                       {"n_embd", config.n_embd},
                       {"n_layer", config.n_layer},
                       {"n_head", config.n_head},
                       {"n_inner", config.n_inner ? Json(config.n_inner) : Json()},
                       {"activation_function", config.activation_function},
                       {"layer_norm_epsilon", config.layer_norm_epsilon},
                       {"embd_pdrop", config.embd_pdrop},
                       {"attn_pdrop", config.attn_pdrop},
                       {"resid_pdrop", config.resid_pdrop},
                       {"tie_word_embeddings", config.tie_word_embeddings},
                       {"bos_token_id", nullptr},
                       {"eos_token_id", nullptr}});
}

std::vector<HuggingFaceWeight> weights_of(const GPTConfig& config, const std::string& prefix) {
  const int64_t C = config.n_embd, inner = config.inner();
  std::vector<HuggingFaceWeight> all;
  const auto vector = [&](const std::string& name, int64_t size, const std::vector<std::string>& parameters) {
    all.push_back({prefix + name, {size}, parameters, false});
  };
  const auto norm = [&](const std::string& name, const std::string& part) {
    vector(name + ".weight", C, {part + ".weight"});
    vector(name + ".bias", C, {part + ".bias"});
  };
  // "Conv1D": weights (in, out), those of several parts side by side.
  const auto conv = [&](const std::string& name, int64_t in, int64_t out, const std::vector<std::string>& parts) {
    std::vector<std::string> weights, biases;
    for (const std::string& part : parts) {
      weights.push_back(part + ".weight");
      biases.push_back(part + ".bias");
    }
    all.push_back({prefix + name + ".weight", {in, out}, weights, true});
    vector(name + ".bias", out, biases);
  };
  all.push_back({prefix + "wte.weight", {config.vocab_size, C}, {"token_embedding.weight"}, false});
  all.push_back({prefix + "wpe.weight", {config.block_size, C}, {"position_embedding.weight"}, false});
  for (int64_t i = 0; i < config.n_layer; ++i) {
    const std::string theirs = text("h.", i, "."), ours = text("blocks.", i, ".");
    norm(theirs + "ln_1", ours + "norm_1");
    const std::string attention = ours + "attention.";
    conv(theirs + "attn.c_attn", C, 3 * C, {attention + "query", attention + "key", attention + "value"});
    conv(theirs + "attn.c_proj", C, C, {attention + "output"});
    norm(theirs + "ln_2", ours + "norm_2");
    conv(theirs + "mlp.c_fc", C, inner, {ours + "feed_forward.expand"});
    conv(theirs + "mlp.c_proj", inner, C, {ours + "feed_forward.contract"});
  }
  norm("ln_f", "final_norm");
  if (!config.tie_word_embeddings) all.push_back({"lm_head.weight", {config.vocab_size, C}, {"lm_head.weight"}, false});
  return all;
}

// The causal mask, and the number that stood for "not to be seen".
std::vector<std::string> buffers_of(const GPTConfig& config, const std::string& prefix) {
  std::vector<std::string> names;
  for (int64_t i = 0; i < config.n_layer; ++i)
    for (const char* table : {"bias", "masked_bias"}) names.push_back(text(prefix, "h.", i, ".attn.", table));
  return names;
}

}  // namespace dikkat
