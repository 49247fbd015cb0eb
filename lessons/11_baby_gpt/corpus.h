// The text that lesson 11 learns from: the course's own dialogues, or --data FILE[,FILE].
#pragma once

#include <string>
#include <vector>

#include "lessons/stage/lesson.h"
#include "nn/train/token_data.h"
#include "tokenizer/tokenizer.h"

namespace dikkat {

struct Corpus {
  std::string text;
  SplitText parts;           // to learn from, and held back
  int64_t passages = 0;      // parts between empty lines
  bool is_own = false;       // came with --data
  bool is_dialogue = false;  // has lines of "A: " and "B: ", so the model can answer

  // Both parts as tokens. Throws Error if either are too few for windows of `block_size`.
  TokenData tokens(const Tokenizer& tokenizer, int64_t block_size) const;
};

// Throws Error if a file is missing, empty, too large, or no UTF-8 text. Any byte that UTF-8 allows is text, 0 too.
Corpus read_corpus(Lesson& lesson);

// Its first passage, or as much of it as is shown; of the course's own corpus one in the chosen language.
std::string first_passage(const Lesson& lesson, const Corpus& corpus);

}  // namespace dikkat
