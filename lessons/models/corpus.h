// The text that Baby GPT learns from: the course's own dialogues, or files that the user brings.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "nn/train/token_data.h"
#include "tokenizer/tokenizer.h"

namespace dikkat {

struct Corpus {
  std::string training, validation;  // to learn from, and kept back
  int64_t passages = 0;              // dialogues, or parts of a plain text between empty lines; those kept back too
  bool is_own = false;               // the user brought it
  bool is_dialogue = false;          // people take turns in it (turns.h), so a model can learn to answer

  // What the list of runs calls it, in any language: runs are compared by it.
  std::string name = "lessons/data/dialogues";

  // What messages call the two parts.
  std::string training_name = "the dialogues", validation_name = "the dialogues kept back";

  // Both parts as tokens; the signs of the speakers are single tokens if the vocabulary has them. Throws Error if a
  // part is too short for windows of `block_size`.
  TokenData tokens(const Tokenizer& tokenizer, int64_t block_size) const;
};

// The dialogues inside the program, Turkish and English: up to `variants` of each skeleton to learn from; those of
// other skeletons are kept back. Always the same.
Corpus course_corpus(int64_t variants);

// Texts of the user: plain UTF-8 text, whose passages end at empty lines, or DialogSum's JSON lines
// (dialogue_lines.h), known by their "{" or by a name that ends in .jsonl. In a plain text people take turns if its
// lines begin with "A:" and "B:", or with DialogSum's signs. `validation` names a file to keep back; without one, every
// tenth passage is kept back. Throws Error, in the chosen language where the file itself is at fault, for a file that
// is missing, empty, too large, no UTF-8 text, or holds a JSON line without a dialogue.
Corpus read_corpus(const std::vector<std::string>& files, const std::string& validation, bool turkish);

// The first passage, or as much of it as is shown; of the course's own dialogues the first in the chosen language.
std::string first_passage(const Corpus& corpus, bool turkish);

}  // namespace dikkat
