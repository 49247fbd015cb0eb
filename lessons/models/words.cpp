#include "lessons/models/words.h"

#include <algorithm>
#include <array>

namespace dikkat {

std::vector<std::string> words_of(std::string_view text, Language language) {
  constexpr Categories in_words = letters | set_of(GeneralCategory::mark);
  const std::string lower = to_lower(nfc(text), language);
  std::vector<std::string> words;
  bool in_word = false;
  for (size_t at = 0; at < lower.size();) {
    const CodePoint letter = decode(lower, at);
    const bool belongs = (set_of(category_of(letter.value)) & in_words) != 0;
    if (belongs && !in_word) words.emplace_back();
    if (belongs) words.back() += lower.substr(at, letter.length);
    in_word = belongs;
    at += letter.length;
  }
  return words;
}

std::string first_letters(std::string_view word, size_t count) {
  size_t end = 0;
  for (size_t i = 0; i < count && end < word.size(); ++i) end += decode(word, end).length;
  return std::string(word.substr(0, end));
}

size_t letter_count(std::string_view text) {
  size_t count = 0;
  for (size_t at = 0; at < text.size(); at += decode(text, at).length) ++count;
  return count;
}

std::string without_turkish_letters(std::string_view word) {
  static constexpr std::array<std::pair<std::string_view, char>, 8> plain = {
      {{"ç", 'c'}, {"ğ", 'g'}, {"ı", 'i'}, {"ö", 'o'}, {"ş", 's'}, {"ü", 'u'}, {"â", 'a'}, {"î", 'i'}}};
  std::string result;
  for (size_t at = 0; at < word.size();) {
    const std::string_view letter = word.substr(at, decode(word, at).length);
    const auto* found =
        std::find_if(plain.begin(), plain.end(), [&](const auto& pair) { return pair.first == letter; });
    if (found == plain.end()) {
      result += letter;
    } else {
      result += found->second;
    }
    at += letter.size();
  }
  return result;
}

}  // namespace dikkat
