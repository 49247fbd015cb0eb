// Byte-pair encoding as lesson 05 does it by hand, and what is measured with the library's.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "lessons/05_tokenizer/texts.h"
#include "tokenizer/tokenizer.h"

namespace dikkat {

using Row = std::vector<int32_t>;  // a piece of text as token ids
using Pair = std::pair<int32_t, int32_t>;

// The pieces of a text (a word and the space before it) as GPT-2 cuts them: no merge reaches over their ends.
std::vector<std::string_view> pieces_of(std::string_view text);

// Each piece of a text as the ids of its bytes.
std::vector<Row> rows_of_bytes(std::string_view text);

// How often each pair of neighbours occurs in all rows; the smallest ids first.
std::map<Pair, int64_t> count_pairs(const std::vector<Row>& rows);

// The pair with the highest count, of equal ones the first. Not of an empty map.
std::pair<Pair, int64_t> most_frequent(const std::map<Pair, int64_t>& counts);

// `row` with `result` in place of the pair, wherever it stands, from left to right.
Row merged(const Row& row, const Pair& pair, int32_t result);

// The first `size` tokens of a trained vocabulary: what training would have found with that size.
Vocabulary first_tokens(const Vocabulary& vocabulary, int64_t size);

// One vocabulary, judged on the held-out text.
constexpr int64_t few = 10;  // a token that the training text has less often is rare
struct Judgement {
  int64_t size = 0;
  double tokens_per_word = 0;
  double bits_per_token = 0;  // a model that knows how frequent each token is in the training text, and nothing else
  double bits_per_character = 0;  // the same bits, shared among the characters
  double rare = 0;                // the share of rare tokens among those learned: all but the bytes
};
Judgement judge(const Tokenizer& tokenizer, const Text& text);

// Tokens of `text` for each of its words.
double tokens_per_word(const Tokenizer& tokenizer, const std::string& text);

// 256 and ever larger sizes, four to the double, so that 512, 1024 ... are among them; the last one is `largest`.
std::vector<int64_t> sizes_up_to(int64_t largest);

}  // namespace dikkat
