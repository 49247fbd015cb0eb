// The heart of the f32 product: a tile of c, a few rows by two vectors, held in registers while a strip of a and a
// panel of b pass by once. Each step of k loads 2 vectors of b and one number of a for each row, and makes 2 * rows
// fused multiply-adds of whole vectors, so the multipliers and not the loads set the pace.
// With AVX-512 (32 registers) 14 rows: 28 sums, 2 vectors of b, 1 number of a. Otherwise (16 registers) 6 rows.
// Alone, with its panels in the second cache, it reaches 97 to 99 % of the multipliers' pace at the same clock; what
// costs more is the clock: after some milliseconds of loads beside the multiplications the processor lowers it, here to
// 85 to 89 % of its pace without any load. Other shapes (8 x 3, 9 x 3, 6 x 4 vectors) are within 2 % of this one.
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

// Steps of k between two stores of a tile, at most. A strip of a (21 KiB) then stays in the first cache while the
// panels pass; of 192, 256, 384 and 512 steps, 384 was best on the products of cpu.cpp's table (83.5, 84.1, 85.7, 84.6
// %).
constexpr int64_t depth = 384;

// A tile asks for one line of memory (64 bytes) every four steps of k: what the next tiles need comes near while the
// multipliers work. More would wait for each other: a line takes hundreds of cycles, four steps take 56.
constexpr int64_t steps_per_line = 4;

// Where a tile goes: c = sum, or c += sum, and the bias of its columns on top if there is one.
struct Target {
  float* c = nullptr;
  int64_t row_step = 0, column_step = 1;
  const float* bias = nullptr;
  bool add = false;
};

// The edge of a matrix, or a c with gaps: `sums` holds rows of `stride` numbers.
[[gnu::noinline]] static void store_part(const float* sums, int64_t stride, int64_t rows, int64_t width,
                                         const Target& to) {
  using namespace simd;
  for (int64_t i = 0; i < rows; ++i) {
    for (int64_t j = 0; j < width; j += lanes) {
      float* c = to.c + i * to.row_step + j * to.column_step;
      const int64_t count = up_to_lanes(width - j);
      Lanes value = simd::load(sums + i * stride + j);
      if (to.bias) value += load_up_to(to.bias + j, count);
      if (to.column_step == 1) {
        if (to.add) value += load_up_to(c, count);
        store_up_to(c, value, count);
      } else {
        for (int64_t l = 0; l < count; ++l) c[l * to.column_step] = value[l] + (to.add ? c[l * to.column_step] : 0.0f);
      }
    }
  }
}

// The loops over the sums are unrolled from the start (#pragma), or the compiler keeps the sums in memory.
template <int rows, int vectors>
[[gnu::always_inline]] static inline void store_tile(simd::Lanes (&sum)[rows][vectors], const Target& to,
                                                     int64_t width) {
  using namespace simd;
  if (to.column_step != 1 || width != vectors * lanes) {
    float sums[rows * vectors * lanes];
#pragma GCC unroll 14
    for (int i = 0; i < rows; ++i) {
#pragma GCC unroll 2
      for (int v = 0; v < vectors; ++v) store(sums + (i * vectors + v) * lanes, sum[i][v]);
    }
    store_part(sums, vectors * lanes, rows, width, to);
    return;
  }
  if (to.bias) {
#pragma GCC unroll 2
    for (int v = 0; v < vectors; ++v) {
      const Lanes bias = load(to.bias + v * lanes);
#pragma GCC unroll 14
      for (int i = 0; i < rows; ++i) sum[i][v] += bias;
    }
  }
  if (to.add) {
#pragma GCC unroll 14
    for (int i = 0; i < rows; ++i) {
#pragma GCC unroll 2
      for (int v = 0; v < vectors; ++v) sum[i][v] += load(to.c + i * to.row_step + v * lanes);
    }
  }
#pragma GCC unroll 14
  for (int i = 0; i < rows; ++i) {
#pragma GCC unroll 2
    for (int v = 0; v < vectors; ++v) store(to.c + i * to.row_step + v * lanes, sum[i][v]);
  }
}

// What a tile is made of. The strip of a lies in rows, number (i,p) at i * a_step + p, or in columns, p * a_step + i.
// The panel of b: number (p,j) at p * columns + j. `lines`: addresses to be asked for, at most k / steps_per_line.
struct Factors {
  const float *a = nullptr, *b = nullptr;
  int64_t a_step = 0, k = 0;
  const char* const* lines = nullptr;
  int64_t line_count = 0;
};

template <int rows, int vectors, bool in_columns>
[[gnu::noinline]] static void multiply_tile(const Factors& of, const Target& to, int64_t width) {
  using namespace simd;
  Lanes sum[rows][vectors];
#pragma GCC unroll 14
  for (int i = 0; i < rows; ++i) {
#pragma GCC unroll 2
    for (int v = 0; v < vectors; ++v) sum[i][v] = Lanes{};
  }
  const int64_t a_step = of.a_step;
  const float *a = of.a, *a5 = a + 5 * a_step, *a10 = a + 10 * a_step, *b = of.b;  // few registers reach all rows
  const auto step = [&]() __attribute__((always_inline)) {
    Lanes right[vectors];
#pragma GCC unroll 2
    for (int v = 0; v < vectors; ++v) right[v] = load(b + v * lanes);
#pragma GCC unroll 14
    for (int i = 0; i < rows; ++i) {
      const float left = in_columns ? a[i]
                         : i < 5    ? a[i * a_step]
                         : i < 10   ? a5[(i - 5) * a_step]
                                    : a10[(i - 10) * a_step];
#pragma GCC unroll 2
      for (int v = 0; v < vectors; ++v) sum[i][v] = multiply_add(splat(left), right[v], sum[i][v]);
    }
    a += in_columns ? a_step : 1;
    ++a5, ++a10;
    b += columns;
  };
  const int64_t rounds = of.k / steps_per_line;
  for (int64_t round = 0; round < rounds; ++round) {
    if (round < of.line_count) __builtin_prefetch(of.lines[round]);
    step(), step(), step(), step();
  }
  for (int64_t p = rounds * steps_per_line; p < of.k; ++p) step();
  store_tile<rows, vectors>(sum, to, width);
}

// Finds the function for this many rows.
template <int rows, int vectors, bool in_columns>
static inline void pick_rows(int64_t wanted, const Factors& of, const Target& to, int64_t width) {
  if (wanted == rows) {
    multiply_tile<rows, vectors, in_columns>(of, to, width);
  } else if constexpr (rows > 1) {
    pick_rows<rows - 1, vectors, in_columns>(wanted, of, to, width);
  }
}

// One tile: `rows` rows (1 ... max_rows) and `width` columns (1 ... columns) of strip times panel, k <= depth steps.
static inline void multiply(int64_t rows, int64_t width, const Factors& of, bool in_columns, const Target& to) {
  if (!in_columns) {
    if (width > simd::lanes) {
      pick_rows<max_rows, 2, false>(rows, of, to, width);
    } else {
      pick_rows<max_rows, 1, false>(rows, of, to, width);
    }
  } else {
    if (width > simd::lanes) {
      pick_rows<max_rows, 2, true>(rows, of, to, width);
    } else {
      pick_rows<max_rows, 1, true>(rows, of, to, width);
    }
  }
}

}  // namespace dikkat::tile
