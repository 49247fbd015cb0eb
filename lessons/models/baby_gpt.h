// Baby GPT as lesson 11 trains it and later lessons use it: its sizes, the plan of its training, the trained model.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "lessons/models/corpus.h"
#include "lessons/stage/lesson.h"
#include "lessons/stage/trained.h"
#include "nn/models/gpt.h"
#include "nn/train/trainer.h"

namespace dikkat {

struct BabyGPTSetting {
  GPTConfig config;         // vocab_size is that of the vocabulary, once it is known
  TrainerOptions training;  // its notes go into every checkpoint
  int64_t vocab_size = 0;   // tokens to be learned from the corpus
  int64_t variants = 1;     // of each skeleton of the course's dialogues

  // Steps between validations. The weights that are best at one of them are the trained model.
  int64_t validate_every() const { return training.steps < 20 ? 1 : training.steps / 20; }
};

// test: a few seconds; class: a minute; full: the published configuration.
BabyGPTSetting baby_gpt_setting(Preset preset);

// What tells a trained Baby GPT from others: the source of its lesson, sizes, plan, precision, corpus and vocabulary
// (`given_vocabulary` is the text of one that was not learned from the corpus).
TrainedKey baby_gpt_key(Preset preset, const BabyGPTSetting& setting, const Corpus& corpus,
                        const std::string& given_vocabulary = "");

struct BabyGPT {
  std::unique_ptr<GPT> model;
  Tokenizer tokenizer;
};

// For lessons that begin with a trained model: Baby GPT as `lessons/run 11 --preset ... --seed ...` trains it on the
// course's dialogues, to the same bits. Taken from the store, else trained on the spot behind a progress bar (and
// stored).
BabyGPT trained_baby_gpt(Lesson& lesson, Preset preset);

}  // namespace dikkat
