// Words, characters and letter case: what lesson 05 needs to know of a text's letters.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dikkat {

// The words of a text: letters, digits and apostrophes without anything else between them.
std::vector<std::string_view> words_of(std::string_view text);

// Its characters: each code point; a byte that is no UTF-8 counts as one.
std::vector<std::string_view> characters_of(std::string_view text);

// The words that begin with `root`, each once, the most frequent first.
std::vector<std::string> forms_of(std::string_view text, std::string_view root);

// In small letters, by the Turkish rule (I ı, İ i) or by the one for all other languages.
std::string lower(std::string_view text, bool is_turkish);

// Writes `text` in capitals and back in small letters. Each word that comes back is as it was, or it is damaged.
struct RoundTrip {
  std::string lowered;
  double damaged = 0;  // the share of words
};
RoundTrip up_and_down(const std::string& text, bool capitals_are_turkish, bool small_letters_are_turkish);

}  // namespace dikkat
