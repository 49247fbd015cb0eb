// Packing for products in bf16: factors of any layout and format become blocks of 1 KiB, 16 lines by 32 steps of k
// ("line": a row of a, a column of b), in which two neighbours along k stand together in 32 bits, a pair:
//
//   of a   [line][pair]   16 x 16 pairs, a row of 64 bytes holds 32 numbers of one line
//   of b   [pair][line]   the transpose: a row holds one pair of each of 16 lines
//
// So one kind is the other turned. What lies along k in memory becomes [line][pair] by rounding alone, what lies along
// the lines [pair][line] by rounding and interleaving; where the other kind is wanted, 16 x 16 pairs are turned in
// registers, which are 64 exchanges. The edges are filled with zeros.
//
// A number x that is packed in two parts is high + low, high = bf16(x) and low = bf16(x - high). vcvtne2ps2bf16 rounds
// to the nearest, ties to the even one, and takes subnormal numbers for zeros.
#pragma once

#include "kernels/matmul/args.h"
#include "kernels/simd.h"

#if defined(__AVX512F__)

#define DIKKAT_AVX512_BF16 __attribute__((target("avx512bf16")))

namespace dikkat::bf16 {

constexpr int64_t block_lines = 16, block_steps = 32;
constexpr int64_t block_size = block_lines * block_steps;  // numbers: 1 KiB

// A factor: number p of line i at start + i * line + p * step, in elements.
struct Factor {
  const void* start = nullptr;
  Storage storage = Storage::real;
  int64_t line = 0, step = 0;

  Factor moved(int64_t elements) const {
    return {static_cast<const char*>(start) + elements * element_size(), storage, line, step};
  }
  int64_t element_size() const { return storage == Storage::real ? 4 : 2; }
  Factor at(int64_t i, int64_t p) const { return moved(i * line + p * step); }
};

static inline uint32_t first_bits(int64_t count) {
  return count <= 0 ? 0u : count >= 32 ? ~0u : (1u << count) - 1;
}

// bf16 numbers as f32. (The forms with a mask, because GCC 12 warns about the others: they leave a register undefined.)
static inline __m512 widened(__m256i bits) {
  return (__m512)_mm512_maskz_slli_epi32(0xffff, _mm512_maskz_cvtepu16_epi32(0xffff, bits), 16);
}

// Sixteen numbers, those in the mask; zeros elsewhere.
static inline __m512 sixteen(const void* start, Storage storage, int64_t index, __mmask16 mask) {
  if (storage == Storage::real) return _mm512_maskz_loadu_ps(mask, static_cast<const float*>(start) + index);
  const __m256i bits = _mm256_maskz_loadu_epi16(mask, static_cast<const uint16_t*>(start) + index);
  return storage == Storage::f16 ? _mm512_maskz_cvtph_ps(0xffff, bits) : widened(bits);
}

// 32 rounded numbers: those of `first`, then those of `second`.
DIKKAT_AVX512_BF16 static inline __m512i rounded(__m512 first, __m512 second) {
  return (__m512i)_mm512_cvtne2ps_pbh(second, first);
}

// What rounding took away from these 16 numbers.
static inline __m512 remainder(__m512 x, __m256i high) {
  return x - widened(high);
}

template <int parts>
DIKKAT_AVX512_BF16 static inline void round_parts(__m512 first, __m512 second, __m512i (&part)[parts]) {
  part[0] = rounded(first, second);
  if constexpr (parts == 2) {
    part[1] = rounded(remainder(first, _mm512_maskz_extracti64x4_epi64(0xf, part[0], 0)),
                      remainder(second, _mm512_maskz_extracti64x4_epi64(0xf, part[0], 1)));
  }
}

// Everything below is about one panel: 32 lines of a factor, `steps` along k. Step by step it holds two blocks, lines
// 0-15 and 16-31, and behind them as many low parts if there are two parts.
template <int parts>
constexpr int64_t step_size = 2 * parts * block_size;
constexpr int64_t low_part = 2 * block_size;
constexpr int64_t panel_lines = 32;

// Panels lie so far apart, in numbers. The two cache lines more keep a row of memory whose numbers go to many panels
// from meeting them all in the same few lines of the first cache.
static inline int64_t panel_size(int64_t parts, int64_t panel_steps) {
  return panel_steps * 2 * parts * block_size + 64;
}

// 32 numbers of a line that lie step apart, the first `count` of them.
static inline void gather(const Factor& f, int64_t count, float (&numbers)[32]) {
  for (int64_t p = 0; p < 32; ++p) {
    const __m512 one = sixteen(f.start, f.storage, p * f.step, p < count ? 1 : 0);
    numbers[p] = ((simd::Lanes)one)[0];
  }
}

// Block number `step` of line i of a panel, as a row of the block: [line][pair]. f begins with that line; `there` is
// false for a line of zeros.
template <Storage storage, int parts>
DIKKAT_AVX512_BF16 static inline void pack_line(const Factor& f, int64_t i, bool there, int64_t step, int64_t steps,
                                                uint16_t* panel) {
  const int64_t p = step * block_steps;
  const uint32_t mask = there ? first_bits(steps - p) : 0;
  __m512 first, second;
  if (f.step == 1) {
    first = sixteen(f.start, storage, p, static_cast<__mmask16>(mask));
    second = sixteen(f.start, storage, p + 16, static_cast<__mmask16>(mask >> 16));
  } else {
    float numbers[32];
    gather(f.at(0, p), there ? steps - p : 0, numbers);
    first = _mm512_loadu_ps(numbers);
    second = _mm512_loadu_ps(numbers + 16);
  }
  __m512i part[parts];
  round_parts<parts>(first, second, part);
  uint16_t* to = panel + step * step_size<parts> + i / block_lines * block_size + i % block_lines * block_steps;
  for (int h = 0; h < parts; ++h) _mm512_store_si512(to + h * low_part, part[h]);
}

// Rows of memory are asked for so long before they are packed: the processor looks ahead by itself, but not to another
// page. Measured on rows of 200 KB, of which 1 KiB is read each: 10.6 GB/s without, 14.6 with one thread, 13.2 and 22.6
// with two.
constexpr int64_t rows_of_memory_ahead = 8;

// Pair number p of up to `lines` neighbouring lines, as a row of each of their blocks: [pair][line]. Where the lines
// are neighbours in memory, two rows are read from end to end.
template <Storage storage, int parts>
DIKKAT_AVX512_BF16 static void pack_pair(const Factor& f, int64_t lines, int64_t p, int64_t steps, uint16_t* panel,
                                         int64_t distance) {
  const __m512i count = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  const __m512i interleave = (__m512i)((__v16si)count * 0x10001 + 0x100000);
  const bool first_there = 2 * p < steps, second_there = 2 * p + 1 < steps;
  const Factor row = f.at(0, 2 * p), next = f.at(0, 2 * p + 1);
  uint16_t* to = panel + p / 16 * step_size<parts> + p % 16 * 32;
  const Factor later = f.at(0, 2 * p + rows_of_memory_ahead);
  for (int64_t line = 0; line < lines; line += panel_lines) {
    for (int64_t half = 0; half < 2; ++half) {
      const int64_t i = line + half * 16;
      __builtin_prefetch(later.at(i, 0).start, 0, 2);
      __builtin_prefetch(later.at(i, 1).start, 0, 2);
      const auto mask = static_cast<__mmask16>(first_bits(lines - i));
      __m512i part[parts];
      round_parts<parts>(sixteen(row.start, storage, i, first_there ? mask : 0),
                         sixteen(next.start, storage, i, second_there ? mask : 0), part);
      for (int h = 0; h < parts; ++h) {
        _mm512_store_si512(to + half * block_size + h * low_part, _mm512_permutexvar_epi16(interleave, part[h]));
      }
    }
    to += distance;
  }
}

// [line][pair] to [pair][line] or back, where it stands.
static void turn_block(uint16_t* block) {
  simd::Lanes pairs[16];
  for (int i = 0; i < 16; ++i) pairs[i] = (simd::Lanes)_mm512_load_si512(block + i * 32);
  simd::transpose(pairs);
  for (int i = 0; i < 16; ++i) _mm512_store_si512(block + i * 32, (__m512i)pairs[i]);
}

// A factor, or the part of one that is packed at a time, and its panels one after the other at `to`: blocks
// [pair][line] (by_pairs) or [line][pair].
struct Packing {
  Factor from;
  int64_t lines = 0, steps = 0;  // what there is; the rest of panels and blocks is zeros
  bool by_pairs = false;
  uint16_t* to = nullptr;

