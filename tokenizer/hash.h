// Hashing of bytes, for tables that are looked up and never walked through: their order must not reach any result.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace dikkat {

// The two halves of the 128-bit product, one over the other: every bit of both factors reaches every bit.
inline uint64_t mixed(uint64_t a, uint64_t b) {
  const auto product = static_cast<unsigned __int128>(a) * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

// Any odd numbers with bits everywhere.
constexpr uint64_t hash_key_1 = 0x9E3779B97F4A7C15, hash_key_2 = 0xD1B54A32D192ED03;

inline uint64_t hash_bytes(std::string_view bytes) {
  uint64_t hash = bytes.size() * hash_key_2;
  while (bytes.size() > 8) {
    uint64_t eight;
    std::memcpy(&eight, bytes.data(), 8);
    hash = mixed(hash ^ eight, hash_key_1);
    bytes.remove_prefix(8);
  }
  uint64_t rest = 0;
  std::memcpy(&rest, bytes.data(), bytes.size());
  return mixed(hash ^ rest, hash_key_1);
}

}  // namespace dikkat
