// GPT-2's way of writing bytes into a text file: each byte is a letter that can be printed. The 188 printable ones of
// Latin-1 stand for themselves, the other 68 are U+0100 and the following, so that a space is "Ġ" and a line end "Ċ".
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace dikkat {

// The letters of the bytes: " the" becomes "Ġthe".
std::string to_byte_letters(std::string_view bytes);

// The bytes of the letters; nothing if one of them is no letter of this alphabet.
std::optional<std::string> from_byte_letters(std::string_view letters);

}  // namespace dikkat
