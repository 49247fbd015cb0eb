// Element by element: f(x), and a op b with broadcasting.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/ops/common.h"

namespace dikkat {

namespace {

// The steps of an operand along the dimensions of the result: 0 where it is repeated.
void set_steps(int64_t* steps, const Tensor& x, const Shape& result) {
  const Strides strides = contiguous_strides(x.shape());
  const int added = result.rank() - x.rank();
  for (int i = 0; i < x.rank(); ++i)
    if (x.size(i) != 1) steps[i + added] = strides[static_cast<size_t>(i)];
}

void set_shape(int64_t* sizes, const Shape& shape) {
  for (int i = 0; i < shape.rank(); ++i) sizes[i] = shape[i];
}

// "(2,3) and (3)" -> (2,3). Throws Error where two sizes differ and none is 1.
Shape broadcast(const char* name, const In& a, const In& b) {
  const int rank = std::max(a.rank(), b.rank());
  Shape result;
  for (int i = 0; i < rank; ++i) {
    const int from_a = i - (rank - a.rank()), from_b = i - (rank - b.rank());
    const int64_t size_a = from_a < 0 ? 1 : a.size(from_a), size_b = from_b < 0 ? 1 : b.size(from_b);
    require(size_a == size_b || size_a == 1 || size_b == 1, a.where, name, ": ", a.shape(), " and ", b.shape(),
            ": the sizes ", size_a, " and ", size_b, " must be equal, or one of them 1");
    result.append(size_a == 1 ? size_b : size_a);
  }
  return result;
}

}  // namespace

namespace op {

// y = f(x).      dx = dy * f'(x)
struct Unary : Op {
  Unary(const char* name, Tensor x, dikkat::Unary function, Real alpha, Real beta)
      : Op(name, {x}), function(function), alpha(alpha), beta(beta) {}
  void backward(Node& out) override {
    Tensor& x = inputs[0];
    kernels().unary_backward({.function = function,
                              .x = x.address(),
                              .y = out.address(),
                              .dy = out.grad_address(),
                              .dx = x.grad_sum(),
                              .size = x.numel(),
                              .alpha = alpha,
                              .beta = beta});
  }
  dikkat::Unary function;
  Real alpha, beta;
};

// y = a op b.      da = dy * dy/da,  db = dy * dy/db,  summed where an operand was repeated
struct Binary : Op {
  Binary(const char* name, Tensor a, Tensor b, dikkat::Binary function) : Op(name, {a, b}), function(function) {}
  void backward(Node& out) override {
    Tensor &a = inputs[0], &b = inputs[1];
    BinaryBackwardArgs args{.function = function,
                            .a = a.address(),
                            .b = b.address(),
                            .dy = out.grad_address(),
                            .da = a.grad_sum(),
                            .db = b.grad_sum(),
                            .rank = out.shape.rank()};
    set_shape(args.shape, out.shape);
    set_steps(args.a_steps, a, out.shape);
    set_steps(args.b_steps, b, out.shape);
    kernels().binary_backward(args);
  }
  dikkat::Binary function;
};

}  // namespace op

namespace {

Tensor unary(const char* name, In x, Unary function, double alpha = 1, double beta = 0) {
  x = in_order(x);
  const Real scale = static_cast<Real>(alpha), shift = static_cast<Real>(beta);
  Tensor out = empty(x.shape());
  kernels().unary(
      {.function = function, .x = x.address(), .y = out.address(), .size = x.numel(), .alpha = scale, .beta = shift});
  return record(out, std::make_unique<op::Unary>(name, x, function, scale, shift), x.where);
}

Tensor binary(const char* name, In a, In b, Binary function) {
  const Shape shape = broadcast(name, a, b);
  a = in_order(a);
  b = in_order(b);
  Tensor out = empty(shape);
  BinaryArgs args{.function = function, .a = a.address(), .b = b.address(), .y = out.address(), .rank = shape.rank()};
  set_shape(args.shape, shape);
  set_steps(args.a_steps, a, shape);
  set_steps(args.b_steps, b, shape);
  kernels().binary(args);
  return record(out, std::make_unique<op::Binary>(name, a, b, function), a.where);
}

}  // namespace

Tensor operator+(In a, In b) {
  return binary("add", a, b, Binary::add);
}
Tensor operator-(In a, In b) {
  return binary("subtract", a, b, Binary::subtract);
}
Tensor operator*(In a, In b) {
  return binary("multiply", a, b, Binary::multiply);
}
Tensor operator/(In a, In b) {
  return binary("divide", a, b, Binary::divide);
}

Tensor operator+(In x, double number) {
  return unary("add", x, Unary::affine, 1, number);
}
Tensor operator-(In x, double number) {
  return unary("subtract", x, Unary::affine, 1, -number);
}
Tensor operator*(In x, double number) {
  return unary("multiply", x, Unary::affine, number, 0);
}
Tensor operator/(In x, double number) {
  return unary("divide", x, Unary::affine, 1 / number, 0);
}
Tensor operator+(double number, In x) {
  return x + number;
}
Tensor operator-(double number, In x) {
  return unary("subtract", x, Unary::affine, -1, number);
}
Tensor operator*(double number, In x) {
  return x * number;
}
Tensor operator-(In x) {
  return unary("negate", x, Unary::affine, -1, 0);
}

Tensor exp(In x) {
  return unary("exp", x, Unary::exp);
}
Tensor log(In x) {
  return unary("log", x, Unary::log);
}
Tensor sqrt(In x) {
  return unary("sqrt", x, Unary::sqrt);
}
Tensor tanh(In x) {
  return unary("tanh", x, Unary::tanh);
}
Tensor relu(In x) {
  return unary("relu", x, Unary::relu);
}
Tensor gelu(In x) {
  return unary("gelu", x, Unary::gelu);
}

Tensor gelu_plain(In x) {
  const auto here = [&](const Tensor& t) { return In(t, x.where); };
  const double slope = std::sqrt(2 / std::numbers::pi);
  const In cube = here(here(x * x) * x);
  const In inner = here(here(x + here(cube * 0.044715)) * slope);
  return here(x * here(1.0 + here(tanh(inner)))) * 0.5;
}

}  // namespace dikkat
