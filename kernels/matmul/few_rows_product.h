// Few rows times a matrix, in any precision: what is rounded, and how the columns are dealt to the threads. Reading b
// takes the time, so it is rounded as it is read (bf16 on 4096 x 4096, one row: 1 GFLOP/s with packed copies of b, 27
// so).
#pragma once

#include "kernels/matmul/bf16_lanes.h"
#include "kernels/matmul/few_rows.h"
#include "kernels/matmul/product.h"
#include "kernels/memory.h"
#include "kernels/parallel.h"

namespace dikkat::few {

using cpu::Product;

// Copies of a, in rows of k numbers: rounded to bf16, and for bf16x3 what that leaves, rounded likewise.
static inline void round_rows(const Matrix<float>& a, int64_t m, int64_t k, float* high, float* low) {
  const bf16::Matrices from{.real = a.start};
  for (int64_t i = 0; i < m; ++i) {
    bf16::copy_part(from, i * a.row, a.column, k, bf16::Part::high, high + i * k);
    if (low) bf16::copy_part(from, i * a.row, a.column, k, bf16::Part::low, low + i * k);
  }
}

// The same numbers, read another way.
template <class Read, class Number>
static inline Matrix<Read> read_as(const Matrix<Number>& b) {
  return {reinterpret_cast<const Read*>(b.start), b.row, b.column};
}

// Some columns of one product, from column j on. `low`: for bf16x3 the second part of a, of which x.a is the first.
template <class Number>
static void multiply_columns(const Product& x, const Matrix<Number>& b, int64_t j, int64_t width, Precision precision,
                             const float* low) {
  for (int64_t i = 0; i < x.m; i += max_rows) {
    const int64_t rows = smaller(max_rows, x.m - i);
    tile::Target to = x.target(i, j, true);
    const Matrix<float> a = x.a.from(i, 0);
    if (precision == Precision::f32) {
      multiply(a, b, rows, j, width, x.k, to);
    } else if (precision == Precision::bf16) {
      multiply(a, read_as<Rounded<Number>>(b), rows, j, width, x.k, to);
    } else {
      multiply(a, read_as<RoundedTwice<Number>>(b), rows, j, width, x.k, to);
      to.bias = nullptr, to.add = true;
      multiply({low + i * x.k, x.k, 1}, read_as<Rounded<Number>>(b), rows, j, width, x.k, to);
    }
  }
}

// All batches' products; `first` is the first of them.
static inline void few_rows_product(const MatmulArgs& args, const Product& first) {
  const int64_t batches = args.outer * args.inner, left_size = first.m * first.k;
  const double work = 1.0 * left_size * first.n * batches;
  const int64_t parts_of_left = args.precision == Precision::f32 ? 0 : args.precision == Precision::bf16 ? 1 : 2;
  const Buffer left(parts_of_left * batches * left_size * 4, Category::workspace);
  float* high = static_cast<float*>(left.address());
  float* low = parts_of_left == 2 ? high + batches * left_size : nullptr;
  if (parts_of_left > 0) {
    parallel_ranges(batches, 1 + 10000 / left_size, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const int64_t at = i * left_size;
        round_rows(cpu::product_of(args, i).a, first.m, first.k, high + at, low ? low + at : nullptr);
      }
    });
  }
  // Where columns of b lie along k, pieces of about ten microseconds; where rows do, long pieces of each.
  const int64_t quick = pieces(pieces(100000, first.k), 64) * 64;
  const int64_t even = larger(256, pieces(pieces(first.n, threads()), 64) * 64);
  const int64_t width = smaller(columns, first.b_row == 1 ? smaller(quick, first.n) : even);
  const int64_t parts = pieces(first.n, width), count = batches * parts;
  parallel_ranges(count, work < 1e5 ? count : 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const int64_t batch = i / parts, j = i % parts * width, at = batch * left_size;
      Product x = cpu::product_of(args, batch);
      if (parts_of_left > 0) x.a = {high + at, x.k, 1};
      cpu::with_right(x, [&](const auto& b) {
        multiply_columns(x, b, j, smaller(width, x.n - j), args.precision, low ? low + at : nullptr);
      });
    }
  });
}

}  // namespace dikkat::few
