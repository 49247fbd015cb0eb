// The textbook AdamW: each weight walks against its averaged gradient, in steps of a size of its own.
#include <cmath>

#include "kernels/variants.h"

namespace dikkat::reference {

void adamw(const AdamWArgs& args) {
  double clip = 1;
  if (args.squared_norm) {
    const double ratio = args.max_norm / (std::sqrt(static_cast<double>(*args.squared_norm)) + 1e-6);
    clip = ratio > 1 ? 1 : ratio;  // in this order a NaN stays a NaN
  }
  const double correction1 = 1 - std::pow(args.beta1, args.step);  // m and v began at 0: undo that
  const double correction2 = 1 - std::pow(args.beta2, args.step);

  for (int64_t i = 0; i < args.size; ++i) {
    const double g = args.gradient[i] * clip;
    const double m = args.beta1 * args.m[i] + (1 - args.beta1) * g;
    const double v = args.beta2 * args.v[i] + (1 - args.beta2) * g * g;
    const double decayed = args.weight[i] * (1 - args.rate * args.weight_decay);
    const double direction = (m / correction1) / (std::sqrt(v / correction2) + args.eps);
    args.weight[i] = static_cast<Real>(decayed - args.rate * direction);
    args.m[i] = static_cast<Real>(m);
    args.v[i] = static_cast<Real>(v);
  }
}

void add_adamw(KernelTable& table) {
  table.adamw = adamw;
}

}  // namespace dikkat::reference
