// Kernel cases: what goes element by element through one tensor, choices, copies and bands.
#pragma once

#include "tests/kernel_cases_binary.h"
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
  double alpha = 1.7, beta = -0.3;
};

inline const std::vector<UnaryKind>& unary_kinds() {
  constexpr double f = function_error;
  static const std::vector<UnaryKind> kinds = {
      {"affine", Unary::affine, -1, 1, {0, 4 * unit}, -1, 1, 2},
      {"divide", Unary::divide, -1, 1, {2 * unit, 0}, -1, 1, 0.6},
      {"power_2.5", Unary::power, 0, 4, {f, 0}, -1, 1, 20, 8, 2.5},
      {"power_0", Unary::power, -2, 2, {f, 0}, -1, 1, 0, 8, 0},
      {"power_1", Unary::power, -2, 2, {f, 0}, -1, 1, 1, 8, 1},
      {"power_2", Unary::power, -4, 4, {f, 0}, -1, 1, 8, 8, 2},
      {"power_3", Unary::power, -4, 4, {f, 0}, -1, 1, 48, 8, 3},
      {"power_4", Unary::power, -4, 4, {f, 0}, -1, 1, 256, 8, 4},
      {"power_half", Unary::power, 0.01, 4, {f, 0}, -1, 1, 5, 8, 0.5},
      {"power_minus_half", Unary::power, 0.1, 4, {f, 0}, -1, 1, 16, 8, -0.5},
      {"power_minus_1", Unary::power, 0.1, 4, {f, 0}, -1, 1, 100, 8, -1},
      {"exp", Unary::exp, -20, 20, {f, 0}, 0, 5, 5},
      {"log", Unary::log, 0.001, 10, {f, 0}, -1, 1, 1000},
      {"log1p", Unary::log1p, -0.9, 3, {f, 0}, -1, 1, 10, 16},  // 1 + x is rounded as well
      {"log1p_near_0", Unary::log1p, -1e-4, 1e-4, {f, 0}, -1, 1, 1},
      {"sqrt", Unary::sqrt, 0, 10, {2 * unit, 0}, 0.1, 3, 5},
      {"abs", Unary::abs, -1, 1, exact, -1, 1, 1},
      {"sign", Unary::sign, -1, 1, exact, -1, 1, 0},
      {"sin", Unary::sin, -20, 20, {f, 0}, -1, 1, 1},
      {"cos", Unary::cos, -20, 20, {f, 0}, -1, 1, 1},
      {"sin_far", Unary::sin, -3e5, 3e5, {f, 0}, -1, 1, 1},
      {"cos_far", Unary::cos, -3e5, 3e5, {f, 0}, -1, 1, 1},
      {"tanh", Unary::tanh, -5, 5, {0, f}, -1, 1, 1},
      {"sigmoid", Unary::sigmoid, -80, 80, {f, 0}, 0, 1, 0.25},
      {"erf", Unary::erf, -4, 4, {f, 0}, -1, 1, 1.2},
      {"erf_near_0", Unary::erf, -0.01, 0.01, {f, 0}, -1, 1, 1.2},
      {"relu", Unary::relu, -1, 1, exact, 0, 1, 1},
      {"leaky_relu", Unary::leaky_relu, -1, 1, {2 * unit, 0}, -1, 1, 1, 8, 0.1},
      {"elu", Unary::elu, -10, 10, {f, 0}, -1, 1, 1.7},
      {"clamp", Unary::clamp, -1, 1, exact, -1, 1, 1, 8, -0.3, 0.4},
      {"softplus", Unary::softplus, -80, 80, {f, 0}, 0, 1, 1},
      // alpha x is rounded: the result moves by u |alpha x| of its size, at most 5 * 1.7 u.
      {"silu", Unary::silu, -5, 5, {f + 9 * unit, 0}, -1, 1, 1.1},
      // 1 + tanh is off by function_error where it is nearly 0, and x/2 multiplies it.
      {"gelu", Unary::gelu, -5, 5, {f, 2.5 * f}, -1, 1, 1.2, 8 + 2.5 * 3 * 8},  // 3: slope of the inner polynomial
      {"gelu_erf", Unary::gelu_erf, -5, 5, {f, f}, -1, 1, 1.2},
  };
  return kinds;
}

template <class Args>
Args unary_args(const UnaryKind& kind, int64_t size) {
  Args args;
  args.function = kind.function;
  args.size = size;
  args.alpha = static_cast<Real>(kind.alpha);
  args.beta = static_cast<Real>(kind.beta);
  return args;
}

