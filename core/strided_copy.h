// Copies between layouts.
#pragma once

#include "core/shape.h"
#include "kernels/kernels.h"

namespace dikkat {

// y = x, or y += x with accumulate, element by element between two layouts of one shape. The elements of y must be
// distinct.
inline void copy_strided(const Shape& shape, const Real* x, const Strides& x_strides, Real* y, const Strides& y_strides,
                         bool accumulate = false) {
  CopyArgs args{.x = x, .y = y, .rank = shape.rank(), .accumulate = accumulate};
  for (int i = 0; i < shape.rank(); ++i) {
    const auto at = static_cast<size_t>(i);
    args.shape[i] = shape[i];
    args.x_steps[i] = x_strides[at];
    args.y_steps[i] = y_strides[at];
  }
  kernels().copy(args);
}

}  // namespace dikkat
