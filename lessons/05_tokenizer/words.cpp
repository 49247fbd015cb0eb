#include "lessons/05_tokenizer/words.h"

#include <algorithm>
#include <map>

#include "tokenizer/unicode.h"

namespace dikkat {

namespace {

constexpr Categories word_begins = letters | set_of(GeneralCategory::number);
constexpr Categories word_goes_on = word_begins | set_of(GeneralCategory::mark);

bool is_one_of(const CodePoint& point, Categories categories) {
  return (categories & set_of(category_of(point.value))) != 0;
}

bool is_apostrophe(const CodePoint& point) {
  constexpr uint32_t straight = '\'', curved = 0x2019;
  return point.value == straight || point.value == curved;
}

// The end of the word that begins at text[begin]; `begin` itself if none does.
size_t word_end(std::string_view text, size_t begin) {
  size_t end = begin;
  while (end < text.size()) {
    const CodePoint point = decode(text, end);
    const size_t next = end + point.length;
    const bool joins =
        end > begin && is_apostrophe(point) && next < text.size() && is_one_of(decode(text, next), word_begins);
    if (!joins && !is_one_of(point, end > begin ? word_goes_on : word_begins)) break;
    end = next;
  }
  return end;
}

Language language(bool is_turkish) {
  return is_turkish ? Language::turkish : Language::any;
}

}  // namespace

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  for (size_t at = 0; at < text.size();) {
    const size_t end = word_end(text, at);
    if (end > at) words.push_back(text.substr(at, end - at));
    at = end > at ? end : at + decode(text, at).length;
  }
  return words;
}

int64_t count_characters(std::string_view text) {
  int64_t count = 0;
  for (size_t at = 0; at < text.size(); at += decode(text, at).length) ++count;
  return count;
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
  return to_lower(text, language(is_turkish));
}

RoundTrip up_and_down(const std::string& text, bool capitals_are_turkish, bool lower_case_is_turkish) {
  const std::string small = to_lower(text, language(capitals_are_turkish));
  RoundTrip trip;
  trip.lowered = to_lower(to_upper(small, language(capitals_are_turkish)), language(lower_case_is_turkish));
  const std::vector<std::string_view> before = words_of(small), after = words_of(trip.lowered);
  int64_t damaged = 0;
  for (size_t i = 0; i < before.size(); ++i) damaged += i >= after.size() || before[i] != after[i];
  trip.damaged = before.empty() ? 0 : static_cast<double>(damaged) / static_cast<double>(before.size());
  return trip;
}

}  // namespace dikkat
