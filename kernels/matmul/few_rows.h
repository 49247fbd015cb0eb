// A few rows times a matrix, as when text is generated word by word. Every number of b takes part in a handful of
// multiplications only, so memory sets the pace: b is read exactly once, as it lies and in whatever format.
// Eight rows of b are read side by side, for memory answers eight streams sooner than one, and each is asked for ahead
// of its use: the processor looks ahead by itself, but not beyond the end of a 4 KiB page.
#pragma once

#include "kernels/matmul/pack.h"

namespace dikkat::few {

using namespace simd;
using tile::Matrix;

constexpr int64_t max_rows = 8;

// Columns of c whose sums wait in the first cache until they are stored.
constexpr int64_t columns = 2048;

// How far ahead a stream is asked for: bytes that arrive in some microseconds.
constexpr int64_t bytes_ahead = 2048;

// Sums in registers, at most.
constexpr int max_sums = sizeof(Lanes) == 64 ? 24 : 12;

// Products of all rows of a with `count` columns of b from column j on (b is the transpose of rows), `width` steps of k
// from p on, in lanes. What lies `ahead` numbers behind those in use is asked for.
template <int rows, int count, class Number>
[[gnu::always_inline]] static inline void add_products(Lanes (&sum)[rows][count], const Matrix<float>& a,
                                                       const Matrix<Number>& b, int64_t j, int64_t p, int64_t width,
                                                       int64_t ahead) {
  Lanes left[rows];
#pragma GCC unroll 8
  for (int i = 0; i < rows; ++i) left[i] = load_up_to(a.at(i, p), width);
#pragma GCC unroll 8
  for (int q = 0; q < count; ++q) {
    const Number* from = b.at(p, j + q);
    __builtin_prefetch(from + ahead, 0, 3);
    const Lanes right = load_up_to(from, width);
#pragma GCC unroll 8
    for (int i = 0; i < rows; ++i) sum[i][q] = multiply_add(left[i], right, sum[i][q]);
  }
}

// The sums go to sums[i * columns + q].
template <int rows, int count, class Number>
static void dots(const Matrix<float>& a, const Matrix<Number>& b, int64_t j, int64_t k, float* sums) {
  Lanes sum[rows][count];
#pragma GCC unroll 8
  for (int i = 0; i < rows; ++i) {
#pragma GCC unroll 8
    for (int q = 0; q < count; ++q) sum[i][q] = Lanes{};
  }
  // Behind the ends of these columns begin the next ones that will be read.
  constexpr int64_t far = bytes_ahead / static_cast<int64_t>(sizeof(Number));
  const int64_t ahead = far < k ? far : k, turn = (k - ahead) / lanes * lanes, beyond = count * b.column - turn;
  int64_t p = 0;
  for (; p < turn; p += lanes) add_products(sum, a, b, j, p, lanes, ahead);
  for (; p + lanes <= k; p += lanes) add_products(sum, a, b, j, p, lanes, beyond);
  if (p < k) add_products(sum, a, b, j, p, k - p, beyond);
  float values[rows * count + lanes];
#pragma GCC unroll 32
  for (int first = 0; first < rows * count; first += lanes) {
    Lanes part[lanes];
#pragma GCC unroll 16
    for (int l = 0; l < lanes; ++l) {
      const int at = first + l;
      part[l] = at < rows * count ? sum[at / count][at % count] : Lanes{};
    }
    store(values + first, sum_each(part));
  }
  for (int i = 0; i < rows; ++i) {
    for (int q = 0; q < count; ++q) sums[i * columns + q] = values[i * count + q];
  }
}

// b lies in rows: adds `steps` rows of b from row p on, times their numbers of a, to the sums of `vectors` vectors of
// columns from column j on, `width` of which are there.
template <int rows, int steps, int vectors, class Number>
[[gnu::always_inline]] static inline void add_rows(const Matrix<float>& a, const Matrix<Number>& b, int64_t p,
                                                   int64_t j, int64_t width, int64_t ahead, float* sums) {
  Lanes sum[rows][vectors];
#pragma GCC unroll 8
  for (int i = 0; i < rows; ++i) {
#pragma GCC unroll 2
    for (int v = 0; v < vectors; ++v) sum[i][v] = Lanes{};
  }
#pragma GCC unroll 8
  for (int s = 0; s < steps; ++s) {
    const Number* from = b.at(p + s, j);
    Lanes right[vectors];
#pragma GCC unroll 2
    for (int v = 0; v < vectors; ++v) {
      __builtin_prefetch(from + ahead + v * lanes, 0, 3);
      right[v] = load_up_to(from + v * lanes, vectors > 1 ? lanes : width);
    }
#pragma GCC unroll 8
    for (int i = 0; i < rows; ++i) {
      const Lanes left = splat(*a.at(i, p + s));
#pragma GCC unroll 2
      for (int v = 0; v < vectors; ++v) sum[i][v] = multiply_add(left, right[v], sum[i][v]);
    }
  }
#pragma GCC unroll 8
  for (int i = 0; i < rows; ++i) {
#pragma GCC unroll 2
    for (int v = 0; v < vectors; ++v) {
      float* total = sums + i * columns + v * lanes;
      store(total, load(total) + sum[i][v]);
    }
  }
}

template <int rows, int steps, class Number>
static void add_rows(const Matrix<float>& a, const Matrix<Number>& b, int64_t p, int64_t j, int64_t width,
                     float* sums) {
  constexpr int64_t far = bytes_ahead / static_cast<int64_t>(sizeof(Number)), pair = 2 * lanes;
  const int64_t ahead = far < width ? far : width, turn = (width - ahead) / pair * pair;
  const int64_t beyond = steps * b.row - turn;
  int64_t at = 0;
  for (; at < turn; at += pair) add_rows<rows, steps, 2>(a, b, p, j + at, pair, ahead, sums + at);
  for (; at + pair <= width; at += pair) add_rows<rows, steps, 2>(a, b, p, j + at, pair, beyond, sums + at);
  for (; at < width; at += lanes) {
    add_rows<rows, steps, 1>(a, b, p, j + at, up_to_lanes(width - at), beyond, sums + at);
  }
}

// All rows of a times `width` columns of b from column j on, width <= columns.
template <int rows, class Number>
static void multiply_rows(const Matrix<float>& a, const Matrix<Number>& b, int64_t j, int64_t width, int64_t k,
                          float* sums) {
  if (b.row == 1 && a.column == 1) {
    constexpr int count = max_sums / rows < 8 ? max_sums / rows : 8;
    int64_t q = 0;
    for (; q + count <= width; q += count) dots<rows, count>(a, b, j + q, k, sums + q);
    for (; q < width; ++q) dots<rows, 1>(a, b, j + q, k, sums + q);
  } else {
    for (int64_t i = 0; i < rows; ++i) {
      for (int64_t q = 0; q < width; q += lanes) store(sums + i * columns + q, Lanes{});
    }
    int64_t p = 0;
    for (; p + 8 <= k; p += 8) add_rows<rows, 8>(a, b, p, j, width, sums);
    for (; p < k; ++p) add_rows<rows, 1>(a, b, p, j, width, sums);
  }
}

template <int rows, class Number>
static inline void pick_rows(int64_t wanted, const Matrix<float>& a, const Matrix<Number>& b, int64_t j, int64_t width,
                             int64_t k, float* sums) {
  if (wanted == rows) {
    multiply_rows<rows>(a, b, j, width, k, sums);
  } else if constexpr (rows > 1) {
    pick_rows<rows - 1>(wanted, a, b, j, width, k, sums);
  }
}

// `to` is the first of `width` columns of c (1 ... columns), which belong to b's columns from j on; a has `rows` rows
// (1 ... max_rows). b lies in rows or is the transpose of rows, and in the second case a lies in rows.
template <class Number>
static void multiply(const Matrix<float>& a, const Matrix<Number>& b, int64_t rows, int64_t j, int64_t width, int64_t k,
                     const tile::Target& to) {
  float sums[max_rows * columns + lanes];
  pick_rows<max_rows>(rows, a, b, j, width, k, sums);
  tile::store_part(sums, columns, rows, width, to);
}

}  // namespace dikkat::few
