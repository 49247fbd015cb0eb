#include "tokenizer/unicode.h"

#include <algorithm>

namespace dikkat {

CodePoint decode_before(std::string_view text, size_t end) {
  // A valid sequence that ends here is found from its longest form down; otherwise the last byte is an invalid one.
  for (size_t length = std::min<size_t>(end, 4); length > 1; --length) {
    const CodePoint point = decode(text.substr(0, end), end - length);
    if (point.length == length) return point;
  }
  return decode(text.substr(0, end), end - 1);
}

void append_utf8(std::string& text, uint32_t value) {
  const auto add = [&](uint32_t byte) { text += static_cast<char>(byte); };
  const auto add_continuation = [&](int shift) { add(0x80 | (value >> shift & 0x3F)); };
  if (value < 0x80) {
    add(value);
  } else if (value < 0x800) {
    add(0xC0 | value >> 6);
    add_continuation(0);
  } else if (value < 0x10000) {
    add(0xE0 | value >> 12);
    add_continuation(6);
    add_continuation(0);
  } else if (value < first_invalid_byte) {
    add(0xF0 | value >> 18);
    add_continuation(12);
    add_continuation(6);
    add_continuation(0);
  } else {
    add(value - first_invalid_byte);
  }
}

}  // namespace dikkat
