// GPT-4's pattern and its two descendants.
#include "tokenizer/pre_tokenizer_scan.h"

namespace dikkat::scan {
namespace {

// What the three have in common, up to white space:
//   (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,digits}| ?[^\s\p{L}\p{N}]+[\r\n]*
// `begin` if none of these fits.
inline size_t before_white_space(std::string_view text, size_t begin, int digits) {
  const char letter = text[begin];
  if (letter == '\'') {
    const size_t end = skip_contraction(text, begin);
    if (end > begin) return end;
  }

  const Seen first = see(text, begin);
  if (first.is(letters)) return skip_letters(text, first.end, letters, AsciiLetters::all);
  if (first.is(numbers)) return skip(text, first.end, numbers, digits - 1);

  // Neither letter nor number: it may stand before letters, or, if it is a space, before symbols.
  const Seen second = see(text, first.end);
  if (second.is(letters) && letter != '\r' && letter != '\n')
    return skip_letters(text, second.end, letters, AsciiLetters::all);
  if (first.is(symbols) || (letter == ' ' && second.is(symbols)))
    return skip_line_ends(text, skip(text, first.end, symbols));
  return begin;
}

}  // namespace

// '(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s
// As it was first published it is llama3's: white space at the end of the text was then cut behind its last line end.
size_t cl100k(std::string_view text, size_t begin) {
  const size_t end = before_white_space(text, begin, 3);
  if (end > begin) return end;
  const size_t space_end = skip(text, begin, white_space);
  return space_end == text.size() ? space_end : line_ends_or_spaces(text, begin, space_end);
}

// (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
size_t llama3(std::string_view text, size_t begin) {
  const size_t end = before_white_space(text, begin, 3);
  if (end > begin) return end;
  return line_ends_or_spaces(text, begin, skip(text, begin, white_space));
}

// (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
size_t qwen2(std::string_view text, size_t begin) {
  const size_t end = before_white_space(text, begin, 1);
  if (end > begin) return end;
  return line_ends_or_spaces(text, begin, skip(text, begin, white_space));
}

}  // namespace dikkat::scan
