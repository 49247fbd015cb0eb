// The text that lesson 11 learns from: the course's own dialogues, or --data FILE[,FILE].
#pragma once

#include <string>
#include <vector>

#include "lessons/stage/lesson.h"
#include "nn/train/token_data.h"

namespace dikkat {

struct Corpus {
  std::string text;
  int64_t passages = 0;      // parts between empty lines
  bool is_own = false;       // came with --data
  bool is_dialogue = false;  // has lines of "A: " and "B: ", so the model can answer

  // Its tokens, and those kept back for validation. Throws Error if either are too few for windows of `block_size`.
  TokenData tokens(int64_t block_size) const;
};

// Throws Error if a file is missing, too large, or no UTF-8 text.
Corpus read_corpus(Lesson& lesson);

// Shows the first passage.
void show_passage(Lesson& lesson, const Corpus& corpus);

}  // namespace dikkat
