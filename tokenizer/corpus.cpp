#include "tokenizer/corpus.h"

#include "kernels/check.h"

namespace dikkat {

std::vector<int32_t> encode_corpus(std::string_view text, const Tokenizer& tokenizer, int64_t block_size,
                                   std::string_view source, SpecialTokens special) {
  std::vector<int32_t> ids = tokenizer.encode(text, special);
  require(static_cast<int64_t>(ids.size()) > block_size, source, ": the text is too short: it has ", ids.size(),
          " tokens (", text.size(), " bytes), but a context of ", block_size, " needs at least ", block_size + 1);
  return ids;
}

}  // namespace dikkat
