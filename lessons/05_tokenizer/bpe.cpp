#include "lessons/05_tokenizer/bpe.h"

#include <algorithm>
#include <cmath>

namespace dikkat {

std::vector<std::string_view> pieces_of(std::string_view text) {
  std::vector<std::string_view> pieces;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = piece_end(PreTokenizer::gpt2, text, begin);
    pieces.push_back(text.substr(begin, end - begin));
    begin = end;
  }
  return pieces;
}

std::vector<Row> rows_of_bytes(std::string_view text) {
  std::vector<Row> rows;
  for (const std::string_view piece : pieces_of(text)) {
    Row row;
    for (const char byte : piece) row.push_back(static_cast<unsigned char>(byte));
    rows.push_back(row);
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
  const Row training = tokenizer.encode(text.training, SpecialTokens::as_text);
  std::vector<int64_t> counts(static_cast<size_t>(tokenizer.vocab_size()));
  for (const int32_t id : training) ++counts[static_cast<size_t>(id)];

  // p(token) = (how often the training text has it + 1) / (tokens of the training text + size of the vocabulary)
  const auto total = static_cast<double>(training.size() + counts.size());
  const Row held_out = tokenizer.encode(text.held_out, SpecialTokens::as_text);
  double bits = 0;
  for (const int32_t id : held_out) bits -= std::log2(static_cast<double>(counts[static_cast<size_t>(id)] + 1) / total);

  const auto tokens = static_cast<double>(held_out.size()), learned = static_cast<double>(counts.size() - 256);
  const auto rare = std::count_if(counts.begin() + 256, counts.end(), [](int64_t count) { return count < few; });
  return {.size = tokenizer.vocab_size(),
          .tokens_per_word = tokens / static_cast<double>(text.words),
          .bits_per_token = bits / tokens,
          .bits_per_character = bits / static_cast<double>(text.characters),
          .rare = learned > 0 ? static_cast<double>(rare) / learned : 0};
}

double tokens_per_word(const Tokenizer& tokenizer, const std::string& text) {
  const auto tokens = static_cast<double>(tokenizer.encode(text, SpecialTokens::as_text).size());
  return tokens / static_cast<double>(words_of(text).size());
}

std::vector<int64_t> sizes_up_to(int64_t largest) {
  std::vector<int64_t> sizes;
  for (int step = 0;; ++step) {
    const int64_t size = std::lround(256 * std::exp2(step / 4.0));
    if (size >= largest) break;
    sizes.push_back(size);
  }
  sizes.push_back(largest);
  return sizes;
}

}  // namespace dikkat
