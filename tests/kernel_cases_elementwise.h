// Kernel cases: everything that goes element by element, and sums.
#pragma once

#include "tests/kernel_workbench.h"

namespace dikkat::test {

struct UnaryKind {
  const char* name;
  Unary function;
  double low, high;        // of x
  Limit value;             // of y
  double y_low, y_high;    // what the backward kernel is given as y
  double largest_slope;    // |f'(x)| there
  double slope_error = 8;  // in u
};

inline const std::vector<UnaryKind>& unary_kinds() {
  constexpr double f = function_error;
  static const std::vector<UnaryKind> kinds = {
      {"affine", Unary::affine, -1, 1, {0, 4 * unit}, -1, 1, 2},
      {"exp", Unary::exp, -20, 20, {f, 0}, 0, 5, 5},
      {"log", Unary::log, 0.001, 10, {f, 0}, -1, 1, 1000},
      {"sqrt", Unary::sqrt, 0, 10, {2 * unit, 0}, 0.1, 3, 5},
      {"tanh", Unary::tanh, -5, 5, {0, f}, -1, 1, 1},
      {"relu", Unary::relu, -1, 1, exact, 0, 1, 1},
      // 1 + tanh is off by function_error where it is nearly 0, and x/2 multiplies it.
      {"gelu", Unary::gelu, -5, 5, {f, 2.5 * f}, -1, 1, 1.2, 8 + 2.5 * 3 * 8},  // 3: slope of the inner polynomial
  };
  return kinds;
}

inline void build_unary(Workbench& bench, const UnaryKind& kind, int64_t size) {
  UnaryArgs args{.function = kind.function, .size = size, .alpha = 1.7f, .beta = -0.3f};
  args.x = bench.in(size, kind.low, kind.high);
  args.y = bench.out("y", size, kind.value);
  bench.call(&KernelTable::unary, args);
}

inline void build_unary_backward(Workbench& bench, const UnaryKind& kind, int64_t size) {
  UnaryBackwardArgs args{.function = kind.function, .size = size, .alpha = 1.7f, .beta = -0.3f};
  args.x = bench.in(size, kind.low, kind.high);
  args.y = bench.in(size, kind.y_low, kind.y_high);
  args.dy = bench.in(size);
  args.dx = bench.out("dx", size, {2 * unit, 2 * unit + kind.slope_error * unit * kind.largest_slope});
  bench.call(&KernelTable::unary_backward, args);
}

// A shape and the steps of its operands; `a` and `b` are 0 along a dimension where the operand is repeated.
struct BinaryShape {
  const char* name;
  std::vector<int64_t> shape, a, b;
};

inline const std::vector<BinaryShape>& binary_shapes() {
  static const std::vector<BinaryShape> shapes = {
      {"scalar", {}, {}, {}},
      {"one", {1}, {0}, {1}},
      {"same 17", {17}, {1}, {1}},
      {"same 67 64", {67, 64}, {64, 1}, {64, 1}},
      {"rows cols + cols", {67, 129}, {129, 1}, {0, 1}},
      {"cols + rows cols", {3, 64}, {0, 1}, {64, 1}},
      {"rows cols + rows 1", {64, 67}, {67, 1}, {1, 0}},
      {"rows 1 + cols", {17, 19}, {1, 0}, {0, 1}},
      {"rows cols + scalar", {128, 17}, {17, 1}, {0, 0}},
      {"scalar + scalar", {3, 5}, {0, 0}, {0, 0}},
      {"transposed", {33, 35}, {1, 33}, {35, 1}},
      {"part of a wider matrix", {13, 21}, {40, 1}, {40, 1}},
      {"every third", {31}, {3}, {2}},
      {"rank 4 mixed", {3, 5, 7, 9}, {0, 9, 0, 1}, {63, 0, 9, 0}},
      {"rank 4 ones", {1, 5, 1, 9}, {0, 9, 0, 1}, {45, 0, 9, 1}},
      {"rank 5", {2, 3, 2, 3, 5}, {90, 30, 15, 5, 1}, {0, 0, 15, 0, 1}},
      {"rank 8", {2, 1, 2, 3, 1, 2, 2, 3}, {72, 72, 36, 12, 12, 6, 3, 1}, {0, 0, 1, 2, 0, 6, 0, 12}},
      {"empty", {3, 0, 5}, {0, 5, 1}, {0, 0, 1}},
      {"large", {700, 515}, {515, 1}, {0, 1}},
      {"large same", {360001}, {1}, {1}},
      {"large rows 1", {515, 700}, {700, 1}, {1, 0}},
  };
  return shapes;
}

inline int64_t extent(const std::vector<int64_t>& shape, const std::vector<int64_t>& steps) {
  int64_t last = 0;
  for (size_t d = 0; d < shape.size(); ++d) {
    if (shape[d] == 0) return 0;
    last += (shape[d] - 1) * steps[d];
  }
  return last + 1;
}

inline int64_t element_count(const std::vector<int64_t>& shape) {
  int64_t count = 1;
  for (const int64_t size : shape) count *= size;
  return count;
}

// How often each element of an operand is used.
inline int64_t repeats(const std::vector<int64_t>& shape, const std::vector<int64_t>& steps) {
  int64_t count = 1;
  for (size_t d = 0; d < shape.size(); ++d) count *= steps[d] == 0 ? shape[d] : 1;
  return count;
}

template <class Args>
Args binary_args(const BinaryShape& shape, Binary function) {
  Args args;
  args.function = function;
  args.rank = static_cast<int>(shape.shape.size());
  std::copy(shape.shape.begin(), shape.shape.end(), args.shape);
  std::copy(shape.a.begin(), shape.a.end(), args.a_steps);
  std::copy(shape.b.begin(), shape.b.end(), args.b_steps);
  return args;
}

inline void build_binary(Workbench& bench, const BinaryShape& shape, Binary function) {
  auto args = binary_args<BinaryArgs>(shape, function);
  args.a = bench.in(extent(shape.shape, shape.a));
  args.b = bench.in(extent(shape.shape, shape.b), 0.5, 2);
  args.y = bench.out("y", element_count(shape.shape), {2 * unit, 0});
  bench.call(&KernelTable::binary, args);
}

inline void build_binary_backward(Workbench& bench, const BinaryShape& shape, Binary function, int wanted) {
  auto args = binary_args<BinaryBackwardArgs>(shape, function);
  const int64_t a_size = extent(shape.shape, shape.a), b_size = extent(shape.shape, shape.b);
  args.a = bench.in(a_size);
  args.b = bench.in(b_size, 0.5, 2);
  args.dy = bench.in(element_count(shape.shape));
  // |dy/da| <= 2 (1/b or b), |dy/db| <= 4 (a/b^2).
  if (wanted & 1) args.da = bench.out("da", a_size, {2 * unit, sum_error(repeats(shape.shape, shape.a), 2)});
  if (wanted & 2) args.db = bench.out("db", b_size, {2 * unit, sum_error(repeats(shape.shape, shape.b), 4)});
  bench.call(&KernelTable::binary_backward, args);
}

// Shapes with the steps of x and y; the elements of y are distinct.
inline const std::vector<BinaryShape>& copy_shapes() {
  static const std::vector<BinaryShape> shapes = {
      {"scalar", {}, {}, {}},
      {"flat", {67}, {1}, {1}},
      {"transpose", {67, 129}, {1, 67}, {129, 1}},
      {"into transposed", {64, 17}, {17, 1}, {1, 64}},
      {"repeat", {5, 64}, {0, 1}, {64, 1}},
      {"out of a wider matrix", {17, 13}, {40, 1}, {13, 1}},
      {"into a wider matrix", {17, 13}, {13, 1}, {40, 1}},
      {"heads", {3, 4, 17, 8}, {544, 8, 32, 1}, {544, 136, 8, 1}},
      {"every other", {3, 31}, {62, 2}, {31, 1}},
      {"rank 8", {2, 1, 2, 3, 1, 2, 2, 3}, {1, 2, 2, 4, 12, 12, 24, 48}, {72, 72, 36, 12, 12, 6, 3, 1}},
      {"empty", {0, 5}, {5, 1}, {5, 1}},
      {"large", {601, 599}, {1, 601}, {599, 1}},
      {"large flat", {360001}, {1}, {1}},
  };
  return shapes;
}

inline void build_copy(Workbench& bench, const BinaryShape& shape, bool accumulate) {
  CopyArgs args{.rank = static_cast<int>(shape.shape.size()), .accumulate = accumulate};
  std::copy(shape.shape.begin(), shape.shape.end(), args.shape);
  std::copy(shape.a.begin(), shape.a.end(), args.x_steps);
  std::copy(shape.b.begin(), shape.b.end(), args.y_steps);
  args.x = bench.in(extent(shape.shape, shape.a));
  args.y = bench.out("y", extent(shape.shape, shape.b), exact);
  bench.call(&KernelTable::copy, args);
}

inline void build_sum(Workbench& bench, int64_t outer, int64_t count, int64_t inner) {
  SumArgs args{.outer = outer, .count = count, .inner = inner, .scale = 0.3f};
  args.x = bench.in(outer * count * inner);
  args.y = bench.out("y", outer * inner, {2 * unit, 0.3 * sum_error(count, 1)});
  bench.call(&KernelTable::sum, args);
}

inline void build_sum_backward(Workbench& bench, int64_t outer, int64_t count, int64_t inner) {
  SumBackwardArgs args{.outer = outer, .count = count, .inner = inner, .scale = 0.3f};
  args.dy = bench.in(outer * inner);
  args.dx = bench.out("dx", outer * count * inner, {2 * unit, 2 * unit});
  bench.call(&KernelTable::sum_backward, args);
}

inline void build_causal_mask(Workbench& bench, int64_t batch, int64_t queries, int64_t keys) {
  CausalMaskArgs args{.batch = batch, .queries = queries, .keys = keys};
  args.x = bench.in(batch * queries * keys);
  args.y = bench.out("y", batch * queries * keys, exact);
  bench.call(&KernelTable::causal_mask, args);
}

inline void build_causal_mask_backward(Workbench& bench, int64_t batch, int64_t queries, int64_t keys) {
  CausalMaskBackwardArgs args{.batch = batch, .queries = queries, .keys = keys};
  args.dy = bench.in(batch * queries * keys);
  args.dx = bench.out("dx", batch * queries * keys, exact);
  bench.call(&KernelTable::causal_mask_backward, args);
}

inline void build_random(Workbench& bench, Distribution distribution, int64_t size) {
  RandomArgs args{.distribution = distribution, .size = size, .first = -0.5f, .second = 1.5f};
  args.stream = {.seed = 0x123456789abcdef0, .operation = 3, .step = 9};
  // normal: the radius is at most sqrt(2 ln 2^24) < 6, the angle at most 2 pi and off by as many u.
  args.y = bench.out("y", size, {2 * unit, distribution == Distribution::normal ? 1.5 * 6 * 16 * unit : 4 * unit});
  bench.call(&KernelTable::random, args);
}

inline void build_fill(Workbench& bench, int64_t size) {
  FillArgs args{.size = size, .value = 0.1f};
  args.y = bench.out("y", size, exact);
  bench.call(&KernelTable::fill, args);
}

inline void build_sum_of_squares(Workbench& bench, int64_t size) {
  SumOfSquaresArgs args{.size = size};
  args.x = bench.in(size);
  args.total = bench.out("total", 1, {positive_sum_error(size), 4 * unit}, 0, 1);
  bench.call(&KernelTable::sum_of_squares, args);
}

inline void build_adamw(Workbench& bench, int64_t size, int64_t step, double squared_norm) {
  AdamWArgs args{.size = size, .step = step, .weight_decay = 0.1};
  args.gradient = bench.in(size);
  if (squared_norm >= 0) {
    Real* norm = bench.in(1);
    *norm = static_cast<Real>(squared_norm);
    args.squared_norm = norm;
  }
  // v >= 0.01, so a direction is at most (1 / 0.1) / sqrt(0.01 / 0.001) < 4 in the first step and 1 / 0.1 later; some
  // twenty roundings lead to it. rate = 0.001 makes it small beside the weight itself.
  args.weight = bench.out("weight", size, {2 * unit, 2 * unit + 1e-3 * 10 * 20 * unit});
  args.m = bench.out("m", size, {2 * unit, 4 * unit});
  args.v = bench.out("v", size, {8 * unit, 0}, 0.01, 1);
  bench.call(&KernelTable::adamw, args);
}

inline void add_elementwise_cases(KernelCases& cases) {
  const auto add = [&](const std::string& name, auto build) { cases.push_back({name, build}); };
  for (const int64_t size : {0, 1, 3, 17, 64, 67, 128, 300007}) {
    const std::string number = " " + std::to_string(size);
    for (const UnaryKind& kind : unary_kinds()) {
      add(std::string("unary ") + kind.name + number, [=](Workbench& bench) { build_unary(bench, kind, size); });
      add(std::string("unary_backward ") + kind.name + number,
          [=](Workbench& bench) { build_unary_backward(bench, kind, size); });
    }
    add("fill" + number, [=](Workbench& bench) { build_fill(bench, size); });
    add("random uniform" + number, [=](Workbench& bench) { build_random(bench, Distribution::uniform, size); });
    add("random normal" + number, [=](Workbench& bench) { build_random(bench, Distribution::normal, size); });
    add("sum_of_squares" + number, [=](Workbench& bench) { build_sum_of_squares(bench, size); });
    add("adamw first" + number, [=](Workbench& bench) { build_adamw(bench, size, 1, -1); });
    add("adamw clipped" + number, [=](Workbench& bench) { build_adamw(bench, size, 1000, 16); });
    add("adamw not clipped" + number, [=](Workbench& bench) { build_adamw(bench, size, 2, 0.25); });
  }
  constexpr const char* functions[] = {"add", "subtract", "multiply", "divide"};
  for (const BinaryShape& shape : binary_shapes()) {
    for (int function = 0; function < 4; ++function) {
      const std::string name = std::string(functions[function]) + " " + shape.name;
      add("binary " + name, [=](Workbench& bench) { build_binary(bench, shape, static_cast<Binary>(function)); });
      const bool is_large = element_count(shape.shape) > 100000;
      if (is_large && static_cast<Binary>(function) != Binary::multiply) continue;
      for (int wanted = is_large ? 3 : 0; wanted < 4; ++wanted) {
        add("binary_backward " + name + " " + std::to_string(wanted),
            [=](Workbench& bench) { build_binary_backward(bench, shape, static_cast<Binary>(function), wanted); });
      }
    }
  }
  for (const BinaryShape& shape : copy_shapes()) {
    add(std::string("copy ") + shape.name, [=](Workbench& bench) { build_copy(bench, shape, false); });
    add(std::string("copy accumulate ") + shape.name, [=](Workbench& bench) { build_copy(bench, shape, true); });
  }
  struct Shape {
    int64_t first, second, third;
  };
  for (const auto& [outer, count, inner] :
       {Shape{1, 1, 1}, Shape{3, 17, 1}, Shape{1, 67, 128}, Shape{64, 3, 5}, Shape{17, 64, 67}, Shape{1, 100003, 1},
        Shape{2, 700, 129}, Shape{700, 300, 1}, Shape{3, 0, 5}, Shape{0, 3, 5}, Shape{3, 5, 0}}) {
    const std::string name = " " + std::to_string(outer) + " " + std::to_string(count) + " " + std::to_string(inner);
    add("sum" + name, [=](Workbench& bench) { build_sum(bench, outer, count, inner); });
    add("sum_backward" + name, [=](Workbench& bench) { build_sum_backward(bench, outer, count, inner); });
  }
  for (const auto& [batch, queries, keys] : {Shape{1, 1, 1}, Shape{3, 17, 17}, Shape{2, 3, 67}, Shape{5, 128, 128},
                                             Shape{2, 1, 64}, Shape{0, 3, 3}, Shape{7, 200, 203}}) {
    const std::string name = " " + std::to_string(batch) + " " + std::to_string(queries) + " " + std::to_string(keys);
    add("causal_mask" + name, [=](Workbench& bench) { build_causal_mask(bench, batch, queries, keys); });
    add("causal_mask_backward" + name,
        [=](Workbench& bench) { build_causal_mask_backward(bench, batch, queries, keys); });
  }
}

}  // namespace dikkat::test
