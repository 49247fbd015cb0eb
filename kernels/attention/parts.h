// What the fast attention needs forward and backward: scratch memory, and matrices of one head cut for the tiles of
// matmul (../matmul/tile.h).
#pragma once

#include "kernels/kernels.h"
#include "kernels/matmul/pack.h"
#include "kernels/pieces.h"

namespace dikkat::attention {

using namespace simd;
using Matrix = tile::Matrix<float>;

static inline const float* head_of(const float* start, const HeadSteps& steps, int64_t batch, int64_t head) {
  return start + batch * steps.batch + head * steps.head;
}
static inline float* head_of(float* start, const HeadSteps& steps, int64_t batch, int64_t head) {
  return start ? start + batch * steps.batch + head * steps.head : nullptr;
}

// The rows of scores that are at work: `rows` queries by all keys, in chunks of so many keys, each chunk a strip of
// `rows` rows that tile::multiply reads in place. (The distance of the rows is no multiple of 1024 bytes, which would
// throw them out of each other's cache lines.)
constexpr int64_t keys_per_chunk = 256, row_step = keys_per_chunk + 16;

static inline int64_t scores_size(int64_t rows, int64_t keys) {
  return pieces(keys, keys_per_chunk) * rows * row_step;
}

// All panels of a (k, n) matrix: panel j / columns begins at j * k.
static inline int64_t panels_size(int64_t k, int64_t n) {
  return pieces(n, tile::columns) * tile::columns * k;
}
// Strips of `rows` rows that are `step` apart, k numbers each: one strip for each tile::depth of them.
static inline int64_t strips_size(int64_t k) {
  return pieces(k, tile::depth) * tile::strip_size;
}
static inline void pack_strips(const float* start, int64_t step, int64_t rows, int64_t k, float* strips) {
  for (int64_t p = 0; p < k; p += tile::depth) {
    tile::pack_strips({start + p, step, 1}, {1, {0, rows}, rows}, smaller(tile::depth, k - p),
                      strips + p / tile::depth * tile::strip_size);
  }
}

// The first key behind the chunk of this one.
static inline int64_t chunk_end(int64_t key) {
  return (key / keys_per_chunk + 1) * keys_per_chunk;
}

// Keys [begin, end).
struct Range {
  int64_t begin, end;
};

// rows x keys scores: strips (rows, k) times panels (k, all keys), of the keys `range`, which begins with a panel.
// chunk_size is the distance between chunks of scores.
static inline void multiply_scores(const float* strips, const float* panels, int64_t rows, int64_t k, int64_t keys,
                                   Range range, float* scores, int64_t chunk_size) {
  for (int64_t key = range.begin; key < range.end; key += tile::columns) {
    float* to = scores + key / keys_per_chunk * chunk_size + key % keys_per_chunk;
    for (int64_t p = 0; p < k; p += tile::depth) {
      tile::multiply(rows, smaller(tile::columns, keys - key),
                     {strips + p / tile::depth * tile::strip_size, panels + key * k + p * tile::columns,
                      tile::strip_row, smaller(tile::depth, k - p)},
                     false, {.c = to, .row_step = row_step, .add = p > 0});
    }
  }
}

// c (rows, n) = or += scores (rows, keys) times panels (all keys, n), over the keys `range`.
static inline void multiply_values(const float* scores, int64_t chunk_size, const float* panels, int64_t rows,
                                   int64_t n, int64_t keys, Range range, float* c, int64_t c_step, bool add) {
  for (int64_t j = 0; j < n; j += tile::columns) {
    for (int64_t key = range.begin; key < range.end; key = chunk_end(key)) {
      tile::multiply(rows, smaller(tile::columns, n - j),
                     {scores + key / keys_per_chunk * chunk_size + key % keys_per_chunk,
                      panels + j * keys + key * tile::columns, row_step, smaller(chunk_end(key), range.end) - key},
                     false, {.c = c + j, .row_step = c_step, .add = add || key > range.begin});
    }
  }
}

// target (keys, n) += scores^T (keys, rows) times panels (rows, n), for the keys `range`.
static inline void add_transposed(const float* scores, int64_t chunk_size, const float* panels, int64_t rows, int64_t n,
                                  Range range, float* target, int64_t step) {
  for (int64_t first = range.begin; first < range.end; first = chunk_end(first)) {
    const int64_t count = smaller(chunk_end(first), range.end) - first, strips = pieces(count, tile::max_rows);
    for (int64_t s = 0; s < strips; ++s) {
      const int64_t key = first + begin_of(s, count, strips), end = first + begin_of(s + 1, count, strips);
      const float* strip = scores + key / keys_per_chunk * chunk_size + key % keys_per_chunk;
      for (int64_t j = 0; j < n; j += tile::columns) {
        tile::multiply(end - key, smaller(tile::columns, n - j), {strip, panels + j * rows, row_step, rows}, true,
                       {.c = target + key * step + j, .row_step = step, .add = true});
      }
    }
  }
}

// False where a NaN or an infinity is among `rows` rows of k numbers.
static inline bool all_finite(const float* start, int64_t step, int64_t rows, int64_t k) {
  Lanes sum = {};  // of x - x, which is 0 for finite numbers only
  for (int64_t row = 0; row < rows; ++row) {
    for (int64_t i = 0; i < k; i += lanes) {
      const Lanes x = load_up_to(start + row * step + i, up_to_lanes(k - i));
      sum += x - x;
    }
  }
  return simd::sum(sum) == 0;
}

}  // namespace dikkat::attention
