#include "lessons/11_baby_gpt/trained_chat.h"

#include <algorithm>

#include "core/files/folders.h"
#include "lessons/11_baby_gpt/chat.h"
#include "lessons/11_baby_gpt/model_parts.h"
#include "lessons/11_baby_gpt/options.h"
#include "lessons/11_baby_gpt/vocabulary.h"

namespace dikkat {

void talk(Lesson& lesson, LanguageModel& model, const Tokenizer& tokenizer, bool is_dialogue) {
  if (lesson.flags.given("say")) {
    say_once(lesson, model, tokenizer, is_dialogue, text_to_say(lesson));
  } else {
    chat(lesson, model, tokenizer, is_dialogue);
  }
}

namespace {

constexpr const char* lesson_name = "11_baby_gpt";

// A fact of trained.json as text; "" if it is not there.
std::string fact(const Json& facts, const char* name) {
  const auto value = facts.find(name);
  return value && value->kind() == JsonKind::string ? value->string() : "";
}

// The model of this lesson that was trained last, of those that can be read.
std::optional<TrainedModel> latest_trained(std::string& reason) {
  std::vector<StoredModel> ours = list_trained();
  std::erase_if(ours, [](const StoredModel& model) {
    return !model.damaged.empty() || fact(model.facts, "lesson") != lesson_name;
  });
  std::sort(ours.begin(), ours.end(),
            [](const StoredModel& a, const StoredModel& b) { return fact(a.facts, "date") > fact(b.facts, "date"); });
  for (const StoredModel& stored : ours) {
    const TrainedKey key{.name = fact(stored.facts, "name"), .recipe = fact(stored.facts, "recipe")};
    try {
      if (key.folder_name() != stored.folder_name) continue;  // copied by hand, or written by somebody else
      if (std::optional<TrainedModel> found = find_trained(key, reason)) return found;
    } catch (const Error& error) {
      reason = error.what();
    }
  }
  return std::nullopt;
}

int talk_to_checkpoint(Lesson& lesson, const std::string& path) {
  const CheckpointFile file(path);
  BabyGPTSetting setting{.config = file.checkpoint().config, .training = {}};
  setting.training.steps = file.checkpoint().steps;
  setting.training.batch = file.checkpoint().batch;
  setting.training.notes = file.checkpoint().notes;
  const Tokenizer tokenizer = saved_tokenizer(setting, path);
  GPT model(setting.config);
  file.read_into(parameters(model));
  describe_model(lesson, model, setting);
  lesson.line(lesson.label("trained_on") + ": " + path);
  const auto kind = setting.training.notes.find("dialogue");
  talk(lesson, model, tokenizer, kind == setting.training.notes.end() || kind->second == "yes");
  return lesson.finish();
}

// In the notes of a checkpoint.
constexpr const char* key_name_note = "key_name";
constexpr const char* key_recipe_note = "key_recipe";
constexpr const char* preset_note = "preset";

}  // namespace

void note_key(const Lesson& lesson, BabyGPTSetting& setting, const Corpus& corpus) {
  if (lesson.flags.boolean("resume")) return;
  std::map<std::string, std::string>& notes = setting.training.notes;
  const TrainedKey key = baby_gpt_key(lesson.preset, setting, corpus, given_vocabulary(lesson));
  notes[key_name_note] = key.name;
  notes[key_recipe_note] = key.recipe;
  const auto given = [&](const char* name) { return lesson.flags.given(name); };
  const bool is_another =
      given("data") || given("steps") || given("batch") || given("vocab") || given("vocab_size") || given("untied");
  notes[preset_note] = is_another ? "" : lesson.flags.word("preset");
}

bool is_standard(const Lesson& lesson, const TrainerOptions& training) {
  const auto note = training.notes.find(preset_note);
  return note != training.notes.end() && note->second == lesson.flags.word("preset") && !lesson.flags.given("steps");
}

std::optional<int> talk_to_trained_model(Lesson& lesson, const BabyGPTSetting& setting, const std::string& path) {
  if (lesson.flags.given("say")) text_to_say(lesson);  // an empty text is refused before anything takes time
  if (lesson.flags.given("checkpoint")) return talk_to_checkpoint(lesson, path);
  std::string reason;
  std::optional<TrainedModel> found;
  if (chooses_model(lesson)) {
    const Corpus corpus = chosen_corpus(lesson, setting);
    found = find_trained(baby_gpt_key(lesson.preset, setting, corpus, given_vocabulary(lesson)), reason);
  } else {
    found = latest_trained(reason);
  }
  if (!reason.empty()) lesson.line(reason);
  GPT* model = found ? dynamic_cast<GPT*>(found->model.get()) : nullptr;
  if (model == nullptr) {
    if (!chooses_model(lesson) && is_file(path))
      return talk_to_checkpoint(lesson, path);  // of a run not yet at its end
    lesson.line(lesson.label("not_trained_yet"));
    return std::nullopt;
  }
  BabyGPTSetting used = setting;
  if (const auto batch = found->facts.find("batch")) used.training.batch = batch->integer();
  if (const auto steps = found->facts.find("steps")) used.training.steps = steps->integer();
  describe_model(lesson, *model, used);
  lesson.line(lesson.label("trained_on") + ": " + found->folder);
  const auto dialogue = found->facts.find("dialogue");
  talk(lesson, *model, Tokenizer(found->vocabulary), !dialogue || dialogue->boolean());
  return lesson.finish();
}

void keep_trained(Lesson& lesson, GPT& model, const Tokenizer& tokenizer, const BabyGPTSetting& setting,
                  const Json& facts) {
  const auto& notes = setting.training.notes;
  const auto name = notes.find(key_name_note), recipe = notes.find(key_recipe_note);
  if (name == notes.end() || recipe == notes.end()) return;
  try {
    const TrainedKey key{.name = name->second, .recipe = recipe->second};
    lesson.line(lesson.label("kept") + ": " + save_trained(key, model, tokenizer.vocabulary(), facts));
  } catch (const Error& error) {
    lesson.warn(lesson.label("not_kept") + ": " + error.what());
  }
}

}  // namespace dikkat
