#include "lessons/stage/trained.h"

#include <algorithm>
#include <cstdio>

#include "core/files/atomic_file.h"
#include "core/files/atomic_folder.h"
#include "core/files/utf8.h"
#include "lessons/stage/figures.h"
#include "lessons/stage/lesson.h"
#include "nn/hugging_face/hugging_face.h"
#include "nn/module.h"
#include "tokenizer/files.h"

namespace dikkat {
namespace {

constexpr size_t key_digits = 16;
constexpr uint64_t largest_facts = 16 << 20;

bool is_letter_of_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

// "<name>-<16 hex digits>": only such folders are ours to list and to remove.
bool is_folder_name(const std::string& name) {
  if (name.size() < key_digits + 2 || name[name.size() - key_digits - 1] != '-') return false;
  return std::all_of(name.begin(), name.end(), is_letter_of_name) &&
         name.find_first_not_of("0123456789abcdef", name.size() - key_digits) == std::string::npos;
}

std::string key_text(const TrainedKey& key) {
  char digits[key_digits + 1];
  std::snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(fingerprint_of(key.recipe)));
  return digits;
}

Json read_facts(const std::string& folder) {
  const std::string path = folder + "/trained.json";
  Json facts = read_json(path, largest_facts);
  require(facts.kind() == JsonKind::object, path, ": it should be an object");
  for (const char* name : {"name", "key", "recipe"}) facts.at(name).string();
  return facts;
}

TrainedModel read_trained(const TrainedKey& key, const std::string& folder) {
  TrainedModel trained{.model = nullptr, .vocabulary = {}, .facts = read_facts(folder), .folder = folder};
  require(trained.facts.at("recipe").string() == key.recipe, folder, "/trained.json: it is of another recipe");
  trained.vocabulary = read_tokenizer_json(folder + "/tokenizer.json");
  trained.model = load_hugging_face(folder);
  require(trained.vocabulary.size() <= trained.model->vocab_size(), folder, ": the vocabulary has ",
          trained.vocabulary.size(), " tokens, the model only ", trained.model->vocab_size());
  return trained;
}

}  // namespace

std::string TrainedKey::folder_name() const {
  require(!name.empty() && name.size() <= 100 && std::all_of(name.begin(), name.end(), is_letter_of_name),
          "trained model: the name ", in_quotes(name), " should look like baby_gpt_class: letters, digits, _ and -");
  return name + "-" + key_text(*this);
}

uint64_t fingerprint_of(std::string_view bytes) {
  uint64_t hash = 14695981039346656037u;
  for (const char byte : bytes) hash = (hash ^ static_cast<unsigned char>(byte)) * 1099511628211u;
  return hash;
}

std::string trained_folder() {
  return Lesson::home() + "/models";
}

std::optional<TrainedModel> find_trained(const TrainedKey& key, std::string& reason) {
  const std::string folder = trained_folder() + "/" + key.folder_name();
  reason.clear();
  if (!is_folder(folder)) return std::nullopt;
  try {
    return read_trained(key, folder);
  } catch (const Error& error) {
    reason = error.what();
    return std::nullopt;
  }
}

std::string save_trained(const TrainedKey& key, LanguageModel& model, const Vocabulary& vocabulary, const Json& facts) {
  require(vocabulary.size() <= model.vocab_size(), "trained model ", in_quotes(key.name), ": the vocabulary has ",
          vocabulary.size(), " tokens, the model only ", model.vocab_size());
  const std::string final_folder = trained_folder() + "/" + key.folder_name();
  Json all = Json::object({{"name", key.name}});
  for (const auto& [name, value] : facts.members()) all.set(std::string(name), value.json());
  all.set("name", key.name);
  all.set("parameters", parameter_count(model));
  all.set("date", date_and_time());
  all.set("key", key_text(key));
  all.set("recipe", key.recipe);
  make_folders(trained_folder());
  AtomicFolder folder(final_folder);
  save_hugging_face(model, folder.path());
  write_file(folder.path() + "/tokenizer.json", tokenizer_json(vocabulary));
  write_file(folder.path() + "/trained.json", all.dump(2) + "\n");
  folder.commit();
  return final_folder;
}

std::vector<StoredModel> list_trained() {
  std::vector<StoredModel> all;
  if (!is_folder(trained_folder())) return all;
  for (const std::string& name : list_folder(trained_folder())) {
    const std::string folder = trained_folder() + "/" + name;
    if (!is_folder_name(name) || !is_folder(folder)) continue;
    StoredModel stored{.folder_name = name, .bytes = 0, .facts = Json::object(), .damaged = ""};
    try {
      stored.bytes = folder_bytes(folder);
      stored.facts = read_facts(folder);
      for (const char* part : {"config.json", "model.safetensors", "tokenizer.json"}) {
        require(is_file(folder + "/" + part), folder, ": ", part, " is missing");
      }
    } catch (const Error& error) {
      stored.damaged = error.what();
    }
    all.push_back(std::move(stored));
  }
  return all;
}

void remove_trained(const std::string& folder_name) {
  const std::string folder = trained_folder() + "/" + folder_name;
  require(is_folder_name(folder_name) && is_folder(folder), "there is no trained model ", in_quotes(folder_name),
          " in ", trained_folder());
  remove_folder(folder);
}

}  // namespace dikkat
