// Text files as token ids: what a language model is trained on.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tokenizer/tokenizer.h"

namespace dikkat {

// The ids of the text in `path`. Bytes are bytes: zeros are kept, and so is what is no UTF-8. Special tokens in the
// text are text. Throws Error with the file's name if it cannot be read, has more than `most_bytes`, or has fewer
// tokens than one example needs: a context of `block_size` and the token to be predicted behind it.
std::vector<int32_t> read_corpus(const std::string& path, const Tokenizer& tokenizer, int64_t block_size,
                                 uint64_t most_bytes = uint64_t{1} << 32);

}  // namespace dikkat
