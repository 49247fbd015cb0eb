// Copies of a and b in the order in which the tiles read them, and lists of memory that will be read.
#pragma once

#include "kernels/matmul/tile.h"

namespace dikkat::tile {

// A matrix read with any steps.
template <class Number>
struct Matrix {
  const Number* start;
  int64_t row, column;  // steps
  const Number* at(int64_t i, int64_t j) const { return start + i * row + j * column; }
};

// Copies k rows by `width` columns of b to a panel of floats: number (p,j) at p * columns + j, zeros behind the width.
template <class Number>
static void pack_panel(const Matrix<Number>& b, int64_t k, int64_t width, float* panel) {
  using namespace simd;
  if (b.column == 1) {
    const int64_t first = width < lanes ? width : lanes;
    for (int64_t p = 0; p < k; ++p) {
      const Number* from = b.at(p, 0);
      store(panel + p * columns, load_up_to(from, first));
      store(panel + p * columns + lanes, load_up_to(from + first, width - first));
    }
  } else if (b.row == 1) {  // b is the transpose of rows: turn blocks of lanes x lanes in registers
    for (int64_t j = 0; j < columns; j += lanes) {
      for (int64_t p = 0; p < k; p += lanes) {
        Lanes block[lanes];
        const int64_t left = k - p;
        for (int i = 0; i < lanes; ++i) {
          block[i] = j + i < width ? load_up_to(b.at(p, j + i), up_to_lanes(left)) : Lanes{};
        }
        transpose(block);
        for (int i = 0; i < lanes && i < left; ++i) store(panel + (p + i) * columns + j, block[i]);
      }
    }
  } else {
    for (int64_t p = 0; p < k; ++p) {
      for (int64_t j = 0; j < columns; ++j) panel[p * columns + j] = j < width ? load_some(b.at(p, j), 1)[0] : 0.0f;
    }
  }
}

// Where part number i begins when `count` things are dealt to `parts`, as evenly as can be.
static inline int64_t begin_of(int64_t i, int64_t count, int64_t parts) {
  return count * i / parts;
}

// A packed strip. In rows: number (i,p) at i * strip_row + p, where the distance of the rows is no multiple of 1024
// bytes, which would throw them out of each other's cache lines. In columns: p * strip_column + i, whole vectors.
constexpr int64_t strip_row = depth + 16, strip_column = (max_rows + simd::lanes - 1) / simd::lanes * simd::lanes;
constexpr int64_t strip_size = (max_rows > strip_column ? max_rows : strip_column) * strip_row;

// Copies `rows` rows by k columns of a to a strip. True if it lies in columns: where a is the transpose of rows.
static inline bool pack_strip(const Matrix<float>& a, int64_t rows, int64_t k, float* strip) {
  using namespace simd;
  if (a.row == 1 && a.column != 1) {
    for (int64_t p = 0; p < k; ++p) {
      const float* from = a.at(0, p);
      for (int64_t i = 0; i < rows; i += lanes) {
        store(strip + p * strip_column + i, load_up_to(from + i, up_to_lanes(rows - i)));
      }
    }
    return true;
  }
  for (int64_t i = 0; i < rows; ++i) {
    const float* from = a.at(i, 0);
    float* to = strip + i * strip_row;
    if (a.column == 1) {
      for (int64_t p = 0; p < k; p += lanes) store(to + p, load_up_to(from + p, up_to_lanes(k - p)));
    } else {
      for (int64_t p = 0; p < k; ++p) to[p] = from[p * a.column];
    }
  }
  return false;
}

// Memory that will be read soon, handed out in portions: the lines of a rectangle.
struct Ahead {
  const char* row = nullptr;  // the first one that is left
  int64_t step = 0, lines_in_row = 0, rows = 0, line = 0, portion = 0;

  // Rows of `width` numbers of four bytes, to be handed out in so many portions.
  Ahead() = default;
  Ahead(const float* start, int64_t row_step, int64_t rows, int64_t width, int64_t portions)
      : row(reinterpret_cast<const char*>(start)), step(4 * row_step), lines_in_row((width + 30) / 16), rows(rows) {
    portion = (rows * lines_in_row + portions - 1) / portions;
  }

  // Adds at most one portion to lines[count ... size). Returns the new count.
  int64_t next(const char** lines, int64_t count, int64_t size) {
    for (int64_t i = 0; i < portion && rows > 0 && count < size; ++i) {
      lines[count++] = row + 64 * line;
      if (++line == lines_in_row) line = 0, row += step, --rows;
    }
    return count;
  }
};

}  // namespace dikkat::tile
