#include "core/files/utf8.h"

#include "kernels/check.h"

namespace dikkat {

size_t utf8_length(std::string_view bytes) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(bytes[i]); };
  if (bytes.empty()) return 0;
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  size_t length = 0;
  unsigned char low = 0x80, high = 0xBF;  // the second byte lies between these
  if (first >= 0xC2 && first <= 0xDF) {
    length = 2;
  } else if (first >= 0xE0 && first <= 0xEF) {
    length = 3;
    if (first == 0xE0) low = 0xA0;   // below: an overlong form
    if (first == 0xED) high = 0x9F;  // above: a surrogate
  } else if (first >= 0xF0 && first <= 0xF4) {
    length = 4;
    if (first == 0xF0) low = 0x90;
    if (first == 0xF4) high = 0x8F;  // above: beyond U+10FFFF
  }
  if (length == 0 || bytes.size() < length || byte(1) < low || byte(1) > high) return 0;
  for (size_t i = 2; i < length; ++i) {
    if (byte(i) < 0x80 || byte(i) > 0xBF) return 0;
  }
  return length;
}

bool is_utf8(std::string_view bytes) {
  while (!bytes.empty()) {
    const size_t length = utf8_length(bytes);
    if (length == 0) return false;
    bytes.remove_prefix(length);
  }
  return true;
}

void append_utf8(std::string& text, char32_t code) {
  const auto low_bits = [&](int shift) { return static_cast<char>(0x80 | ((code >> shift) & 0x3F)); };
  if (code < 0x80) {
    text += static_cast<char>(code);
  } else if (code < 0x800) {
    text += static_cast<char>(0xC0 | (code >> 6));
    text += low_bits(0);
  } else if (code < 0x10000) {
    text += static_cast<char>(0xE0 | (code >> 12));
    text += low_bits(6);
    text += low_bits(0);
  } else {
    text += static_cast<char>(0xF0 | (code >> 18));
    text += low_bits(12);
    text += low_bits(6);
    text += low_bits(0);
  }
}

std::string shown(std::string_view bytes, size_t most) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  while (!bytes.empty()) {
    if (out.size() >= most) return out + "...";
    size_t length = utf8_length(bytes);
    const auto first = static_cast<unsigned char>(bytes[0]);
    const bool control = first < 0x20 || first == 0x7F || (first == 0xC2 && length == 2 && (bytes[1] & 0xFF) < 0xA0);
    if (length == 0 || control) {
      if (length == 0) length = 1;
      for (const char c : bytes.substr(0, length)) {
        out += "\\x";
        out += digits[static_cast<unsigned char>(c) >> 4];
        out += digits[static_cast<unsigned char>(c) & 15];
      }
    } else {
      out += bytes.substr(0, length);
    }
    bytes.remove_prefix(length);
  }
  return out;
}

std::string in_quotes(std::string_view bytes) {
  return text("'", shown(bytes, 80), "'");
}

}  // namespace dikkat
