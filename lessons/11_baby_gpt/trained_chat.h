// Talking without training: to a model of the store (`lessons/run models`), or to a checkpoint.
#pragma once

#include <optional>
#include <string>

#include "lessons/models/baby_gpt.h"
#include "lessons/stage/lesson.h"

namespace dikkat {

// --chat and --say. With --checkpoint the model of that file talks; otherwise the trained model that the other flags
// describe or, if none of them chooses a model, the one that was trained last. Returns the exit code; nothing, after
// saying so, if there is no such model: then it is time to train it.
std::optional<int> talk_to_trained_model(Lesson& lesson, const BabyGPTSetting& setting, const std::string& path);

// Notes in the setting, and so in every checkpoint, under which key the model will be stored and whether it is trained
// as its preset says: a resumed run has not all the flags that it began with.
void note_key(const Lesson& lesson, BabyGPTSetting& setting, const Corpus& corpus);

// Is the run as its preset plans it, so that its figures may be compared with published ones?
bool is_standard(const Lesson& lesson, const TrainerOptions& training);

// --say: one line and its reply; otherwise the conversation.
void talk(Lesson& lesson, LanguageModel& model, const Tokenizer& tokenizer, bool is_dialogue);

// Puts a model that has been trained to its end into the store; a warning if the system refuses. One whose plan was
// changed on the way has no key and stays in its checkpoint alone.
void keep_trained(Lesson& lesson, GPT& model, const Tokenizer& tokenizer, const BabyGPTSetting& setting,
                  const Json& facts);

}  // namespace dikkat
