// From the bytes of a token to its id. The bytes themselves stay where they are, in a vector by id.
#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tokenizer/hash.h"

namespace dikkat {

class TokenIndex {
 public:
  explicit TokenIndex(size_t expected = 0) { slots_.resize(std::bit_ceil(2 * expected + 8)); }

  // The id of `bytes`, or -1. `tokens` is the vector that the ids were added from.
  int32_t find(const std::vector<std::string>& tokens, std::string_view bytes) const {
    return slots_[place(tokens, bytes, hash_bytes(bytes, keys_))].id;
  }

  // Adds tokens[id]. Returns -1, or the id that has the same bytes already (and nothing is added).
  int32_t add(const std::vector<std::string>& tokens, int32_t id) {
    if (2 * ++count_ > slots_.size()) grow(tokens);
    const std::string& bytes = tokens[static_cast<size_t>(id)];
    const uint64_t hash = hash_bytes(bytes, keys_);
    Slot& slot = slots_[place(tokens, bytes, hash)];
    if (slot.id >= 0) return slot.id;
    slot = {static_cast<uint32_t>(hash), id};
    return -1;
  }

 private:
  struct Slot {
    uint32_t hash = 0;
    int32_t id = -1;
  };

  // Where `bytes` are, or the free slot where they belong.
  size_t place(const std::vector<std::string>& tokens, std::string_view bytes, uint64_t hash) const {
    for (size_t i = hash >> 32;; ++i) {
      const Slot& slot = slots_[i & (slots_.size() - 1)];
      if (slot.id < 0) return i & (slots_.size() - 1);
      const bool same = slot.hash == static_cast<uint32_t>(hash) && tokens[static_cast<size_t>(slot.id)] == bytes;
      if (same) return i & (slots_.size() - 1);
    }
  }

  void grow(const std::vector<std::string>& tokens) {
    std::vector<Slot> old(2 * slots_.size());
    old.swap(slots_);
    for (const Slot& slot : old) {
      if (slot.id < 0) continue;
      const std::string& bytes = tokens[static_cast<size_t>(slot.id)];
      slots_[place(tokens, bytes, hash_bytes(bytes, keys_))] = slot;
    }
  }

  HashKeys keys_ = hash_keys();
  std::vector<Slot> slots_;
  size_t count_ = 0;
};

}  // namespace dikkat
