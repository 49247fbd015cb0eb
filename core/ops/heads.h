// What the files about attention share.
#pragma once

#include "core/ops/common.h"

namespace dikkat {

// The D numbers of a head (B,T,H,D) must lie together for the kernels, and so must their gradients; in views of
// (B,T,C) they do.
inline In heads_in_order(const In& x) {
  const bool together = x.strides()[3] == 1 && x.grad_strides()[3] == 1;
  return together || x.size(3) == 1 ? x : in_order(x);
}

// softmax(scores) over the keys, the last dimension; a query that may see nothing (-inf alone, which softmax makes NaN)
// has weights 0, and no gradient passes. attention.cpp
Tensor weights_of(In scores);

}  // namespace dikkat
