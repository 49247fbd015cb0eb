// Products in bf16 on any processor: rounded copies of the factors, then the f32 product of the copies. A product of
// two bf16 numbers is exact in f32, so but for the order of the sum the results are those of the tiles and dots (which
// take subnormal numbers for zeros).
//
// With two parts, x = high + low, the copies are twice as long along k:
//
//   a_high * b_high + a_high * b_low + a_low * b_high  =  [ a_high | a_low ]  [ b_high + b_low ]
//                                                                             [     b_high     ]
//
// and b_high + b_low has no more bits than x: it is exact.
#pragma once

#include "kernels/half.h"
#include "kernels/matmul/bf16.h"
#include "kernels/memory.h"
#include "kernels/parallel.h"
#include "kernels/simd.h"

namespace dikkat::bf16 {

enum class Part { high, low, both };

static inline simd::Lanes part_of(simd::Lanes x, Part part) {
  if (part == Part::both) return simd::round_to_two_bf16(x);
  const simd::Lanes high = simd::round_to_bf16(x);
  return part == Part::high ? high : simd::round_to_bf16(x - high);
}

// Matrices of a batch, read with any steps and in any format.
struct Matrices {
  const float* real = nullptr;
  const uint16_t* packed = nullptr;
  Storage storage = Storage::real;
  Steps steps = {};
  int64_t rows = 0, columns = 0, outer = 1, inner = 1;

  float number(int64_t at) const {
    if (storage == Storage::real) return real[at];
    return storage == Storage::f16 ? half_to_float(packed[at]) : bfloat16_to_float(packed[at]);
  }
};

// `count` numbers from element `from` on, `step` apart, to neighbours.
static inline void copy_part(const Matrices& x, int64_t from, int64_t step, int64_t count, Part part, float* to) {
  using namespace simd;
  for (int64_t i = 0; i < count; i += lanes) {
    const int64_t some = up_to_lanes(count - i);
    float numbers[lanes] = {};
    if (step == 1 && x.storage == Storage::real) {
      store(numbers, load_some(x.real + from + i, some));
    } else {
      for (int64_t j = 0; j < some; ++j) numbers[j] = x.number(from + (i + j) * step);
    }
    store_up_to(to + i, part_of(load(numbers), part), some);
  }
}

// Copies one part of all matrices to `to`, whose steps are given; one of row and column is 1.
static inline void copy_parts(const Matrices& x, Part part, float* to, const Steps& to_steps) {
  const bool by_rows = to_steps.column == 1;
  const int64_t lines = by_rows ? x.rows : x.columns, length = by_rows ? x.columns : x.rows;
  parallel_for(x.outer * x.inner * lines, [&](int64_t i) {
    const int64_t line = i % lines, outer = i / lines / x.inner, inner = i / lines % x.inner;
    const int64_t from =
        outer * x.steps.outer + inner * x.steps.inner + line * (by_rows ? x.steps.row : x.steps.column);
    float* start =
        to + outer * to_steps.outer + inner * to_steps.inner + line * (by_rows ? to_steps.row : to_steps.column);
    copy_part(x, from, by_rows ? x.steps.column : x.steps.row, length, part, start);
  });
}

// The steps of a copy with `rows` x `columns` numbers that lies as x does, and how many numbers it has. What all
// batches share is copied once: x.outer or x.inner become 1.
static inline Steps steps_of_copy(Matrices& x, int64_t rows, int64_t columns, int64_t& count) {
  Steps steps;
  const bool by_rows = x.steps.column == 1 || x.steps.row != 1;
  steps.row = by_rows ? columns : 1;
  steps.column = by_rows ? 1 : rows;
  if (x.steps.inner == 0) x.inner = 1;
  if (x.steps.outer == 0) x.outer = 1;
  count = rows * columns;
  if (x.inner > 1) steps.inner = count, count *= x.inner;
  if (x.outer > 1) steps.outer = count, count *= x.outer;
  return steps;
}

static inline void lanes_product(const MatmulArgs& args) {
  // The copies take at most 64 MiB, where halving leaves anything to halve. It goes by the sizes alone.
  constexpr int64_t most = 16 << 20;
  const int64_t parts = args.precision == Precision::bf16x3 ? 2 : 1;
  Matrices a{args.a, nullptr, Storage::real, args.a_steps, args.m, args.k, args.outer, args.inner};
  Matrices b{args.b,     args.b_packed, args.b ? Storage::real : args.b_storage, args.b_steps, args.k, args.n,
             args.outer, args.inner};
  int64_t a_count, b_count;
  const Steps a_steps = steps_of_copy(a, args.m, args.k * parts, a_count);
  const Steps b_steps = steps_of_copy(b, args.k * parts, args.n, b_count);

  MatmulArgs product = args;
  if (a_count + b_count > most && (args.outer > 1 || args.inner > 1 || args.m > 1 || args.n > 1)) {
    MatmulArgs second = args;
    const auto move = [&](int64_t a_by, int64_t b_by, int64_t c_by) {
      second.a += a_by;
      if (second.b) second.b += b_by;
      if (second.b_packed) second.b_packed += b_by;
      second.c += c_by;
    };
    if (args.outer > 1) {
      const int64_t half = product.outer = args.outer / 2;
      second.outer -= half;
      move(half * args.a_steps.outer, half * args.b_steps.outer, half * args.c_steps.outer);
    } else if (args.inner > 1) {
      const int64_t half = product.inner = args.inner / 2;
      second.inner -= half;
      move(half * args.a_steps.inner, half * args.b_steps.inner, half * args.c_steps.inner);
    } else if (args.m > 1 && (a_count > b_count || args.n == 1)) {
      const int64_t half = product.m = args.m / 2;
      second.m -= half;
      move(half * args.a_steps.row, 0, half * args.c_steps.row);
    } else {
      const int64_t half = product.n = args.n / 2;
      second.n -= half;
      move(0, half * args.b_steps.column, half * args.c_steps.column);
      if (second.bias) second.bias += half;
    }
    lanes_product(product);
    return lanes_product(second);
  }

  const Buffer copies((a_count + b_count + 1) * static_cast<int64_t>(sizeof(float)), Category::workspace);
  float *a_copy = static_cast<float*>(copies.address()), *b_copy = a_copy + a_count;
  copy_parts(a, Part::high, a_copy, a_steps);
  copy_parts(b, parts == 2 ? Part::both : Part::high, b_copy, b_steps);
  if (parts == 2) {
    copy_parts(a, Part::low, a_copy + args.k * a_steps.column, a_steps);
    copy_parts(b, Part::high, b_copy + args.k * b_steps.row, b_steps);
  }
  product.a = a_copy, product.a_steps = a_steps;
  product.b = b_copy, product.b_steps = b_steps;
  product.b_packed = nullptr, product.b_storage = Storage::real;
  product.k *= parts;
  product.precision = Precision::f32;
  cpu::matmul(product);
}

}  // namespace dikkat::bf16
