// Models in Hugging Face's folders: config.json beside model.safetensors, or beside model.safetensors.index.json and
// the files that it names.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/files/json.h"
#include "nn/models/language_model.h"

namespace dikkat {

// What a model remembers of the folder that it was read from, so that it can be written as it was.
struct HuggingFaceOrigin {
  Json config;
  std::string prefix;  // of the names of its tensors: "transformer.", "model." or nothing
};

// Reads a model: GPT-2, Llama, Mistral, Qwen2 or Qwen3. Weights of 16 and 64 bits become those of 32. Buffers that can
// be computed (attn.bias, attn.masked_bias, rotary_emb.inv_freq) are passed over, and so is a tied lm_head.weight that
// equals the embedding; any other tensor that the model has no place for is an Error, since it would compute something
// else without it. Weights that are NaN are read as they are.
// Everything is checked before the model is built: Error names file, key or tensor, what was found and what to do.
std::unique_ptr<LanguageModel> load_hugging_face(const std::string& folder);

// Writes config.json and model.safetensors (32 bits) to `folder`, for load_hugging_face() and for transformers. A model
// that was read keeps the names of its tensors and what its config.json said. Throws Error if the model has parts that
// such a folder cannot hold, or if the system does.
void save_hugging_face(LanguageModel& model, const std::string& folder);

// A tensor of such a folder, and where its numbers are in the model: our parameters, one below the other, which the
// file may hold transposed (GPT-2 keeps weights as (in, out), and query, key and value side by side).
struct HuggingFaceWeight {
  std::string name;                     // "transformer.h.0.attn.c_attn.weight"
  std::vector<int64_t> shape;           // in the file
  std::vector<std::string> parameters;  // "blocks.0.attention.query.weight", ...
  bool transposed = false;
};

// Every tensor of the model under its Hugging Face name. Throws Error if the model has parameters beyond those.
std::vector<HuggingFaceWeight> hugging_face_weights(LanguageModel& model);

// The tensors themselves, put together as in the file: of its values, or of its gradients (Error where there is none).
struct NamedTensor {
  std::string name;
  Tensor tensor;
};
std::vector<NamedTensor> hugging_face_values(LanguageModel& model);
std::vector<NamedTensor> hugging_face_gradients(LanguageModel& model);

}  // namespace dikkat
