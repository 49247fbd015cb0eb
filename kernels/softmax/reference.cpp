// The textbook softmax and its relatives. Subtracting the largest element of the row changes nothing but keeps exp()
// from overflowing.
#include <cmath>
#include <limits>

#include "kernels/variants.h"

namespace dikkat::reference {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

double largest(const Real* x, int64_t size) {
  double max = -infinity;
  for (int64_t i = 0; i < size; ++i) {
    if (x[i] > max) max = x[i];
  }
  return max;
}

}  // namespace

void softmax(const SoftmaxArgs& args) {
  for (int64_t row = 0; row < args.rows; ++row) {
    const Real* x = args.x + row * args.cols;
    Real* p = args.p + row * args.cols;

    const double max = largest(x, args.cols);
    double sum = 0;
    for (int64_t i = 0; i < args.cols; ++i) sum += std::exp(x[i] - max);
    for (int64_t i = 0; i < args.cols; ++i) p[i] = static_cast<Real>(std::exp(x[i] - max) / sum);
  }
}

void softmax_backward(const SoftmaxBackwardArgs& args) {
  for (int64_t row = 0; row < args.rows; ++row) {
    const Real* p = args.p + row * args.cols;
    const Real* dp = args.dp + row * args.cols;
    Real* dx = args.dx + row * args.cols;

    double mean = 0;  // of dp, weighted by p
    for (int64_t i = 0; i < args.cols; ++i) mean += static_cast<double>(p[i]) * dp[i];
    for (int64_t i = 0; i < args.cols; ++i) dx[i] = static_cast<Real>(dx[i] + p[i] * (dp[i] - mean));
  }
}

void log_softmax(const LogSoftmaxArgs& args) {
  for (int64_t row = 0; row < args.rows; ++row) {
    const Real* x = args.x + row * args.cols;
    Real* y = args.y + row * args.cols;

    const double max = largest(x, args.cols);
    double sum = 0;
    for (int64_t i = 0; i < args.cols; ++i) sum += std::exp(x[i] - max);
    for (int64_t i = 0; i < args.cols; ++i) y[i] = static_cast<Real>(x[i] - max - std::log(sum));
  }
}

void log_softmax_backward(const LogSoftmaxBackwardArgs& args) {
  for (int64_t row = 0; row < args.rows; ++row) {
    const Real* y = args.y + row * args.cols;
    const Real* dy = args.dy + row * args.cols;
    Real* dx = args.dx + row * args.cols;

    double sum = 0;
    for (int64_t i = 0; i < args.cols; ++i) sum += dy[i];
    for (int64_t i = 0; i < args.cols; ++i) {
      dx[i] = static_cast<Real>(dx[i] + (dy[i] - std::exp(static_cast<double>(y[i])) * sum));
    }
  }
}

void log_sum_exp(const LogSumExpArgs& args) {
  for (int64_t row = 0; row < args.rows; ++row) {
    const Real* x = args.x + row * args.cols;

    double max = largest(x, args.cols);
    if (std::abs(max) == infinity) max = 0;  // infinity minus itself would be NaN
    double sum = 0;
    for (int64_t i = 0; i < args.cols; ++i) sum += std::exp(x[i] - max);
    args.y[row] = static_cast<Real>(max + std::log(sum));
  }
}

void log_sum_exp_backward(const LogSumExpBackwardArgs& args) {
  for (int64_t row = 0; row < args.rows; ++row) {
    const Real* x = args.x + row * args.cols;
    Real* dx = args.dx + row * args.cols;
    const double y = args.y[row], dy = args.dy[row];

    if (y == -infinity) continue;
    for (int64_t i = 0; i < args.cols; ++i) dx[i] = static_cast<Real>(dx[i] + dy * std::exp(x[i] - y));
  }
}

void add_softmax(KernelTable& table) {
  table.softmax = softmax;
  table.softmax_backward = softmax_backward;
  table.log_softmax = log_softmax;
  table.log_softmax_backward = log_softmax_backward;
  table.log_sum_exp = log_sum_exp;
  table.log_sum_exp_backward = log_sum_exp_backward;
}

}  // namespace dikkat::reference
