// What a thread does aside, while its tiles multiply: it packs the next 32 rows of a and fetches the c that comes next.
// After each step of the multiplication it does a little of that: the tiles need the processor's other parts for a
// third of their time only, and what has to wait for memory does not keep them waiting.
#pragma once

#include "kernels/matmul/bf16_pack.h"
#include "kernels/simd.h"

#if defined(__AVX512F__)

namespace dikkat::bf16 {

// A part of c, at most 32 x 32.
struct Corner {
  float* c = nullptr;
  int64_t row = 0, column = 1;  // steps
  int64_t rows = 0, columns = 0;
  bool add = false;  // to what is there
  const float* bias = nullptr;

  bool whole() const { return rows == panel_lines && columns == panel_lines && column == 1; }
};
constexpr int64_t corner_size = panel_lines * panel_lines;

// What the sums begin with, in rows of 32: zeros or c, and the bias.
static inline void read_corner(const Corner& x, float* sums) {
  using namespace simd;
  for (int64_t i = 0; i < panel_lines; ++i) {
    for (int64_t j = 0; j < panel_lines; j += lanes) {
      const int64_t count = i >= x.rows || j >= x.columns ? 0 : up_to_lanes(x.columns - j);
      const float* from = x.c + i * x.row + j * x.column;
      Lanes value = {};
      if (x.add && x.column == 1) {
        value = load_some(from, count);
      } else if (x.add) {
        for (int64_t lane = 0; lane < count; ++lane) value[lane] = from[lane * x.column];
      }
      if (x.bias) value += load_some(x.bias + j, count);
      store(sums + i * panel_lines + j, value);
    }
  }
}

// c = sums.
static inline void write_corner(const Corner& x, const float* sums) {
  using namespace simd;
  for (int64_t i = 0; i < x.rows; ++i) {
    for (int64_t j = 0; j < x.columns; j += lanes) {
      const int64_t count = up_to_lanes(x.columns - j), at = i * x.row + j * x.column;
      const Lanes value = load(sums + i * panel_lines + j);
      if (x.column == 1) {
        store_some(x.c + at, value, count);
      } else {
        for (int64_t lane = 0; lane < count; ++lane) x.c[at + lane * x.column] = value[lane];
      }
    }
  }
}

// A row is asked for while the fourth before it is packed: the processor looks ahead by itself, but not to another row.
// (With 12 rows, or none at all, 384 -> 384 is within 3 %.)
constexpr int64_t panel_rows_ahead = 4;

// The next 32 rows of an a whose rows lie along k, packed block by block, each row from end to end.
template <int parts>
struct Rows {
  const float* row = nullptr;  // that is being packed
  uint16_t* to = nullptr;      // its first block
  int64_t row_step = 0, step = 0, steps = 0, line = panel_lines, lines = 0;
  uint32_t tail = 0;

  void begin(const Packing& p) {
    row = static_cast<const float*>(p.from.start), to = p.to;
    row_step = p.from.line, steps = p.panel_steps(), lines = p.lines;
    tail = first_bits(p.steps - (steps - 1) * block_steps);
    step = line = 0;
  }
  bool done() const { return line == panel_lines; }
  DIKKAT_AVX512_BF16 void pack(int64_t count) {
    for (; count > 0 && !done(); --count) {
      const bool last = step + 1 == steps;
      const uint32_t mask = line >= lines ? 0 : last ? tail : ~0u;
      const float* from = row + step * block_steps;
      __builtin_prefetch(from + panel_rows_ahead * row_step, 0, 2);
      __builtin_prefetch(from + panel_rows_ahead * row_step + 16, 0, 2);
      __m512i part[parts];
      round_parts<parts>(_mm512_maskz_loadu_ps(static_cast<__mmask16>(mask), from),
                         _mm512_maskz_loadu_ps(static_cast<__mmask16>(mask >> 16), from + 16), part);
      for (int h = 0; h < parts; ++h) _mm512_store_si512(to + step * step_size<parts> + h * low_part, part[h]);
      ++step;
      if (last) {
        step = 0, ++line, row += row_step;
        to += line == block_lines ? block_size - (block_lines - 1) * block_steps : block_steps;
      }
    }
  }
};

template <int parts>
struct Aside {
  Rows<parts> rows;
  int64_t rows_each = 0;  // blocks of rows that are packed after each step

  // To be called after each step of the multiplication.
  void run() {
    if (!rows.done()) rows.pack(rows_each);
    for (int64_t i = 0; i < fetch_each && fetched < 2 * panel_lines; ++i, ++fetched) {
      asm volatile("prefetchw %0" ::"m"(fetch[fetched / 2 * fetch_row + fetched % 2 * 16]));
    }
  }

  // During the next `steps` steps, fetch the 32 x 32 of c that lie so many rows and columns from this corner, to add to
  // it. Whole lines that are only written are better not fetched (3 to 8 % of a product); where rows begin within a
  // line, two corners write to it (50257 columns: 2050 GFLOP/s with, 1090 without).
  void fetch_corner(const Corner& from, int64_t rows_on, int64_t columns_on, int64_t steps) {
    const bool whole_lines = from.row % 16 == 0;
    if (from.column != 1 || (whole_lines && !from.add)) return;
    fetch = from.c + rows_on * from.row + columns_on, fetch_row = from.row;
    fetched = 0, fetch_each = (2 * panel_lines + steps - 1) / steps;
  }
  void fetch_nothing() { fetched = 2 * panel_lines; }

 private:
  const float* fetch = nullptr;
  int64_t fetch_row = 0, fetched = 2 * panel_lines, fetch_each = 0;
};

}  // namespace dikkat::bf16

#endif
