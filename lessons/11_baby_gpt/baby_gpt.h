// The parts of lesson 11 that are not about transformers: choices, reading text, showing progress, the conversation.
#pragma once

#include "lessons/11_baby_gpt/corpus.h"
#include "lessons/11_baby_gpt/training_screen.h"
#include "lessons/stage/lesson.h"
#include "nn/generate/generate.h"
#include "nn/models/gpt.h"
#include "nn/train/checkpoint.h"
#include "nn/train/trainer.h"
#include "tokenizer/tokenizer.h"

namespace dikkat {

// The flags of this lesson, besides the common ones.
std::vector<Flag> baby_gpt_flags();

// --checkpoint, or its usual place.
std::string checkpoint_path(const Lesson& lesson);

// The model's sizes and the plan of the training: from the preset, then the flags; with --resume or --chat from the
// checkpoint at `path`, where only --steps may differ, and lesson.seed too unless --seed is given.
struct Setting {
  GPTConfig config;
  TrainerOptions training;
};
Setting chosen_setting(Lesson& lesson, const std::string& path);

// Does --section ask for one of the sections that stand before the training?
bool only_before_training(const Lesson& lesson);

// Fills the placeholders of the text and the results with the model's sizes.
void describe_model(Lesson& lesson, GPT& model, const Setting& setting);

// A table of the model's parts and their parameters.
void show_parts(Lesson& lesson, GPT& model);

// Measures the first loss on the first batch, and asks for it.
void predict_first_loss(Lesson& lesson, GPT& model, const Trainer& trainer);

// What is drawn when the model writes.
GenerateOptions writing_options(const Lesson& lesson, uint32_t draw);

// Answers line by line until the input ends. `is_dialogue`: the model learned from lines of "A: " and "B: ", so it is
// asked for the next line of B; otherwise it goes on from what was typed.
void chat(Lesson& lesson, GPT& model, const Tokenizer& tokenizer, bool is_dialogue);

// --chat: reads the model and talks. Returns the exit code.
int talk_to_saved_model(Lesson& lesson, const std::string& path);

}  // namespace dikkat
