// The texts of lesson 05, and what is counted in them.
#pragma once

#include <string>
#include <vector>

#include "lessons/05_tokenizer/words.h"
#include "lessons/stage/lesson.h"

namespace dikkat {

// A text in two parts: a vocabulary learns from one and is judged on the other.
struct Text {
  std::string name;  // "Turkish", in the language of the lesson
  std::string training, held_back;
};

// The course's dialogues, without the "A: " and "B: " of their lines, in Turkish and in English; then --data, if given.
// Throws Error if a file is missing, too large or too short.
std::vector<Text> read_texts(Lesson& lesson);

// One way to cut a text: into words, characters or bytes.
struct Unit {
  int64_t kinds = 0;           // different ones in the training text: the vocabulary
  double tokens_per_word = 0;  // of the text held back
  double unknown = 0;          // the share of its tokens that the training text never had
};
Unit measure_words(const Text& text);
Unit measure_characters(const Text& text);
Unit measure_bytes(const Text& text);

}  // namespace dikkat
