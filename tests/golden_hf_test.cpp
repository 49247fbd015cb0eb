// Models in Hugging Face's folders against numbers from outside: every folder of <golden>/hf_tiny and <golden>/models
// whose kind can be built; any other kind must stand in tests/golden/unsupported.txt, and must be refused.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <iostream>

#include "core/files/atomic_file.h"
#include "core/files/folders.h"
#include "core/files/json.h"
#include "nn/hugging_face/hugging_face.h"
#include "tests/golden.h"
#include "tests/golden_hf.h"
#include "tests/messages.h"
#include "tests/temporary_folder.h"

namespace dikkat::test {
namespace {

std::string model_type(const std::string& folder) {
  const Json config = read_json(folder + "/config.json");
  return config.at("model_type").string();
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
  Compared compared;
  int folders = 0, newer_configs = 0;
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
      check_model(folder, expected, compared);
      if (is_file(folder + "/config.v5.json")) {
        SCOPED_TRACE("config.v5.json");
        const TemporaryFolder newer;
        link_with_new_config(folder, newer);
        check_model(newer.path(), expected, compared);
        ++newer_configs;
      }
    } catch (const std::exception& error) {
      ADD_FAILURE() << error.what();
    }
    ++checked[type];
    ++folders;
  }
  for (const auto& [type, count] : checked) std::cout << "hf_tiny/" << type << ": " << count << " folders\n";
  for (const auto& [type, count] : refused) {
    std::cout << "hf_tiny/" << type << ": " << count << " folders refused: " << unsupported().at("hf_tiny/" + type)
              << "\n";
  }
  std::cout << "hf_tiny: " << folders << " folders, " << newer_configs
            << " of them also with config.v5.json: " << list(compared) << "\n";
  EXPECT_GT(newer_configs, 0);
  expect_compared(compared,
                  {"gradients", "greedy", "hidden states", "left-padded", "logits", "losses", "right-padded"});
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

TEST(GoldenHuggingFace, TrainedModelsContinueTheirPrompts) {
  const std::string all = golden() + "/models";
  if (!is_folder(all)) GTEST_SKIP() << "no models in " << golden();
  Compared compared;
  for (const std::string& name : list_folder(all)) {
    SCOPED_TRACE("models/" + name);
    if (const auto reason = unsupported().find("models/" + name); reason != unsupported().end()) {
      std::cout << "models/" << name << ": not checked: " << reason->second << "\n";
      continue;
    }
    const std::string folder = all + "/" + name;
    Compared here;
    try {
      const auto model = load_hugging_face(folder + "/hf");
      check_greedy_file(*model, folder + "/golden/greedy.json", here);
      check_logits_file(*model, folder + "/golden/logits.safetensors", here);
    } catch (const std::exception& error) {
      ADD_FAILURE() << error.what();
    }
    std::cout << "models/" << name << ": " << list(here) << "\n";
    for (const auto& [kind, count] : here) compared[kind] += count;
  }
  expect_compared(compared, {"greedy", "hidden states", "logits", "losses"});
}

// Whatever else lies in the golden folder is checked somewhere, or listed.
TEST(GoldenFolder, EveryKindIsCheckedOrListed) {
  const std::vector<std::string> checked = {"gpt2", "hf_tiny", "malformed", "models", "ops"};
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
