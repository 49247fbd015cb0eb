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
  int64_t count = 1;
  for (int i = 0; i + 1 < x.rank(); ++i) count *= x.size(i);
  return count;
}

// `dim` counted from the front. Throws Error, for the operation `name`, where x has no such dimension.
inline int dimension(const char* name, const In& x, int dim) {
  require(dim >= -x.rank() && dim < x.rank(), x.where, name, ": dimension ", dim, " does not exist in shape ",
          x.shape());
  return x.shape().index(dim);
}

// The same operand in reading order, still speaking for the line of the lesson.
inline In in_order(const In& x) {
  return In(contiguous(x), x.where);
}

}  // namespace dikkat
