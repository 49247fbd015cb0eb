// What the training of lesson 11 has come to, beside what simpler means would reach.
#pragma once

#include <string>
#include <vector>

#include "lessons/models/baby_gpt.h"
#include "lessons/stage/lesson.h"
#include "nn/ngram.h"
#include "nn/train/trainer.h"

namespace dikkat {

// What counting reaches on the validation text that the model is judged on.
struct Baseline {
  BestNGram best;
  double characters_per_token = 1;  // of the validation text

  // Vocabularies cut a text into more tokens or fewer, so losses of two do not compare; bits per character do.
  double bits_per_character(double loss) const;
};

// Counts, and shows the loss of every n.
Baseline show_baseline(Lesson& lesson, const TokenData& tokens, const Tokenizer& tokenizer,
                       const BabyGPTSetting& setting);

// Loss, perplexity and bits per character of chance, of counting and of the model, whose loss is given; and how much
// the model has only memorised: the share of its 8-token sequences that stand in the training text.
void show_result(Lesson& lesson, GPT& model, const Tokenizer& tokenizer, const TokenData& tokens, double loss,
                 const Baseline& baseline);

// The claim "4.5 -> 0.5 in 5000 steps". For a run as its preset plans it.
void claim_losses(Lesson& lesson, const Trainer& trainer, double training_loss);

// Opening lines that the model never saw: its answers, and how many fit in language and topic.
void show_openings(Lesson& lesson, GPT& model, const Tokenizer& tokenizer);

}  // namespace dikkat
