// How the fast kernels cut their work for the threads: by sizes alone, in pieces worth the trouble of a thread.
#pragma once

#include <cstdint>

namespace dikkat {

// A piece of about ten microseconds; starting the threads costs about two.
constexpr int64_t elements_per_piece = 16384;

// As many rows as make up such a piece, at least one.
static inline int64_t rows_per_piece(int64_t cols) {
  return cols < elements_per_piece ? elements_per_piece / (cols > 0 ? cols : 1) : 1;
}

}  // namespace dikkat
