#include "tokenizer/corpus.h"

#include "core/files/mapped_file.h"
#include "core/files/utf8.h"
#include "kernels/check.h"

namespace dikkat {

std::vector<int32_t> read_corpus(const std::string& path, const Tokenizer& tokenizer, int64_t block_size,
                                 uint64_t most_bytes) {
  const std::string content = read_text(path, most_bytes);
  std::vector<int32_t> ids = tokenizer.encode(content, SpecialTokens::as_text);
  require(static_cast<int64_t>(ids.size()) > block_size, shown(path), ": the text is too short: it has ", ids.size(),
          " tokens (", content.size(), " bytes), but a context of ", block_size, " needs at least ", block_size + 1);
  return ids;
}

}  // namespace dikkat
