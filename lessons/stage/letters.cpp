#include "lessons/stage/letters.h"

#include <algorithm>
#include <iterator>

#include "core/files/utf8.h"

namespace dikkat {

Letter first_letter(std::string_view utf8) {
  if (utf8.empty()) return {};
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(utf8[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1, true, false};
  if (const size_t length = utf8_length(utf8); length > 0) {
    char32_t code = lead & (0xFF >> (length + 1));
    for (size_t i = 1; i < length; ++i) code = (code << 6) | (byte(i) & 0x3F);
    return {code, length, true, false};
  }
  const size_t wanted = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  bool incomplete = lead >= 0xC2 && lead <= 0xF4 && utf8.size() < wanted;
  for (size_t i = 1; i < utf8.size() && incomplete; ++i) incomplete = (byte(i) & 0xC0) == 0x80;
  return {0xFFFD, incomplete ? utf8.size() : 1, false, incomplete};
}

namespace {

struct Range {
  char32_t first, last;
};

bool within(char32_t code, const Range* begin, const Range* end) {
  return std::any_of(begin, end, [&](const Range& range) { return code >= range.first && code <= range.last; });
}

}  // namespace

int letter_width(char32_t code) {
  static constexpr Range none[] = {{0x300, 0x36F},   {0x200B, 0x200F}, {0x202A, 0x202E}, {0x2060, 0x2064},
                                   {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}, {0xFEFF, 0xFEFF}};
  static constexpr Range wide[] = {{0x1100, 0x115F},   {0x2E80, 0xA4CF},   {0xAC00, 0xD7A3},  {0xF900, 0xFAFF},
                                   {0xFE30, 0xFE4F},   {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6},  {0x1F300, 0x1F64F},
                                   {0x1F680, 0x1F6FF}, {0x1F900, 0x1FAFF}, {0x20000, 0x3FFFD}};
  if (code < 0x20 || (code >= 0x7F && code < 0xA0)) return 0;
  if (code < 0x300) return 1;
  if (within(code, std::begin(none), std::end(none))) return 0;
  return within(code, std::begin(wide), std::end(wide)) ? 2 : 1;
}

int display_width(std::string_view utf8) {
  int columns = 0;
  while (!utf8.empty()) {
    const Letter letter = first_letter(utf8);
    columns += letter_width(letter.code);
    utf8.remove_prefix(letter.bytes);
  }
  return columns;
}

std::string_view fit_prefix(std::string_view utf8, int columns) {
  size_t end = 0;
  while (end < utf8.size()) {
    const Letter letter = first_letter(utf8.substr(end));
    columns -= letter_width(letter.code);
    if (columns < 0) break;
    end += letter.bytes;
  }
  return utf8.substr(0, end);
}

std::string pad_left(std::string_view utf8, int columns) {
  return std::string(std::max(0, columns - display_width(utf8)), ' ') + std::string(utf8);
}

std::string pad_right(std::string_view utf8, int columns) {
  return std::string(utf8) + std::string(std::max(0, columns - display_width(utf8)), ' ');
}

std::string cut(std::string_view utf8, int columns, std::string_view mark) {
  if (display_width(utf8) <= columns) return std::string(utf8);
  const int room = columns - display_width(mark);
  if (room <= 0) return std::string(fit_prefix(mark, columns));
  return std::string(fit_prefix(utf8, room)) + std::string(mark);
}

std::string harmless(std::string_view utf8, bool keep_lines) {
  std::string clean;
  while (!utf8.empty()) {
    const Letter letter = first_letter(utf8);
    const bool control = letter.code < 0x20 || (letter.code >= 0x7F && letter.code < 0xA0);
    const bool turns_text = (letter.code >= 0x202A && letter.code <= 0x202E) || letter.code == 0xFEFF;
    if (letter.code == '\n' && keep_lines) {
      clean += '\n';
    } else if (letter.code == '\t' || letter.code == '\n') {
      clean += ' ';
    } else if (!letter.valid) {
      clean += '?';
    } else if (!control && !turns_text) {
      clean += utf8.substr(0, letter.bytes);
    }
    utf8.remove_prefix(letter.bytes);
  }
  return clean;
}

std::string WholeLetters::add(std::string_view piece) {
  waiting_ += piece;
  size_t complete = 0;
  while (complete < waiting_.size()) {
    const Letter letter = first_letter(std::string_view(waiting_).substr(complete));
    if (letter.incomplete) break;
    complete += letter.bytes;
  }
  const std::string ready = waiting_.substr(0, complete);
  waiting_.erase(0, complete);
  return harmless(ready, true);
}

std::string WholeLetters::end() {
  const std::string rest = harmless(waiting_, true);
  waiting_.clear();
  return rest;
}

}  // namespace dikkat
