#include "tokenizer/pre_tokenizer_scan.h"

namespace dikkat::scan {
namespace {

// 's|'t|'re|'ve|'m|'ll|'d
size_t skip_lower_contraction(std::string_view text, size_t at) {
  const char first = at + 1 < text.size() ? text[at + 1] : '\0';
  const char second = at + 2 < text.size() ? text[at + 2] : '\0';
  if (first == 's' || first == 't' || first == 'm' || first == 'd') return at + 2;
  if ((first == 'r' && second == 'e') || (first == 'v' && second == 'e') || (first == 'l' && second == 'l'))
    return at + 3;
  return at;
}

}  // namespace

// 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
// tiktoken:  '(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s
size_t gpt2(std::string_view text, size_t begin) {
  if (text[begin] == '\'') {
    const size_t end = skip_lower_contraction(text, begin);
    if (end > begin) return end;
  }
  const size_t first = begin + (text[begin] == ' ');
  const Seen seen = see(text, first);
  if (seen.is(letters)) return skip_letters(text, seen.end, letters, AsciiLetters::all);
  if (seen.is(numbers)) return skip(text, seen.end, numbers);
  if (seen.is(symbols)) return skip(text, seen.end, symbols);
  return before_last_space(text, begin, skip(text, begin, white_space));
}

}  // namespace dikkat::scan
