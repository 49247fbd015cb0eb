// Looking up rows of a table.
#pragma once

#include "kernels/operands.h"

namespace dikkat {

// y[row] = weight[ids[row]].   weight (vocabulary, cols)  ids (rows)  y (rows, cols).  Ids were checked by the caller.
struct EmbeddingArgs {
  const Real* weight = nullptr;
  const int32_t* ids = nullptr;
  Real* y = nullptr;
  int64_t rows = 0, cols = 0, vocabulary = 0;
  void operands(Operands& list) const;
};

// dweight[ids[row]] += dy[row], rows in order (a token may occur many times).
struct EmbeddingBackwardArgs {
  const int32_t* ids = nullptr;
  const Real* dy = nullptr;
  Real* dweight = nullptr;
  int64_t rows = 0, cols = 0, vocabulary = 0;
  void operands(Operands& list) const;
};

}  // namespace dikkat
