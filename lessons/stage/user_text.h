// A text that the user brings (--data): read, and checked to be text.
#pragma once

#include <cstdint>
#include <string>

namespace dikkat {

// The text of a file in UTF-8, with line ends "\n" and without a byte order mark. Every character is text, zero bytes
// too. Throws Error, in the chosen language, for a file that is missing, empty, has more than `most_bytes`, or is not
// UTF-8: with the place, and how to convert it.
std::string read_user_text(const std::string& path, uint64_t most_bytes, bool turkish);

}  // namespace dikkat
