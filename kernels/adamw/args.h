// The AdamW optimiser.
#pragma once

#include "kernels/operands.h"

namespace dikkat {

// One step of AdamW (Loshchilov & Hutter, "Decoupled weight decay regularization", 2019), step counted from 1:
//   g = gradient * min(1, max_norm / (sqrt(squared_norm) + 1e-6))      (no clipping where squared_norm is null)
//   m = beta1 m + (1 - beta1) g      v = beta2 v + (1 - beta2) g^2
//   weight = weight * (1 - rate * weight_decay) - rate * (m / (1 - beta1^step)) / (sqrt(v / (1 - beta2^step)) + eps)
struct AdamWArgs {
  Real* weight = nullptr;
  const Real* gradient = nullptr;
  Real* m = nullptr;
  Real* v = nullptr;
  const Real* squared_norm = nullptr;  // (1): of all gradients together
  int64_t size = 0, step = 1;
  double rate = 1e-3, beta1 = 0.9, beta2 = 0.999, eps = 1e-8, weight_decay = 0.01, max_norm = 1;
  void operands(Operands& list) const;
};

}  // namespace dikkat
