// What reading and writing a Hugging Face folder needs to know of each family of models. A new family adds its config
// to AnyConfig, and a file with these functions for it.
#pragma once

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "nn/hugging_face/hugging_face.h"
#include "nn/models/gpt.h"
#include "nn/models/llama.h"

namespace dikkat {

using AnyConfig = std::variant<GPTConfig, LlamaConfig>;

// What config.json says. Errors name the key; model types and options that are not supported are refused by name.
AnyConfig read_config(const JsonView& config);
GPTConfig read_gpt2_config(const JsonView& config);
LlamaConfig read_llama_config(const JsonView& config, const std::string& model_type);

// And what is written for a model that did not come from such a file.
Json write_config(const GPTConfig& config);
Json write_config(const LlamaConfig& config);

// Where the names of the tensors begin, unless they were saved without the head.
inline std::string usual_prefix(const GPTConfig&) {
  return "transformer.";
}
inline std::string usual_prefix(const LlamaConfig&) {
  return "model.";
}

inline int64_t layers_of(const GPTConfig& config) {
  return config.n_layer;
}
inline int64_t layers_of(const LlamaConfig& config) {
  return config.num_hidden_layers;
}

// The tensors of such a model: the one table that loading, saving and tests use.
std::vector<HuggingFaceWeight> weights_of(const GPTConfig& config, const std::string& prefix);
std::vector<HuggingFaceWeight> weights_of(const LlamaConfig& config, const std::string& prefix);

// Tables that can be computed, which some versions of transformers saved beside the weights; they are passed over.
std::vector<std::string> buffers_of(const GPTConfig& config, const std::string& prefix);
std::vector<std::string> buffers_of(const LlamaConfig& config, const std::string& prefix);

inline std::unique_ptr<LanguageModel> build(const GPTConfig& config) {
  return std::make_unique<GPT>(config);
}
inline std::unique_ptr<LanguageModel> build(const LlamaConfig& config) {
  return std::make_unique<Llama>(config);
}

// The configuration of a model of one of these families. Throws Error for another one.
AnyConfig config_of(const LanguageModel& model);

// For read_..._config().
constexpr int64_t most = (int64_t{1} << 31) - 1, most_layers = 100'000;
int64_t size_at(const JsonView& config, const char* key);                     // a positive whole number
int64_t size_at(const JsonView& config, const char* key, int64_t otherwise);  // the same; `otherwise` if it is not set
double number_at(const JsonView& config, const char* key, double otherwise);  // not negative, finite
double rate_at(const JsonView& config, const char* key, double otherwise);    // 0 <= rate < 1
bool flag_at(const JsonView& config, const char* key, bool otherwise);
std::string activation_at(const JsonView& config, const char* key, const char* otherwise);
bool mentions(const JsonView& config, std::string_view key);  // there, though perhaps null

// Throws Error if the key is there and true, false, or anything but null: the model would compute something else.
void refuse_true(const JsonView& config, const char* key);
void refuse_false(const JsonView& config, const char* key);
void refuse_given(const JsonView& config, const char* key);

// rope_parameters, or rope_theta and rope_scaling, as older files have it.
RopeConfig read_rope(const JsonView& config, int64_t max_position_embeddings);

}  // namespace dikkat
