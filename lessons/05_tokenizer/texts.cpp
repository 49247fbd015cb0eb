#include "lessons/05_tokenizer/texts.h"

#include <algorithm>
#include <unordered_set>

#include "lessons/05_tokenizer/numbers.h"
#include "lessons/stage/embedded.h"
#include "lessons/stage/user_text.h"
#include "nn/train/token_data.h"
#include "tokenizer/unicode.h"

namespace dikkat {

namespace {

constexpr uint64_t most_bytes_read = 100'000'000;
constexpr size_t most_bytes_measured = 10'000'000;  // some seconds: dozens of vocabularies read the text
constexpr int64_t fewest_characters = 500;

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

Text split(const std::string& key, const std::string& name, const std::string& whole) {
  SplitText parts = split_text(whole);
  const auto words = static_cast<int64_t>(words_of(parts.validation).size());
  const int64_t characters = count_characters(parts.validation);
  return {key, name, std::move(parts.training), std::move(parts.validation), words, characters};
}

// --data: all files, one after the other, as far as they are measured.
std::string read_own(Lesson& lesson) {
  std::string whole;
  size_t bytes = 0;
  for (const std::string& path : lesson.flags.files("data")) {
    std::string text = read_user_text(path, most_bytes_read, lesson.turkish);
    if (bytes > 0) text.insert(0, "\n");
    bytes += text.size();
    whole.append(text, 0, most_bytes_measured - whole.size());
  }
  if (bytes > whole.size()) {
    while (decode_before(whole, whole.size()).value >= first_invalid_byte) whole.pop_back();  // a letter cut in half
    lesson.line(lesson.label("cut_text", {{"bytes", fixed(static_cast<double>(bytes) / 1e6, 1)},
                                          {"measured", fixed(static_cast<double>(whole.size()) / 1e6, 1)}}));
  }
  return whole;
}

void check_length(const Lesson& lesson, const Text& text) {
  std::string paths;
  for (const std::string& path : lesson.flags.files("data")) paths += (paths.empty() ? "" : ", ") + path;
  const int64_t characters = count_characters(text.training) + text.characters;
  require(characters >= fewest_characters, paths,
          lesson.turkish ? ": metin çok kısa (karakter sayısı: " : ": the text is too short (characters: ", characters,
          lesson.turkish ? "; en az " : "; at least ", fewest_characters,
          lesson.turkish ? " karakter gerekir)" : " are needed)");
  require(!words_of(text.training).empty() && text.words > 0, paths,
          lesson.turkish ? ": metinde yeterince kelime yok: biri eğitime, biri sınamaya ayrılan iki parçadan en az "
                           "birinde hiç kelime geçmiyor"
                         : ": the text has too few words: of its two parts, one to learn from and one held out, at "
                           "least one has no word at all");
}

double share(int64_t part, int64_t whole) {
  return static_cast<double>(part) / static_cast<double>(whole);
}

Unit measure_words(const Text& text) {
  const std::vector<std::string_view> training = words_of(text.training), held_out = words_of(text.held_out);
  const std::unordered_set<std::string_view> list(training.begin(), training.end());
  const auto unknown =
      std::count_if(held_out.begin(), held_out.end(), [&](std::string_view word) { return !list.contains(word); });
  return {static_cast<int64_t>(list.size()), 1, share(unknown, text.words)};
}

Unit measure_characters(const Text& text) {
  std::vector<char> is_listed(first_invalid_byte + 256);  // by code point
  int64_t list = 0, unknown = 0;
  for (size_t at = 0; at < text.training.size();) {
    const CodePoint point = decode(text.training, at);
    if (is_listed[point.value] == 0) ++list;
    is_listed[point.value] = 1;
    at += point.length;
  }
  for (size_t at = 0; at < text.held_out.size();) {
    const CodePoint point = decode(text.held_out, at);
    if (is_listed[point.value] == 0) ++unknown;
    at += point.length;
  }
  return {list, share(text.characters, text.words), share(unknown, text.characters)};
}

}  // namespace

std::vector<Text> read_texts(Lesson& lesson) {
  std::vector<Text> texts;
  for (const std::string language : {"tr", "en"})
    texts.push_back(
        split(language, lesson.label(language), without_speakers(embedded("data/dialogues." + language + ".txt"))));
  if (lesson.flags.given("data")) {
    texts.push_back(split("own", lesson.label("own"), read_own(lesson)));
    check_length(lesson, texts.back());
  }
  return texts;
}

std::vector<Units> measure_units(const std::vector<Text>& texts) {
  std::vector<Units> units;
  for (const Text& text : texts) {
    const auto bytes = static_cast<int64_t>(text.held_out.size());
    units.push_back({measure_words(text), measure_characters(text), {256, share(bytes, text.words), 0}});
  }
  return units;
}

}  // namespace dikkat
