// The pieces of a corpus and how often each occurs.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "tokenizer/pre_tokenizer.h"

namespace dikkat {

struct CountedPiece {
  std::string_view piece;  // in the corpus
  int64_t count = 0;
};

// The distinct pieces of all texts, in the order in which they occur first, whatever the number of threads.
std::vector<CountedPiece> count_pieces(std::span<const std::string_view> corpus, PreTokenizer kind);

}  // namespace dikkat
