// The textbook root mean square normalisation: one pass over a row for its mean square, another to divide by its root.
#include <cmath>
#include <vector>

#include "kernels/variants.h"

namespace dikkat::reference {

void rms_norm(const RmsNormArgs& args) {
  for (int64_t row = 0; row < args.rows; ++row) {
    const Real* x = args.x + row * args.cols;
    Real* y = args.y + row * args.cols;

    double mean_square = 0;
    for (int64_t i = 0; i < args.cols; ++i) mean_square += static_cast<double>(x[i]) * x[i];
    mean_square /= args.cols;

    const double rstd = 1 / std::sqrt(mean_square + args.eps);
    for (int64_t i = 0; i < args.cols; ++i) y[i] = static_cast<Real>(x[i] * rstd * args.weight[i]);
    args.rstd[row] = static_cast<Real>(rstd);
  }
}

void rms_norm_backward(const RmsNormBackwardArgs& args) {
  std::vector<double> dweight(args.cols, 0.0);
  for (int64_t row = 0; row < args.rows; ++row) {
    const Real* x = args.x + row * args.cols;
    const Real* dy = args.dy + row * args.cols;
    const double rstd = args.rstd[row];

    double mean_gh = 0;
    for (int64_t i = 0; i < args.cols; ++i) {
      const double h = x[i] * rstd;
      mean_gh += static_cast<double>(dy[i]) * args.weight[i] * h;
      dweight[i] += dy[i] * h;
    }
    mean_gh /= args.cols;

    for (int64_t i = 0; args.dx && i < args.cols; ++i) {
      const double h = x[i] * rstd;
      const double g = static_cast<double>(dy[i]) * args.weight[i];
      Real& dx = args.dx[row * args.cols + i];
      dx = static_cast<Real>(dx + rstd * (g - h * mean_gh));
    }
  }
  for (int64_t i = 0; args.dweight && i < args.cols; ++i) {
    args.dweight[i] = static_cast<Real>(args.dweight[i] + dweight[i]);
  }
}

void add_rms_norm(KernelTable& table) {
  table.rms_norm = rms_norm;
  table.rms_norm_backward = rms_norm_backward;
}

}  // namespace dikkat::reference
