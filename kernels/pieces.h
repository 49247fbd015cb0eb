// How the fast kernels cut their work for the threads: by sizes alone, in pieces worth the trouble of a thread.
#pragma once

#include <cstdint>

namespace dikkat {

static inline int64_t smaller(int64_t x, int64_t y) {
  return x < y ? x : y;
}
static inline int64_t larger(int64_t x, int64_t y) {
  return x > y ? x : y;
}

// In how many pieces of at most `size` `count` things can be cut.
static inline int64_t pieces(int64_t count, int64_t size) {
  return (count + size - 1) / size;
}

// Where part number i begins when `count` things are dealt to `parts`, as evenly as can be.
static inline int64_t begin_of(int64_t i, int64_t count, int64_t parts) {
  return count * i / parts;
}

// A piece of about ten microseconds; starting the threads costs about two.
constexpr int64_t elements_per_piece = 16384;

// As many rows as make up such a piece, at least one.
static inline int64_t rows_per_piece(int64_t cols) {
  return cols < elements_per_piece ? elements_per_piece / (cols > 0 ? cols : 1) : 1;
}

}  // namespace dikkat
