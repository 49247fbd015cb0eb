// Hugging Face folders: what is written is read again to the same bits.
#include <gtest/gtest.h>

#include <limits>
#include <map>

#include "nn/generate/generate.h"
#include "tests/hugging_face_folders.h"
#include "tests/messages.h"

namespace dikkat {
namespace {

using namespace test;

std::vector<GPTConfig> gpts() {
  std::vector<GPTConfig> all(2, tiny_gpt);
  all[1].tie_word_embeddings = false;
  all[1].n_inner = 20;
  all[1].activation_function = "relu";
  all[1].layer_norm_epsilon = 1e-6;
  all[1].attn_pdrop = 0.25;
  return all;
}

// One for each model type and each kind of rotary positions.
std::map<std::string, LlamaConfig> llamas() {
  std::map<std::string, LlamaConfig> all{
      {"llama", tiny_llama},        {"llama tied", tiny_llama}, {"mistral", tiny_llama},   {"qwen2", tiny_llama},
      {"qwen2 window", tiny_llama}, {"qwen3", tiny_llama},      {"qwen3 bias", tiny_llama}};
  all["llama"].qkv_bias = all["llama"].output_bias = all["llama"].mlp_bias = true;
  all["llama"].head_dim = 6;
  all["llama"].rope = {.theta = 500, .type = RopeType::linear, .factor = 2.5};
  all["llama tied"].tie_word_embeddings = true;
  all["llama tied"].rope = {.type = RopeType::llama3, .factor = 2, .original_context = 8, .low_freq_factor = 0.5};
  all["mistral"].windows = {3, 3};
  all["mistral"].rope = {.type = RopeType::yarn,
                         .factor = 4,
                         .original_context = 16,
                         .beta_fast = 20,
                         .attention_factor = 1.25,
                         .mscale = 0.75,
                         .mscale_all_dim = 0.5,
                         .truncate = false};
  all["qwen2"].qkv_bias = true;
  all["qwen2 window"].qkv_bias = true;
  all["qwen2 window"].windows = {0, 5};
  all["qwen3"].qk_norm = true;
  all["qwen3 bias"].qk_norm = all["qwen3 bias"].qkv_bias = all["qwen3 bias"].output_bias = true;
  all["qwen3 bias"].hidden_act = "gelu";
  return all;
}

Ids some_ids() {
  return Ids({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0, 1, 2, 3}, {2, 8});
}

TEST(HuggingFace, GPTIsReadAgainToTheSameBits) {
  for (const GPTConfig& config : gpts()) {
    const auto model = random_model<GPT>(config);
    const Saved saved(*model);
    const auto again = load_hugging_face(saved.path());
    const auto* gpt = dynamic_cast<const GPT*>(again.get());
    ASSERT_NE(gpt, nullptr);
    EXPECT_EQ(gpt->config, config);
    expect_same_parameters(*model, *again);
    EXPECT_EQ(difference(model->forward(some_ids()), again->forward(some_ids())), 0);
  }
}

TEST(HuggingFace, TheLlamaFamilyIsReadAgainToTheSameBits) {
  for (const auto& [name, config] : llamas()) {
    const auto model = random_model<Llama>(config);
    const Saved saved(*model);
    const Json written = saved.config();
    EXPECT_EQ(written.at("model_type").string(), name.substr(0, name.find(' ')));
    const auto again = load_hugging_face(saved.path());
    const auto* llama = dynamic_cast<const Llama*>(again.get());
    ASSERT_NE(llama, nullptr);
    LlamaConfig expected = config;
    expected.head_dim = config.head_size();  // said outright in the file
    EXPECT_EQ(llama->config, expected) << name;
    expect_same_parameters(*model, *again);
    EXPECT_EQ(difference(model->forward(some_ids()), again->forward(some_ids())), 0);
  }
}

TEST(HuggingFace, GPTsWeightsLieAsGPT2sDo) {
  const auto model = random_model<GPT>(tiny_gpt);
  const Saved saved(*model);
  const Safetensors file(saved.path());
  EXPECT_EQ(file.metadata().at("format"), "pt");  // transformers insists on it
  EXPECT_EQ(file.entries().size(), 2u + 2u * 12u + 2u);
  const SafetensorsEntry& entry = file.at("transformer.h.1.attn.c_attn.weight");
  ASSERT_EQ(entry.shape, (std::vector<int64_t>{12, 36}));
  std::vector<float> numbers(12 * 36);
  file.read(entry, std::span<float>(numbers));
  const SelfAttention& attention = model->blocks[1]->attention;
  const std::vector<const Linear*> parts{attention.query.get(), attention.key.get(), attention.value.get()};
  for (size_t part = 0; part < 3; ++part)
    for (size_t in = 0; in < 12; ++in)
      for (size_t out = 0; out < 12; ++out)
        EXPECT_EQ(numbers[in * 36 + part * 12 + out], parts[part]->weight.values()[out * 12 + in]);
  EXPECT_EQ(file.at("transformer.h.0.mlp.c_fc.weight").shape, (std::vector<int64_t>{12, 48}));
  EXPECT_EQ(file.at("transformer.h.0.attn.c_attn.bias").shape, (std::vector<int64_t>{36}));
  EXPECT_EQ(file.find("lm_head.weight"), nullptr);
}

TEST(HuggingFace, GradientsUnderTheirNames) {
  const auto model = random_model<GPT>(gpts()[1]);
  EXPECT_THROW(hugging_face_gradients(*model), Error);
  cross_entropy(model->forward(some_ids()), some_ids()).backward();
  const auto values = hugging_face_values(*model), gradients = hugging_face_gradients(*model);
  ASSERT_EQ(values.size(), gradients.size());
  std::map<std::string, Tensor> by_name;
  for (size_t i = 0; i < values.size(); ++i) {
    EXPECT_EQ(values[i].name, gradients[i].name);
    EXPECT_EQ(values[i].tensor.shape(), gradients[i].tensor.shape());
    by_name.emplace(gradients[i].name, gradients[i].tensor);
  }
  const SelfAttention& attention = model->blocks[0]->attention;
  const Tensor keys = slice(by_name.at("transformer.h.0.attn.c_attn.weight"), 1, 12, 24);
  EXPECT_EQ(difference(keys, transpose(attention.key->weight.grad())), 0);
  EXPECT_EQ(difference(slice(by_name.at("transformer.h.0.attn.c_attn.bias"), 0, 24, 36), attention.value->bias.grad()),
            0);
  EXPECT_EQ(difference(by_name.at("lm_head.weight"), model->lm_head->weight.grad()), 0);
}

TEST(HuggingFace, ReadAndWrittenUnchanged) {
  const auto model = random_model<Llama>(tiny_llama);
  const Saved saved(*model);
  saved.set("a_key_of_the_future", "kept");
  saved.set("torch_dtype", "bfloat16");
  saved.set("rope_scaling", Json::object({{"type", "linear"}, {"factor", 2}}));
  const auto once = load_hugging_face(saved.path());
  const Saved twice(*once);
  Json expected = saved.config();
  expected.set("torch_dtype", "float32");
  EXPECT_EQ(twice.config(), expected);
  expect_same_parameters(*model, *once);
  expect_same_parameters(*model, *load_hugging_face(twice.path()));
  // A model that was changed is described as it is.
  dynamic_cast<Llama&>(*once).config.rms_norm_eps = 1e-3;
  const Saved changed(*once);
  const Json written = changed.config();
  EXPECT_EQ(written.at("rms_norm_eps").number(), 1e-3);
  EXPECT_FALSE(written.find("a_key_of_the_future"));
}

TEST(HuggingFace, NamesWithoutPrefixAndBuffers) {
  const auto gpt = random_model<GPT>(tiny_gpt);
  const Saved saved(*gpt);
  std::vector<Stored> tensors = stored(*gpt);
  for (Stored& t : tensors) t.name = t.name.substr(std::string("transformer.").size());
  tensors.push_back({"h.0.attn.bias", {1, 1, 10, 10}, std::vector<float>(100, 1)});
  tensors.push_back({"h.1.attn.masked_bias", {}, {-1e4f}});
  write_weights(saved / "model.safetensors", tensors);
  const auto bare = load_hugging_face(saved.path());
  expect_same_parameters(*gpt, *bare);
  EXPECT_EQ(hugging_face_weights(*bare)[0].name, "wte.weight");  // and so it is written again
  const Saved again(*bare);
  expect_same_parameters(*gpt, *load_hugging_face(again.path()));

  const auto llama = random_model<Llama>(tiny_llama);
  const Saved other(*llama);
  tensors = stored(*llama);
  tensors.push_back({"model.layers.0.self_attn.rotary_emb.inv_freq", {2}, {1, 0.1f}});
  write_weights(other / "model.safetensors", tensors);
  expect_same_parameters(*llama, *load_hugging_face(other.path()));
}

TEST(HuggingFace, ATiedHeadMayBeThereIfItIsTheSame) {
  LlamaConfig config = tiny_llama;
  config.tie_word_embeddings = true;
  const auto model = random_model<Llama>(config);
  const Saved saved(*model);
  std::vector<Stored> tensors = stored(*model);
  Stored head = at(tensors, "model.embed_tokens.weight");
  head.name = "lm_head.weight";
  tensors.push_back(head);
  write_weights(saved / "model.safetensors", tensors);
  expect_same_parameters(*model, *load_hugging_face(saved.path()));
  tensors.back().numbers[5] += 1;
  write_weights(saved / "model.safetensors", tensors);
  expect_parts(message_of([&] { load_hugging_face(saved.path()); }),
               {"model.safetensors", "lm_head.weight", "differs", "tie_word_embeddings"});
}

TEST(HuggingFace, SeveralFiles) {
  const auto model = random_model<GPT>(tiny_gpt);
  const Saved saved(*model);
  const std::vector<Stored> all = stored(*model);
  const std::vector<Stored> first(all.begin(), all.begin() + 10), second(all.begin() + 10, all.end());
  write_weights(saved / "model-00001-of-00002.safetensors", first);
  write_weights(saved / "model-00002-of-00002.safetensors", second);
  Json map = Json::object();
  for (size_t i = 0; i < all.size(); ++i)
    map.set(all[i].name, i < 10 ? "model-00001-of-00002.safetensors" : "model-00002-of-00002.safetensors");
  write_file(saved / "model.safetensors.index.json", Json::object({{"weight_map", map}}).dump());
  remove_file(saved / "model.safetensors");
  expect_same_parameters(*model, *load_hugging_face(saved.path()));
  remove_file(saved / "model-00002-of-00002.safetensors");
  expect_parts(message_of([&] { load_hugging_face(saved.path()); }), {"model-00002-of-00002.safetensors"});
}

TEST(HuggingFace, OtherFormatsBecomeFloats) {
  const auto model = random_model<GPT>(tiny_gpt);
  const Saved saved(*model);
  const std::vector<Stored> all = stored(*model);
  for (const Dtype dtype : {Dtype::F16, Dtype::BF16, Dtype::F64}) {
    std::vector<std::vector<uint16_t>> halves;
    std::vector<std::vector<double>> doubles;
    halves.reserve(all.size());
    doubles.reserve(all.size());
    std::vector<SafetensorsItem> items;
    for (const Stored& t : all) {
      std::vector<uint16_t>& half = halves.emplace_back();
      for (const float x : t.numbers) half.push_back(dtype == Dtype::F16 ? float_to_half(x) : float_to_bfloat16(x));
      const std::vector<double>& wide = doubles.emplace_back(t.numbers.begin(), t.numbers.end());
      items.push_back({t.name, dtype, t.shape,
                       dtype == Dtype::F64 ? std::as_bytes(std::span(wide)) : std::as_bytes(std::span(half))});
    }
    write_safetensors(saved / "model.safetensors", items);
    const auto read = load_hugging_face(saved.path());
    const auto ours = parameters(*model), theirs = parameters(*read);
    for (size_t i = 0; i < ours.size(); ++i)
      for (size_t j = 0; j < ours[i].tensor.values().size(); ++j) {
        const auto number = static_cast<float>(ours[i].tensor.values()[j]);
        const float expected = dtype == Dtype::F16    ? half_to_float(float_to_half(number))
                               : dtype == Dtype::BF16 ? bfloat16_to_float(float_to_bfloat16(number))
                                                      : number;
        ASSERT_EQ(theirs[i].tensor.values()[j], expected) << ours[i].name;
      }
  }
}

TEST(HuggingFace, BothFormsOfRotaryPositions) {
  const auto model = random_model<Llama>(tiny_llama);
  const Saved saved(*model);
  const auto rope = [&](std::vector<Json::Member> changes, const std::vector<std::string>& without) {
    std::vector<Json::Member> members;
    const Json before = saved.config();
    for (const auto& [key, value] : before.members())
      if (std::find(without.begin(), without.end(), key) == without.end() && key != "rope_theta" &&
          key != "rope_scaling")
        members.emplace_back(key, value.json());
    for (Json::Member& change : changes) members.push_back(std::move(change));
    const TemporaryFolder folder;
    write_file(folder / "config.json", Json::object(std::move(members)).dump());
    write_weights(folder / "model.safetensors", stored(*model));
    const auto read = load_hugging_face(folder.path());
    return dynamic_cast<const Llama&>(*read).config.rope;
  };
  EXPECT_EQ(rope({}, {}), RopeConfig{});
  const RopeConfig yarn{.theta = 5000, .type = RopeType::yarn, .factor = 4, .original_context = 16};
  const std::vector<Json::Member> numbers{{"factor", 4}, {"original_max_position_embeddings", 16}};
  Json scaling = Json::object(numbers), both = Json::object(numbers);
  scaling.set("rope_type", "yarn");
  both.set("rope_type", "yarn");
  both.set("rope_theta", 5000.0);
  EXPECT_EQ(rope({{"rope_theta", 5000}, {"rope_scaling", scaling}}, {}), yarn);
  EXPECT_EQ(rope({{"rope_parameters", both}}, {}), yarn);
  EXPECT_EQ(rope({{"rope_parameters", Json::object({{"rope_type", "default"}, {"rope_theta", 77}})}}, {}),
            (RopeConfig{.theta = 77}));
  // Of what is not said, yarn's factor is the growth of the context, and the context before it the whole one.
  Json growth = Json::object({{"type", "yarn"}, {"original_max_position_embeddings", 32}});
  EXPECT_EQ(rope({{"rope_scaling", growth}}, {}),
            (RopeConfig{.type = RopeType::yarn, .factor = 2, .original_context = 32}));
  Json whole = Json::object({{"rope_type", "yarn"}, {"factor", 3}});
  EXPECT_EQ(rope({{"rope_scaling", whole}}, {}),
            (RopeConfig{.type = RopeType::yarn, .factor = 3, .original_context = 64}));
}

TEST(HuggingFace, WindowsOfOlderQwens) {
  LlamaConfig config = tiny_llama;
  config.qkv_bias = true;
  const auto model = random_model<Llama>(config);
  const Saved saved(*model);
  saved.set("layer_types", nullptr);
  saved.set("sliding_window", 4);
  const auto windows = [&] {
    const auto read = load_hugging_face(saved.path());
    return dynamic_cast<const Llama&>(*read).config.windows;
  };
  EXPECT_EQ(windows(), std::vector<int64_t>{});
  saved.set("use_sliding_window", true);
  saved.set("max_window_layers", 1);
  EXPECT_EQ(windows(), (std::vector<int64_t>{0, 4}));
  saved.set("max_window_layers", 2);
  EXPECT_EQ(windows(), std::vector<int64_t>{});
}

TEST(HuggingFace, LoadingDrawsNoRandomNumbersAndIsNoTraining) {
  GPTConfig config = tiny_gpt;
  config.resid_pdrop = 0.5;
  const auto model = random_model<GPT>(config);
  const Saved saved(*model);
  manual_seed(3);
  const Tensor expected = randn({4});
  manual_seed(3);
  const auto read = load_hugging_face(saved.path());
  EXPECT_EQ(difference(expected, randn({4})), 0);
  EXPECT_EQ(difference(read->forward(some_ids()), read->forward(some_ids())), 0);
}

TEST(HuggingFace, WeightsThatAreNoNumbersAreReadAndStopTheWriting) {
  const auto model = random_model<GPT>(tiny_gpt);
  for (Real& number : model->final_norm.bias.values()) number = std::numeric_limits<Real>::quiet_NaN();
  const Saved saved(*model);
  const auto read = load_hugging_face(saved.path());
  expect_parts(message_of([&] { generate(*read, {1, 2}, {}); }), {"NaN"});
}

}  // namespace
}  // namespace dikkat
