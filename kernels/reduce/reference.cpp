// The textbook sums: over the middle dimension of (outer, count, inner), and of squares.
#include "kernels/variants.h"

namespace dikkat::reference {

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

}  // namespace dikkat::reference
