// Hugging Face folders that are refused: each message names the file, the key or the tensor, and what was found.
#include <gtest/gtest.h>

#include <functional>

#include "tests/hugging_face_folders.h"
#include "tests/messages.h"

namespace dikkat {
namespace {

using namespace test;

TEST(HuggingFaceRefusals, ConfigurationsThatAreRefusedForGPT2) {
  const auto model = random_model<GPT>(tiny_gpt);
  const auto message = [&](const std::string& key, const Json& value) {
    const Saved saved(*model);
    saved.set(key, value);
    return message_of([&] { load_hugging_face(saved.path()); });
  };
  expect_parts(message("model_type", "mixtral"), {"config.json", "model_type", "'mixtral'", "gpt2", "qwen3"});
  expect_parts(message("model_type", nullptr), {"config.json", "model_type"});
  for (const char* type : {"gemma", "deepseek_v3", "t5", "bart", "marian", "bert", "vit"})
    expect_parts(message("model_type", type), {"not supported", type});
  expect_parts(message("scale_attn_by_inverse_layer_idx", true), {"scale_attn_by_inverse_layer_idx", "not supported"});
  expect_parts(message("scale_attn_weights", false), {"scale_attn_weights", "not supported"});
  expect_parts(message("add_cross_attention", true), {"add_cross_attention", "not supported"});
  expect_parts(message("quantization_config", Json::object({{"bits", 4}})), {"quantization_config", "not supported"});
  expect_parts(message("activation_function", "gelo"), {"activation_function", "'gelo'", "gelu_new"});
  expect_parts(message("n_head", 5), {"config.json", "n_embd 12", "n_head 5"});
  expect_parts(message("n_layer", 0), {"n_layer", "found 0"});
  expect_parts(message("n_layer", int64_t{1} << 40), {"n_layer", "between"});
  expect_parts(message("n_layer", 99'999), {"99999 layers", "28 tensors"});
  expect_parts(message("n_embd", "12"), {"n_embd", "'12'"});
  expect_parts(message("vocab_size", nullptr), {"vocab_size"});
  expect_parts(message("vocab_size", 2'000'000'000), {"wte.weight", "(13,12)", "(2000000000,12)"});
  expect_parts(message("layer_norm_epsilon", -1), {"layer_norm_epsilon", "-1"});
  expect_parts(message("attn_pdrop", 1.5), {"attn_pdrop", "1.5"});
  expect_parts(message("tie_word_embeddings", 1), {"tie_word_embeddings", "true or false"});
  expect_parts(message("tie_word_embeddings", false), {"'lm_head.weight' is missing"});
  const Saved saved(*model);
  saved.set("reorder_and_upcast_attn", true);  // changes no result
  expect_same_parameters(*model, *load_hugging_face(saved.path()));
}

TEST(HuggingFaceRefusals, ConfigurationsThatAreRefusedForLlama) {
  const auto model = random_model<Llama>(tiny_llama);
  const auto message = [&](const std::string& key, const Json& value) {
    const Saved saved(*model);
    saved.set(key, value);
    return message_of([&] { load_hugging_face(saved.path()); });
  };
  const auto rope = [&](std::vector<Json::Member> members) {
    return message("rope_scaling", Json::object(std::move(members)));
  };
  expect_parts(message("num_key_value_heads", 3), {"config.json", "num_key_value_heads 3"});
  expect_parts(message("num_key_value_heads", 0), {"num_key_value_heads", "found 0"});
  expect_parts(message("hidden_size", nullptr), {"hidden_size"});
  expect_parts(message("head_dim", 3), {"config.json", "head size of 3"});
  expect_parts(message("hidden_act", "geglu"), {"hidden_act", "'geglu'"});
  expect_parts(message("rope_theta", 0), {"rope_theta", "positive", "found 0"});
  expect_parts(message("partial_rotary_factor", 0.5), {"partial_rotary_factor", "0.5"});
  expect_parts(message("attention_bias", true), {"q_proj.bias", "missing"});
  expect_parts(message("attention_dropout", -0.1), {"attention_dropout", "-0.1"});
  expect_parts(rope({{"rope_type", "mystery"}, {"factor", 2}}), {"rope_scaling.rope_type", "'mystery'", "yarn"});
  for (const char* type : {"dynamic", "longrope", "su", "mrope"})
    expect_parts(rope({{"type", type}, {"factor", 2}}), {"rope_scaling.type", type, "not supported"});
  expect_parts(rope({{"factor", 2}}), {"rope_scaling", "rope_type"});
  expect_parts(rope({{"rope_type", "linear"}}), {"rope_scaling.factor", "missing"});
  expect_parts(rope({{"rope_type", "linear"}, {"factor", -2}}), {"rope_scaling.factor", "-2"});
  expect_parts(rope({{"rope_type", "llama3"}, {"factor", 2}, {"low_freq_factor", 4}, {"high_freq_factor", 4}}),
               {"config.json", "high_freq_factor must be larger"});
  expect_parts(rope({{"full_attention", Json::object({{"rope_type", "default"}})}}), {"full_attention", "each kind"});
  expect_parts(rope({{"rope_type", "default"}, {"partial_rotary_factor", 0.25}}), {"partial_rotary_factor", "0.25"});
  Json twice = Saved(*model).config();
  twice.set("rope_parameters", Json::object({{"rope_type", "default"}}));
  twice.set("rope_scaling", Json::object({{"rope_type", "linear"}, {"factor", 2}}));
  const Saved saved(*model);
  saved.write(twice);
  expect_parts(message_of([&] { load_hugging_face(saved.path()); }), {"rope_parameters", "rope_scaling"});
}

TEST(HuggingFaceRefusals, LayerTypesThatAreRefused) {
  LlamaConfig config = tiny_llama;
  config.qk_norm = true;
  const auto model = random_model<Llama>(config);
  const auto message = [&](const std::vector<Json>& types) {
    const Saved saved(*model);
    saved.set("layer_types", Json::array(types));
    return message_of([&] { load_hugging_face(saved.path()); });
  };
  expect_parts(message({"full_attention"}), {"layer_types", "1 elements", "2"});
  expect_parts(message({"full_attention", "linear_attention"}), {"layer_types[1]", "'linear_attention'"});
  expect_parts(message({"full_attention", "sliding_attention"}), {"layer_types[1]", "use_sliding_window"});
}

TEST(HuggingFaceRefusals, WeightsThatAreRefused) {
  const auto model = random_model<Llama>(tiny_llama);
  const auto message = [&](const std::function<void(std::vector<Stored>&)>& change) {
    const Saved saved(*model);
    std::vector<Stored> tensors = stored(*model);
    change(tensors);
    write_weights(saved / "model.safetensors", tensors);
    return message_of([&] { load_hugging_face(saved.path()); });
  };
  EXPECT_EQ(message([](std::vector<Stored>&) {}), "");
  expect_parts(message([](auto& tensors) { at(tensors, "model.norm.weight").name = "model.morn.weight"; }),
               {"model.norm.weight", "missing"});
  expect_parts(message([](auto& tensors) {
                 at(tensors, "model.layers.1.self_attn.k_proj.weight").shape = {16, 8};
               }),
               {"model.safetensors", "k_proj.weight", "(16,8)", "(8,16)"});
  expect_parts(message([](auto& tensors) {
                 tensors.push_back({"model.layers.2.mlp.up_proj.weight", {1}, {0}});
               }),
               {"model.safetensors", "layers.2.mlp.up_proj.weight", "no part"});
  expect_parts(message([](auto& tensors) { tensors.resize(1); }), {"2 layers", "1 tensors"});

  const Saved saved(*model);
  std::vector<SafetensorsItem> items;
  const std::vector<Stored> tensors = stored(*model);
  const std::vector<int32_t> whole(13 * 16, 1);
  for (const Stored& t : tensors) items.push_back(safetensors_item<float>(t.name, t.shape, t.numbers));
  items[0] = safetensors_item<int32_t>(items[0].name, items[0].shape, whole);
  write_safetensors(saved / "model.safetensors", items);
  expect_parts(message_of([&] { load_hugging_face(saved.path()); }), {"embed_tokens.weight", "I32", "BF16"});
}

TEST(HuggingFaceRefusals, FoldersThatAreRefused) {
  const TemporaryFolder folder;
  expect_parts(message_of([&] { load_hugging_face(folder / "nowhere"); }), {"nowhere", "no folder"});
  expect_parts(message_of([&] { load_hugging_face(folder.path()); }), {folder.path(), "config.json"});
  write_file(folder / "config.json", "{\"model_type\": \"gpt2\",}");
  expect_parts(message_of([&] { load_hugging_face(folder.path()); }), {"config.json", "byte"});
  write_file(folder / "config.json", "[]");
  expect_parts(message_of([&] { load_hugging_face(folder.path()); }), {"config.json", "object"});
  const auto model = random_model<GPT>(tiny_gpt);
  const Saved saved(*model);
  remove_file(saved / "model.safetensors");
  expect_parts(message_of([&] { load_hugging_face(saved.path()); }), {saved.path(), "model.safetensors"});
}

TEST(HuggingFaceRefusals, ModelsThatNoFolderCanHold) {
  LlamaConfig config = tiny_llama;
  config.qk_norm = config.mlp_bias = true;
  const auto mixed = random_model<Llama>(config);
  const TemporaryFolder folder;
  expect_parts(message_of([&] { save_hugging_face(*mixed, folder.path()); }), {"no model type"});
  EXPECT_FALSE(is_file(folder / "config.json"));
  EXPECT_FALSE(is_file(folder / "model.safetensors"));

  config = tiny_llama;
  config.qk_norm = true;
  config.windows = {2, 3};
  expect_parts(message_of([&] { save_hugging_face(*random_model<Llama>(config), folder.path()); }),
               {"one window", "2 and 3"});

  // A Linear that was replaced by one with more parameters: what an adapter will be.
  struct Adapted : Linear {
    explicit Adapted(const Linear& from) : Linear(1, 1) {
      weight = from.weight;
      bias = from.bias;
    }
    void visit(Visitor& v) override {
      Linear::visit(v);
      v("lora_A", lora_A);
    }
    Tensor lora_A = constant_parameter({2}, 1);
  };
  const auto gpt = random_model<GPT>(tiny_gpt);
  gpt->blocks[0]->attention.query = std::make_unique<Adapted>(*gpt->blocks[0]->attention.query);
  expect_parts(message_of([&] { save_hugging_face(*gpt, folder.path()); }),
               {"blocks.0.attention.query.lora_A", "merged"});
}

}  // namespace
}  // namespace dikkat
