// Random numbers without a state: Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011).
// A number is a function of (seed, step, operation, element), so any thread can draw any of them, in any order.
#pragma once

#include <cstdint>

namespace dikkat {

// What makes a stream of numbers different from every other.
struct RandomStream {
  uint64_t seed = 0;
  uint32_t operation = 0;  // which use: one number for each place that draws
  uint32_t step = 0;       // which repetition: the training step, the token ...
};

struct Philox4 {
  uint32_t v[4];
};

// Ten rounds of Philox on counter (element/4 low, high, operation, step) with the seed as key.
// All zero gives 6627e8d5 e169c58d bc57ac4c 9b00dbd8. (`static`: included under different compiler flags.)
static inline Philox4 philox(const RandomStream& stream, uint64_t block) {
  uint32_t c0 = static_cast<uint32_t>(block), c1 = static_cast<uint32_t>(block >> 32);
  uint32_t c2 = stream.operation, c3 = stream.step;
  uint32_t k0 = static_cast<uint32_t>(stream.seed), k1 = static_cast<uint32_t>(stream.seed >> 32);
  for (int round = 0; round < 10; ++round) {
    const uint64_t p0 = uint64_t{0xD2511F53} * c0, p1 = uint64_t{0xCD9E8D57} * c2;
    c0 = static_cast<uint32_t>(p1 >> 32) ^ c1 ^ k0;
    c1 = static_cast<uint32_t>(p1);
    c2 = static_cast<uint32_t>(p0 >> 32) ^ c3 ^ k1;
    c3 = static_cast<uint32_t>(p0);
    k0 += 0x9E3779B9;
    k1 += 0xBB67AE85;
  }
  return {{c0, c1, c2, c3}};
}

// The 32 random bits of one element.
static inline uint32_t random_bits(const RandomStream& stream, uint64_t element) {
  return philox(stream, element / 4).v[element % 4];
}

// Uniform in [0, 1): the upper 24 bits, so that every value is exact in float.
static inline double random_uniform(const RandomStream& stream, uint64_t element) {
  return (random_bits(stream, element) >> 8) * (1.0 / 16777216.0);
}

// Uniform integer in [0, count), count < 2^32: the high half of a product; the bias is below count / 2^32.
static inline uint32_t random_below(const RandomStream& stream, uint64_t element, uint32_t count) {
  return static_cast<uint32_t>((uint64_t{random_bits(stream, element)} * count) >> 32);
}

}  // namespace dikkat
