// Tokens to learn from, and tokens kept back to see whether something was learned or only memorised.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/ids.h"

namespace dikkat {

struct Batch {
  Ids inputs;   // (B,T)
  Ids targets;  // (B,T): the same text, one token later
};

struct TokenData {
  std::vector<int32_t> training, validation;

  // A number that tells other tokens apart: a checkpoint remembers what it was trained on. (FNV-1a, 64 bits.)
  uint64_t fingerprint() const;
};

// Cuts a text into passages at its empty lines; every tenth is kept back for validation. A text with fewer than twenty
// passages gives its last tenth instead.
struct SplitText {
  std::string training, validation;
};
SplitText split_text(std::string_view text);

// `batch` windows of `block_size` tokens from random places, drawn from `stream`.
Batch random_batch(const std::vector<int32_t>& tokens, int64_t batch, int64_t block_size, const RandomStream& stream);

// Windows one after the other, those from number `first` up to `end` (the text may have fewer): always the same, so
// that losses compare.
Batch windows_in_order(const std::vector<int32_t>& tokens, int64_t first, int64_t end, int64_t block_size);

// How many of them a text has. Throws Error if not even one.
int64_t count_windows(const std::vector<int32_t>& tokens, int64_t block_size);

}  // namespace dikkat
