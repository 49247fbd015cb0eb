#include "lessons/models/turns.h"

#include <algorithm>

#include "tokenizer/train.h"

namespace dikkat {

namespace {

// What stands between the signs.
std::vector<std::string_view> between_signs(std::string_view text) {
  static_assert(first_speaker.size() == second_speaker.size());
  std::vector<std::string_view> parts;
  size_t begin = 0;
  for (size_t at = text.find('\n'); at != text.npos; at = text.find('\n', at + 1)) {
    const std::string_view here = text.substr(at, first_speaker.size());
    if (here != first_speaker && here != second_speaker) continue;
    parts.push_back(text.substr(begin, at - begin));
    begin = at + first_speaker.size();
  }
  if (begin < text.size()) parts.push_back(text.substr(begin));
  return parts;
}

}  // namespace

std::vector<std::string> turn_tokens() {
  return {std::string(first_speaker), std::string(second_speaker)};
}

bool knows_turns(const Tokenizer& tokenizer) {
  return tokenizer.find(first_speaker).has_value() && tokenizer.find(second_speaker).has_value();
}

Vocabulary learn_vocabulary(std::string_view text, int64_t vocab_size, bool with_turns) {
  TrainingOptions options{.vocab_size = vocab_size, .special_tokens = {}};
  const std::vector<std::string> signs = turn_tokens();
  const bool have_room = vocab_size >= 256 + static_cast<int64_t>(signs.size());
  if (!with_turns || !have_room) return train_bpe(text, options).vocabulary;
  options.special_tokens = signs;
  const std::vector<std::string_view> parts = between_signs(text);
  return train_bpe(std::span(parts), options).vocabulary;
}

std::string turns_text(std::string_view dialogue) {
  while (dialogue.ends_with('\n')) dialogue.remove_suffix(1);
  return "\n" + std::string(dialogue) + "\n";
}

std::vector<std::string> spoken_lines(std::string_view dialogue) {
  std::vector<std::string> lines;
  while (!dialogue.empty()) {
    const size_t end = std::min(dialogue.find('\n'), dialogue.size());
    std::string_view line = dialogue.substr(0, end);
    const size_t behind_sign = line.find("#: ");
    if (line.starts_with('#') && behind_sign != line.npos) line.remove_prefix(behind_sign + 3);
    if (!line.empty()) lines.emplace_back(line);
    dialogue.remove_prefix(std::min(end + 1, dialogue.size()));
  }
  return lines;
}

}  // namespace dikkat
