#include "lessons/05_tokenizer/bpe.h"

#include <algorithm>
#include <cmath>

namespace dikkat {

std::vector<Row> rows_of_bytes(std::string_view text) {
  std::vector<Row> rows;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = piece_end(PreTokenizer::gpt2, text, begin);
    Row row;
    for (const char byte : text.substr(begin, end - begin)) row.push_back(static_cast<unsigned char>(byte));
    rows.push_back(row);
    begin = end;
  }
  return rows;
}

std::map<Pair, int64_t> count_pairs(const std::vector<Row>& rows) {
  std::map<Pair, int64_t> counts;
  for (const Row& row : rows)
    for (size_t i = 0; i + 1 < row.size(); ++i) ++counts[{row[i], row[i + 1]}];
  return counts;
}

std::pair<Pair, int64_t> most_frequent(const std::map<Pair, int64_t>& counts) {
  return *std::max_element(counts.begin(), counts.end(),
                           [](const auto& a, const auto& b) { return a.second < b.second; });  // the first of equals
}

Row merged(const Row& row, const Pair& pair, int32_t result) {
  Row shorter;
  for (size_t i = 0; i < row.size(); ++i) {
    if (i + 1 < row.size() && row[i] == pair.first && row[i + 1] == pair.second) {
      shorter.push_back(result);
      ++i;
    } else {
      shorter.push_back(row[i]);
    }
  }
  return shorter;
}

Vocabulary first_tokens(const Vocabulary& vocabulary, int64_t size) {
  Vocabulary first = vocabulary;
  first.tokens.resize(static_cast<size_t>(size));
  first.merges.resize(static_cast<size_t>(size - 256));
  first.added.clear();
  return first;
}

Judgement judge(const Tokenizer& tokenizer, const Text& text) {
  // p(token) = (how often the training text has it + 1) / (tokens of the training text + size of the vocabulary)
  std::vector<double> counts(static_cast<size_t>(tokenizer.vocab_size()), 1.0);
  const Row training = tokenizer.encode(text.training, SpecialTokens::as_text);
  for (const int32_t id : training) ++counts[static_cast<size_t>(id)];
  const double total = static_cast<double>(training.size()) + static_cast<double>(counts.size());

  const Row held_back = tokenizer.encode(text.held_back, SpecialTokens::as_text);
  double bits = 0;
  for (const int32_t id : held_back) bits -= std::log2(counts[static_cast<size_t>(id)] / total);
  return {tokenizer.vocab_size(), tokens_per_word(tokenizer, text.held_back),
          bits / static_cast<double>(held_back.size()),
          bits / static_cast<double>(characters_of(text.held_back).size())};
}

double tokens_per_word(const Tokenizer& tokenizer, const std::string& text) {
  const auto tokens = static_cast<double>(tokenizer.encode(text, SpecialTokens::as_text).size());
  return tokens / static_cast<double>(words_of(text).size());
}

std::vector<int64_t> sizes_up_to(int64_t largest, int64_t count) {
  std::vector<int64_t> sizes;
  for (int64_t i = 0; i < count; ++i) {
    const double share = count > 1 ? static_cast<double>(i) / static_cast<double>(count - 1) : 1;
    const auto size = static_cast<int64_t>(std::lround(256 * std::pow(static_cast<double>(largest) / 256, share)));
    if (sizes.empty() || size > sizes.back()) sizes.push_back(size);
  }
  return sizes;
}

}  // namespace dikkat
