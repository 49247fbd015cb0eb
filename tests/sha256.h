// SHA-256 (FIPS 180-4), for comparing long results with the sums that golden files give of them.
#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>

namespace dikkat::test {

// The sum in hexadecimal digits.
inline std::string sha256(std::string_view bytes) {
  // The first 32 bits of the fractional parts of the square and cube roots of the first primes.
  std::array<uint32_t, 64> k;
  std::array<uint32_t, 8> h;
  const auto fraction = [](long double root) {
    return static_cast<uint32_t>((root - std::floor(root)) * 4294967296.0L);
  };
  for (uint32_t prime = 2, found = 0; found < 64; ++prime) {
    bool is_prime = true;
    for (uint32_t divisor = 2; divisor * divisor <= prime; ++divisor) is_prime &= prime % divisor != 0;
    if (!is_prime) continue;
    if (found < 8) h[found] = fraction(std::sqrt(static_cast<long double>(prime)));
    k[found++] = fraction(std::cbrt(static_cast<long double>(prime)));
  }
  std::string padded(bytes);
  padded += '\x80';
  while (padded.size() % 64 != 56) padded += '\0';
  for (int shift = 56; shift >= 0; shift -= 8) padded += static_cast<char>(uint64_t{bytes.size()} * 8 >> shift);
  for (size_t block = 0; block < padded.size(); block += 64) {
    std::array<uint32_t, 64> w;
    for (size_t i = 0; i < 16; ++i) {
      w[i] = 0;
      for (size_t j = 0; j < 4; ++j) w[i] = w[i] << 8 | static_cast<unsigned char>(padded[block + 4 * i + j]);
    }
    for (size_t i = 16; i < 64; ++i) {
      const uint32_t s0 = std::rotr(w[i - 15], 7) ^ std::rotr(w[i - 15], 18) ^ w[i - 15] >> 3;
      const uint32_t s1 = std::rotr(w[i - 2], 17) ^ std::rotr(w[i - 2], 19) ^ w[i - 2] >> 10;
      w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
    auto [a, b, c, d, e, f, g, last] = h;
    for (size_t i = 0; i < 64; ++i) {
      const uint32_t t1 =
          last + (std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25)) + ((e & f) ^ (~e & g)) + k[i] + w[i];
      const uint32_t t2 = (std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
      last = g, g = f, f = e, e = d + t1, d = c, c = b, b = a, a = t1 + t2;
    }
    const std::array<uint32_t, 8> added = {a, b, c, d, e, f, g, last};
    for (size_t i = 0; i < 8; ++i) h[i] += added[i];
  }
  std::string digits;
  for (const uint32_t word : h)
    for (int shift = 28; shift >= 0; shift -= 4) digits += "0123456789abcdef"[word >> shift & 15];
  return digits;
}

}  // namespace dikkat::test
