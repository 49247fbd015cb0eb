// The Llama family: its config.json and the names of its tensors.
#include <algorithm>

#include "core/files/utf8.h"
#include "nn/hugging_face/families.h"

namespace dikkat {

namespace {

// Mistral: one window for all layers. Qwen: one for the layers that layer_types names, or, in older files, for those
// from max_window_layers on; none without use_sliding_window.
std::vector<int64_t> read_windows(const JsonView& config, const std::string& model_type, int64_t layers) {
  if (model_type == "llama") return {};
  constexpr int64_t usual_window = 4096;  // where nothing is said, as in transformers
  const int64_t window = size_at(config, "sliding_window", mentions(config, "sliding_window") ? 0 : usual_window);
  if (model_type == "mistral") {
    if (window == 0) return {};
    return std::vector<int64_t>(static_cast<size_t>(layers), window);
  }
  const bool used = flag_at(config, "use_sliding_window", false) && window > 0;
  std::vector<int64_t> windows(static_cast<size_t>(layers), 0);
  if (const auto types = config.find("layer_types")) {
    const std::vector<JsonView> names = types->elements();
    require(static_cast<int64_t>(names.size()) == layers, types->where(), " has ", names.size(),
            " elements, but num_hidden_layers is ", layers);
    for (size_t i = 0; i < names.size(); ++i) {
      const std::string& name = names[i].string();
      require(name == "full_attention" || name == "sliding_attention", names[i].where(), ": layers of the type ",
              in_quotes(name), " are not supported; supported are 'full_attention' and 'sliding_attention'");
      if (name != "sliding_attention") continue;
      require(used, names[i].where(), " is 'sliding_attention', but use_sliding_window and sliding_window do not say ",
              "how far it sees");
      windows[i] = window;
    }
  } else if (used) {
    const int64_t first = config.find("max_window_layers") ? config.at("max_window_layers").integer(0, most) : 28;
    for (int64_t i = first; i < layers; ++i) windows[static_cast<size_t>(i)] = window;
  }
  const bool any = std::any_of(windows.begin(), windows.end(), [](int64_t size) { return size > 0; });
  return any ? windows : std::vector<int64_t>{};
}

// Which of the model types, if any, can say what this configuration says?
std::string model_type_of(const LlamaConfig& config) {
  const bool windows = !config.windows.empty();
  const bool one_window =
      std::adjacent_find(config.windows.begin(), config.windows.end(), std::not_equal_to<>()) == config.windows.end();
  if (config.qk_norm) {
    if (config.qkv_bias == config.output_bias && !config.mlp_bias) return "qwen3";
  } else if (config.qkv_bias && !config.output_bias) {
    if (!config.mlp_bias) return "qwen2";
  } else if (windows) {
    if (!config.qkv_bias && !config.output_bias && !config.mlp_bias && one_window) return "mistral";
  } else if (config.qkv_bias == config.output_bias) {
    return "llama";
  }
  fail("Llama: no model type of Hugging Face combines biases on query, key and value (", config.qkv_bias,
       "), on the output of attention (", config.output_bias, ") and on the feed-forward layer (", config.mlp_bias,
       "), norms on query and key (", config.qk_norm, ") and windows (", windows, ") in this way");
}

Json rope_scaling(const RopeConfig& rope) {
  if (rope.type == RopeType::standard) return {};
  Json json = Json::object({{"factor", rope.factor}});
  if (rope.type == RopeType::linear) {
    json.set("rope_type", "linear");
    return json;
  }
  json.set("original_max_position_embeddings", rope.original_context);
  if (rope.type == RopeType::llama3) {
    json.set("rope_type", "llama3");
    json.set("low_freq_factor", rope.low_freq_factor);
    json.set("high_freq_factor", rope.high_freq_factor);
    return json;
  }
  json.set("rope_type", "yarn");
  json.set("beta_fast", rope.beta_fast);
  json.set("beta_slow", rope.beta_slow);
  if (rope.attention_factor != 0) json.set("attention_factor", rope.attention_factor);
  if (rope.mscale != 0) json.set("mscale", rope.mscale);
  if (rope.mscale_all_dim != 0) json.set("mscale_all_dim", rope.mscale_all_dim);
  if (!rope.truncate) json.set("truncate", false);
  return json;
}

}  // namespace

LlamaConfig read_llama_config(const JsonView& config, const std::string& model_type) {
  const bool llama = model_type == "llama", mistral = model_type == "mistral", qwen2 = model_type == "qwen2",
             qwen3 = model_type == "qwen3";
  refuse_true(config, "use_mrope");
  const int64_t heads = size_at(config, "num_attention_heads");
  const int64_t layers = config.at("num_hidden_layers").integer(1, most_layers);
  // What is meant where nothing is said, as in transformers.
  const bool kv_said = llama || mentions(config, "num_key_value_heads");
  const int64_t usual_kv_heads = kv_said ? heads : mistral ? 8 : 32;
  const int64_t usual_context = llama ? 2048 : mistral ? 131072 : 32768;
  const bool bias = (llama || qwen3) && flag_at(config, "attention_bias", false);
  LlamaConfig result{.vocab_size = size_at(config, "vocab_size"),
                     .hidden_size = size_at(config, "hidden_size"),
                     .intermediate_size = size_at(config, "intermediate_size"),
                     .num_hidden_layers = layers,
                     .num_attention_heads = heads,
                     .num_key_value_heads = size_at(config, "num_key_value_heads", usual_kv_heads),
                     .head_dim = size_at(config, "head_dim", qwen3 ? 128 : 0),
                     .max_position_embeddings = size_at(config, "max_position_embeddings", usual_context),
                     .rms_norm_eps = number_at(config, "rms_norm_eps", 1e-6),
                     .hidden_act = activation_at(config, "hidden_act", "silu"),
                     .windows = read_windows(config, model_type, layers),
                     .qkv_bias = bias || qwen2,
                     .output_bias = bias,
                     .mlp_bias = llama && flag_at(config, "mlp_bias", false),
                     .qk_norm = qwen3,
                     .attention_dropout = rate_at(config, "attention_dropout", 0),
                     .tie_word_embeddings = flag_at(config, "tie_word_embeddings", false)};
  result.rope = read_rope(config, result.max_position_embeddings);
  return result;
}

Json write_config(const LlamaConfig& config) {
  const std::string type = model_type_of(config);
  const std::string architecture = type == "llama"     ? "LlamaForCausalLM"
                                   : type == "mistral" ? "MistralForCausalLM"
                                   : type == "qwen2"   ? "Qwen2ForCausalLM"
                                                       : "Qwen3ForCausalLM";
  Json json = Json::object({{"architectures", Json::array({architecture})},
                            {"model_type", type},
                            {"vocab_size", config.vocab_size},
                            {"hidden_size", config.hidden_size},
                            {"intermediate_size", config.intermediate_size},
                            {"num_hidden_layers", config.num_hidden_layers},
                            {"num_attention_heads", config.num_attention_heads},
                            {"num_key_value_heads", config.kv_heads()},
                            {"head_dim", config.head_size()},
                            {"max_position_embeddings", config.max_position_embeddings},
                            {"rms_norm_eps", config.rms_norm_eps},
                            {"hidden_act", config.hidden_act},
                            {"rope_theta", config.rope.theta},
                            {"rope_scaling", rope_scaling(config.rope)},
                            {"attention_dropout", config.attention_dropout},
                            {"tie_word_embeddings", config.tie_word_embeddings},
                            {"bos_token_id", nullptr},
                            {"eos_token_id", nullptr}});
  if (type == "llama" || type == "qwen3") json.set("attention_bias", config.qkv_bias);
  if (type == "llama") json.set("mlp_bias", config.mlp_bias);
  if (type == "mistral") json.set("sliding_window", config.windows.empty() ? Json() : Json(config.windows[0]));
  if (type == "qwen2" || type == "qwen3") {
    const int64_t window = config.windows.empty() ? 0 : *std::max_element(config.windows.begin(), config.windows.end());
    Json types = Json::array();
    for (int64_t i = 0; i < config.num_hidden_layers; ++i) {
      const int64_t own = config.windows.empty() ? 0 : config.windows[static_cast<size_t>(i)];
      require(own == 0 || own == window, "Llama: a folder of the type ", type, " has room for one window, found ", own,
              " and ", window);
      types.append(own == 0 ? "full_attention" : "sliding_attention");
    }
    json.set("use_sliding_window", window > 0);
    json.set("sliding_window", window > 0 ? Json(window) : Json());
    json.set("layer_types", types);
  }
  return json;
}

std::vector<HuggingFaceWeight> weights_of(const LlamaConfig& config, const std::string& prefix) {
  const int64_t C = config.hidden_size, D = config.head_size();
  const int64_t q = config.num_attention_heads * D, kv = config.kv_heads() * D, inner = config.intermediate_size;
  std::vector<HuggingFaceWeight> all;
  const auto weight = [&](const std::string& name, const std::vector<int64_t>& shape, const std::string& ours) {
    all.push_back({prefix + name, shape, {ours}, false});
  };
  const auto projection = [&](const std::string& name, int64_t in, int64_t out, bool bias, const std::string& ours) {
    weight(name + ".weight", {out, in}, ours + ".weight");
    if (bias) weight(name + ".bias", {out}, ours + ".bias");
  };
  weight("embed_tokens.weight", {config.vocab_size, C}, "token_embedding.weight");
  for (int64_t i = 0; i < config.num_hidden_layers; ++i) {
    const std::string theirs = text("layers.", i, "."), ours = text("blocks.", i, ".");
    weight(theirs + "input_layernorm.weight", {C}, ours + "norm_1.weight");
    projection(theirs + "self_attn.q_proj", C, q, config.qkv_bias, ours + "attention.query");
    projection(theirs + "self_attn.k_proj", C, kv, config.qkv_bias, ours + "attention.key");
    projection(theirs + "self_attn.v_proj", C, kv, config.qkv_bias, ours + "attention.value");
    projection(theirs + "self_attn.o_proj", q, C, config.output_bias, ours + "attention.output");
    if (config.qk_norm) {
      weight(theirs + "self_attn.q_norm.weight", {D}, ours + "attention.query_norm.weight");
      weight(theirs + "self_attn.k_norm.weight", {D}, ours + "attention.key_norm.weight");
    }
    weight(theirs + "post_attention_layernorm.weight", {C}, ours + "norm_2.weight");
    projection(theirs + "mlp.gate_proj", C, inner, config.mlp_bias, ours + "feed_forward.gate");
    projection(theirs + "mlp.up_proj", C, inner, config.mlp_bias, ours + "feed_forward.up");
    projection(theirs + "mlp.down_proj", inner, C, config.mlp_bias, ours + "feed_forward.down");
  }
  weight("norm.weight", {C}, "final_norm.weight");
  if (!config.tie_word_embeddings) all.push_back({"lm_head.weight", {config.vocab_size, C}, {"lm_head.weight"}, false});
  return all;
}

// The speeds of the rotary positions, of each layer or of all.
std::vector<std::string> buffers_of(const LlamaConfig& config, const std::string& prefix) {
  std::vector<std::string> names{prefix + "rotary_emb.inv_freq"};
  for (int64_t i = 0; i < config.num_hidden_layers; ++i)
    names.push_back(text(prefix, "layers.", i, ".self_attn.rotary_emb.inv_freq"));
  return names;
}

}  // namespace dikkat
