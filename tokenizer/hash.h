// Hashing of bytes, for tables that are looked up and never walked through: their order must not reach any result.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace dikkat {

// What hashes are mixed with. Files and texts come from outside: who knew the keys could write ones in which
// everything falls on the same place of a table.
struct HashKeys {
  uint64_t first = 0, second = 0;
};

// Drawn by chance once in each process. Tables keep a copy: it lies beside what they are looking at.
const HashKeys& hash_keys();

// The two halves of the 128-bit product, one over the other: every bit of both factors reaches every bit.
inline uint64_t mixed(uint64_t a, uint64_t b) {
  const auto product = static_cast<unsigned __int128>(a) * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

// Numbers that are counted up spread best over the bits in the middle: the lowest of a hash are those.
inline uint64_t hash_number(uint64_t number, const HashKeys& keys) {
  return mixed(number ^ keys.second, keys.first) >> 20;
}

// Up to eight bytes as a number: among those of one length, different ones for different bytes.
inline uint64_t number_of_bytes(const char* bytes, size_t count) {
  if (count >= 4) {
    uint32_t first, last;
    std::memcpy(&first, bytes, 4);
    std::memcpy(&last, bytes + count - 4, 4);
    return uint64_t{first} << 32 | last;
  }
  uint64_t number = 0;
  for (size_t i = 0; i < count; ++i) number = number << 8 | static_cast<unsigned char>(bytes[i]);
  return number;
}

inline uint64_t hash_bytes(std::string_view bytes, const HashKeys& keys) {
  uint64_t hash = bytes.size() ^ keys.second;
  while (bytes.size() > 8) {
    uint64_t eight;
    std::memcpy(&eight, bytes.data(), 8);
    hash = mixed(hash ^ eight, keys.first);
    bytes.remove_prefix(8);
  }
  return mixed(hash ^ number_of_bytes(bytes.data(), bytes.size()), keys.first);
}

}  // namespace dikkat
