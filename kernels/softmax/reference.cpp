// The textbook softmax. Subtracting the largest element of the row changes nothing but keeps exp() from overflowing.
#include <cmath>
#include <limits>

#include "kernels/variants.h"

namespace dikkat::reference {

void softmax(const SoftmaxArgs& args) {
  for (int64_t row = 0; row < args.rows; ++row) {
    const Real* x = args.x + row * args.cols;
    Real* p = args.p + row * args.cols;

    double max = -std::numeric_limits<double>::infinity();
    for (int64_t i = 0; i < args.cols; ++i) {
      if (x[i] > max) max = x[i];
    }
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

}  // namespace dikkat::reference
