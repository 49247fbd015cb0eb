// The simplest tokenizer: every byte is a token. 256 of them, nothing to learn, and no text is foreign to it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dikkat {

struct ByteTokenizer {
  static constexpr int64_t vocab_size = 256;

  // One id in 0 ... 255 for each byte: "ş" has two.
  std::vector<int32_t> encode(std::string_view text) const;

  // The bytes of the ids; half a letter stays half a letter. Throws Error for an id that is no byte.
  std::string decode(const std::vector<int32_t>& ids) const;
};

}  // namespace dikkat
