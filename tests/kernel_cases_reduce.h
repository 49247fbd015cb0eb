// Kernel cases: what goes along one dimension (sums, products, the largest, the order).
#pragma once

#include "tests/kernel_workbench.h"

namespace dikkat::test {

struct ReduceShape {
  int64_t outer, count, inner;
  int64_t size() const { return outer * count * inner; }
};

template <class Args>
Args reduce_args(const ReduceShape& shape) {
  Args args;
  args.outer = shape.outer;
  args.count = shape.count;
  args.inner = shape.inner;
  return args;
}

inline void build_sum(Workbench& bench, const ReduceShape& shape) {
  auto args = reduce_args<SumArgs>(shape);
  args.scale = 0.3f;
  args.x = bench.in(shape.size());
  args.y = bench.out("y", shape.outer * shape.inner, {2 * unit, 0.3 * sum_error(shape.count, 1)});
  bench.call(&KernelTable::sum, args);
}

inline void build_sum_backward(Workbench& bench, const ReduceShape& shape) {
  auto args = reduce_args<SumBackwardArgs>(shape);
  args.scale = 0.3f;
  args.dy = bench.in(shape.outer * shape.inner);
  args.dx = bench.out("dx", shape.size(), {2 * unit, 2 * unit});
  bench.call(&KernelTable::sum_backward, args);
}

inline void build_sum_of_squares(Workbench& bench, int64_t size) {
  SumOfSquaresArgs args{.size = size};
  args.x = bench.in(size);
  args.total = bench.out("total", 1, {positive_sum_error(size), 4 * unit}, 0, 1);
  bench.call(&KernelTable::sum_of_squares, args);
}

// A product of n numbers rounds n times, at random: sqrt(n) u, and four times that is allowed.
inline Limit product_limit(int64_t count) {
  return {positive_sum_error(count), 2 * unit};
}

inline void build_product(Workbench& bench, const ReduceShape& shape) {
  auto args = reduce_args<ProductArgs>(shape);
  args.x = bench.in(shape.size(), 0.7, 1.3);
  args.y = bench.out("y", shape.outer * shape.inner, product_limit(shape.count));
  bench.call(&KernelTable::product, args);
}

inline void build_product_backward(Workbench& bench, const ReduceShape& shape) {
  auto args = reduce_args<ProductBackwardArgs>(shape);
  args.x = bench.in(shape.size(), 0.7, 1.3);
  args.dy = bench.in(shape.outer * shape.inner);
  args.dx = bench.out("dx", shape.size(), product_limit(shape.count));
  bench.call(&KernelTable::product_backward, args);
}

// Both tables sum in double and in the same order.
inline void build_cumulative_sum(Workbench& bench, const ReduceShape& shape, bool reverse, bool accumulate) {
  auto args = reduce_args<CumulativeSumArgs>(shape);
  args.reverse = reverse;
  args.accumulate = accumulate;
  args.x = bench.in(shape.size());
  args.y = bench.out("y", shape.size(), exact);
  bench.call(&KernelTable::cumulative_sum, args);
}

// Numbers to choose among: random ones, or few different ones, among them -0, infinity and some NaN.
enum class Among { random, equals, special };

inline Real* in_among(Workbench& bench, int64_t count, Among among) {
  Real* numbers = bench.in(count);
  if (among == Among::random) return numbers;
  for (int64_t i = 0; i < count; ++i) {
    numbers[i] = std::round(numbers[i] * 4) / 4;
    if (among != Among::special) continue;
    if (numbers[i] == Real{0.75}) numbers[i] = std::numeric_limits<Real>::infinity();
    if (numbers[i] == Real{-0.75}) numbers[i] = -std::numeric_limits<Real>::infinity();
    if (i % 97 == 61) numbers[i] = std::numeric_limits<Real>::quiet_NaN();
  }
  return numbers;
}

inline void build_arg_max(Workbench& bench, const ReduceShape& shape, bool smallest, Among among) {
  auto args = reduce_args<ArgMaxArgs>(shape);
  args.smallest = smallest;
  args.x = in_among(bench, shape.size(), among);
  args.index = bench.out_ids("index", shape.outer * shape.inner);
  bench.call(&KernelTable::arg_max, args);
}

inline void build_arg_sort(Workbench& bench, const ReduceShape& shape, bool descending, Among among) {
  auto args = reduce_args<ArgSortArgs>(shape);
  args.descending = descending;
  args.x = in_among(bench, shape.size(), among);
  args.index = bench.out_ids("index", shape.size());
  bench.call(&KernelTable::arg_sort, args);
}

inline void add_reduce_cases(KernelCases& cases) {
  const auto add = [&](const std::string& name, auto build) { cases.push_back({name, build}); };
  for (const int64_t size : {0, 1, 3, 17, 64, 67, 128, 300007}) {
    add("sum_of_squares " + std::to_string(size), [=](Workbench& bench) { build_sum_of_squares(bench, size); });
  }
  for (const ReduceShape& shape :
       {ReduceShape{1, 1, 1}, ReduceShape{3, 17, 1}, ReduceShape{1, 67, 128}, ReduceShape{64, 3, 5},
        ReduceShape{17, 64, 67}, ReduceShape{1, 100003, 1}, ReduceShape{2, 700, 129}, ReduceShape{700, 300, 1},
        ReduceShape{5, 48, 1}, ReduceShape{5, 49, 3}, ReduceShape{3, 0, 5}, ReduceShape{0, 3, 5},
        ReduceShape{3, 5, 0}}) {
    const std::string name =
        " " + std::to_string(shape.outer) + " " + std::to_string(shape.count) + " " + std::to_string(shape.inner);
    add("sum" + name, [=](Workbench& bench) { build_sum(bench, shape); });
    add("sum_backward" + name, [=](Workbench& bench) { build_sum_backward(bench, shape); });
    add("product" + name, [=](Workbench& bench) { build_product(bench, shape); });
    add("product_backward" + name, [=](Workbench& bench) { build_product_backward(bench, shape); });
    for (const bool reverse : {false, true}) {
      for (const bool accumulate : {false, true}) {
        add(std::string("cumulative_sum") + (reverse ? " reverse" : "") + (accumulate ? " accumulate" : "") + name,
            [=](Workbench& bench) { build_cumulative_sum(bench, shape, reverse, accumulate); });
      }
    }
    for (const bool reversed : {false, true}) {
      for (const Among among : {Among::random, Among::equals, Among::special}) {
        const std::string of = name + (among == Among::random ? "" : among == Among::equals ? " equals" : " special");
        if (shape.count > 0) {
          add(std::string("arg_max") + (reversed ? " smallest" : "") + of,
              [=](Workbench& bench) { build_arg_max(bench, shape, reversed, among); });
        }
        add(std::string("arg_sort") + (reversed ? " descending" : "") + of,
            [=](Workbench& bench) { build_arg_sort(bench, shape, reversed, among); });
      }
    }
  }
}

}  // namespace dikkat::test
