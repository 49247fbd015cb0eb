// Kernel cases: products of matrices, in every layout, precision and storage format.
#pragma once

#include "tests/kernel_workbench.h"

namespace dikkat::test {

struct MatmulShape {
  int64_t m = 1, n = 1, k = 1, outer = 1, inner = 1;
  bool a_transposed = false, b_transposed = false, c_transposed = false, bias = false, accumulate = false;
  int64_t gap = 0;             // numbers between the rows: the matrix is part of a wider one
  int64_t a_gap = 0;           // more of them in a alone
  bool b_shared = false;       // the same b for each batch
  bool batch_in_rows = false;  // inner batches side by side in one row, as the heads of attention
  Precision precision = Precision::f32;
  Storage storage = Storage::real;  // of b
  bool b_columns_equal = false;     // one column, read again and again (expanded)
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
  MatmulShape of_a = shape;
  of_a.gap += shape.a_gap;
  args.a_steps = matrix_steps(shape.m, shape.k, shape.a_transposed, of_a, a_size);
  args.b_steps = matrix_steps(shape.k, shape.n, shape.b_transposed, shape, b_size);
  args.c_steps = matrix_steps(shape.m, shape.n, shape.c_transposed, shape, c_size);
  if (shape.b_shared) {
    b_size -= (shape.outer - 1) * args.b_steps.outer + (shape.inner - 1) * args.b_steps.inner;
    args.b_steps.outer = args.b_steps.inner = 0;
  }
  if (shape.b_columns_equal) {
    b_size = 1 + (shape.k - 1) * args.b_steps.row;
    args.b_steps.column = 0;
  }
  args.a = bench.in(a_size);
  if (shape.storage == Storage::real) {
    args.b = bench.in(b_size);
  } else {
    args.b_packed = bench.in_packed(b_size, shape.storage);
    args.b_storage = shape.storage;
  }
  if (shape.bias) args.bias = bench.in(shape.n);
  args.accumulate = shape.accumulate;
  args.precision = shape.precision;
  // Both sides round the factors alike, so only the sums err: k terms, three times as many where each factor has two
  // parts, bias and the old c.
  const int64_t terms = shape.k * (shape.precision == Precision::bf16x3 ? 3 : 1) + 2;
  const double error = sum_error(terms, 1);
  args.c = bench.out("c", c_size, {0, error});
  bench.call(&KernelTable::matmul, args);
}

// Batches, and sizes and steps that fast kernels treat on their own: add(name, shape) takes each of them.
template <class Add>
void add_unusual_matmuls(const Add& add) {
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
  add("one number", {.m = 1, .n = 1, .k = 300});
  add("one number a transposed", {.m = 1, .n = 1, .k = 300, .a_transposed = true, .a_gap = 3});
  add("one number a transposed bias", {.m = 1, .n = 1, .k = 600, .a_transposed = true, .bias = true, .a_gap = 5});
  add("one column a transposed bias", {.m = 5, .n = 1, .k = 300, .a_transposed = true, .bias = true, .a_gap = 3});
  add("twenty rows", {.m = 20, .n = 70, .k = 35, .b_transposed = true, .bias = true, .accumulate = true});
  add("twenty rows by rows", {.m = 20, .n = 70, .k = 35, .bias = true, .accumulate = true});
  add("equal columns", {.m = 40, .n = 70, .k = 35, .b_columns_equal = true});
  add("k 0", {.m = 5, .n = 7, .k = 0});
  add("m 0", {.m = 0, .n = 7, .k = 3});
  add("n 0", {.m = 5, .n = 0, .k = 3, .bias = true});
  add("long k", {.m = 9, .n = 13, .k = 3001});
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
  add_unusual_matmuls(add);
  add("k 0 bias accumulate", {.m = 5, .n = 7, .k = 0, .bias = true, .accumulate = true});
  add("no batch", {.m = 5, .n = 7, .k = 3, .outer = 0});
  add("tall", {.m = 1537, .n = 5, .k = 6, .bias = true});
  add("wide", {.m = 2, .n = 4099, .k = 11, .b_transposed = true});
  add("large", {.m = 259, .n = 261, .k = 263, .bias = true});
  add("large a transposed", {.m = 259, .n = 261, .k = 263, .a_transposed = true, .accumulate = true});
  add("large b transposed", {.m = 259, .n = 261, .k = 263, .b_transposed = true});
  add("one row large", {.m = 1, .n = 515, .k = 517, .bias = true});
  add("one row large b transposed", {.m = 1, .n = 515, .k = 517, .b_transposed = true});
}

// The shapes that every precision and storage format is tried on. `kernel` begins the names.
inline void add_matmul_variant(KernelCases& cases, const std::string& kernel, const MatmulShape& variant) {
  const auto add = [&](const std::string& name, MatmulShape shape) {
    shape.precision = variant.precision;
    shape.storage = variant.storage;
    cases.push_back({kernel + " " + name, [shape](Workbench& bench) { build_matmul(bench, shape); }});
  };
  for (const int64_t m : {1, 2, 17, 67}) {
    for (const int64_t n : {1, 3, 33, 128}) {
      for (const int64_t k : {1, 2, 31, 32, 67}) {
        add(std::to_string(m) + " " + std::to_string(n) + " " + std::to_string(k), {.m = m, .n = n, .k = k});
      }
    }
  }
  for (int bits = 0; bits < 32; ++bits) {
    add("layout " + std::to_string(bits), {.m = 37,
                                           .n = 35,
                                           .k = 41,
                                           .a_transposed = (bits & 1) != 0,
                                           .b_transposed = (bits & 2) != 0,
                                           .bias = (bits & 4) != 0,
                                           .accumulate = (bits & 8) != 0,
                                           .gap = (bits & 16) ? 7 : 0});
  }
  for (const bool transposed : {false, true}) {
    const std::string way = transposed ? " b transposed" : "";
    add("one row" + way, {.m = 1, .n = 515, .k = 517, .b_transposed = transposed, .bias = true, .accumulate = true});
    add("few rows" + way, {.m = 3, .n = 515, .k = 517, .b_transposed = transposed, .bias = true, .gap = 5});
    add("one column" + way, {.m = 515, .n = 1, .k = 517, .b_transposed = transposed, .gap = 5});
    add("large" + way, {.m = 131, .n = 67, .k = 519, .b_transposed = transposed, .bias = true});
    add("wide" + way, {.m = 9, .n = 2101, .k = 37, .b_transposed = transposed, .bias = true});
  }
  add("large a transposed", {.m = 131, .n = 67, .k = 263, .a_transposed = true, .accumulate = true});
  add("c transposed", {.m = 67, .n = 17, .k = 33, .c_transposed = true, .accumulate = true, .gap = 3});
  add("c transposed bias", {.m = 67, .n = 17, .k = 33, .c_transposed = true, .bias = true, .gap = 3});
  add("one column bias", {.m = 67, .n = 1, .k = 33, .bias = true});
  add_unusual_matmuls(add);
  add("rows shared", {.m = 1, .n = 67, .k = 131, .outer = 4, .inner = 2, .b_shared = true});
  add("k 0 bias", {.m = 5, .n = 7, .k = 0, .bias = true, .accumulate = true});
  add("no batch", {.m = 5, .n = 7, .k = 3, .inner = 0});
}

inline void add_matmul_variants(KernelCases& cases) {
  constexpr Precision bf16x3 = Precision::bf16x3, bf16 = Precision::bf16;
  add_matmul_variant(cases, "matmul_packed_bf16", {.storage = Storage::bf16});
  add_matmul_variant(cases, "matmul_packed_f16", {.storage = Storage::f16});
  add_matmul_variant(cases, "matmul_bf16", {.precision = bf16});
  add_matmul_variant(cases, "matmul_bf16_packed_bf16", {.precision = bf16, .storage = Storage::bf16});
  add_matmul_variant(cases, "matmul_bf16_packed_f16", {.precision = bf16, .storage = Storage::f16});
  add_matmul_variant(cases, "matmul_bf16x3", {.precision = bf16x3});
  add_matmul_variant(cases, "matmul_bf16x3_packed_bf16", {.precision = bf16x3, .storage = Storage::bf16});
  add_matmul_variant(cases, "matmul_bf16x3_packed_f16", {.precision = bf16x3, .storage = Storage::f16});
}

// Numbers into and out of sixteen bits.
inline void add_pack_cases(KernelCases& cases) {
  for (const Storage storage : {Storage::bf16, Storage::f16}) {
    const std::string format = storage == Storage::bf16 ? "bf16 " : "f16 ";
    for (const int64_t count : {0, 1, 3, 17, 64, 67, 128, 16383, 16384, 16385, 100003}) {
      cases.push_back({"pack " + format + std::to_string(count), [=](Workbench& bench) {
                         const Real* from = bench.in(count, -70000, 70000);
                         uint16_t* to = bench.out_packed("to", count);
                         bench.call(&KernelTable::pack, {.from = from, .to = to, .count = count, .storage = storage});
                       }});
      cases.push_back({"unpack " + format + std::to_string(count), [=](Workbench& bench) {
                         const uint16_t* from = bench.in_packed(count, storage, -70000, 70000);
                         Real* to = bench.out("to", count, exact);
                         bench.call(&KernelTable::unpack, {.from = from, .to = to, .count = count, .storage = storage});
                       }});
    }
  }
}

}  // namespace dikkat::test
