#include "lessons/05_tokenizer/texts.h"

#include <algorithm>
#include <set>

#include "core/files/mapped_file.h"
#include "lessons/stage/embedded.h"
#include "nn/train/token_data.h"

namespace dikkat {

namespace {

constexpr uint64_t most_bytes = 100'000'000;
constexpr size_t fewest_words = 20;  // in either part

std::string without_speakers(std::string_view dialogues) {
  std::string text;
  while (!dialogues.empty()) {
    const size_t end = std::min(dialogues.find('\n'), dialogues.size() - 1) + 1;
    std::string_view line = dialogues.substr(0, end);
    if (line.starts_with("A: ") || line.starts_with("B: ")) line.remove_prefix(3);
    text += line;
    dialogues.remove_prefix(end);
  }
  return text;
}

Text split(const std::string& name, const std::string& whole) {
  SplitText parts = split_text(whole);
  return {name, std::move(parts.training), std::move(parts.validation)};
}

// `tokens` of the text held back, against those of the training text.
Unit measure(const Text& text, const std::vector<std::string_view>& training,
             const std::vector<std::string_view>& held_back) {
  const std::set<std::string_view> kinds(training.begin(), training.end());
  const auto unknown =
      std::count_if(held_back.begin(), held_back.end(), [&](std::string_view token) { return !kinds.contains(token); });
  const auto count = static_cast<double>(held_back.size());
  return {static_cast<int64_t>(kinds.size()), count / static_cast<double>(words_of(text.held_back).size()),
          static_cast<double>(unknown) / count};
}

}  // namespace

std::vector<Text> read_texts(Lesson& lesson) {
  std::vector<Text> texts;
  for (const char* language : {"tr", "en"})
    texts.push_back(
        split(lesson.label(language), without_speakers(embedded(std::string("data/dialogues.") + language + ".txt"))));
  if (lesson.flags.given("data")) {
    std::string whole;
    for (const std::string& path : lesson.flags.files("data")) {
      whole += read_text(path, most_bytes);
      whole += '\n';
    }
    texts.push_back(split(lesson.label("own"), whole));
    const size_t least = std::min(words_of(texts.back().training).size(), words_of(texts.back().held_back).size());
    require(least >= fewest_words, "--data: the text is too short: of its two parts, one to learn from and one held ",
            "back, the smaller has ", least, " words; at least ", fewest_words, " are needed (about ",
            10 * fewest_words, " words in all)");
  }
  return texts;
}

Unit measure_words(const Text& text) {
  return measure(text, words_of(text.training), words_of(text.held_back));
}

Unit measure_characters(const Text& text) {
  return measure(text, characters_of(text.training), characters_of(text.held_back));
}

Unit measure_bytes(const Text& text) {
  const double words = static_cast<double>(words_of(text.held_back).size());
  return {256, static_cast<double>(text.held_back.size()) / words, 0};
}

}  // namespace dikkat
