// llama2.c's tokenizer.bin: the length of the longest token (int32), then for each token its score (float), its length
// (int32) and its bytes. Ids 0, 1, 2 are <unk>, <s>, </s>; 3 to 258 are the bytes, written <0x00> to <0xFF>.
// Source: the description in https://github.com/karpathy/llama2.c
#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/files/atomic_file.h"
#include "core/files/mapped_file.h"
#include "core/files/utf8.h"
#include "kernels/check.h"
#include "tokenizer/files.h"
#include "tokenizer/quoted.h"
#include "tokenizer/written_vocabulary.h"

namespace dikkat {

namespace {

constexpr int32_t first_byte_token = 3;
constexpr int32_t begin_of_text = 1;

class Bytes {
 public:
  explicit Bytes(const std::string& path)
      : source_(shown(path)), content_(read_text(path, most_vocabulary_bytes / 4)) {}

  template <class Number>
  Number number(std::string_view what) {
    Number value;
    std::memcpy(&value, take(sizeof value, what).data(), sizeof value);
    return value;
  }
  std::string_view take(uint64_t count, std::string_view what) {
    require(count <= content_.size() - at_, source_, ": byte ", at_, ": the file ends within ", what, ", which has ",
            count, " bytes");
    at_ += static_cast<size_t>(count);
    return std::string_view(content_).substr(at_ - static_cast<size_t>(count), static_cast<size_t>(count));
  }
  bool at_end() const { return at_ == content_.size(); }
  size_t offset() const { return at_; }
  const std::string& source() const { return source_; }

 private:
  std::string source_, content_;
  size_t at_ = 0;
};

// Scores as ranks: the highest is 0, equal ones share a rank.
std::vector<uint32_t> ranks_of(const std::vector<float>& scores) {
  std::vector<float> falling = scores;
  std::sort(falling.begin(), falling.end(), std::greater<>());
  falling.erase(std::unique(falling.begin(), falling.end()), falling.end());
  std::vector<uint32_t> ranks;
  for (const float score : scores) {
    const auto place = std::lower_bound(falling.begin(), falling.end(), score, std::greater<>());
    ranks.push_back(static_cast<uint32_t>(place - falling.begin()));
  }
  return ranks;
}

std::vector<std::pair<std::string, int64_t>> read_tokens(Bytes& file, int64_t vocab_size, std::vector<float>& scores) {
  const auto longest = file.number<int32_t>("the length of the longest token");
  require(longest > 0, file.source(), ": the longest token is said to have ", longest, " bytes");
  std::vector<std::pair<std::string, int64_t>> tokens;
  while (vocab_size > 0 ? static_cast<int64_t>(tokens.size()) < vocab_size : !file.at_end()) {
    const std::string what = "token " + std::to_string(tokens.size());
    const auto score = file.number<float>(what);
    require(!std::isnan(score), file.source(), ": ", what, " has no number for a score");
    const auto length = file.number<int32_t>(what);
    require(length > 0 && length <= longest, file.source(), ": byte ", file.offset() - 4, ": ", what,
            " is said to have ", length, " bytes, but the longest has ", longest);
    scores.push_back(score);
    const auto id = static_cast<int64_t>(tokens.size());
    tokens.emplace_back(file.take(static_cast<uint64_t>(length), what), id);
  }
  require(file.at_end(), file.source(), ": byte ", file.offset(), ": there is more behind the last of ", vocab_size,
          " tokens: is the vocabulary larger?");
  return tokens;
}

}  // namespace

Vocabulary read_llama2c_tokenizer(const std::string& path, int64_t vocab_size) {
  Bytes file(path);
  Vocabulary vocabulary;
  const WrittenVocabulary written(file.source(), read_tokens(file, vocab_size, vocabulary.scores),
                                  static_cast<int64_t>(most_tokens));
  require(written.tokens().size() >= first_byte_token + size_t{256}, file.source(), ": ", written.tokens().size(),
          " tokens have no room for 256 bytes and three special tokens");
  vocabulary.tokens = written.tokens();
  for (size_t byte = 0; byte < 256; ++byte) {
    const size_t id = first_byte_token + byte;
    require(written.tokens()[id] == byte_name(byte), file.source(), ": token ", id, " must be ", byte_name(byte),
            ", the file has ", Quoted{vocabulary.tokens[id]});
    vocabulary.byte_tokens[byte] = static_cast<int32_t>(id);
    vocabulary.tokens[id] = std::string(1, static_cast<char>(byte));
  }
  for (size_t id = 0; id < written.tokens().size(); ++id)
    require(written.tokens()[id].size() <= most_token_bytes, file.source(), ": token ", id, " has ",
            written.tokens()[id].size(), " bytes, more than ", most_token_bytes);
  for (int32_t id = 0; id < first_byte_token; ++id) vocabulary.added.push_back({written.token(id), id});
  vocabulary.beginning = {begin_of_text};
  vocabulary.sentencepiece = SentencePieceStyle{};
  vocabulary.merges = merges_by_rank(written.tokens(), ranks_of(vocabulary.scores), file.source());
  vocabulary.check(file.source());
  return vocabulary;
}

void write_llama2c_tokenizer(const Vocabulary& vocabulary, const std::string& path) {
  vocabulary.check("vocabulary");
  const std::string source = text("could not write ", shown(path));
  require(vocabulary.sentencepiece && vocabulary.scores.size() == vocabulary.tokens.size(), source,
          ": only a vocabulary with scores, read from such a file, can be written as llama2.c's tokenizer.bin");
  std::vector<std::string> written = vocabulary.tokens;
  for (size_t byte = 0; byte < 256; ++byte)
    written[static_cast<size_t>(vocabulary.byte_tokens[byte])] = byte_name(byte);
  size_t longest = 0;
  for (const std::string& token : written) longest = std::max(longest, token.size());
  std::string content;
  const auto put = [&](auto number) { content.append(reinterpret_cast<const char*>(&number), sizeof number); };
  put(static_cast<int32_t>(longest));
  for (size_t id = 0; id < written.size(); ++id) {
    put(vocabulary.scores[id]);
    put(static_cast<int32_t>(written[id].size()));
    content += written[id];
  }
  write_file(path, content);
}

}  // namespace dikkat
