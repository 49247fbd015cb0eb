// What became of short pieces of text: a language says most things with few words, and merging each of them once is
// enough. A table of fixed size in which a newer piece takes the place of an older one.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>

#include "tokenizer/hash.h"

namespace dikkat {

class PieceCache {
 public:
  static constexpr size_t most_bytes = 24;
  static constexpr size_t most_ids = 9;

  // A piece and its ids: one line of the processor's cache.
  struct alignas(64) Line {
    uint64_t key[3] = {};
    uint16_t length = 0;  // of the piece; 0: free
    uint16_t count = 0;   // of the ids
    int32_t ids[most_ids] = {};
  };

  PieceCache() : lines_(std::make_unique<Line[]>(size_t{1} << bits)) {}

  // The line for text[begin, end), a piece of at most most_bytes. It holds the piece if holds() says so.
  Line& line(std::string_view text, size_t begin, size_t end) {
    const size_t length = end - begin;
    if (begin + most_bytes <= text.size()) {
      std::memcpy(key_, text.data() + begin, most_bytes);
      for (size_t i = 0; i < 3; ++i) key_[i] &= mask(length, i);
    } else {
      std::fill(key_, key_ + 3, 0);
      std::memcpy(key_, text.data() + begin, length);
    }
    length_ = static_cast<uint16_t>(length);
    const uint64_t hash =
        mixed(key_[0] ^ length * keys_.second, keys_.first) ^ mixed(key_[1] ^ keys_.first, key_[2] ^ keys_.second);
    return lines_[hash * keys_.first >> (64 - bits)];
  }

  // Is it the piece that line() was asked for last?
  bool holds(const Line& line) const {
    return line.length == length_ && line.key[0] == key_[0] && line.key[1] == key_[1] && line.key[2] == key_[2];
  }

  // Keeps the ids of that piece, unless they are too many.
  void keep(Line& line, std::span<const int32_t> ids) const {
    if (ids.size() > most_ids) return;
    std::copy(key_, key_ + 3, line.key);
    line.length = length_;
    line.count = static_cast<uint16_t>(ids.size());
    std::copy(ids.begin(), ids.end(), line.ids);
  }

 private:
  static constexpr int bits = 16;  // 4 MB: near the processor

  // Ones for those of the bytes 8i ... 8i+7 that lie below `length`.
  static uint64_t mask(size_t length, size_t i) {
    if (length >= 8 * i + 8) return ~uint64_t{0};
    return length <= 8 * i ? 0 : ~uint64_t{0} >> (64 - 8 * (length - 8 * i));
  }

  HashKeys keys_ = hash_keys();
  std::unique_ptr<Line[]> lines_;
  uint64_t key_[3] = {};
  uint16_t length_ = 0;
};

}  // namespace dikkat
