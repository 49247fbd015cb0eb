// Kernel cases: products of matrices, in every layout.
#pragma once

#include "tests/kernel_workbench.h"

namespace dikkat::test {

struct MatmulShape {
  int64_t m, n, k, outer = 1, inner = 1;
  bool a_transposed = false, b_transposed = false, c_transposed = false, bias = false, accumulate = false;
  int64_t gap = 0;             // numbers between the rows: the matrix is part of a wider one
  bool b_shared = false;       // the same b for each batch
  bool batch_in_rows = false;  // inner batches side by side in one row, as the heads of attention
};

inline Steps matrix_steps(int64_t rows, int64_t columns, bool transposed, const MatmulShape& shape, int64_t& extent) {
  Steps steps;
  int64_t& near = transposed ? steps.row : steps.column;
  int64_t& far = transposed ? steps.column : steps.row;
  const int64_t row_size = transposed ? rows : columns, row_count = transposed ? columns : rows;
  near = 1;
  far = row_size * (shape.batch_in_rows ? shape.inner : 1) + shape.gap;
  steps.inner = shape.batch_in_rows ? row_size : far * row_count;
  steps.outer = shape.batch_in_rows ? far * row_count : steps.inner * shape.inner;
  const bool empty = rows == 0 || columns == 0 || shape.outer == 0 || shape.inner == 0;
  extent = empty ? 0
                 : 1 + (rows - 1) * steps.row + (columns - 1) * steps.column + (shape.outer - 1) * steps.outer +
                       (shape.inner - 1) * steps.inner;
  return steps;
}

inline void build_matmul(Workbench& bench, const MatmulShape& shape) {
  MatmulArgs args{.m = shape.m, .n = shape.n, .k = shape.k, .outer = shape.outer, .inner = shape.inner};
  int64_t a_size, b_size, c_size;
  args.a_steps = matrix_steps(shape.m, shape.k, shape.a_transposed, shape, a_size);
  args.b_steps = matrix_steps(shape.k, shape.n, shape.b_transposed, shape, b_size);
  args.c_steps = matrix_steps(shape.m, shape.n, shape.c_transposed, shape, c_size);
  if (shape.b_shared) {
    b_size -= (shape.outer - 1) * args.b_steps.outer + (shape.inner - 1) * args.b_steps.inner;
    args.b_steps.outer = args.b_steps.inner = 0;
  }
  args.a = bench.in(a_size);
  args.b = bench.in(b_size);
  if (shape.bias) args.bias = bench.in(shape.n);
  args.accumulate = shape.accumulate;
  args.c = bench.out("c", c_size, {0, sum_error(shape.k + 2, 1)});  // bias and the old c are two terms more
  bench.call(&KernelTable::matmul, args);
}

inline void add_matmul_cases(KernelCases& cases) {
  const auto add = [&](const std::string& name, const MatmulShape& shape) {
    cases.push_back({"matmul " + name, [shape](Workbench& bench) { build_matmul(bench, shape); }});
  };
  for (const int64_t m : awkward) {
    for (const int64_t n : awkward) {
      for (const int64_t k : {1, 3, 67, 128}) {
        add(std::to_string(m) + " " + std::to_string(n) + " " + std::to_string(k), {.m = m, .n = n, .k = k});
      }
    }
  }
  for (const int64_t size : {1, 17, 67}) {
    for (int bits = 0; bits < 32; ++bits) {
      add("layout " + std::to_string(size) + " " + std::to_string(bits), {.m = size + 2,
                                                                          .n = size,
                                                                          .k = size + 5,
                                                                          .a_transposed = (bits & 1) != 0,
                                                                          .b_transposed = (bits & 2) != 0,
                                                                          .bias = (bits & 4) != 0,
                                                                          .accumulate = (bits & 8) != 0,
                                                                          .gap = (bits & 16) ? 7 : 0});
    }
  }
  add("c transposed", {.m = 67, .n = 17, .k = 33, .c_transposed = true, .bias = true, .accumulate = true, .gap = 3});
  add("batched", {.m = 17, .n = 19, .k = 23, .outer = 3, .inner = 5, .bias = true, .gap = 2});
  add("heads in rows",
      {.m = 33, .n = 35, .k = 16, .outer = 2, .inner = 4, .b_transposed = true, .batch_in_rows = true});
  add("heads in rows accumulate", {.m = 35,
                                   .n = 16,
                                   .k = 35,
                                   .outer = 2,
                                   .inner = 4,
                                   .a_transposed = true,
                                   .accumulate = true,
                                   .batch_in_rows = true});
  add("b shared", {.m = 5, .n = 67, .k = 31, .outer = 4, .inner = 2, .b_shared = true});
  add("k 0", {.m = 5, .n = 7, .k = 0});
  add("k 0 bias accumulate", {.m = 5, .n = 7, .k = 0, .bias = true, .accumulate = true});
  add("m 0", {.m = 0, .n = 7, .k = 3});
  add("n 0", {.m = 5, .n = 0, .k = 3, .bias = true});
  add("no batch", {.m = 5, .n = 7, .k = 3, .outer = 0});
  add("long k", {.m = 9, .n = 13, .k = 3001});
  add("tall", {.m = 1537, .n = 5, .k = 6, .bias = true});
  add("wide", {.m = 2, .n = 4099, .k = 11, .b_transposed = true});
  add("large", {.m = 259, .n = 261, .k = 263, .bias = true});
  add("large a transposed", {.m = 259, .n = 261, .k = 263, .a_transposed = true, .accumulate = true});
  add("large b transposed", {.m = 259, .n = 261, .k = 263, .b_transposed = true});
  add("one row large", {.m = 1, .n = 515, .k = 517, .bias = true});
  add("one row large b transposed", {.m = 1, .n = 515, .k = 517, .b_transposed = true});
}

}  // namespace dikkat::test
