#include "lessons/models/corpus.h"

#include <algorithm>

#include "lessons/data/dialogue_lines.h"
#include "lessons/data/dialogues.h"
#include "lessons/models/turns.h"
#include "lessons/stage/user_text.h"
#include "tokenizer/corpus.h"

namespace dikkat {

namespace {

// Four bytes a token: more would not fit beside the model on a small laptop.
constexpr int64_t most_bytes = 100'000'000;

// One number for the course's dialogues, so that everybody learns from the same.
constexpr uint64_t course_seed = 1;

int64_t count(const std::string& text, std::string_view part) {
  int64_t found = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

int64_t count_passages(const std::string& text) {
  int64_t count = 0;
  for (size_t at = text.find_first_not_of('\n'); at != text.npos; ++count)
    at = text.find_first_not_of('\n', text.find("\n\n", at));
  return count;
}

void replace_all(std::string& text, std::string_view old, std::string_view replacement) {
  for (size_t at = text.find(old); at != std::string::npos; at = text.find(old, at + replacement.size()))
    text.replace(at, old.size(), replacement);
}

std::string all_turns(const std::vector<Dialogue>& dialogues) {
  std::string text;
  for (const Dialogue& dialogue : dialogues) text += turns_text(dialogue.dialogue);
  return text;
}

// One file as text, its people, if there are any, with DialogSum's signs.
std::string read_one(const std::string& path, bool turkish) {
  std::string text = read_user_text(path, most_bytes, turkish);
  if (is_dialogue_lines(text) || path.ends_with(".jsonl")) return all_turns(parse_dialogue_lines(text, path));
  text = "\n" + text + "\n";
  const int64_t turns = std::min(count(text, "\nA: "), count(text, "\nB: "));
  if (turns > 0 && turns > count_passages(text) / 2) {
    replace_all(text, "\nA: ", std::string(first_speaker) + " ");
    replace_all(text, "\nB: ", std::string(second_speaker) + " ");
  }
  return text;
}

}  // namespace

TokenData Corpus::tokens(const Tokenizer& tokenizer, int64_t block_size) const {
  const SpecialTokens signs = knows_turns(tokenizer) ? SpecialTokens::allowed : SpecialTokens::as_text;
  return {encode_corpus(training, tokenizer, block_size, training_name, signs),
          encode_corpus(validation, tokenizer, block_size, validation_name, signs)};
}

Corpus course_corpus(int64_t variants) {
  std::vector<SkeletonFile> files = skeleton_files(true), english = skeleton_files(false);
  files.insert(files.end(), english.begin(), english.end());
  const std::vector<Dialogue> training = make_dialogues(files, false, variants, course_seed),
                              kept_back = make_dialogues(files, true, 1, course_seed);
  Corpus corpus;
  corpus.training = all_turns(training);
  corpus.validation = all_turns(kept_back);
  corpus.passages = static_cast<int64_t>(training.size() + kept_back.size());
  corpus.is_dialogue = true;
  return corpus;
}

Corpus read_corpus(const std::vector<std::string>& files, const std::string& validation, bool turkish) {
  Corpus corpus;
  corpus.is_own = true;
  corpus.training_name.clear();
  for (const std::string& path : files) {
    corpus.training += read_one(path, turkish);
    corpus.training_name += (corpus.training_name.empty() ? "" : ", ") + path;
  }
  corpus.name = corpus.training_name + (validation.empty() ? "" : " / " + validation);
  corpus.validation_name =
      validation.empty() ? corpus.training_name + ", the part kept back for validation" : validation;
  if (validation.empty()) {
    SplitText parts = split_text(corpus.training);
    corpus.training = std::move(parts.training);
    corpus.validation = "\n" + parts.validation;
  } else {
    corpus.validation = read_one(validation, turkish);
  }
  corpus.passages = count_passages(corpus.training) + count_passages(corpus.validation);
  const int64_t turns = std::min(count(corpus.training, first_speaker), count(corpus.training, second_speaker));
  corpus.is_dialogue = turns > 0 && turns > count_passages(corpus.training) / 2;
  return corpus;
}

std::string first_passage(const Corpus& corpus, bool turkish) {
  constexpr size_t most_lines = 8, most_bytes_shown = 800;
  const std::vector<SkeletonFile> files = corpus.is_own ? std::vector<SkeletonFile>() : skeleton_files(turkish);
  const std::string text =
      corpus.is_own ? corpus.training : make_dialogues(files, false, 1, course_seed).front().dialogue;
  const size_t begin = std::min(text.find_first_not_of('\n'), text.size());
  size_t end = begin;
  for (size_t line = 0; line < most_lines && end < text.size() && text[end] != '\n'; ++line)
    end = std::min(text.find('\n', end), text.size() - 1) + 1;
  end = std::min(end, begin + most_bytes_shown);
  while (end > begin && end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(begin, end - begin);
}

}  // namespace dikkat
