// Kernel cases: functions of two numbers, with broadcasting.
#pragma once

#include "tests/kernel_workbench.h"

namespace dikkat::test {

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

struct BinaryKind {
  const char* name;
  Binary function;
  double a_low, a_high, b_low, b_high;
  Limit value;
  double a_slope, b_slope;  // the largest |dy/da| and |dy/db| there
  bool coarse = false;      // a and b are multiples of 1/4, so that many are equal
};

inline const std::vector<BinaryKind>& binary_kinds() {
  static const std::vector<BinaryKind> kinds = {
      {"add", Binary::add, -1, 1, 0.5, 2, {2 * unit, 0}, 1, 1},
      {"subtract", Binary::subtract, -1, 1, 0.5, 2, {2 * unit, 0}, 1, 1},
      {"multiply", Binary::multiply, -1, 1, 0.5, 2, {2 * unit, 0}, 2, 1},
      {"divide", Binary::divide, -1, 1, 0.5, 2, {2 * unit, 0}, 2, 4},
      {"power", Binary::power, 0.1, 2, 0.5, 2, {function_error, 0}, 4, 3},
      {"maximum", Binary::maximum, -1, 1, -1, 1, exact, 1, 1, true},
      {"minimum", Binary::minimum, -1, 1, -1, 1, exact, 1, 1, true},
      {"less", Binary::less, -1, 1, -1, 1, exact, 0, 0, true},
      {"equal", Binary::equal, -1, 1, -1, 1, exact, 0, 0, true},
  };
  return kinds;
}

// Random multiples of 1/4.
inline Real* coarse_in(Workbench& bench, int64_t count, double low, double high) {
  Real* numbers = bench.in(count, low, high);
  for (int64_t i = 0; i < count; ++i) numbers[i] = std::round(numbers[i] * 4) / 4;
  return numbers;
}

template <class Args>
void add_binary_operands(Workbench& bench, const BinaryShape& shape, const BinaryKind& kind, Args& args) {
  const int64_t a_size = extent(shape.shape, shape.a), b_size = extent(shape.shape, shape.b);
  const auto in = [&](int64_t size, double low, double high) {
    return kind.coarse ? coarse_in(bench, size, low, high) : bench.in(size, low, high);
  };
  args.a = in(a_size, kind.a_low, kind.a_high);
  args.b = in(b_size, kind.b_low, kind.b_high);
}

inline void build_binary(Workbench& bench, const BinaryShape& shape, const BinaryKind& kind) {
  auto args = binary_args<BinaryArgs>(shape, kind.function);
  add_binary_operands(bench, shape, kind, args);
  args.y = bench.out("y", element_count(shape.shape), kind.value);
  bench.call(&KernelTable::binary, args);
}

inline void build_binary_backward(Workbench& bench, const BinaryShape& shape, const BinaryKind& kind, int wanted) {
  auto args = binary_args<BinaryBackwardArgs>(shape, kind.function);
  add_binary_operands(bench, shape, kind, args);
  args.dy = bench.in(element_count(shape.shape));
  const auto out = [&](const char* name, const std::vector<int64_t>& steps, double slope) {
    return bench.out(name, extent(shape.shape, steps), {2 * unit, sum_error(repeats(shape.shape, steps), slope)});
  };
  if (wanted & 1) args.da = out("da", shape.a, kind.a_slope);
  if (wanted & 2) args.db = out("db", shape.b, kind.b_slope);
  bench.call(&KernelTable::binary_backward, args);
}

inline void add_binary_cases(KernelCases& cases) {
  const auto add = [&](const std::string& name, auto build) { cases.push_back({name, build}); };
  for (const BinaryShape& shape : binary_shapes()) {
    for (const BinaryKind& kind : binary_kinds()) {
      const std::string name = std::string(kind.name) + " " + shape.name;
      add("binary " + name, [=](Workbench& bench) { build_binary(bench, shape, kind); });
      const bool is_large = element_count(shape.shape) > 100000;
      if (is_large && kind.function != Binary::multiply && kind.function != Binary::maximum) continue;
      for (int wanted = is_large ? 3 : 0; wanted < 4; ++wanted) {
        add("binary_backward " + name + " " + std::to_string(wanted),
            [=](Workbench& bench) { build_binary_backward(bench, shape, kind, wanted); });
      }
    }
  }
}

}  // namespace dikkat::test
