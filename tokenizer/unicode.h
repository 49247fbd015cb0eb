// What a tokenizer must know of Unicode 16.0: code points in UTF-8, their categories, upper and lower case, and NFC.
// Any bytes are welcome: a byte that is no part of valid UTF-8 is a code point of its own kind and is handed on as is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/files/utf8.h"
#include "tokenizer/unicode_tables.h"

namespace dikkat {

// One code point of a text and the bytes it takes.
struct CodePoint {
  uint32_t value = 0;
  uint32_t length = 1;
};

// An invalid byte b is decoded to the value first_invalid_byte + b, above all code points.
constexpr uint32_t first_invalid_byte = 0x110000;

// The code point that begins at text[at] (at < text.size()). Valid is what the standard calls well-formed: no overlong
// forms, no surrogates, nothing above U+10FFFF. An invalid byte is one byte long, whatever follows it.
inline CodePoint decode(std::string_view text, size_t at) {
  const auto byte = [&](size_t i) -> uint32_t { return static_cast<unsigned char>(text[at + i]); };
  const auto continues = [&](size_t i) { return (byte(i) & 0xC0) == 0x80; };
  const uint32_t first = byte(0);
  const size_t room = text.size() - at;
  if (first < 0x80) return {first, 1};
  if (first >= 0xC2 && first < 0xE0 && room > 1 && continues(1)) return {(first & 0x1F) << 6 | (byte(1) & 0x3F), 2};
  if (first >= 0xE0 && first < 0xF0 && room > 2 && continues(1) && continues(2)) {
    const uint32_t value = (first & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F);
    if (value >= 0x800 && (value < 0xD800 || value > 0xDFFF)) return {value, 3};
  }
  if (first >= 0xF0 && first < 0xF5 && room > 3 && continues(1) && continues(2) && continues(3)) {
    const uint32_t value = (first & 0x07) << 18 | (byte(1) & 0x3F) << 12 | (byte(2) & 0x3F) << 6 | (byte(3) & 0x3F);
    if (value >= 0x10000 && value < first_invalid_byte) return {value, 4};
  }
  return {first_invalid_byte + first, 1};
}

// The code point that ends before text[end] (end > 0).
CodePoint decode_before(std::string_view text, size_t end);

// The bytes of a code point; of an invalid byte, that byte.
void append_utf8(std::string& text, uint32_t value);

// The categories that regular expressions name. White space is the property \s (line ends, tabs, all spaces), whatever
// the general category; `other` are controls, formats, private and unassigned code points, and invalid bytes.
// The generator of the tables knows this order.
enum class GeneralCategory : uint8_t {
  other,
  white_space,
  number,       // \p{N}
  punctuation,  // \p{P}
  symbol,       // \p{S}
  mark,         // \p{M}
  upper,        // \p{Lu}
  lower,        // \p{Ll}
  title,        // \p{Lt}
  modifier,     // \p{Lm}
  letter        // \p{Lo}: letters that have no case
};

inline GeneralCategory category_of(uint32_t value) {
  if (value >= first_invalid_byte) return GeneralCategory::other;
  const size_t chapter = unicode_tables::category_chapters[value >> 11];
  const size_t page = unicode_tables::category_pages[chapter << 5 | (value >> 6 & 31)];
  const uint64_t word = unicode_tables::category_words[page << 2 | (value >> 4 & 3)];
  return static_cast<GeneralCategory>(word >> 4 * (value & 15) & 15);
}

// A set of categories, one bit each.
using Categories = uint32_t;
constexpr Categories set_of(GeneralCategory category) {
  return 1u << static_cast<unsigned>(category);
}
constexpr Categories letters = set_of(GeneralCategory::upper) | set_of(GeneralCategory::lower) |
                               set_of(GeneralCategory::title) | set_of(GeneralCategory::modifier) |
                               set_of(GeneralCategory::letter);  // \p{L}

// Turkish (like Azerbaijani and Kazakh) has two letters i, with and without a dot, each with its own capital: i İ and
// ı I. Most others share one pair, i I. No program can tell from the letters which language it reads.
enum class Language { any, turkish };

// Canonical combining class: 0 for what marks stand on, 230 for marks above, 220 for marks below, ...
int combining_class(uint32_t value);

// The text in lower or upper case by the standard's full rules, which may change its length: "ß" becomes "SS", and "Σ"
// becomes "ς" at the end of a word. What has no case, and bytes that are no UTF-8, stay as they are.
std::string to_lower(std::string_view text, Language language = Language::any);
std::string to_upper(std::string_view text, Language language = Language::any);

// Normal form C: what can be written as one code point is ("e" + U+0301 becomes "é"), marks stand in their canonical
// order. Linear in the text but for long runs of marks, which are sorted. Bytes that are no UTF-8 stay as they are.
std::string nfc(std::string_view text);

}  // namespace dikkat
