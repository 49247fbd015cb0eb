// The loss of a language model.
#pragma once

#include "kernels/operands.h"

namespace dikkat {

inline constexpr int32_t ignore_index = -100;  // a target that does not count, as in PyTorch

// row_loss = log(sum(exp(logits))) - logits[target], 0 for an ignored row;  loss = sum(row_loss) / count.
// logits (rows, cols)  targets, row_loss, log_sum_exp (rows)  loss, count (1): count of rows that are not ignored.
struct CrossEntropyArgs {
  const Real* logits = nullptr;
  const int32_t* targets = nullptr;
  Real* row_loss = nullptr;
  Real* log_sum_exp = nullptr;
  Real* loss = nullptr;
  Real* count = nullptr;
  int64_t rows = 0, cols = 0;
  void operands(Operands& list) const;
};

// dlogits += dloss / count * (exp(logits - log_sum_exp) - one_hot(target)) for every row that is not ignored.
struct CrossEntropyBackwardArgs {
  const Real* logits = nullptr;
  const int32_t* targets = nullptr;
  const Real* log_sum_exp = nullptr;
  const Real* count = nullptr;
  const Real* dloss = nullptr;
  Real* dlogits = nullptr;
  int64_t rows = 0, cols = 0;
  void operands(Operands& list) const;
};

}  // namespace dikkat
