// Element by element: f(x), and a op b with broadcasting.
#include <algorithm>

#include "core/ops/common.h"

namespace dikkat {

namespace {

// The steps of an operand in reading order along the dimensions of the result: 0 where it is repeated.
void set_broadcast_steps(int64_t* steps, const Tensor& x, const Shape& result) {
  const Strides strides = contiguous_strides(x.shape());
  const int added = result.rank() - x.rank();
  for (int i = 0; i < x.rank(); ++i)
    if (x.size(i) != 1) steps[i + added] = strides[static_cast<size_t>(i)];
}

}  // namespace

Shape broadcast(const char* name, const Shape& a, const Shape& b, const std::source_location& where) {
  const int rank = std::max(a.rank(), b.rank());
  Shape result;
  for (int i = 0; i < rank; ++i) {
    const int from_a = i - (rank - a.rank()), from_b = i - (rank - b.rank());
    const int64_t size_a = from_a < 0 ? 1 : a[from_a], size_b = from_b < 0 ? 1 : b[from_b];
    require(size_a == size_b || size_a == 1 || size_b == 1, where, name, ": ", a, " and ", b, ": the sizes ", size_a,
            " and ", size_b, " must be equal, or one of them 1");
    const int64_t size = size_a == 1 ? size_b : size_a;
    require(result.has_room_for(size), where, name, ": ", a, " and ", b, ": a result that holds both is too large");
    result.append(size);
  }
  return result;
}

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
    set_broadcast_steps(args.a_steps, a, out.shape);
    set_broadcast_steps(args.b_steps, b, out.shape);
    kernels().binary_backward(args);
  }
  dikkat::Binary function;
};

// y = a where the condition is not 0, else b.      da = dy there, db = dy elsewhere
// inputs: condition, b and, unless it is a number, a; all of one shape.
struct Where : Op {
  Where(const char* name, std::vector<Tensor> inputs) : Op(name, std::move(inputs)) {}
  void backward(Node& out) override {
    kernels().where_backward({.condition = inputs[0].address(),
                              .dy = out.grad_address(),
                              .da = inputs.size() == 3 ? inputs[2].grad_sum() : nullptr,
                              .db = inputs[1].grad_sum(),
                              .size = out.shape.numel()});
  }
};

}  // namespace op

Tensor unary(const char* name, In x, Unary function, double alpha, double beta) {
  x = in_order(x);
  const Real scale = static_cast<Real>(alpha), shift = static_cast<Real>(beta);
  Tensor out = empty(x.shape());
  kernels().unary(
      {.function = function, .x = x.address(), .y = out.address(), .size = x.numel(), .alpha = scale, .beta = shift});
  return record(out, std::make_unique<op::Unary>(name, x, function, scale, shift), x.where);
}

namespace {

Tensor binary(const char* name, In a, In b, Binary function) {
  const Shape shape = broadcast(name, a.shape(), b.shape(), a.where);
  a = in_order(a);
  b = in_order(b);
  Tensor out = empty(shape);
  BinaryArgs args{.function = function, .a = a.address(), .b = b.address(), .y = out.address(), .rank = shape.rank()};
  set_shape(args.shape, shape);
  set_broadcast_steps(args.a_steps, a, shape);
  set_broadcast_steps(args.b_steps, b, shape);
  kernels().binary(args);
  return record(out, std::make_unique<op::Binary>(name, a, b, function), a.where);
}

// The same operand without its history: what no gradient flows into.
In without_gradient(const In& x) {
  return In(x.detach(), x.where);
}

// x in reading order, repeated to `shape`.
In filled_up(const In& x, const Shape& shape) {
  return in_order(x.shape() == shape ? x : In(expand(x, shape), x.where));
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
  return unary("divide", x, Unary::divide, number);
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
Tensor operator/(double number, In x) {
  return binary("divide", In(full({}, number), x.where), x, Binary::divide);
}
Tensor operator-(In x) {
  return unary("negate", x, Unary::affine, -1, 0);
}

Tensor pow(In a, In b) {
  return binary("pow", a, b, Binary::power);
}
Tensor pow(In x, double exponent) {
  return unary("pow", x, Unary::power, exponent);
}
Tensor maximum(In a, In b) {
  return binary("maximum", a, b, Binary::maximum);
}
Tensor minimum(In a, In b) {
  return binary("minimum", a, b, Binary::minimum);
}
Tensor less(In a, In b) {
  return binary("less", without_gradient(a), without_gradient(b), Binary::less);
}
Tensor equal(In a, In b) {
  return binary("equal", without_gradient(a), without_gradient(b), Binary::equal);
}

Tensor where(In condition, In a, In b) {
  const Shape values = broadcast("where", a.shape(), b.shape(), condition.where);
  const Shape shape = broadcast("where", condition.shape(), values, condition.where);
  condition = filled_up(without_gradient(condition), shape);
  a = filled_up(a, shape);
  b = filled_up(b, shape);
  Tensor out = empty(shape);
  kernels().where(
      {.condition = condition.address(), .a = a.address(), .b = b.address(), .y = out.address(), .size = out.numel()});
  return record(out, std::make_unique<op::Where>("where", std::vector<Tensor>{condition, b, a}), condition.where);
}

Tensor masked_fill(In x, In mask, double value) {
  require(broadcast("masked_fill", x.shape(), mask.shape(), x.where) == x.shape(), x.where, "masked_fill: the mask ",
          mask.shape(), " is larger than ", x.shape());
  x = in_order(x);
  mask = filled_up(without_gradient(mask), x.shape());
  Tensor out = empty(x.shape());
  kernels().where({.condition = mask.address(),
                   .b = x.address(),
                   .y = out.address(),
                   .size = x.numel(),
                   .value = static_cast<Real>(value)});
  return record(out, std::make_unique<op::Where>("masked_fill", std::vector<Tensor>{mask, x}), x.where);
}

Tensor exp(In x) {
  return unary("exp", x, Unary::exp);
}
Tensor log(In x) {
  return unary("log", x, Unary::log);
}
Tensor log1p(In x) {
  return unary("log1p", x, Unary::log1p);
}
Tensor sqrt(In x) {
  return unary("sqrt", x, Unary::sqrt);
}
Tensor rsqrt(In x) {
  return 1.0 / In(sqrt(x), x.where);
}
Tensor reciprocal(In x) {
  return 1.0 / x;
}
Tensor square(In x) {
  return x * x;
}
Tensor abs(In x) {
  return unary("abs", x, Unary::abs);
}
Tensor sign(In x) {
  return unary("sign", x, Unary::sign);
}
Tensor sin(In x) {
  return unary("sin", x, Unary::sin);
}
Tensor cos(In x) {
  return unary("cos", x, Unary::cos);
}
Tensor erf(In x) {
  return unary("erf", x, Unary::erf);
}
Tensor clamp(In x, double low, double high) {
  require(low <= high, x.where, "clamp: the lower bound ", low, " must not lie above the upper one, ", high);
  return unary("clamp", x, Unary::clamp, low, high);
}

}  // namespace dikkat
