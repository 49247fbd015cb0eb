// Hugging Face folders for tests: written from small models, and spoiled.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "core/files/atomic_file.h"
#include "core/files/json.h"
#include "core/files/safetensors.h"
#include "core/ops.h"
#include "kernels/scan.h"
#include "nn/hugging_face/hugging_face.h"
#include "nn/models/gpt.h"
#include "nn/models/llama.h"
#include "tests/temporary_folder.h"

namespace dikkat::test {

inline const GPTConfig tiny_gpt{.vocab_size = 13, .block_size = 10, .n_layer = 2, .n_head = 2, .n_embd = 12};
inline const LlamaConfig tiny_llama{.vocab_size = 13,
                                    .hidden_size = 16,
                                    .intermediate_size = 20,
                                    .num_hidden_layers = 2,
                                    .num_attention_heads = 4,
                                    .num_key_value_heads = 2,
                                    .max_position_embeddings = 64};

// A model whose norms and biases matter, too.
template <class Model, class Config>
std::unique_ptr<Model> random_model(const Config& config) {
  manual_seed(7);
  auto model = std::make_unique<Model>(config);
  for (const Parameter& p : parameters(*model)) {
    const Tensor noise = randn(p.tensor.shape(), 0, 0.3);
    for (size_t i = 0; i < noise.values().size(); ++i) p.tensor.values()[i] += noise.values()[i];
  }
  return model;
}

inline double difference(const Tensor& a, const Tensor& b) {
  EXPECT_EQ(a.shape(), b.shape());
  return largest_difference(contiguous(a).values().data(), contiguous(b).values().data(), a.numel());
}

inline void expect_same_parameters(LanguageModel& a, LanguageModel& b) {
  const auto x = parameters(a), y = parameters(b);
  ASSERT_EQ(x.size(), y.size());
  for (size_t i = 0; i < x.size(); ++i) {
    EXPECT_EQ(x[i].name, y[i].name);
    EXPECT_EQ(difference(x[i].tensor, y[i].tensor), 0) << x[i].name;
  }
}

// A folder with the tensors of `model`, changed before they are written.
struct Stored {
  std::string name;
  std::vector<int64_t> shape;
  std::vector<float> numbers;
};
inline void write_weights(const std::string& path, const std::vector<Stored>& tensors) {
  std::vector<SafetensorsItem> items;
  for (const Stored& t : tensors) items.push_back(safetensors_item<float>(t.name, t.shape, t.numbers));
  write_safetensors(path, items);
}
inline std::vector<Stored> stored(LanguageModel& model) {
  std::vector<Stored> all;
  for (const NamedTensor& t : hugging_face_values(model))
    all.push_back({t.name, t.tensor.shape().sizes(), {t.tensor.values().begin(), t.tensor.values().end()}});
  return all;
}
inline Stored& at(std::vector<Stored>& tensors, const std::string& name) {
  for (Stored& t : tensors)
    if (t.name == name) return t;
  throw Error("no " + name);
}

// A saved model, to be spoiled by a test.
struct Saved : TemporaryFolder {
  explicit Saved(LanguageModel& model) { save_hugging_face(model, path()); }
  Json config() const { return read_json(*this / "config.json"); }
  void write(const Json& config) const { write_file(*this / "config.json", config.dump(2)); }
  void set(const std::string& key, const Json& value) const {
    Json changed = config();
    changed.set(key, value);
    write(changed);
  }
};

}  // namespace dikkat::test
