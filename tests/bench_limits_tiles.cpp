// The limit of bf16 tiles. The functions carry their instruction set as an attribute: the rest of the program runs on
// processors without tiles, and these are only called where has_tiles() holds.
#include <algorithm>
#include <cstring>

#include "kernels/parallel.h"
#include "tests/bench.h"
#include "tests/bench_limits.h"

#if defined(__x86_64__) && defined(__linux__)
#include <cpuid.h>
#include <immintrin.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace dikkat::bench {

#if defined(__x86_64__) && defined(__linux__)

namespace {

constexpr int64_t tile_bytes = 1024;
constexpr int64_t steps_in_cache = 8;  // of two tiles of a and two of b: 32 KiB, which stay in the first cache

// What the instruction ldtilecfg reads: the number of rows and the bytes of a row of each of the eight tiles.
struct Configuration {
  uint8_t palette = 1, start_row = 0, reserved[14] = {};
  uint16_t bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
  uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
};
static_assert(sizeof(Configuration) == 64);

// Written out, not the intrinsic: GCC 12's says that it reads 8 of the 64 bytes, and the others may not be stored yet.
void load_configuration(const Configuration& configuration) {
  asm volatile("ldtilecfg %0" : : "m"(configuration));
}
Configuration stored_configuration() {
  Configuration configuration;
  asm volatile("sttilecfg %0" : "=m"(configuration));
  return configuration;
}

__attribute__((target("amx-tile,amx-bf16"))) void multiply_registers(const char*, int64_t steps) {
  for (int64_t step = 0; step < steps; ++step) {
    _tile_dpbf16ps(0, 4, 6);
    _tile_dpbf16ps(1, 4, 7);
    _tile_dpbf16ps(2, 5, 6);
    _tile_dpbf16ps(3, 5, 7);
  }
}

__attribute__((target("amx-tile,amx-bf16"))) void multiply_loaded(const char* tiles, int64_t steps) {
  for (int64_t step = 0; step < steps; ++step) {
    const char* from = tiles + step % steps_in_cache * 4 * tile_bytes;
    _tile_loadd(4, from, 64);
    _tile_loadd(6, from + 2 * tile_bytes, 64);
    _tile_dpbf16ps(0, 4, 6);
    _tile_loadd(7, from + 3 * tile_bytes, 64);
    _tile_dpbf16ps(1, 4, 7);
    _tile_loadd(5, from + tile_bytes, 64);
    _tile_dpbf16ps(2, 5, 6);
    _tile_dpbf16ps(3, 5, 7);
  }
}

// Numbers of both signs between 1 and 2. Zeros would flatter: the processor keeps a higher clock while it multiplies
// them (a quarter higher than with these).
struct Tiles {
  alignas(64) uint16_t numbers[steps_in_cache * 4 * tile_bytes / 2];
  Tiles() {
    uint32_t state = 1;
    for (uint16_t& number : numbers) {
      state = state * 1664525 + 1013904223;
      number = static_cast<uint16_t>(0x3f80 | (state >> 16 & 0x807f));
    }
  }
};

// The tiles of one thread, from zero sums; whatever configuration the thread had before it has afterwards.
__attribute__((target("amx-tile,amx-bf16"))) void multiply(TileOperands operands, int64_t steps) {
  static thread_local const Tiles numbers;
  const char* tiles = reinterpret_cast<const char*>(numbers.numbers);
  const Configuration before = stored_configuration();
  load_configuration({});
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
  _tile_loadd(4, tiles, 64);
  _tile_loadd(5, tiles, 64);
  _tile_loadd(6, tiles, 64);
  _tile_loadd(7, tiles, 64);
  (operands == TileOperands::registers ? multiply_registers : multiply_loaded)(tiles, steps);
  load_configuration(before);
}

bool ask_for_tiles() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  constexpr unsigned tile = 1u << 24, bf16 = 1u << 22;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || (d & tile) == 0 || (d & bf16) == 0) return false;
  constexpr long request_permission = 0x1023, tile_data = 18;  // ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA
  return syscall(SYS_arch_prctl, request_permission, tile_data) == 0;
}

}  // namespace

bool has_tiles() {
  static const bool answer = ask_for_tiles();
  return answer;
}

double tiles_limit(TileOperands operands, int64_t runs) {
  if (!has_tiles()) return 0;
  constexpr int64_t steps = 100'000;                     // about 5 ms
  constexpr double operations = 4.0 * 16 * 16 * 32 * 2;  // of a step
  const double seconds =
      best_seconds(runs, [&] { parallel_for(threads(), [&](int64_t) { multiply(operands, steps); }); });
  return static_cast<double>(threads()) * steps * operations / seconds / 1e9;
}

#else

bool has_tiles() {
  return false;
}
double tiles_limit(TileOperands, int64_t) {
  return 0;
}

#endif

}  // namespace dikkat::bench
