// A text as token ids: what a language model is trained on.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "tokenizer/tokenizer.h"

namespace dikkat {

// The ids of `text`. Bytes are bytes: zeros are kept, and so is what is no UTF-8. Special tokens in the text are text
// unless `special` says otherwise. Throws Error, beginning with `source`, if it has fewer tokens than one example needs:
// a context of `block_size` and the token to be predicted behind it.
std::vector<int32_t> encode_corpus(std::string_view text, const Tokenizer& tokenizer, int64_t block_size,
                                   std::string_view source, SpecialTokens special = SpecialTokens::as_text);

}  // namespace dikkat