inline void build_unary(Workbench& bench, const UnaryKind& kind, int64_t size) {
  auto args = unary_args<UnaryArgs>(kind, size);
  args.x = bench.in(size, kind.low, kind.high);
  args.y = bench.out("y", size, kind.value);
  bench.call(&KernelTable::unary, args);
}

inline void build_unary_backward(Workbench& bench, const UnaryKind& kind, int64_t size) {
  auto args = unary_args<UnaryBackwardArgs>(kind, size);
  args.x = bench.in(size, kind.low, kind.high);
  args.y = bench.in(size, kind.y_low, kind.y_high);
  args.dy = bench.in(size);
  args.dx = bench.out("dx", size, {2 * unit, 2 * unit + kind.slope_error * unit * kind.largest_slope});
  bench.call(&KernelTable::unary_backward, args);
}

inline void build_where(Workbench& bench, int64_t size, bool has_a) {
  WhereArgs args{.size = size, .value = 0.7f};
  args.condition = coarse_in(bench, size, -0.4, 0.4);
  if (has_a) args.a = bench.in(size);
  args.b = bench.in(size);
  args.y = bench.out("y", size, exact);
  bench.call(&KernelTable::where, args);
}

inline void build_where_backward(Workbench& bench, int64_t size, int wanted) {
  WhereBackwardArgs args{.size = size};
  args.condition = coarse_in(bench, size, -0.4, 0.4);
  args.dy = bench.in(size);
  if (wanted & 1) args.da = bench.out("da", size, exact);
  if (wanted & 2) args.db = bench.out("db", size, exact);
  bench.call(&KernelTable::where_backward, args);
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

inline void build_band(Workbench& bench, int64_t rows, int64_t cols, int64_t lower, int64_t upper) {
  BandArgs args{.batch = 3, .rows = rows, .cols = cols, .lower = lower, .upper = upper};
  args.value = -std::numeric_limits<Real>::infinity();
  args.x = bench.in(3 * rows * cols);
  args.y = bench.out("y", 3 * rows * cols, exact);
  bench.call(&KernelTable::band, args);
}

inline void build_band_backward(Workbench& bench, int64_t rows, int64_t cols, int64_t lower, int64_t upper) {
  BandBackwardArgs args{.batch = 3, .rows = rows, .cols = cols, .lower = lower, .upper = upper};
  args.dy = bench.in(3 * rows * cols);
  args.dx = bench.out("dx", 3 * rows * cols, exact);
  bench.call(&KernelTable::band_backward, args);
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
    add("where" + number, [=](Workbench& bench) { build_where(bench, size, true); });
    add("where value" + number, [=](Workbench& bench) { build_where(bench, size, false); });
    for (int wanted = 0; wanted < 4; ++wanted) {
      add("where_backward" + number + " " + std::to_string(wanted),
          [=](Workbench& bench) { build_where_backward(bench, size, wanted); });
    }
    add("adamw first" + number, [=](Workbench& bench) { build_adamw(bench, size, 1, -1); });
    add("adamw clipped" + number, [=](Workbench& bench) { build_adamw(bench, size, 1000, 16); });
    add("adamw not clipped" + number, [=](Workbench& bench) { build_adamw(bench, size, 2, 0.25); });
  }
  for (const BinaryShape& shape : copy_shapes()) {
    add(std::string("copy ") + shape.name, [=](Workbench& bench) { build_copy(bench, shape, false); });
    add(std::string("copy accumulate ") + shape.name, [=](Workbench& bench) { build_copy(bench, shape, true); });
  }
  struct Shape {
    int64_t rows, cols;
  };
  for (const auto& [rows, cols] : {Shape{1, 1}, Shape{17, 17}, Shape{3, 67}, Shape{67, 3}, Shape{128, 128},
                                   Shape{1, 64}, Shape{0, 3}, Shape{3, 0}, Shape{200, 203}}) {
    // A causal mask, triangles, two diagonals and more, a band outside of the matrix, and none at all.
    struct Bounds {
      int64_t lower, upper;
    };
    for (const auto& [lower, upper] :
         {Bounds{-no_bound, cols - rows}, Bounds{-no_bound, 0}, Bounds{0, no_bound}, Bounds{-2, 3}, Bounds{1, 20},
          Bounds{300, no_bound}, Bounds{-no_bound, -300}, Bounds{2, -2}, Bounds{-no_bound, no_bound}}) {
      const std::string name = " " + std::to_string(rows) + " " + std::to_string(cols) + " from " +
                               std::to_string(lower) + " to " + std::to_string(upper);
      add("band" + name, [=](Workbench& bench) { build_band(bench, rows, cols, lower, upper); });
      add("band_backward" + name, [=](Workbench& bench) { build_band_backward(bench, rows, cols, lower, upper); });
    }
  }
}

}  // namespace dikkat::test
