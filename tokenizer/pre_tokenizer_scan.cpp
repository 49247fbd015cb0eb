#include "tokenizer/pre_tokenizer_scan.h"

namespace dikkat::scan {

size_t skip_contraction(std::string_view text, size_t at) {
  if (at + 1 >= text.size() || text[at] != '\'') return at;
  const auto lower = [&](size_t i) -> char {
    if (i >= text.size()) return 0;
    return text[i] >= 'A' && text[i] <= 'Z' ? static_cast<char>(text[i] + 32) : text[i];
  };
  const char first = lower(at + 1), second = lower(at + 2);
  if (first == 's' || first == 't' || first == 'm' || first == 'd') return at + 2;
  if ((first == 'r' || first == 'v') && second == 'e') return at + 3;
  if (first == 'l' && second == 'l') return at + 3;
  if (text.substr(at + 1).starts_with("\u017F")) return at + 3;
  return at;
}

size_t before_last_space(std::string_view text, size_t begin, size_t end) {
  if (end == text.size()) return end;
  const size_t last = end - decode_before(text, end).length;
  return last > begin ? last : end;
}

size_t line_ends_or_spaces(std::string_view text, size_t begin, size_t end) {
  for (size_t at = end; at > begin; --at)
    if (text[at - 1] == '\r' || text[at - 1] == '\n') return at;
  return before_last_space(text, begin, end);
}

size_t bytes(std::string_view, size_t begin) {
  return begin + 1;
}

size_t characters(std::string_view text, size_t begin) {
  return begin + decode(text, begin).length;
}

//  ?\S+|\s+(?!\S)|\s+
size_t words(std::string_view text, size_t begin) {
  const size_t first = begin + (text[begin] == ' ');
  const size_t end = skip(text, first, ~white_space);
  if (end > first) return end;
  return before_last_space(text, begin, skip(text, begin, white_space));
}

}  // namespace dikkat::scan
