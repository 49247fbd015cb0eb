#include "lessons/11_baby_gpt/corpus.h"

#include <algorithm>

#include "lessons/stage/embedded.h"
#include "lessons/stage/user_text.h"
#include "tokenizer/corpus.h"

namespace dikkat {

namespace {

constexpr int64_t most_bytes =
    100'000'000;  // four bytes a token: more would not fit beside the model on a small laptop

int64_t count_passages(const std::string& text) {
  int64_t count = 0;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find("\n\n", at), text.size());
    if (end > at) ++count;
    at = end + 2;
  }
  return count;
}

int64_t count(const std::string& text, const std::string& part) {
  int64_t found = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

}  // namespace

TokenData Corpus::tokens(const Tokenizer& tokenizer, int64_t block_size) const {
  return {encode_corpus(parts.training, tokenizer, block_size, "--data"),
          encode_corpus(parts.validation, tokenizer, block_size, "--data, the tenth kept back for validation")};
}

Corpus read_corpus(Lesson& lesson) {
  Corpus corpus;
  corpus.is_own = lesson.flags.given("data");
  if (corpus.is_own) {
    for (const std::string& path : lesson.flags.files("data"))
      corpus.text += read_user_text(path, most_bytes, lesson.turkish) + "\n";
  } else {
    corpus.text =
        std::string(embedded("data/dialogues.tr.txt")) + "\n" + std::string(embedded("data/dialogues.en.txt"));
  }
  corpus.parts = split_text(corpus.text);
  corpus.passages = count_passages(corpus.text);
  const int64_t turns = std::min(count(corpus.text, "\nA: "), count(corpus.text, "\nB: "));
  corpus.is_dialogue = turns > corpus.passages / 2 && turns > 0;
  return corpus;
}

std::string first_passage(const Lesson& lesson, const Corpus& corpus) {
  constexpr size_t most_lines = 8;
  const std::string_view english = corpus.is_own ? "" : embedded("data/dialogues.en.txt");
  const std::string_view text = lesson.turkish || english.empty() ? std::string_view(corpus.text) : english;
  const size_t begin = std::min(text.find_first_not_of('\n'), text.size());
  size_t end = begin;
  for (size_t line = 0; line < most_lines && end < text.size() && text[end] != '\n'; ++line)
    end = std::min(text.find('\n', end), text.size() - 1) + 1;
  return std::string(text.substr(begin, end - begin));
}

}  // namespace dikkat
