#include "tokenizer/byte_alphabet.h"

#include <array>
#include <cstdint>

#include "core/files/utf8.h"

namespace dikkat {

namespace {

constexpr uint32_t letters_end = 0x144;

struct Alphabet {
  std::array<std::string, 256> letter;            // of each byte
  std::array<int16_t, letters_end> byte_of = {};  // of each code point, or -1

  Alphabet() {
    byte_of.fill(-1);
    char32_t next = 0x100;
    for (int byte = 0; byte < 256; ++byte) {
      const bool printable = (byte >= 0x21 && byte <= 0x7E) || (byte >= 0xA1 && byte != 0xAD);
      const char32_t code = printable ? static_cast<char32_t>(byte) : next++;
      append_utf8(letter[static_cast<size_t>(byte)], code);
      byte_of[code] = static_cast<int16_t>(byte);
    }
  }
};

const Alphabet& alphabet() {
  static const Alphabet the_one;
  return the_one;
}

}  // namespace

std::string to_byte_letters(std::string_view bytes) {
  std::string letters;
  for (const char byte : bytes) letters += alphabet().letter[static_cast<unsigned char>(byte)];
  return letters;
}

std::optional<std::string> from_byte_letters(std::string_view letters) {
  const auto& byte_of = alphabet().byte_of;
  std::string bytes;
  bytes.reserve(letters.size());
  for (size_t at = 0; at < letters.size(); ++at) {
    // All letters have one or two bytes: what decodes to another code point is none.
    uint32_t code = static_cast<unsigned char>(letters[at]);
    if (code >= 0x80) {
      if (code < 0xC2 || code > 0xC5 || at + 1 == letters.size()) return std::nullopt;
      const auto second = static_cast<unsigned char>(letters[++at]);
      if ((second & 0xC0) != 0x80) return std::nullopt;
      code = (code & 0x1F) << 6 | (second & 0x3Fu);
    }
    if (code >= letters_end || byte_of[code] < 0) return std::nullopt;
    bytes += static_cast<char>(byte_of[code]);
  }
  return bytes;
}

}  // namespace dikkat
