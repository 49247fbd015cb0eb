// The words of a text, for counting them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tokenizer/unicode.h"

namespace dikkat {

// Its words in lower case: letters in a row. Everything else stands between words, apostrophes too: "Ankara'ya" is two.
std::vector<std::string> words_of(std::string_view text, Language language);

// Its first letters, `count` of them at most.
std::string first_letters(std::string_view word, size_t count);

// How many characters a text has.
size_t letter_count(std::string_view text);

// The letters that Turkish has and English has not, written with those of English: "güneş" -> "gunes". (People type so
// where the keyboard lacks them.) For lower case.
std::string without_turkish_letters(std::string_view word);

}  // namespace dikkat
