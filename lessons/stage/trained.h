// Trained models that lessons share: training once is enough. Each is a folder that Hugging Face's tools open as well,
//   .dikkat/models/<name>-<16 hex digits of the key>/   config.json  model.safetensors  tokenizer.json  trained.json
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/files/json.h"
#include "nn/models/language_model.h"
#include "tokenizer/vocabulary.h"

namespace dikkat {

// What tells one trained model from another.
struct TrainedKey {
  std::string name;    // "baby_gpt_class": letters, digits, "_", "-"
  std::string recipe;  // all that decides the result, as text: sources, sizes, options, seed, precision, data

  std::string folder_name() const;  // "baby_gpt_class-0123456789abcdef"
};

struct TrainedModel {
  std::unique_ptr<LanguageModel> model;  // as load_hugging_face() gives it: of a GPT a GPT
  Vocabulary vocabulary;
  Json facts;          // trained.json
  std::string folder;  // its path
};

// A number that tells texts apart: FNV-1a, 64 bits.
uint64_t fingerprint_of(std::string_view bytes);

// Where they lie: Lesson::home()/models.
std::string trained_folder();

// The model of that key, or nothing. Then `reason` says what is wrong with its folder, and is empty if there is none;
// the next save_trained() replaces such a folder.
std::optional<TrainedModel> find_trained(const TrainedKey& key, std::string& reason);

// Writes the model, beside its final name first, so that a killed run leaves no half of one. `facts` is an object of
// what a reader wants to know: lesson, preset, seed, precision, data, steps, loss_validation, bits_per_character,
// seconds_training ...; name, key, recipe, parameters and date are added. Returns the folder. Error if the system
// refuses, or if the vocabulary has tokens that the model has not.
std::string save_trained(const TrainedKey& key, LanguageModel& model, const Vocabulary& vocabulary, const Json& facts);

// What lies in the store, by folder name.
struct StoredModel {
  std::string folder_name;
  uint64_t bytes = 0;
  Json facts;           // trained.json; an empty object if it cannot be read
  std::string damaged;  // what is wrong, or "". Weights are not read for this: find_trained() may see more.
};
std::vector<StoredModel> list_trained();

// Removes a model of that list. Error if there is none of that name, or the system refuses.
void remove_trained(const std::string& folder_name);

}  // namespace dikkat
