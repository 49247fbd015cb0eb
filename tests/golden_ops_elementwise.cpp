#include <algorithm>
#include <cmath>

#include "tests/golden_ops.h"

namespace dikkat::test {
namespace {

Runner unary(Tensor (*operation)(In)) {
  return [operation](const OpsCase& one) -> Outputs { return {operation(one[0])}; };
}

// For a composition whose infinities differ from PyTorch's: inf (1 + erf(inf)) is inf, but NaN in its polynomial.
Runner finite_only(const Runner& runner) {
  return [runner](const OpsCase& one) -> Outputs {
    const std::vector<double> numbers = numbers_of(one[0]);
    if (std::any_of(numbers.begin(), numbers.end(), [](double x) { return std::isinf(x); })) return {};
    return runner(one);
  };
}

// A case with one input takes it twice.
Runner binary(Tensor (*operation)(In, In)) {
  return [operation](const OpsCase& one) -> Outputs { return {operation(one[0], one[one.inputs() - 1])}; };
}

// An option that stands in "attrs", or at the end of the operation's name.
double option(const OpsCase& one, const std::string& key, size_t suffix, double otherwise) {
  return one.attrs.number(key, suffix < one.suffixes().size() ? one.suffixes()[suffix] : otherwise);
}

}  // namespace

Runners elementwise_runners() {
  return {
      {"add", binary(operator+)},
      {"sub", binary(operator-)},
      {"mul", binary(operator*)},
      {"div", binary(operator/)},
      {"pow", binary(pow)},
      {"maximum", binary(maximum)},
      {"minimum", binary(minimum)},
      {"add_scalar", [](const OpsCase& one) -> Outputs { return {one[0] + one.attrs.number("scalar", 0)}; }},
      {"sub_scalar", [](const OpsCase& one) -> Outputs { return {one[0] - one.attrs.number("scalar", 0)}; }},
      {"mul_scalar", [](const OpsCase& one) -> Outputs { return {one[0] * one.attrs.number("scalar", 1)}; }},
      {"div_scalar", [](const OpsCase& one) -> Outputs { return {one[0] / one.attrs.number("scalar", 1)}; }},
      {"pow_scalar", [](const OpsCase& one) -> Outputs { return {pow(one[0], one.attrs.number("scalar", 1))}; }},
      {"rsub_scalar", [](const OpsCase& one) -> Outputs { return {one.attrs.number("scalar", 0) - one[0]}; }},
      {"expr: y = x*2; z = y*x + y; sum over dim 0",
       [](const OpsCase& one) -> Outputs {
         const Tensor x = one["x"], y = x * 2, z = y * x + y;
         return {sum(z, 0)};
       }},
      {"neg", unary(operator-)},
      {"exp", unary(exp)},
      {"log", unary(log)},
      {"log1p", unary(log1p)},
      {"sqrt", unary(sqrt)},
      {"rsqrt", unary(rsqrt)},
      {"reciprocal", unary(reciprocal)},
      {"square", unary(square)},
      {"abs", unary(abs)},
      {"sign", unary(sign)},
      {"sin", unary(sin)},
      {"cos", unary(cos)},
      {"erf", unary(erf)},
      {"tanh", unary(tanh)},
      {"sigmoid", unary(sigmoid)},
      {"relu", unary(relu)},
      {"relu_squared", unary(relu_squared)},
      {"hardtanh", unary(hardtanh)},
      {"softplus", unary(softplus)},
      {"logsigmoid", unary(logsigmoid)},
      {"mish", unary(mish)},
      {"silu", unary(silu)},
      {"silu", unary(silu_plain)},
      {"quick_gelu", unary(quick_gelu)},
      {"gelu_tanh", unary(gelu)},
      {"gelu_tanh", unary(gelu_plain)},
      {"gelu_erf", unary(gelu_erf)},
      {"gelu_erf", finite_only(unary(gelu_erf_plain))},
      {"elu", [](const OpsCase& one) -> Outputs { return {elu(one[0], option(one, "alpha", 0, 1))}; }},
      {"leaky_relu",
       [](const OpsCase& one) -> Outputs { return {leaky_relu(one[0], option(one, "negative_slope", 0, 0.01))}; }},
      {"clamp",
       [](const OpsCase& one) -> Outputs {
         return {clamp(one[0], option(one, "min", 0, -INFINITY), option(one, "max", 1, INFINITY))};
       }},
  };
}

Runners matmul_runners() {
  return {
      // One operand: times its own transpose.
      {"matmul",
       [](const OpsCase& one) -> Outputs { return {matmul(one[0], one.inputs() == 1 ? transpose(one[0]) : one[1])}; }},
      {"linear",
       [](const OpsCase& one) -> Outputs {
         if (!one.has("b")) return {linear(one["x"], one["w"])};
         return {linear(one["x"], one["w"], one["b"])};
       }},
      {"linear",
       [](const OpsCase& one) -> Outputs {
         if (!one.has("b")) return {};
         return {linear_plain(one["x"], one["w"], one["b"])};
       }},
      {"expr: tanh(x@w1+b1)@w2 summed",
       [](const OpsCase& one) -> Outputs {
         return {sum(matmul(tanh(matmul(one["x"], one["w1"]) + one["b1"]), one["w2"]))};
       }},
  };
}

}  // namespace dikkat::test
