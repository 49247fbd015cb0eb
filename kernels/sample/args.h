// Drawing the next token.
#pragma once

#include "kernels/operands.h"
#include "kernels/random.h"

namespace dikkat {

// Draws one id from softmax(logits / temperature) of each row, among the top_k largest (0: among all; the smaller id
// goes first where logits are equal); temperature 0 takes the largest. Row r uses the uniform number of element r.
// logits (rows, cols)  ids (rows)
struct SampleArgs {
  const Real* logits = nullptr;
  int32_t* ids = nullptr;
  int64_t rows = 0, cols = 0, top_k = 0;
  Real temperature = 1;
  RandomStream stream = {};
  void operands(Operands& list) const;
};

}  // namespace dikkat
