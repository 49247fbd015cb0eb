// What the files of this folder share.
#pragma once

#include "core/autograd.h"
#include "core/ops.h"
#include "kernels/kernels.h"

namespace dikkat {

// A tensor seen as rows of its last dimension.
inline int64_t cols(const Tensor& x) {
  return x.rank() ? x.size(-1) : 1;
}
inline int64_t rows(const Tensor& x) {
  return cols(x) ? x.numel() / cols(x) : 0;
}

// The same operand in reading order, still speaking for the line of the lesson.
inline In in_order(const In& x) {
  return In(contiguous(x), x.where);
}

}  // namespace dikkat
