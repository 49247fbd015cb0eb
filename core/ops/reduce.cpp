// Sums and means.
#include "core/ops/common.h"

namespace dikkat {

namespace op {

// y = scale * sum(x) along one dimension.      dx = scale * dy, the same for every element that was summed
struct Sum : Op {
  Sum(const char* name, Tensor x, int64_t outer, int64_t count, int64_t inner, Real scale)
      : Op(name, {x}), outer(outer), count(count), inner(inner), scale(scale) {}
  void backward(Node& out) override {
    Tensor& x = inputs[0];
    kernels().sum_backward(
        {.dy = out.grad_address(), .dx = x.grad_sum(), .outer = outer, .count = count, .inner = inner, .scale = scale});
  }
  int64_t outer, count, inner;
  Real scale;
};

}  // namespace op

namespace {

Tensor reduce(const char* name, In x, const Shape& shape, int64_t outer, int64_t count, int64_t inner, double scale) {
  x = in_order(x);
  const Real factor = static_cast<Real>(scale);
  Tensor out = empty(shape);
  kernels().sum(
      {.x = x.address(), .y = out.address(), .outer = outer, .count = count, .inner = inner, .scale = factor});
  return record(out, std::make_unique<op::Sum>(name, x, outer, count, inner, factor), x.where);
}

Tensor reduce_dim(const char* name, In x, int dim, bool keepdim, bool average) {
  require(x.rank() >= 1, x.where, name, ": a single number has no dimension ", dim);
  const int at = dimension(name, x, dim);
  int64_t outer = 1, inner = 1;
  Shape shape;
  for (int i = 0; i < x.rank(); ++i) {
    if (i < at) outer *= x.size(i);
    if (i > at) inner *= x.size(i);
    if (i != at) shape.append(x.size(i));
    if (i == at && keepdim) shape.append(1);
  }
  const int64_t count = x.size(at);
  return reduce(name, x, shape, outer, count, inner, average ? 1.0 / static_cast<double>(count) : 1.0);
}

}  // namespace

Tensor sum(In x) {
  return reduce("sum", x, {}, 1, x.numel(), 1, 1);
}
Tensor sum(In x, int dim, bool keepdim) {
  return reduce_dim("sum", x, dim, keepdim, false);
}
Tensor mean(In x) {
  return reduce("mean", x, {}, 1, x.numel(), 1, 1.0 / static_cast<double>(x.numel()));
}
Tensor mean(In x, int dim, bool keepdim) {
  return reduce_dim("mean", x, dim, keepdim, true);
}

}  // namespace dikkat
