// Compiled with the flags of the cpu kernels (tests/CMakeLists.txt), so nothing of the standard library's belongs here.
#include "tests/bench_limits_lanes.h"

#include "kernels/simd.h"

namespace dikkat::bench {

namespace {

using simd::Lanes;

// A fused multiply-add takes four cycles and two begin in each: eight sums or more keep both units busy, and all of
// them fit the registers (32 with AVX-512, otherwise 16).
constexpr int sums = simd::lanes == 16 ? 24 : 12;

// How far ahead of each of eight streams memory is asked for: about what arrives while the other streams are read.
constexpr int64_t ahead = 512;

float total(const Lanes& lanes) {
  float sum = 0;
  for (int i = 0; i < simd::lanes; ++i) sum += lanes[i];
  return sum;
}

}  // namespace

const int loop_lanes = simd::lanes;
const int64_t loop_sums = sums;

float multiply_add(int64_t steps) {
  const Lanes factor = simd::splat(0.999999f), addend = simd::splat(1e-7f);
  Lanes sum[sums];
  for (int i = 0; i < sums; ++i) sum[i] = simd::splat(static_cast<float>(i));
  for (int64_t step = 0; step < steps; ++step) {
#pragma GCC unroll 24
    for (int i = 0; i < sums; ++i) sum[i] = sum[i] * factor + addend;
  }
  for (int i = 1; i < sums; ++i) sum[0] += sum[i];
  return total(sum[0]);
}

float read_one(const float* from, int64_t count) {
  constexpr int vectors = 8;  // loads come two a cycle, a sum takes four: eight sums
  Lanes sum[vectors] = {};
  for (const float* end = from + count; from < end; from += vectors * simd::lanes) {
#pragma GCC unroll 8
    for (int i = 0; i < vectors; ++i) sum[i] += simd::load(from + i * simd::lanes);
  }
  for (int i = 1; i < vectors; ++i) sum[0] += sum[i];
  return total(sum[0]);
}

float read_eight(const float* from, int64_t count) {
  constexpr int streams = 8;
  constexpr int vectors = 32 / simd::lanes;  // two cache lines of each stream in turn
  const int64_t part = count / streams;
  Lanes sum[vectors] = {};
  for (int64_t at = 0; at < part; at += 32) {
#pragma GCC unroll 8
    for (int stream = 0; stream < streams; ++stream) {
      const float* place = from + stream * part + at;
      __builtin_prefetch(place + ahead);
      __builtin_prefetch(place + ahead + 16);
#pragma GCC unroll 8
      for (int i = 0; i < vectors; ++i) sum[i] += simd::load(place + i * simd::lanes);
    }
  }
  for (int i = 1; i < vectors; ++i) sum[0] += sum[i];
  return total(sum[0]);
}

}  // namespace dikkat::bench
