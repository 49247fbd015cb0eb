// The texts of lesson 05, and what is counted in them.
#pragma once

#include <string>
#include <vector>

#include "lessons/05_tokenizer/words.h"
#include "lessons/stage/lesson.h"

namespace dikkat {

// A text in two parts: a vocabulary learns from one and is judged on the other.
struct Text {
  std::string key;   // "tr", "en" or "own": its name in --json
  std::string name;  // "Turkish", in the language of the lesson
  std::string training, held_out;
  int64_t words = 0, characters = 0;  // of the held-out text
};

// The course's dialogues, without the "A: " and "B: " of their lines, in Turkish and in English; then --data, if given:
// of a long one the beginning, which is said on the screen. Throws Error if a file is missing, is no text or too short.
std::vector<Text> read_texts(Lesson& lesson);

// One way to cut a text: into words, characters or bytes.
struct Unit {
  int64_t list = 0;            // the vocabulary: what the training text has; of bytes all there are
  double tokens_per_word = 0;  // of the held-out text
  double unknown = 0;          // the share of its tokens that are not in the list
};
struct Units {
  Unit words, characters, bytes;
};
std::vector<Units> measure_units(const std::vector<Text>& texts);

}  // namespace dikkat
