// UTF-8: what is a well-formed letter, and how to put foreign bytes into a message.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace dikkat {

// The length (1..4) of the well-formed UTF-8 sequence that `bytes` begins with, or 0 if it begins with none: a stray
// continuation byte, an overlong form, a surrogate, a value above U+10FFFF, a sequence that is cut (RFC 3629).
size_t utf8_length(std::string_view bytes);

bool is_utf8(std::string_view bytes);

// Appends the UTF-8 form of `code`, which must be at most 0x10FFFF and no surrogate.
void append_utf8(std::string& text, char32_t code);

// `bytes` on one line for a message: control characters and broken UTF-8 as \x1b, cut after about `most` bytes.
std::string shown(std::string_view bytes, size_t most = 4096);

// The same between quotes and shorter: a name that came out of a file.
std::string in_quotes(std::string_view bytes);

}  // namespace dikkat
