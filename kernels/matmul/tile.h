// The inner product of everything fast: a tile of c, a few rows by two vectors, held in registers while a narrow strip
// of a and a panel of b pass by once. Per step of k it loads 2 vectors of b and one number of a for each row, and makes
// 2 * rows fused multiply-adds of whole vectors, so the multipliers and not the loads set the pace.
// With AVX-512 (32 registers) 14 rows: 28 sums, 2 vectors of b, 1 number of a. Otherwise (16 registers) 6 rows.
// Each sum takes its terms in the order of k, whatever the tile's size: a result does not depend on how c is cut.
#pragma once

#include "kernels/simd.h"

namespace dikkat::tile {

#if defined(__AVX512F__)
constexpr int max_rows = 14;
#else
constexpr int max_rows = 6;
#endif
constexpr int columns = 2 * simd::lanes;

// Steps of k between two stores of a tile. A panel of b (256 * columns) and a strip of a then share the first cache.
constexpr int64_t depth = 256;

// A strip of a lies in rows (number (i,p) at i * row_step + p; the distance is no multiple of 1024 bytes, which would
// throw the rows out of each other's cache lines) or in columns (p * column_step + i, any column_step).
constexpr int64_t row_step = depth + 16;
constexpr int64_t strip_columns = max_rows + 2;  // the column_step of a packed strip: whole vectors
constexpr int64_t strip_size = strip_columns * row_step;

// Where a tile goes: c = sum, or c += sum, and the bias of its columns on top if there is one.
struct Target {
  float* c;
  int64_t row_step, column_step;
  const float* bias;
  bool add;
};

// The edge of a matrix, or a c with gaps: `sums` holds rows of `stride` numbers.
static inline void store_part(const float* sums, int64_t stride, int64_t rows, int64_t width, const Target& to) {
  using namespace simd;
  for (int64_t i = 0; i < rows; ++i) {
    float* c = to.c + i * to.row_step;
    for (int64_t j = 0; j < width && to.column_step == 1; j += lanes) {
      const int64_t count = up_to_lanes(width - j);
      Lanes value = simd::load(sums + i * stride + j);
      if (to.bias) value += load_up_to(to.bias + j, count);
      if (to.add) value += load_up_to(c + j, count);
      store_up_to(c + j, value, count);
    }
    for (int64_t j = 0; j < width && to.column_step != 1; ++j) {
      float value = sums[i * stride + j];
      if (to.bias) value += to.bias[j];
      float& element = c[j * to.column_step];
      element = to.add ? value + element : value;
    }
  }
}

// The loops over the sums are short and plain, so that the compiler unrolls them and the sums never leave the
// registers.
template <int rows, int vectors>
static inline void store_tile(simd::Lanes (&sum)[rows][vectors], const Target& to, int64_t width) {
  using namespace simd;
  if (to.column_step != 1 || width != vectors * lanes) {
    float sums[rows * vectors * lanes];
    for (int i = 0; i < rows; ++i) {
      for (int v = 0; v < vectors; ++v) store(sums + (i * vectors + v) * lanes, sum[i][v]);
    }
    store_part(sums, vectors * lanes, rows, width, to);
    return;
  }
  if (to.bias) {
    for (int v = 0; v < vectors; ++v) {
      const Lanes bias = load(to.bias + v * lanes);
      for (int i = 0; i < rows; ++i) sum[i][v] += bias;
    }
  }
  if (to.add) {
    for (int i = 0; i < rows; ++i) {
      for (int v = 0; v < vectors; ++v) sum[i][v] += load(to.c + i * to.row_step + v * lanes);
    }
  }
  for (int i = 0; i < rows; ++i) {
    for (int v = 0; v < vectors; ++v) store(to.c + i * to.row_step + v * lanes, sum[i][v]);
  }
}

template <int rows, int vectors, bool in_columns>
static void multiply_tile(const float* a, int64_t column_step, const float* b, int64_t k, const Target& to,
                          int64_t width) {
  using namespace simd;
  Lanes sum[rows][vectors] = {};
  for (int64_t p = 0; p < k; ++p) {
    Lanes right[vectors];
    for (int v = 0; v < vectors; ++v) right[v] = load(b + v * lanes);
    for (int i = 0; i < rows; ++i) {
      const Lanes left = splat(in_columns ? a[i] : a[i * row_step]);
      for (int v = 0; v < vectors; ++v) sum[i][v] = multiply_add(left, right[v], sum[i][v]);
    }
    a += in_columns ? column_step : 1;
    b += columns;
  }
  store_tile<rows, vectors>(sum, to, width);
}

// Finds the function for this many rows.
template <int rows, int vectors, bool in_columns>
static inline void pick_rows(int64_t wanted, const float* a, int64_t column_step, const float* b, int64_t k,
                             const Target& to, int64_t width) {
  if (wanted == rows) {
    multiply_tile<rows, vectors, in_columns>(a, column_step, b, k, to, width);
  } else if constexpr (rows > 1) {
    pick_rows<rows - 1, vectors, in_columns>(wanted, a, column_step, b, k, to, width);
  }
}

// One tile: `rows` rows (1 ... max_rows) and `width` columns (1 ... columns) of strip times panel, k <= depth steps.
// column_step 0: the strip lies in rows.
static inline void multiply(int64_t rows, int64_t width, int64_t k, const float* strip, int64_t column_step,
                            const float* panel, const Target& to) {
  if (column_step == 0) {
    if (width > simd::lanes) {
      pick_rows<max_rows, 2, false>(rows, strip, 0, panel, k, to, width);
    } else {
      pick_rows<max_rows, 1, false>(rows, strip, 0, panel, k, to, width);
    }
  } else {
    if (width > simd::lanes) {
      pick_rows<max_rows, 2, true>(rows, strip, column_step, panel, k, to, width);
    } else {
      pick_rows<max_rows, 1, true>(rows, strip, column_step, panel, k, to, width);
    }
  }
}

// A matrix read with any steps.
struct Matrix {
  const float* start;
  int64_t row, column;  // steps
};

// Copies k rows by `width` columns of b to a panel: number (p,j) at p * columns + j, zeros behind the width.
static inline void pack_panel(const Matrix& b, int64_t k, int64_t width, float* panel) {
  using namespace simd;
  if (b.column == 1) {
    for (int64_t p = 0; p < k; ++p) {
      const float* from = b.start + p * b.row;
      float* to = panel + p * columns;
      if (width == columns) {
        store(to, load(from));
        store(to + lanes, load(from + lanes));
      } else {
        const int64_t first = width < lanes ? width : lanes;
        store(to, load_some(from, first));
        store(to + lanes, load_some(from + first, width - first));
      }
    }
  } else if (b.row == 1) {  // b is the transpose of rows: turn blocks of lanes x lanes in registers
    for (int64_t j = 0; j < columns; j += lanes) {
      for (int64_t p = 0; p < k; p += lanes) {
        Lanes block[lanes];
        const int64_t left = k - p;
        if (left >= lanes && j + lanes <= width) {
          for (int i = 0; i < lanes; ++i) block[i] = load(b.start + (j + i) * b.column + p);
        } else {
          const int64_t count = left < lanes ? left : lanes;
          for (int i = 0; i < lanes; ++i) {
            block[i] = j + i < width ? load_some(b.start + (j + i) * b.column + p, count) : Lanes{};
          }
        }
        transpose(block);
        for (int i = 0; i < lanes && i < left; ++i) store(panel + (p + i) * columns + j, block[i]);
      }
    }
  } else {
    for (int64_t p = 0; p < k; ++p) {
      for (int64_t j = 0; j < columns; ++j) {
        panel[p * columns + j] = j < width ? b.start[p * b.row + j * b.column] : 0.0f;
      }
    }
  }
}

// Where part number i begins when `count` things are dealt to `parts`, as evenly as can be.
static inline int64_t begin_of(int64_t i, int64_t count, int64_t parts) {
  return count * i / parts;
}

constexpr int64_t max_strips = 8;

// Copies `rows` rows by k columns of a to `count` strips (the rows dealt evenly; at most max_strips), which lie
// strip_size apart. Returns the column_step for multiply().
static inline int64_t pack_strips(const Matrix& a, int64_t rows, int64_t count, int64_t k, float* strips) {
  using namespace simd;
  if (a.row == 1 && a.column != 1) {  // a is the transpose of rows: each is read from end to end, for all strips
    int64_t begin[max_strips + 1];
    for (int64_t s = 0; s <= count; ++s) begin[s] = begin_of(s, rows, count);
    for (int64_t p = 0; p < k; ++p) {
      const float* from = a.start + p * a.column;
      for (int64_t s = 0; s < count; ++s) {
        float* to = strips + s * strip_size + p * strip_columns;
        for (int64_t i = begin[s]; i < begin[s + 1]; i += lanes) {
          store(to + i - begin[s], load_some(from + i, up_to_lanes(begin[s + 1] - i)));
        }
      }
    }
    return strip_columns;
  }
  for (int64_t s = 0; s < count; ++s) {
    const int64_t begin = begin_of(s, rows, count), end = begin_of(s + 1, rows, count);
    for (int64_t i = begin; i < end; ++i) {
      const float* from = a.start + i * a.row;
      float* to = strips + s * strip_size + (i - begin) * row_step;
      if (a.column == 1) {
        int64_t p = 0;
        for (; p + lanes <= k; p += lanes) store(to + p, load(from + p));
        if (p < k) store_some(to + p, load_some(from + p, k - p), k - p);
      } else {
        for (int64_t p = 0; p < k; ++p) to[p] = from[p * a.column];
      }
    }
  }
  return 0;
}

}  // namespace dikkat::tile
