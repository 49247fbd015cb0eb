// What the user of lesson 11 chooses on the command line.
#pragma once

#include <string>
#include <vector>

#include "lessons/models/baby_gpt.h"
#include "lessons/stage/lesson.h"
#include "nn/generate/generate.h"

namespace dikkat {

// The flags of this lesson, besides the common ones.
std::vector<Flag> baby_gpt_flags();

// --chat or --say: no training, if a trained model is there.
bool only_talks(const Lesson& lesson);

// Was a flag given that decides which model is trained?
bool chooses_model(const Lesson& lesson);

// --checkpoint, or its usual place.
std::string checkpoint_path(const Lesson& lesson);

// The model's sizes and the plan of the training: from the preset, then the flags; with --resume, or with --chat and
// --checkpoint, from the checkpoint at `path`, where only --steps may differ, and lesson.seed too unless --seed is
// given. Throws UsageError for flags that contradict each other, Error for a checkpoint that cannot be read or
// replaced.
BabyGPTSetting chosen_setting(Lesson& lesson, const std::string& path);

// Does --section ask for one of the sections that stand before the training?
bool only_before_training(const Lesson& lesson);

// The course's dialogues, or --data and --validation.
Corpus chosen_corpus(const Lesson& lesson, const BabyGPTSetting& setting);

// What is drawn when the model writes.
GenerateOptions writing_options(const Lesson& lesson, uint32_t draw);

}  // namespace dikkat
