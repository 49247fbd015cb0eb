// Pictures cut into the patches that a convolution looks at.
#pragma once

#include "kernels/operands.h"

namespace dikkat {

// y[n, c, a*kernel_width+b, i*out_width+j] =
//     x[n, c, i*stride_height + a*dilation_height - padding_height, j*stride_width + b*dilation_width - padding_width],
// `value` where that lies outside.
// x (batch, channels, height, width)  y (batch, channels, kernel_height*kernel_width, out_height*out_width)
struct UnfoldSizes {
  int64_t batch = 0, channels = 0, height = 0, width = 0;
  int64_t kernel_height = 1, kernel_width = 1, stride_height = 1, stride_width = 1;
  int64_t padding_height = 0, padding_width = 0, dilation_height = 1, dilation_width = 1;

  // (size + 2 padding - dilation (kernel - 1) - 1) / stride + 1, rounded down
  int64_t out_height() const {
    return (height + 2 * padding_height - dilation_height * (kernel_height - 1) - 1) / stride_height + 1;
  }
  int64_t out_width() const {
    return (width + 2 * padding_width - dilation_width * (kernel_width - 1) - 1) / stride_width + 1;
  }
};
struct UnfoldArgs {
  const Real* x = nullptr;
  Real* y = nullptr;
  UnfoldSizes sizes = {};
  Real value = 0;
  void operands(Operands& list) const;
};

// dx += dy, each element of x from every patch that holds it.
struct UnfoldBackwardArgs {
  const Real* dy = nullptr;
  Real* dx = nullptr;
  UnfoldSizes sizes = {};
  void operands(Operands& list) const;
};

}  // namespace dikkat
