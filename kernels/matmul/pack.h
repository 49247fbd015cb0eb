// Copies of a and b in the order in which the tiles read them.
#pragma once

#include "kernels/matmul/tile.h"

namespace dikkat::tile {

// A matrix read with any steps.
template <class Number>
struct Matrix {
  const Number* start;
  int64_t row, column;  // steps
  const Number* at(int64_t i, int64_t j) const { return start + i * row + j * column; }
  Matrix from(int64_t i, int64_t j) const { return {at(i, j), row, column}; }
};

// Rows of b are read from end to end, and each line is asked for while the eighth row before it is copied: the
// processor looks ahead by itself, but not to another row. (1024 x 1024: copying took 4.5 % of the product, now 2 %.)
constexpr int64_t rows_ahead = 8;

// Copies k rows by `width` columns of b to panels of floats, `columns` wide each and zeros behind the width: panel
// j / columns begins at j * k and has number (p,j) at p * columns + j % columns.
template <class Number>
static void pack_panels(const Matrix<Number>& b, int64_t k, int64_t width, float* panels) {
  using namespace simd;
  const int64_t whole = (width + columns - 1) / columns * columns;
  if (b.column == 1) {
    for (int64_t p = 0; p < k; ++p) {
      const Number *from = b.at(p, 0), *later = b.at(p + rows_ahead < k ? p + rows_ahead : p, 0);
      for (int64_t j = 0; j < whole; j += lanes) {
        __builtin_prefetch(later + j);
        float* to = panels + j / columns * columns * k + p * columns + j % columns;
        store(to, load_up_to(from + j, j < width ? up_to_lanes(width - j) : 0));
      }
    }
  } else if (b.row == 1) {  // b is the transpose of rows: turn blocks of lanes x lanes in registers
    for (int64_t j = 0; j < whole; j += lanes) {
      float* to = panels + j / columns * columns * k + j % columns;
      for (int64_t p = 0; p < k; p += lanes) {
        Lanes block[lanes];
        const int64_t left = k - p;
        for (int i = 0; i < lanes; ++i) {
          block[i] = j + i < width ? load_up_to(b.at(p, j + i), up_to_lanes(left)) : Lanes{};
        }
        transpose(block);
        for (int i = 0; i < lanes && i < left; ++i) store(to + (p + i) * columns, block[i]);
      }
    }
  } else {
    for (int64_t j = 0; j < whole; ++j) {
      float* to = panels + j / columns * columns * k + j % columns;
      for (int64_t p = 0; p < k; ++p) to[p * columns] = j < width ? load_some(b.at(p, j), 1)[0] : 0.0f;
    }
  }
}

// A packed strip. In rows: number (i,p) at i * strip_row + p, where the distance of the rows is no multiple of 1024
// bytes, which would throw them out of each other's cache lines. In columns: p * strip_column + i, whole vectors.
constexpr int64_t strip_row = depth + 16, strip_column = (max_rows + simd::lanes - 1) / simd::lanes * simd::lanes;
constexpr int64_t strip_size = (max_rows > strip_column ? max_rows : strip_column) * strip_row;

// Neighbouring rows of a that are packed together: strip s begins with row begin[s] and ends with begin[s + 1]; a
// itself ends with row `end`.
constexpr int64_t most_strips = 8;
struct Strips {
  int64_t count, begin[most_strips + 1], end;
};

// Copies the strips, k columns of a, to `to`, one behind the other. True if they lie in columns: where a is the
// transpose of rows.
static inline bool pack_strips(const Matrix<float>& a, const Strips& strips, int64_t k, float* to) {
  using namespace simd;
  if (a.row == 1 && a.column != 1) {
    for (int64_t p = 0; p < k; ++p) {
      float* column = to + p * strip_column;
      for (int64_t s = 0; s < strips.count; ++s, column += strip_size) {
        // Whole vectors where a has as many rows: what follows the strip does no harm.
        for (int64_t i = strips.begin[s]; i < strips.begin[s] + max_rows; i += lanes) {
          const int64_t left = strips.end - i;
          store(column + i - strips.begin[s], load_up_to(a.at(i, p), left > 0 ? up_to_lanes(left) : 0));
        }
      }
    }
    return true;
  }
  for (int64_t s = 0; s < strips.count; ++s, to += strip_size) {
    for (int64_t i = strips.begin[s]; i < strips.begin[s + 1]; ++i) {
      const float* from = a.at(i, 0);
      float* row = to + (i - strips.begin[s]) * strip_row;
      if (a.column == 1) {
        for (int64_t p = 0; p < k; p += lanes) store(row + p, load_up_to(from + p, up_to_lanes(k - p)));
      } else {
        for (int64_t p = 0; p < k; ++p) row[p] = from[p * a.column];
      }
    }
  }
  return false;
}

}  // namespace dikkat::tile
