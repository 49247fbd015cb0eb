// Products. Operands may be views: a transposed matrix is read in place.
#include <algorithm>
#include <utility>

#include "core/ops/common.h"

namespace dikkat {

namespace {

// How a kernel walks over the matrices of x: the last two dimensions are the matrix, up to two before them the batch.
Steps steps_of(const Tensor& x, const Strides& strides) {
  const int last = x.rank() - 1;
  const auto at = [&](int dim) { return dim < 0 ? 0 : strides[static_cast<size_t>(dim)]; };
  return {.row = at(last - 1), .column = at(last), .outer = at(last - 3), .inner = at(last - 2)};
}

}  // namespace

namespace op {

// c = a b, for each matrix of a batch.      da = dc b^T,  db = a^T dc
struct MatMul : Op {
  MatMul(Tensor a, Tensor b) : Op("matmul", {a, b}) {}
  void backward(Node& out) override {
    Tensor &a = inputs[0], &b = inputs[1];
    const int rank = out.shape.rank();
    const int64_t m = a.size(-2), k = a.size(-1), n = b.size(-1);
    const int64_t inner = rank > 2 ? out.shape[-3] : 1, outer = rank > 3 ? out.shape[-4] : 1;
    const Steps da = steps_of(a, a.grad_strides()), db = steps_of(b, b.grad_strides());
    Steps as = steps_of(a, a.strides()), bs = steps_of(b, b.strides());
    const Steps dc{.row = n, .column = 1, .outer = inner * m * n, .inner = m * n};
    std::swap(as.row, as.column);
    std::swap(bs.row, bs.column);
    if (a.requires_grad())
      kernels().matmul({.a = out.grad_address(),
                        .b = b.address(),
                        .c = a.grad_sum(),
                        .a_steps = dc,
                        .b_steps = bs,
                        .c_steps = da,
                        .m = m,
                        .n = k,
                        .k = n,
                        .outer = outer,
                        .inner = inner,
                        .accumulate = true,
                        .precision = precision()});
    if (b.requires_grad())
      kernels().matmul({.a = a.address(),
                        .b = out.grad_address(),
                        .c = b.grad_sum(),
                        .a_steps = as,
                        .b_steps = dc,
                        .c_steps = db,
                        .m = k,
                        .n = n,
                        .k = m,
                        .outer = outer,
                        .inner = inner,
                        .accumulate = true,
                        .precision = precision()});
  }
};

// y = x w^T + b.      dx = dy w,  dw = dy^T x,  db = sum over rows of dy
struct LinearMap : Op {
  LinearMap(std::vector<Tensor> inputs) : Op("linear", std::move(inputs)) {}
  void backward(Node& out) override {
    Tensor &x = inputs[0], &weight = inputs[1];
    const int64_t in = weight.size(1), features = weight.size(0), count = rows(x);
    if (x.requires_grad())
      kernels().matmul({.a = out.grad_address(),
                        .b = weight.address(),
                        .c = x.grad_sum(),
                        .a_steps = {.row = features},
                        .b_steps = {.row = in},
                        .c_steps = {.row = in},
                        .m = count,
                        .n = in,
                        .k = features,
                        .accumulate = true,
                        .precision = precision()});
    if (weight.requires_grad())
      kernels().matmul({.a = out.grad_address(),
                        .b = x.address(),
                        .c = weight.grad_sum(),
                        .a_steps = {.row = 1, .column = features},
                        .b_steps = {.row = in},
                        .c_steps = {.row = in},
                        .m = features,
                        .n = in,
                        .k = count,
                        .accumulate = true,
                        .precision = precision()});
    if (inputs.size() == 3 && inputs[2].requires_grad()) add_bias_gradient(out, inputs[2], count, features);
  }
};

}  // namespace op

namespace {

// The sizes before the last two, of both operands together: equal, or one of them 1.
Shape batch_of(const In& a, const In& b) {
  const int rank = std::max(a.rank(), b.rank());
  Shape batch;
  for (int i = -rank; i < -2; ++i) {
    const int64_t of_a = -i > a.rank() ? 1 : a.size(i), of_b = -i > b.rank() ? 1 : b.size(i);
    require(of_a == of_b || of_a == 1 || of_b == 1, a.where, "matmul: ", a.shape(), " x ", b.shape(), ": the sizes ",
            of_a, " and ", of_b, " before the last two must be equal, or one of them 1");
    batch = extended("matmul", a, batch, of_a == 1 ? of_b : of_a);
  }
  return batch;
}

// The matrices of x, one for each place of the batch; those that serve many are repeated without a copy.
In for_batch(const In& x, const Shape& batch) {
  const Shape shape = extended("matmul", x, extended("matmul", x, batch, x.size(-2)), x.size(-1));
  return shape == x.shape() ? x : In(expand(x, shape), x.where);
}

// Matrices in an equal batch of at most two dimensions.
Tensor product(const In& a, const In& b) {
  const Shape shape = resized("matmul", a, a.shape(), -1, b.size(-1));
  const int64_t m = a.size(-2), n = b.size(-1);
  const int64_t inner = shape.rank() > 2 ? shape[-3] : 1, outer = shape.rank() > 3 ? shape[-4] : 1;
  Tensor out = empty(shape);
  kernels().matmul({.a = a.address(),
                    .b = b.address(),
                    .c = out.address(),
                    .a_steps = steps_of(a, a.strides()),
                    .b_steps = steps_of(b, b.strides()),
                    .c_steps = {.row = n, .column = 1, .outer = inner * m * n, .inner = m * n},
                    .m = m,
                    .n = n,
                    .k = a.size(-1),
                    .outer = outer,
                    .inner = inner,
                    .precision = precision()});
  return record(out, std::make_unique<op::MatMul>(a, b), a.where);
}

Tensor matrices(const In& a, const In& b) {
  const Here here(a);
  const Shape batch = batch_of(a, b);
  const int64_t count = batch.numel(), m = a.size(-2), k = a.size(-1), n = b.size(-1);
  const Shape shape = extended("matmul", a, extended("matmul", a, batch, m), n);
  if (a.rank() > 2 && b.rank() == 2)  // one tall matrix instead of a batch
    return reshape(here(product(here(reshape(a, {count * m, k})), b)), shape.sizes());
  const In left = for_batch(a, batch), right = for_batch(here(b), batch);
  if (batch.rank() <= 2) return product(left, right);
  return reshape(here(product(here(reshape(left, {count, m, k})), here(reshape(right, {count, k, n})))), shape.sizes());
}

}  // namespace

Tensor matmul(In a, In b) {
  require(a.rank() >= 1 && b.rank() >= 1, a.where, "matmul: ", a.shape(), " x ", b.shape(),
          ": both need at least one dimension");
  const int64_t inner = b.rank() == 1 ? b.size(0) : b.size(-2);
  require(a.size(-1) == inner, a.where, "matmul: ", a.shape(), " x ", b.shape(), ": the inner sizes ", a.size(-1),
          " and ", inner, " must agree");
  if (a.rank() >= 2 && b.rank() >= 2) return matrices(a, b);
  const Here here(a);
  Tensor c = matrices(a.rank() == 1 ? here(unsqueeze(a, 0)) : a, b.rank() == 1 ? here(unsqueeze(here(b), 1)) : b);
  if (b.rank() == 1) c = squeeze(here(c), -1);
  if (a.rank() == 1) c = squeeze(here(c), b.rank() == 1 ? -1 : -2);
  return c;
}

namespace {

Tensor linear_map(In x, In weight, const Tensor* bias) {
  require(weight.rank() == 2, x.where, "linear: ", x.shape(), " needs a weight (out,in), got ", weight.shape());
  require(x.rank() >= 1 && x.size(-1) == weight.size(1), x.where, "linear: ", x.shape(), " with weight ",
          weight.shape(), ": the last size of the input must be ", weight.size(1));
  require(!bias || bias->shape() == Shape{weight.size(0)}, x.where, "linear: weight ", weight.shape(),
          " needs a bias of (", weight.size(0), "), got ", bias ? bias->shape() : Shape{});
  const Shape shape = resized("linear", x, x.shape(), -1, weight.size(0));
  x = in_order(x);
  weight = in_order(weight);
  Tensor out = empty(shape);
  const int64_t in = weight.size(1);
  std::vector<Tensor> inputs{x, weight};
  if (bias) inputs.push_back(contiguous(In(*bias, x.where)));
  kernels().matmul({.a = x.address(),
                    .b = weight.address(),
                    .c = out.address(),
                    .bias = bias ? inputs[2].address() : nullptr,
                    .a_steps = {.row = in},
                    .b_steps = {.row = 1, .column = in},
                    .c_steps = {.row = weight.size(0)},
                    .m = rows(x),
                    .n = weight.size(0),
                    .k = in,
                    .precision = precision()});
  return record(out, std::make_unique<op::LinearMap>(std::move(inputs)), x.where);
}

}  // namespace

Tensor linear(In x, In weight, In bias) {
  return linear_map(x, weight, &bias);
}
Tensor linear(In x, In weight) {
  return linear_map(x, weight, nullptr);
}
Tensor linear_plain(In x, In weight, In bias) {
  return In(matmul(x, In(transpose(weight), x.where)), x.where) + bias;
}

}  // namespace dikkat
