// 32 x 32 sums with vdpbf16ps of AVX512-BF16, for processors that have it and no tiles: it multiplies 16 pairs and adds
// both products of a pair to one lane. 8 rows by 32 columns at a time are 16 sums in registers; for each pair along k 2
// vectors of b are loaded and 8 pairs of a spread to all lanes. vdpbf16ps takes subnormal numbers for zeros and makes
// zeros of subnormal results.
#pragma once

#include "kernels/matmul/bf16_pack.h"

#if defined(__AVX512F__)

namespace dikkat::bf16 {

// sum += the products of 16 pairs, both of each to one lane. (Clang 16 fails on the intrinsic's types where a pair is
// spread to all lanes.)
static inline void add_pairs(__m512& sum, __m512i left, __m512i right) {
  asm("vdpbf16ps %2, %1, %0" : "+v"(sum) : "v"(left), "v"(right));
}

// sum += 8 rows of a block of a times two blocks of b.
static inline void multiply_block(const uint16_t* a, const uint16_t* b, __m512 (&sum)[8][2]) {
  for (int pair = 0; pair < 16; ++pair) {
    const __m512i left = _mm512_load_si512(b + pair * 32), right = _mm512_load_si512(b + block_size + pair * 32);
    for (int i = 0; i < 8; ++i) {
      int32_t two;
      __builtin_memcpy(&two, a + i * 32 + pair * 2, 4);
      const __m512i factor = _mm512_set1_epi32(two);
      add_pairs(sum[i][0], factor, left);
      add_pairs(sum[i][1], factor, right);
    }
  }
}

// What multiply_tiles() of bf16_tiles.h does, and on the same blocks. The sums of these steps are added to what was
// there: one running sum over tens of thousands of steps would lose digits.
template <int parts, class Aside>
DIKKAT_AVX512_BF16 static void multiply_dots(const uint16_t* a, const uint16_t* b, int64_t steps, const float* start,
                                             int64_t start_stride, float* c, int64_t stride, Aside& aside) {
  constexpr int64_t low = low_part;
  for (int64_t i = 0; i < 32; i += 8) {
    const uint16_t *rows = a + i / 16 * block_size + i % 16 * 32, *columns = b;
    const float* from = start ? start + i * start_stride : nullptr;
    float* to = c + i * stride;
    __m512 sum[8][2];
    for (int r = 0; r < 8; ++r) {
      for (int v = 0; v < 2; ++v) sum[r][v] = _mm512_setzero_ps();
    }
    for (int64_t step = 0; step < steps; ++step) {
      if constexpr (parts == 2) multiply_block(rows, columns + low, sum);
      multiply_block(rows, columns, sum);
      if constexpr (parts == 2) multiply_block(rows + low, columns, sum);
      rows += 2 * parts * block_size;
      columns += 2 * parts * block_size;
      if (i == 0) aside.run();
    }
    for (int r = 0; r < 8; ++r) {
      for (int v = 0; v < 2; ++v) {
        if (start) sum[r][v] += _mm512_loadu_ps(from + r * start_stride + 16 * v);
        _mm512_storeu_ps(to + r * stride + 16 * v, sum[r][v]);
      }
    }
  }
}

}  // namespace dikkat::bf16

#endif
