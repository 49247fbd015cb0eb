// Training a byte-level BPE vocabulary: which neighbours are seen most often become one token, again and again.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tokenizer/vocabulary.h"

namespace dikkat {

struct TrainingOptions {
  int64_t vocab_size = 8192;  // the 256 bytes, the merges and the special tokens together
  PreTokenizer pre_tokenizer = PreTokenizer::gpt2;
  std::vector<std::string> special_tokens = {"<|endoftext|>"};  // the last ids, in this order
  int64_t least_count = 2;                                      // a pair that is seen less often is not merged
};

struct Training {
  Vocabulary vocabulary;
  std::vector<int64_t> counts;  // how often each merge's pair was seen when it was merged
  int64_t pieces = 0;           // of the corpus
  int64_t distinct_pieces = 0;
};

// Learns from `corpus`. The id of a byte is its value; the first merge makes token 256, and so on. Of pairs that are
// equally frequent the one with the smaller left id is merged first, then the one with the smaller right id. A pair
// that would be longer than most_token_bytes is never merged, however frequent. The result does not depend on the
// number of threads. If the corpus runs out of pairs, the vocabulary stays smaller.
//
// Each text is cut into pieces once, on all threads; everything after works on the distinct pieces, and a merge costs
// time in proportion to the places where it happens. Throws Error if vocab_size leaves no room for bytes and special
// tokens, or is more than most_tokens.
Training train_bpe(std::span<const std::string_view> corpus, const TrainingOptions& options = {});

inline Training train_bpe(std::string_view text, const TrainingOptions& options = {}) {
  return train_bpe(std::span(&text, 1), options);
}

}  // namespace dikkat
