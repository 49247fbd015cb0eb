// 32 x 32 sums on AMX tiles. A tile is a register of 16 rows of 64 bytes, eight of them for each thread:
//
//             b:   tile 6   tile 7        tdpbf16ps adds the product of a tile of a (16 rows, 32 steps of k) and one of
//   a:  tile 4     tile 0   tile 1        b (16 pairs along k, 16 columns) to a tile of 16 x 16 f32 sums, in 16 cycles.
//       tile 5     tile 2   tile 3        Four sums for two and two factors: each loaded tile is used twice.
//
// One step of 32 along k is 4 loads and 4 products. With two parts for each factor (bf16x3) it is 8 loads and 12
// products: high * low, high * high, low * high, each of which exchanges half of the loaded tiles for the next.
//
// tdpbf16ps sums the even and the odd steps of k of a tile separately, both from zero, and adds them to the tile with
// one rounding each. It takes subnormal numbers for zeros and makes zeros of subnormal results.
#pragma once

#include "kernels/matmul/bf16_pack.h"

#if defined(__AVX512F__)

#define DIKKAT_AMX __attribute__((target("amx-tile,amx-bf16")))

namespace dikkat::bf16 {

// All eight tiles of the calling thread with 16 rows of 64 bytes. release_tiles() gives them back: the system saves
// them whenever it takes the processor from a thread that holds any.
DIKKAT_AMX static inline void configure_tiles() {
  struct {
    uint8_t palette = 1, start_row = 0, reserved[14] = {};
    uint16_t row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
    uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
  } configuration;
  // GCC 12's _tile_loadconfig says that it reads 8 bytes. This says that somebody may read all 64.
  asm volatile("" ::"r"(&configuration) : "memory");
  _tile_loadconfig(&configuration);
}

DIKKAT_AMX static inline void release_tiles() {
  _tile_release();
}

// Loads a block of 16 rows of 64 bytes. `passing`: one that is not worth a place in the first cache.
template <bool passing>
DIKKAT_AMX static inline void load_upper_a(const uint16_t* block) {
  if constexpr (passing) {
    _tile_stream_loadd(4, block, 64);
  } else {
    _tile_loadd(4, block, 64);
  }
}
template <bool passing>
DIKKAT_AMX static inline void load_lower_a(const uint16_t* block) {
  if constexpr (passing) {
    _tile_stream_loadd(5, block, 64);
  } else {
    _tile_loadd(5, block, 64);
  }
}
template <bool passing>
DIKKAT_AMX static inline void load_left_b(const uint16_t* block) {
  if constexpr (passing) {
    _tile_stream_loadd(6, block, 64);
  } else {
    _tile_loadd(6, block, 64);
  }
}
template <bool passing>
DIKKAT_AMX static inline void load_right_b(const uint16_t* block) {
  if constexpr (passing) {
    _tile_stream_loadd(7, block, 64);
  } else {
    _tile_loadd(7, block, 64);
  }
}

// c = start + 32 rows of a times 32 columns of b, `steps` blocks along k. c and start have rows of `stride` and
// `start_stride` floats (0: all rows begin with the same ones); a null start is zeros. A step of a is two blocks (rows
// 0-15, 16-31), and as many of the low parts behind them if there are two parts; a step of b likewise. After each step
// `aside` may do something else for as long as the tiles multiply. stream_b: a is what comes again and should stay in
// the first cache, b passes through it; otherwise the other way round.
template <int parts, bool stream_b, class Aside>
DIKKAT_AMX static void multiply_tiles(const uint16_t* a, const uint16_t* b, int64_t steps, const float* start,
                                      int64_t start_stride, float* c, int64_t stride, Aside& aside) {
  asm volatile("" ::: "memory");  // GCC 12 does not know either that tiles are loaded from memory
  if (start) {
    const float* start_below = start + 16 * start_stride;
    _tile_loadd(0, start, start_stride * 4);
    _tile_loadd(1, start + 16, start_stride * 4);
    _tile_loadd(2, start_below, start_stride * 4);
    _tile_loadd(3, start_below + 16, start_stride * 4);
  } else {
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
  }
  constexpr int64_t low = low_part;
  for (int64_t step = 0; step < steps; ++step) {
    load_upper_a<!stream_b>(a);
    if constexpr (parts == 2) {
      load_left_b<stream_b>(b + low);
      _tile_dpbf16ps(0, 4, 6);
      load_right_b<stream_b>(b + low + block_size);
      _tile_dpbf16ps(1, 4, 7);
      load_lower_a<!stream_b>(a + block_size);
      _tile_dpbf16ps(2, 5, 6);
      _tile_dpbf16ps(3, 5, 7);
    }
    load_left_b<stream_b>(b);
    _tile_dpbf16ps(0, 4, 6);
    load_right_b<stream_b>(b + block_size);
    _tile_dpbf16ps(1, 4, 7);
    if constexpr (parts == 1) load_lower_a<!stream_b>(a + block_size);
    _tile_dpbf16ps(2, 5, 6);
    _tile_dpbf16ps(3, 5, 7);
    if constexpr (parts == 2) {
      load_upper_a<!stream_b>(a + low);
      _tile_dpbf16ps(0, 4, 6);
      _tile_dpbf16ps(1, 4, 7);
      load_lower_a<!stream_b>(a + low + block_size);
      _tile_dpbf16ps(2, 5, 6);
      _tile_dpbf16ps(3, 5, 7);
    }
    a += 2 * parts * block_size;
    b += 2 * parts * block_size;
    aside.run();
  }
  float* below = c + 16 * stride;
  _tile_stored(0, c, stride * 4);
  _tile_stored(1, c + 16, stride * 4);
  _tile_stored(2, below, stride * 4);
  _tile_stored(3, below + 16, stride * 4);
}

}  // namespace dikkat::bf16

#endif
