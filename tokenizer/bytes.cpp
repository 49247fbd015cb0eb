#include "tokenizer/bytes.h"

#include "kernels/check.h"

namespace dikkat {

std::vector<int32_t> ByteTokenizer::encode(std::string_view text) const {
  std::vector<int32_t> ids;
  ids.reserve(text.size());
  for (const char byte : text) ids.push_back(static_cast<unsigned char>(byte));
  return ids;
}

std::string ByteTokenizer::decode(const std::vector<int32_t>& ids) const {
  std::string text;
  text.reserve(ids.size());
  for (const int32_t id : ids) {
    require(id >= 0 && id < vocab_size, "byte tokenizer: id ", id, " is no byte; ids lie in 0 to ", vocab_size - 1);
    text += static_cast<char>(id);
  }
  return text;
}

}  // namespace dikkat
