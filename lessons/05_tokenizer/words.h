// Words, characters and letter case: what lesson 05 needs to know of a text's letters.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dikkat {

// The words of a text: letters and digits with their marks, and apostrophes between them.
std::vector<std::string_view> words_of(std::string_view text);

// The number of its characters: code points; a byte that is no UTF-8 counts as one.
int64_t count_characters(std::string_view text);

// The words that begin with `root`, each once, the most frequent first.
std::vector<std::string> forms_of(std::string_view text, std::string_view root);

// In lower case, by the Turkish rule (I ı, İ i) or by the one of most other languages (I i).
std::string lower(std::string_view text, bool is_turkish);

// Writes `text` in capitals and back in lower case. Each word that comes back is as it was, or it is damaged.
struct RoundTrip {
  std::string lowered;
  double damaged = 0;  // the share of words
};
RoundTrip up_and_down(const std::string& text, bool capitals_are_turkish, bool lower_case_is_turkish);

}  // namespace dikkat
