// What the files of this folder share.
#pragma once

#include "core/autograd.h"
#include "core/ops.h"
#include "core/strided_copy.h"
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

// db += the sum over the rows of dy, for an output that had b (features) added to each of its `count` rows.
inline void add_bias_gradient(Node& out, Tensor& bias, int64_t count, int64_t features) {
  kernels().binary_backward({.function = Binary::add,
                             .dy = out.grad_address(),
                             .db = bias.grad_sum(),
                             .rank = 2,
                             .shape = {count, features},
                             .a_steps = {features, 1},
                             .b_steps = {0, 1}});
}

// A tensor seen as (outer, count, inner): one dimension, what stands before it and what stands after it.
struct Around {
  int64_t outer = 1, count = 1, inner = 1;
};
inline Around around(const Shape& shape, int dim) {
  Around sizes{.count = shape[dim]};
  for (int i = 0; i < dim; ++i) sizes.outer *= shape[i];
  for (int i = dim + 1; i < shape.rank(); ++i) sizes.inner *= shape[i];
  return sizes;
}

// `dim` counted from the front. Throws Error, for the operation `name`, where x has no such dimension.
inline int dimension(const char* name, const In& x, int dim) {
  require(dim >= -x.rank() && dim < x.rank(), x.where, name, ": dimension ", dim, " does not exist in shape ",
          x.shape());
  return x.shape().index(dim);
}

// The same, where dimension `dim` goes away: a single number has none to lose.
inline int dimension_to_reduce(const char* name, const In& x, int dim) {
  require(x.rank() >= 1, x.where, name, ": a single number has no dimension ", dim);
  return dimension(name, x, dim);
}

// The shape without dimension `dim`; with keepdim, with size 1 in its place.
inline Shape reduced(const Shape& shape, int dim, bool keepdim) {
  Shape left;
  for (int i = 0; i < shape.rank(); ++i)
    if (i != dim || keepdim) left.append(i == dim ? 1 : shape[i]);
  return left;
}

// The shape with a further dimension, or with another size of dimension `dim`. Throws Error, for the operation `name`,
// where that would be too large for any memory.
inline Shape extended(const char* name, const In& x, Shape shape, int64_t size) {
  require(shape.has_room_for(size), x.where, name, ": a result of ", shape, " with a further dimension of ", size,
          " is too large");
  shape.append(size);
  return shape;
}
inline Shape resized(const char* name, const In& x, const Shape& shape, int dim, int64_t size) {
  require(shape.has_room_for(size, dim), x.where, name, ": a result of ", shape, " with ", size, " as dimension ",
          shape.index(dim), " is too large");
  return shape.with(dim, size);
}

// The same operand in reading order, still speaking for the line of the lesson.
inline In in_order(const In& x) {
  return In(contiguous(x), x.where);
}

// Lets what a composed operation computes on the way speak for the line of the lesson, too:
//   const Here here(x);  return here(x * x) + 1.0;
class Here {
 public:
  explicit Here(const In& x) : where_(x.where) {}
  In operator()(const Tensor& x) const { return In(x, where_); }

 private:
  std::source_location where_;
};

// Sizes and steps for the Args of kernels.
inline void set_shape(int64_t* sizes, const Shape& shape) {
  for (int i = 0; i < shape.rank(); ++i) sizes[i] = shape[i];
}
inline void set_steps(int64_t* steps, const Strides& strides, int rank) {
  for (int i = 0; i < rank; ++i) steps[i] = strides[static_cast<size_t>(i)];
}

// "(2,3) and (3)" -> (2,3). Throws Error where two sizes differ and none is 1. elementwise.cpp
Shape broadcast(const char* name, const Shape& a, const Shape& b, const std::source_location& where);

// y = f(x), element by element. elementwise.cpp
Tensor unary(const char* name, In x, Unary function, double alpha = 1, double beta = 0);

// What becomes of the losses of many elements. loss.cpp
Tensor reduce_losses(const char* name, In losses, Reduction reduction);

}  // namespace dikkat
