// The textbook layer normalisation: two passes over a row for its mean and its variance, a third to normalise it.
#include <cmath>
#include <vector>

#include "kernels/variants.h"

namespace dikkat::reference {

void layer_norm(const LayerNormArgs& args) {
  for (int64_t row = 0; row < args.rows; ++row) {
    const Real* x = args.x + row * args.cols;
    Real* y = args.y + row * args.cols;

    double mean = 0;
    for (int64_t i = 0; i < args.cols; ++i) mean += x[i];
    mean /= args.cols;

    double variance = 0;
    for (int64_t i = 0; i < args.cols; ++i) variance += (x[i] - mean) * (x[i] - mean);
    variance /= args.cols;

    const double rstd = 1 / std::sqrt(variance + args.eps);
    for (int64_t i = 0; i < args.cols; ++i) {
      const double bias = args.bias ? args.bias[i] : 0;
      y[i] = static_cast<Real>((x[i] - mean) * rstd * args.weight[i] + bias);
    }
    args.mean[row] = static_cast<Real>(mean);
    args.rstd[row] = static_cast<Real>(rstd);
  }
}

void layer_norm_backward(const LayerNormBackwardArgs& args) {
  std::vector<double> dweight(args.cols, 0.0), dbias(args.cols, 0.0);
  for (int64_t row = 0; row < args.rows; ++row) {
    const Real* x = args.x + row * args.cols;
    const Real* dy = args.dy + row * args.cols;
    const double mean = args.mean[row], rstd = args.rstd[row];

    double mean_g = 0, mean_gh = 0;
    for (int64_t i = 0; i < args.cols; ++i) {
      const double h = (x[i] - mean) * rstd;
      const double g = static_cast<double>(dy[i]) * args.weight[i];
      mean_g += g;
      mean_gh += g * h;
      dweight[i] += dy[i] * h;
      dbias[i] += dy[i];
    }
    mean_g /= args.cols;
    mean_gh /= args.cols;

    for (int64_t i = 0; args.dx && i < args.cols; ++i) {
      const double h = (x[i] - mean) * rstd;
      const double g = static_cast<double>(dy[i]) * args.weight[i];
      Real& dx = args.dx[row * args.cols + i];
      dx = static_cast<Real>(dx + rstd * (g - mean_g - h * mean_gh));
    }
  }
  for (int64_t i = 0; i < args.cols; ++i) {
    if (args.dweight) args.dweight[i] = static_cast<Real>(args.dweight[i] + dweight[i]);
    if (args.dbias) args.dbias[i] = static_cast<Real>(args.dbias[i] + dbias[i]);
  }
}

void add_layer_norm(KernelTable& table) {
  table.layer_norm = layer_norm;
  table.layer_norm_backward = layer_norm_backward;
}

}  // namespace dikkat::reference
