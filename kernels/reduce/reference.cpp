// The textbook of what goes along the middle dimension of (outer, count, inner): element n of row r, where r counts the
// outer * inner rows, lies at place(r, n).
#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels/variants.h"

namespace dikkat::reference {
namespace {

template <class Args>
int64_t rows(const Args& args) {
  return args.outer * args.inner;
}
template <class Args>
int64_t place(const Args& args, int64_t row, int64_t n) {
  return (row / args.inner * args.count + n) * args.inner + row % args.inner;
}

// The order of sorting: NaN behind every number.
bool is_less(Real a, Real b) {
  return std::isnan(b) ? !std::isnan(a) : a < b;
}

}  // namespace

void sum(const SumArgs& args) {
  for (int64_t o = 0; o < args.outer; ++o) {
    for (int64_t i = 0; i < args.inner; ++i) {
      double sum = 0;
      for (int64_t n = 0; n < args.count; ++n) sum += args.x[(o * args.count + n) * args.inner + i];
      args.y[o * args.inner + i] = static_cast<Real>(args.scale * sum);
    }
  }
}

void sum_backward(const SumBackwardArgs& args) {
  for (int64_t o = 0; o < args.outer; ++o) {
    for (int64_t n = 0; n < args.count; ++n) {
      for (int64_t i = 0; i < args.inner; ++i) {
        Real& dx = args.dx[(o * args.count + n) * args.inner + i];
        dx = static_cast<Real>(dx + static_cast<double>(args.scale) * args.dy[o * args.inner + i]);
      }
    }
  }
}

void sum_of_squares(const SumOfSquaresArgs& args) {
  double sum = 0;
  for (int64_t i = 0; i < args.size; ++i) sum += static_cast<double>(args.x[i]) * args.x[i];
  *args.total = static_cast<Real>(*args.total + sum);
}

void product(const ProductArgs& args) {
  for (int64_t row = 0; row < rows(args); ++row) {
    double product = 1;
    for (int64_t n = 0; n < args.count; ++n) product *= args.x[place(args, row, n)];
    args.y[row] = static_cast<Real>(product);
  }
}

void product_backward(const ProductBackwardArgs& args) {
  std::vector<double> behind(static_cast<size_t>(args.count) + 1, 1);  // the product from element n on
  for (int64_t row = 0; row < rows(args); ++row) {
    for (int64_t n = args.count - 1; n >= 0; --n) behind[n] = args.x[place(args, row, n)] * behind[n + 1];
    double before = 1;
    for (int64_t n = 0; n < args.count; ++n) {
      Real& dx = args.dx[place(args, row, n)];
      dx = static_cast<Real>(dx + args.dy[row] * (before * behind[n + 1]));
      before *= args.x[place(args, row, n)];
    }
  }
}

void cumulative_sum(const CumulativeSumArgs& args) {
  for (int64_t row = 0; row < rows(args); ++row) {
    double sum = 0;
    for (int64_t step = 0; step < args.count; ++step) {
      const int64_t i = place(args, row, args.reverse ? args.count - 1 - step : step);
      sum += args.x[i];
      args.y[i] = static_cast<Real>(args.accumulate ? args.y[i] + sum : sum);
    }
  }
}

void arg_max(const ArgMaxArgs& args) {
  for (int64_t row = 0; row < rows(args); ++row) {
    int32_t best = 0;
    for (int64_t n = 1; n < args.count; ++n) {
      const Real x = args.x[place(args, row, n)], held = args.x[place(args, row, best)];
      if (std::isnan(held)) break;
      if (std::isnan(x) || (args.smallest ? x < held : x > held)) best = static_cast<int32_t>(n);
    }
    args.index[row] = best;
  }
}

void arg_sort(const ArgSortArgs& args) {
  std::vector<int32_t> order(static_cast<size_t>(args.count));
  for (int64_t row = 0; row < rows(args); ++row) {
    for (int64_t n = 0; n < args.count; ++n) order[n] = static_cast<int32_t>(n);
    std::stable_sort(order.begin(), order.end(), [&](int32_t a, int32_t b) {
      const Real first = args.x[place(args, row, a)], second = args.x[place(args, row, b)];
      return args.descending ? is_less(second, first) : is_less(first, second);
    });
    for (int64_t n = 0; n < args.count; ++n) args.index[place(args, row, n)] = order[n];
  }
}

void add_reduce(KernelTable& table) {
  table.sum = sum;
  table.sum_backward = sum_backward;
  table.sum_of_squares = sum_of_squares;
  table.product = product;
  table.product_backward = product_backward;
  table.cumulative_sum = cumulative_sum;
  table.arg_max = arg_max;
  table.arg_sort = arg_sort;
}

}  // namespace dikkat::reference
