// From two neighbouring tokens to the merge that joins them.
#pragma once

#include <bit>
#include <cstdint>
#include <limits>
#include <vector>

#include "tokenizer/hash.h"
#include "tokenizer/vocabulary.h"

namespace dikkat {

class MergeTable {
 public:
  static constexpr uint32_t no_rank = std::numeric_limits<uint32_t>::max();

  struct Entry {
    uint64_t pair = no_pair;
    uint32_t rank = no_rank;
    int32_t result = -1;
  };

  // No pair twice (Vocabulary::check).
  explicit MergeTable(const std::vector<Merge>& merges)
      : slots_(std::bit_ceil(2 * merges.size() + 2)), mask_(slots_.size() - 1) {
    for (const Merge& merge : merges) {
      slots_[place(merge.left, merge.right)] = {pair_of(merge.left, merge.right), merge.rank, merge.result};
      if (merge.rank >= ranks_) ranks_ = merge.rank + 1;
    }
  }

  // The entry of (left, right); its rank is no_rank if they do not merge.
  const Entry& find(int32_t left, int32_t right) const { return slots_[place(left, right)]; }

  uint32_t ranks() const { return ranks_; }  // all ranks are below

 private:
  static constexpr uint64_t no_pair = ~uint64_t{0};

  static uint64_t pair_of(int32_t left, int32_t right) {
    return static_cast<uint64_t>(static_cast<uint32_t>(left)) << 32 | static_cast<uint32_t>(right);
  }

  size_t place(int32_t left, int32_t right) const {
    const uint64_t pair = pair_of(left, right);
    for (size_t i = hash_number(pair, keys_) & mask_;; i = (i + 1) & mask_) {
      if (slots_[i].pair == pair || slots_[i].pair == no_pair) return i;
    }
  }

  HashKeys keys_ = hash_keys();
  std::vector<Entry> slots_;
  size_t mask_ = 0;
  uint32_t ranks_ = 0;
};

}  // namespace dikkat
