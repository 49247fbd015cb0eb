// Models in Hugging Face's folders against numbers from outside: every folder of <golden>/hf_tiny and <golden>/models
// whose kind can be built; any other kind must stand in tests/golden/unsupported.txt, and must be refused.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <iostream>
#include <limits>
#include <optional>

#include "core/files/atomic_file.h"
#include "core/files/folders.h"
#include "core/files/json.h"
#include "core/files/mapped_file.h"
#include "core/ops.h"
#include "core/probe.h"
#include "nn/hugging_face/hugging_face.h"
#include "tests/golden.h"
#include "tests/messages.h"
#include "tests/temporary_folder.h"

namespace dikkat::test {
namespace {

const Tolerance near = {.absolute = 1e-4, .relative = 1e-4};

std::string model_type(const std::string& folder) {
  const Json config = read_json(folder + "/config.json");
  return config.at("model_type").string();
}

// The folder named by SAME_OUTPUTS_AS.txt or SAME_INPUTS_AS.txt; otherwise the folder itself.
std::string folder_of(const std::string& folder, const std::vector<std::string>& notes) {
  for (const std::string& note : notes) {
    if (!is_file(folder + "/" + note)) continue;
    std::string name = read_text(folder + "/" + note, 4096);
    name.erase(name.find_last_not_of(" \r\n") + 1);
    return (std::filesystem::path(folder).parent_path() / name).string();
  }
  return folder;
}

// What a golden folder holds besides the model.
struct Expected {
  explicit Expected(const std::string& folder)
      : inputs(folder_of(folder, {"SAME_OUTPUTS_AS.txt", "SAME_INPUTS_AS.txt"}) + "/inputs.safetensors"),
        outputs(folder_of(folder, {"SAME_OUTPUTS_AS.txt"}) + "/outputs.safetensors") {
    const std::string other = folder_of(folder, {"SAME_OUTPUTS_AS.txt"});
    if (is_file(other + "/grads.safetensors")) gradients.emplace(other + "/grads.safetensors");
    if (is_file(other + "/meta.json")) meta = read_json(other + "/meta.json");
  }
  Safetensors inputs, outputs;
  std::optional<Safetensors> gradients;
  Json meta = Json::object();
};

std::string difference(const Tensor& found, const Safetensors& file, const std::string& name, const Tolerance& how) {
  if (found.numel() != file.at(name).count) return text("shape ", found.shape(), " instead of ", shape_of(file, name));
  return compare(numbers_of(found), numbers_of(file, name), how).difference;
}

// The mean of the losses of each token but the first, as Hugging Face counts it: position t is scored by label t+1.
Tensor shifted_loss(const Tensor& logits, const Ids& labels) {
  const int64_t B = logits.size(0), T = logits.size(1);
  std::vector<int32_t> next;
  for (int64_t b = 0; b < B; ++b) {
    const auto row = labels.values().subspan(static_cast<size_t>(b * T), static_cast<size_t>(T));
    next.insert(next.end(), row.begin() + 1, row.end());
  }
  return cross_entropy(slice(logits, 1, 0, T - 1), Ids(next, {B, T - 1}));
}

int32_t best(const Tensor& scores) {
  return argmax(scores).values()[0];
}

// Continues `ids` as long as `expected`, always with the token that scores best.
std::vector<int32_t> continued(LanguageModel& model, std::vector<int32_t> ids, size_t length) {
  while (ids.size() < length) {
    ids.push_back(best(model.forward_last(Ids(ids, {1, static_cast<int64_t>(ids.size())}))));
  }
  return ids;
}

void check_hidden_states(const Probes& seen, const Safetensors& outputs) {
  const std::vector<Tensor> states = seen.all("hidden_states");
  size_t expected = 0;
  for (; has(outputs, text("hidden_states.", expected)); ++expected) {
    const std::string name = text("hidden_states.", expected);
    ASSERT_LT(expected, states.size());
    EXPECT_EQ(difference(states[expected], outputs, name, near), "") << name;
  }
  EXPECT_TRUE(expected == 0 || states.size() == expected) << states.size() << " hidden states";
}

// Rows of padding mean nothing and are not compared.
void check_padded(LanguageModel& model, const Expected& expected, const std::string& side) {
  const std::string mask_name = "attention_mask_" + side, positions_name = "position_ids_" + side;
  const std::string name = "logits_" + side + "_padded_valid_rows_only";
  if (!has(expected.outputs, name)) return;
  Padding padding{.attention_mask = ids_of(expected.inputs, mask_name)};
  if (has(expected.inputs, positions_name)) {
    padding.position_ids = ids_of(expected.inputs, positions_name);
    const std::span<const int32_t> given = padding.position_ids.values();
    const Ids counted = positions_in(padding.attention_mask);
    EXPECT_TRUE(std::equal(given.begin(), given.end(), counted.values().begin(), counted.values().end()));
  }
  const Tensor logits = model.forward(ids_of(expected.inputs, "input_ids"), padding);
  std::vector<double> found = numbers_of(logits), wanted = numbers_of(expected.outputs, name);
  ASSERT_EQ(found.size(), wanted.size());
  const int64_t V = logits.size(-1);
  const std::span<const int32_t> mask = padding.attention_mask.values();
  for (size_t row = 0; row < mask.size(); ++row) {
    if (mask[row] != 0) continue;
    std::fill_n(found.begin() + static_cast<int64_t>(row) * V, V, 0.0);
    std::fill_n(wanted.begin() + static_cast<int64_t>(row) * V, V, 0.0);
  }
  EXPECT_EQ(compare(found, wanted, near).difference, "") << side << "-padded";
}

void check_greedy(LanguageModel& model, const Expected& expected) {
  const auto length = expected.meta.find("greedy_prompt_len");
  if (!has(expected.outputs, "greedy_ids") || !length) return;
  const Ids ids = ids_of(expected.outputs, "greedy_ids");
  const std::vector<int32_t> wanted(ids.values().begin(), ids.values().end());
  const std::vector<int32_t> prompt(wanted.begin(), wanted.begin() + length->integer(1, ids.numel()));
  EXPECT_EQ(continued(model, prompt, wanted.size()), wanted) << "greedy continuation";
}

std::string without_prefix(const std::string& name) {
  return name.starts_with("transformer.") ? name.substr(12) : name;
}

// Every parameter's gradient under the name that its tensor has in the file.
void check_gradients(LanguageModel& model, const Safetensors& expected) {
  std::map<std::string, Tensor> found;
  for (const NamedTensor& one : hugging_face_gradients(model)) found.emplace(without_prefix(one.name), one.tensor);
  EXPECT_EQ(found.size(), expected.entries().size()) << "gradients";
  std::vector<double> errors;
  for (const SafetensorsEntry& entry : expected.entries()) {
    const auto gradient = found.find(without_prefix(entry.name));
    ASSERT_NE(gradient, found.end()) << entry.name;
    const Comparison comparison =
        compare(numbers_of(gradient->second), numbers_of(expected, entry.name), {.of_largest = 1e-3});
    EXPECT_EQ(comparison.difference, "") << "gradient of " << entry.name;
    errors.push_back(comparison.error);
  }
  ASSERT_FALSE(errors.empty());
  std::nth_element(errors.begin(), errors.begin() + static_cast<std::ptrdiff_t>(errors.size() / 2), errors.end());
  EXPECT_LT(errors[errors.size() / 2], 1e-5) << "the median of the gradients' relative errors";
}

std::vector<Real> logits_of(LanguageModel& model, const Ids& ids) {
  const Tensor logits = model.forward(ids);
  return {logits.values().begin(), logits.values().end()};
}

// What was written reads back as the same model, to the bit.
void check_saved(LanguageModel& model, const Ids& ids) {
  const TemporaryFolder folder;
  save_hugging_face(model, folder.path());
  const auto again = load_hugging_face(folder.path());
  EXPECT_EQ(logits_of(model, ids), logits_of(*again, ids)) << "after saving and loading";
}

void check_model(const std::string& folder, const Expected& expected) {
  const auto model = load_hugging_face(folder);
  const Ids ids = ids_of(expected.inputs, "input_ids");
  const Probes seen;
  const Tensor logits = model->forward(ids);
  EXPECT_EQ(difference(logits, expected.outputs, "logits", near), "") << "logits";
  check_hidden_states(seen, expected.outputs);
  const Tensor loss = shifted_loss(logits, ids_of(expected.inputs, "labels"));
  EXPECT_EQ(difference(loss, expected.outputs, "loss", near), "") << "loss";
  if (expected.gradients) {
    loss.backward();
    check_gradients(*model, *expected.gradients);
  }
  check_padded(*model, expected, "left");
  check_padded(*model, expected, "right");
  check_greedy(*model, expected);
  check_saved(*model, ids);
}

// The same folder with config.v5.json in the place of config.json: what transformers 5 writes.
void link_with_new_config(const std::string& from, const TemporaryFolder& to) {
  const std::string whole = std::filesystem::absolute(from).string();
  for (const std::string& name : list_folder(from)) {
    if (name != "config.json") std::filesystem::create_symlink(whole + "/" + name, to / name);
  }
  std::filesystem::create_symlink(whole + "/config.v5.json", to / "config.json");
}

TEST(GoldenHuggingFace, EveryTinyModelIsEqual) {
  const std::string all = golden() + "/hf_tiny";
  std::map<std::string, int> checked, refused;
  for (const std::string& name : list_folder(all)) {
    const std::string folder = all + "/" + name;
    if (!is_file(folder + "/config.json")) continue;
    SCOPED_TRACE("hf_tiny/" + name);
    const std::string type = model_type(folder);
    if (unsupported().contains("hf_tiny/" + type)) {
      expect_parts(message_of([&] { load_hugging_face(folder); }), {"config.json", type});
      ++refused[type];
      continue;
    }
    try {
      const Expected expected(folder);
      check_model(folder, expected);
      if (is_file(folder + "/config.v5.json")) {
        SCOPED_TRACE("config.v5.json");
        const TemporaryFolder newer;
        link_with_new_config(folder, newer);
        check_model(newer.path(), expected);
      }
    } catch (const std::exception& error) {
      ADD_FAILURE() << error.what();
    }
    ++checked[type];
  }
  for (const auto& [type, count] : checked) std::cout << "hf_tiny/" << type << ": " << count << " folders\n";
  for (const auto& [type, count] : refused) {
    std::cout << "hf_tiny/" << type << ": " << count << " folders refused: " << unsupported().at("hf_tiny/" + type)
              << "\n";
  }
  EXPECT_FALSE(checked.empty());
}

// The list only shrinks: a type that stands in it is refused by its name, whatever else its folder holds.
TEST(GoldenHuggingFace, WhatIsListedIsRefusedByName) {
  for (const auto& [kind, reason] : unsupported()) {
    if (!kind.starts_with("hf_tiny/")) continue;
    const std::string type = kind.substr(8);
    const TemporaryFolder folder;
    Json config = Json::object();
    config.set("model_type", type);
    write_file(folder / "config.json", config.dump());
    expect_parts(message_of([&] { load_hugging_face(folder.path()); }), {"config.json", type});
  }
}

std::vector<int32_t> ids_in(const JsonView& list) {
  std::vector<int32_t> ids;
  for (const JsonView& id : list.elements()) {
    ids.push_back(static_cast<int32_t>(id.integer(0, std::numeric_limits<int32_t>::max())));
  }
  return ids;
}

void check_greedy_file(LanguageModel& model, const std::string& path) {
  const Json greedy = read_json(path);
  for (const JsonView& one : greedy.at("cases").elements()) {
    const std::vector<int32_t> prompt = ids_in(one.at("prompt_ids_with_bos"));
    std::vector<int32_t> wanted = prompt;
    const std::vector<int32_t> more = ids_in(one.at("greedy_new_ids"));
    wanted.insert(wanted.end(), more.begin(), more.end());
    EXPECT_EQ(continued(model, prompt, wanted.size()), wanted) << one.at("prompt").string();
  }
}

void check_logits_file(LanguageModel& model, const std::string& path) {
  const Safetensors expected(path);
  const Ids ids = ids_of(expected, "input_ids");
  const Probes seen;
  const Tensor logits = model.forward(ids);
  EXPECT_EQ(difference(logits, expected, "logits", near), "");
  EXPECT_EQ(difference(shifted_loss(logits, ids), expected, "loss_mean_shifted", near), "");
  check_hidden_states(seen, expected);
}

TEST(GoldenHuggingFace, TrainedModelsContinueTheirPrompts) {
  const std::string all = golden() + "/models";
  if (!is_folder(all)) GTEST_SKIP() << "no models in " << golden();
  for (const std::string& name : list_folder(all)) {
    SCOPED_TRACE("models/" + name);
    if (const auto reason = unsupported().find("models/" + name); reason != unsupported().end()) {
      std::cout << "models/" << name << ": not checked: " << reason->second << "\n";
      continue;
    }
    const std::string folder = all + "/" + name;
    try {
      const auto model = load_hugging_face(folder + "/hf");
      check_greedy_file(*model, folder + "/golden/greedy.json");
      check_logits_file(*model, folder + "/golden/logits.safetensors");
    } catch (const std::exception& error) {
      ADD_FAILURE() << error.what();
    }
    std::cout << "models/" << name << ": checked\n";
  }
}

// Whatever else lies in the golden folder is checked somewhere, or listed.
TEST(GoldenFolder, EveryKindIsCheckedOrListed) {
  const std::vector<std::string> checked = {"hf_tiny", "malformed", "models", "ops"};
  for (const std::string& kind : checked) EXPECT_FALSE(unsupported().contains(kind)) << kind;
  for (const std::string& kind : list_folder(golden())) {
    if (!is_folder(golden() + "/" + kind) || std::count(checked.begin(), checked.end(), kind) > 0) continue;
    const auto reason = unsupported().find(kind);
    if (reason == unsupported().end()) {
      ADD_FAILURE() << kind << ": nothing checks it, and tests/golden/unsupported.txt does not say why";
    } else {
      std::cout << kind << ": not checked: " << reason->second << "\n";
    }
  }
}

}  // namespace
}  // namespace dikkat::test
