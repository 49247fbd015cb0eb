// Products with a weight in another storage format (packed.h), which is read as it lies.
#include <utility>

#include "core/ops/common.h"
#include "core/packed.h"

namespace dikkat {

namespace op {

// y = x w (+ b), for each row of x.      dx = dy w^T,  db = sum over rows of dy;  w is frozen
struct PackedProduct : Op {
  // `steps` lead over w as a matrix (in,out).
  PackedProduct(const char* name, std::vector<Tensor> inputs, Packed weight, const Steps& steps)
      : Op(name, std::move(inputs)), weight(std::move(weight)), steps(steps) {}
  void backward(Node& out) override {
    Tensor& x = inputs[0];
    const int64_t in = x.size(-1), features = out.shape[-1], count = rows(x);
    if (x.requires_grad())
      kernels().matmul({.a = out.grad_address(),
                        .b = weight.reals(),
                        .b_packed = weight.halves(),
                        .b_storage = weight.storage(),
                        .c = x.grad_sum(),
                        .a_steps = {.row = features},
                        .b_steps = {.row = steps.column, .column = steps.row},
                        .c_steps = {.row = in},
                        .m = count,
                        .n = in,
                        .k = features,
                        .accumulate = true,
                        .precision = precision()});
    if (inputs.size() == 2 && inputs[1].requires_grad()) add_bias_gradient(out, inputs[1], count, features);
  }
  Packed weight;
  Steps steps;
};

}  // namespace op

namespace {

// x (...,in) -> (...,out). The shapes have been checked.
Tensor packed_product(const char* name, In x, const Packed& weight, const Steps& steps, int64_t out_features,
                      const Tensor* bias) {
  const Shape shape = resized(name, x, x.shape(), -1, out_features);
  x = in_order(x);
  std::vector<Tensor> inputs{x};
  if (bias) inputs.push_back(contiguous(In(*bias, x.where)));
  Tensor out = empty(shape);
  kernels().matmul({.a = x.address(),
                    .b = weight.reals(),
                    .b_packed = weight.halves(),
                    .b_storage = weight.storage(),
                    .c = out.address(),
                    .bias = bias ? inputs[1].address() : nullptr,
                    .a_steps = {.row = x.size(-1)},
                    .b_steps = steps,
                    .c_steps = {.row = out_features},
                    .m = rows(x),
                    .n = out_features,
                    .k = x.size(-1),
                    .precision = precision()});
  return record(out, std::make_unique<op::PackedProduct>(name, std::move(inputs), weight, steps), x.where);
}

Tensor packed_linear(const In& x, const Packed& weight, const Tensor* bias) {
  const Shape& shape = weight.shape();
  require(x.rank() >= 1 && x.size(-1) == shape[1], x.where, "linear: ", x.shape(), " with packed weight ", shape,
          ": the last size of the input must be ", shape[1]);
  require(!bias || bias->shape() == Shape{shape[0]}, x.where, "linear: packed weight ", shape, " needs a bias of (",
          shape[0], "), got ", bias ? bias->shape() : Shape{});
  return packed_product("linear", x, weight, {.row = 1, .column = shape[1]}, shape[0], bias);
}

}  // namespace

Tensor matmul(In x, const Packed& weight) {
  const Shape& shape = weight.shape();
  require(x.rank() >= 1, x.where, "matmul: ", x.shape(), " x packed ", shape,
          ": the left one needs at least one dimension");
  require(x.size(-1) == shape[0], x.where, "matmul: ", x.shape(), " x packed ", shape, ": the inner sizes ", x.size(-1),
          " and ", shape[0], " must agree");
  return packed_product("matmul", x, weight, {.row = shape[1]}, shape[1], nullptr);
}

Tensor linear(In x, const Packed& weight, In bias) {
  return packed_linear(x, weight, &bias);
}
Tensor linear(In x, const Packed& weight) {
  return packed_linear(x, weight, nullptr);
}

}  // namespace dikkat