  int64_t panels() const { return (lines + panel_lines - 1) / panel_lines; }
  int64_t panel_steps() const { return (steps + block_steps - 1) / block_steps; }
  bool along_lines() const { return from.line == 1 && from.step != 1; }
};

// In how many pieces it can be done, in any order. A piece is a panel; where the lines are neighbours in memory it is
// one step (32 rows of memory) of up to `run` lines, long enough for the prefetchers.
constexpr int64_t run = 512;
static inline int64_t pieces_of(const Packing& p) {
  return p.along_lines() ? (p.lines + run - 1) / run * p.panel_steps() : p.panels();
}

template <Storage storage, int parts>
static void pack_piece_of(const Packing& p, int64_t piece) {
  const int64_t distance = panel_size(parts, p.panel_steps());
  if (p.along_lines()) {
    const int64_t step = piece % p.panel_steps(), line = piece / p.panel_steps() * run;
    const int64_t lines = p.lines - line < run ? p.lines - line : run;
    uint16_t* to = p.to + line / panel_lines * distance;
    for (int64_t pair = 16 * step; pair < 16 * step + 16; ++pair) {
      pack_pair<storage, parts>(p.from.at(line, 0), lines, pair, p.steps, to, distance);
    }
    for (int64_t i = 0; i < lines && !p.by_pairs; i += panel_lines) {
      uint16_t* blocks = to + i / panel_lines * distance + step * step_size<parts>;
      for (int64_t block = 0; block < 2 * parts; ++block) turn_block(blocks + block * block_size);
    }
  } else {
    uint16_t* to = p.to + piece * distance;
    for (int64_t i = 0; i < panel_lines; ++i) {
      const int64_t line = piece * panel_lines + i;
      const Factor from = p.from.at(line, 0);
      for (int64_t step = 0; step < p.panel_steps(); ++step) {
        pack_line<storage, parts>(from, i, line < p.lines, step, p.steps, to);
      }
    }
    for (int64_t block = 0; block < 2 * parts * p.panel_steps() && p.by_pairs; ++block)
      turn_block(to + block * block_size);
  }
}

template <int parts>
static inline void pack_piece(const Packing& p, int64_t piece) {
  if (p.from.storage == Storage::real) {
    pack_piece_of<Storage::real, parts>(p, piece);
  } else if (p.from.storage == Storage::bf16) {
    pack_piece_of<Storage::bf16, parts>(p, piece);
  } else {
    pack_piece_of<Storage::f16, parts>(p, piece);
  }
}

}  // namespace dikkat::bf16

#endif
