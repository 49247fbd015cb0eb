// A model in Hugging Face's folders beside the numbers that it must give, and how many of them were compared.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/files/json.h"
#include "core/files/safetensors.h"
#include "nn/models/language_model.h"

namespace dikkat::test {

// How many of each kind: "logits", "gradients" (tensors), ... What is not in a folder is not counted.
using Compared = std::map<std::string, int>;
std::string list(const Compared& compared);  // "12 gradients, 16 logits"
// A failure for each kind that was compared nowhere.
void expect_compared(const Compared& compared, const std::vector<std::string>& kinds);

// What a folder of hf_tiny holds besides the model. Throws Error if there are no outputs, or no logits or loss in them.
struct Expected {
  explicit Expected(const std::string& folder);
  Safetensors inputs, outputs;
  std::optional<Safetensors> gradients;
  Json meta = Json::object();
};

// Everything that `expected` holds.
void check_model(const std::string& folder, const Expected& expected, Compared& compared);

// golden/greedy.json and golden/logits.safetensors of a folder of models.
void check_greedy_file(LanguageModel& model, const std::string& path, Compared& compared);
void check_logits_file(LanguageModel& model, const std::string& path, Compared& compared);

}  // namespace dikkat::test
