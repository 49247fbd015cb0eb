// UTF-8: how wide a text is on the screen, where its letters begin, and how to make a foreign text harmless.
#pragma once

#include <string>
#include <string_view>

namespace dikkat {

// One letter of a text: its code point and its length in bytes. A byte that is not UTF-8 is U+FFFD of length 1.
struct Letter {
  char32_t code = 0;
  size_t bytes = 0;
  bool valid = true;
  bool incomplete = false;  // the text ends inside the letter
};
Letter first_letter(std::string_view utf8);

// Columns on the screen: 0 for combining marks and control characters, 2 for East Asian letters and emoji, else 1.
int letter_width(char32_t code);
int display_width(std::string_view utf8);

// The longest beginning that is at most `columns` wide.
std::string_view fit_prefix(std::string_view utf8, int columns);

// `utf8` made `columns` wide: cut with `mark` ("…" or "~") if it is wider, padded with spaces if it is narrower.
std::string pad_left(std::string_view utf8, int columns);
std::string pad_right(std::string_view utf8, int columns);
std::string cut(std::string_view utf8, int columns, std::string_view mark);

// Without control characters (a tab becomes a space; line ends stay if `keep_lines`) and with "?" where the bytes are
// not UTF-8: text from outside, or from a model, cannot steer the terminal.
std::string harmless(std::string_view utf8, bool keep_lines = false);

// The same for a text that arrives in pieces: keeps an unfinished letter until the rest of it has come.
class WholeLetters {
 public:
  std::string add(std::string_view piece);
  std::string end();  // what was left unfinished

 private:
  std::string waiting_;
};

}  // namespace dikkat
