#include "lessons/05_tokenizer/words.h"

#include <algorithm>
#include <map>

#include "tokenizer/unicode.h"

namespace dikkat {

namespace {

bool is_word_part(const CodePoint& point) {
  constexpr Categories parts = letters | set_of(GeneralCategory::mark) | set_of(GeneralCategory::number);
  constexpr uint32_t apostrophe = '\'', curved_apostrophe = 0x2019;
  return (parts & set_of(category_of(point.value))) != 0 || point.value == apostrophe ||
         point.value == curved_apostrophe;
}

}  // namespace

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  size_t begin = 0;
  for (size_t at = 0; at <= text.size();) {
    const CodePoint point = at < text.size() ? decode(text, at) : CodePoint{' ', 1};
    if (!is_word_part(point)) {
      if (at > begin) words.push_back(text.substr(begin, at - begin));
      begin = at + point.length;
    }
    at += point.length;
  }
  return words;
}

std::vector<std::string_view> characters_of(std::string_view text) {
  std::vector<std::string_view> characters;
  for (size_t at = 0; at < text.size(); at += characters.back().size())
    characters.push_back(text.substr(at, decode(text, at).length));
  return characters;
}

std::vector<std::string> forms_of(std::string_view text, std::string_view root) {
  std::map<std::string_view, int64_t> counts;
  for (const std::string_view word : words_of(text))
    if (word.starts_with(root)) ++counts[word];
  std::vector<std::string> forms;
  for (const auto& [form, count] : counts) forms.emplace_back(form);
  std::stable_sort(forms.begin(), forms.end(), [&](const auto& a, const auto& b) { return counts[a] > counts[b]; });
  return forms;
}

std::string lower(std::string_view text, bool is_turkish) {
  return to_lower(text, is_turkish ? Language::turkish : Language::any);
}

RoundTrip up_and_down(const std::string& text, bool capitals_are_turkish, bool small_letters_are_turkish) {
  const auto language = [](bool is_turkish) { return is_turkish ? Language::turkish : Language::any; };
  const std::string small = to_lower(text, language(capitals_are_turkish));
  RoundTrip trip;
  trip.lowered = to_lower(to_upper(small, language(capitals_are_turkish)), language(small_letters_are_turkish));
  const std::vector<std::string_view> before = words_of(small), after = words_of(trip.lowered);
  int64_t damaged = 0;
  for (size_t i = 0; i < before.size(); ++i) damaged += i >= after.size() || before[i] != after[i];
  trip.damaged = before.empty() ? 0 : static_cast<double>(damaged) / static_cast<double>(before.size());
  return trip;
}

}  // namespace dikkat
