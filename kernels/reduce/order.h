// The largest and the order along a dimension, for cpu.cpp.
#pragma once

#include "kernels/memory.h"
#include "kernels/parallel.h"
#include "kernels/pieces.h"
#include "kernels/reduce/args.h"
#include "kernels/simd.h"

namespace dikkat::order {

using namespace simd;

// Whether x takes the place of what is held: strictly better, or the first NaN.
static inline bool is_better(float x, float held, bool smallest) {
  return held == held && (x != x || (smallest ? x < held : x > held));
}
static inline IntLanes is_better(Lanes x, Lanes held, bool smallest) {
  return (held == held) & ((x != x) | (smallest ? x < held : x > held));
}

// Of a row of neighbours: each lane holds the best of its own numbers, then the best lane is chosen.
static inline int32_t best_of_row(const float* x, int64_t count, bool smallest) {
  if (count < 2 * lanes) {
    int32_t best = 0;
    for (int64_t n = 1; n < count; ++n) {
      if (is_better(x[n], x[best], smallest)) best = static_cast<int32_t>(n);
    }
    return best;
  }
  Lanes held = load(x);
  IntLanes index = count_from(0);
  for (int64_t n = lanes; n < count; n += lanes) {
    const int64_t at = n + lanes <= count ? n : count - lanes;  // the last vector may look at some a second time
    const Lanes value = load(x + at);
    const IntLanes better = is_better(value, held, smallest);
    held = select(better, value, held);
    index = better ? count_from(static_cast<int32_t>(at)) : index;
  }
  int32_t best = index[0];
  for (int i = 1; i < lanes; ++i) {
    const float value = x[index[i]], old = x[best];
    const bool equal = value == old || (value != value && old != old);
    if (is_better(value, old, smallest) || (equal && index[i] < best)) best = index[i];
  }
  return best;
}

// Up to `lanes` columns beside each other, `step` from one element to the next.
static inline void best_of_columns(const float* x, int32_t* to, int64_t step, int64_t count, int64_t width,
                                   bool smallest) {
  Lanes held = load_up_to(x, width);
  IntLanes index = {};
  for (int64_t n = 1; n < count; ++n) {
    const Lanes value = load_up_to(x + n * step, width);
    const IntLanes better = is_better(value, held, smallest);
    held = select(better, value, held);
    index = better ? static_cast<int32_t>(n) - IntLanes{} : index;
  }
  for (int64_t i = 0; i < width; ++i) to[i] = index[i];
}

// A whole number that sorts like x: -0 and 0 are one, every NaN is the largest.
static inline uint32_t key_of(float x, bool descending) {
  uint32_t key;
  const float number = x == 0 ? 0 : x;
  __builtin_memcpy(&key, &number, sizeof key);
  key = x != x ? UINT32_MAX : key >> 31 ? ~key : key | 0x80000000u;
  return descending ? ~key : key;
}

struct Row {
  const float* x;
  int32_t* index;
  int64_t step, count;  // of x and of index
  bool descending;
};

// A few numbers: each is inserted behind those that are not larger.
static inline void sort_few(const Row& row) {
  for (int64_t n = 0; n < row.count; ++n) {
    const uint32_t key = key_of(row.x[n * row.step], row.descending);
    int64_t place = n;
    for (; place > 0; --place) {
      const int32_t before = row.index[(place - 1) * row.step];
      if (key_of(row.x[before * row.step], row.descending) <= key) break;
      row.index[place * row.step] = before;
    }
    row.index[place * row.step] = static_cast<int32_t>(n);
  }
}

// One pass of radix sort: by the eight bits of the keys from `shift` on, equal ones in the order of `from`.
// A null `from` is the order 0, 1, 2 ...
static inline void sort_by_digit(const Row& row, const int32_t* from, int64_t from_step, int32_t* to, int64_t to_step,
                                 int shift) {
  int64_t next[256] = {};
  for (int64_t n = 0; n < row.count; ++n) ++next[key_of(row.x[n * row.step], row.descending) >> shift & 255];
  int64_t sum = 0;
  for (int64_t& place : next) {
    const int64_t size = place;
    place = sum;
    sum += size;
  }
  for (int64_t n = 0; n < row.count; ++n) {
    const int32_t element = from ? from[n * from_step] : static_cast<int32_t>(n);
    const uint32_t key = key_of(row.x[element * row.step], row.descending);
    to[next[key >> shift & 255]++ * to_step] = element;
  }
}

// Four digits, from the lowest to the highest; `other` has room for the row.
static inline void sort_many(const Row& row, int32_t* other) {
  sort_by_digit(row, nullptr, 0, other, 1, 0);
  sort_by_digit(row, other, 1, row.index, row.step, 8);
  sort_by_digit(row, row.index, row.step, other, 1, 16);
  sort_by_digit(row, other, 1, row.index, row.step, 24);
}

}  // namespace dikkat::order
