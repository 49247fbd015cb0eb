// The textbook cross-entropy: how surprised each row is by its target, averaged over the rows that count.
#include <cmath>
#include <limits>

#include "kernels/variants.h"

namespace dikkat::reference {

void cross_entropy(const CrossEntropyArgs& args) {
  double loss = 0;
  int64_t count = 0;
  for (int64_t row = 0; row < args.rows; ++row) {
    const Real* logits = args.logits + row * args.cols;

    double max = -std::numeric_limits<double>::infinity();
    for (int64_t i = 0; i < args.cols; ++i) {
      if (logits[i] > max) max = logits[i];
    }
    double sum = 0;
    for (int64_t i = 0; i < args.cols; ++i) sum += std::exp(logits[i] - max);
    const double log_sum_exp = max + std::log(sum);

    double row_loss = 0;
    if (args.targets[row] != ignore_index) {
      row_loss = log_sum_exp - logits[args.targets[row]];
      loss += row_loss;
      ++count;
    }
    args.row_loss[row] = static_cast<Real>(row_loss);
    args.log_sum_exp[row] = static_cast<Real>(log_sum_exp);
  }
  *args.loss = static_cast<Real>(loss / count);  // 0 / 0 = NaN where no row counts, as in PyTorch
  *args.count = static_cast<Real>(count);
}

void cross_entropy_backward(const CrossEntropyBackwardArgs& args) {
  for (int64_t row = 0; row < args.rows; ++row) {
    if (args.targets[row] == ignore_index) continue;
    const Real* logits = args.logits + row * args.cols;
    Real* dlogits = args.dlogits + row * args.cols;
    const double scale = static_cast<double>(*args.dloss) / *args.count;
    for (int64_t i = 0; i < args.cols; ++i) {
      const double p = std::exp(static_cast<double>(logits[i]) - args.log_sum_exp[row]);
      const double one_hot = i == args.targets[row] ? 1 : 0;
      dlogits[i] = static_cast<Real>(dlogits[i] + scale * (p - one_hot));
    }
  }
}

void add_cross_entropy(KernelTable& table) {
  table.cross_entropy = cross_entropy;
  table.cross_entropy_backward = cross_entropy_backward;
}

}  // namespace dikkat::reference
