// Rows of the table of operations: activations.
#include "tests/operations.h"

namespace dikkat::test {

namespace {

double sigmoid_of(double x) {
  return 1 / (1 + std::exp(-x));
}
double softplus_of(double x) {
  return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x)));
}

// Numbers stay apart from those where slopes jump.
void add(std::vector<Operation>& table, const std::string& name, const std::string& declaration, Function run,
         const std::function<double(double)>& function, Function plain = nullptr) {
  table.push_back({.name = name,
                   .declaration = declaration,
                   .run = run,
                   .shapes = any_shapes(),
                   .expected = [=](const Arrays& x) { return map(x[0], function); },
                   .plain = plain,
                   .low = -4,
                   .high = 4,
                   .apart = true});
}

// What dropout with probability p leaves of x after manual_seed(seed).
Array left_of(const Array& x, double p, uint64_t seed) {
  uint64_t drawn = 0;
  return map(x, [&](double number) {
    const bool dropped = random_uniform({.seed = seed}, drawn++) < static_cast<double>(static_cast<Real>(p));
    return dropped ? 0 : number / (1 - p);
  });
}

void add_dropout(std::vector<Operation>& table) {
  for (const double p : {0.0, 0.25, 0.9, 1.0}) {
    table.push_back({.name = text("dropout ", p),
                     .declaration = "dropout(In,double,bool)",
                     .run =
                         [=](const Inputs& x) {
                           manual_seed(7);
                           return dropout(x[0], p);
                         },
                     .shapes = any_shapes(),
                     .expected = [=](const Arrays& x) { return left_of(x[0], p, 7); },
                     .mistakes = {{"(3)",
                                   {"dropout", "probability must lie in 0 to 1", "1.5"},
                                   [](const Inputs& x) { return dropout(x[0], 1.5); }},
                                  {"(3)",
                                   {"dropout", "probability", "-0.5"},
                                   [](const Inputs& x) { return dropout(x[0], -0.5, false); }},
                                  {"(3)", {"dropout", "probability", "nan"}, [](const Inputs& x) {
                                     return dropout(x[0], std::nan(""));
                                   }}}});
  }
  table.push_back({.name = "dropout out of training",
                   .declaration = "dropout(In,double,bool)",
                   .run = [](const Inputs& x) { return dropout(x[0], 0.5, false); },
                   .shapes = any_shapes(),
                   .expected = [](const Arrays& x) { return x[0]; }});
}

}  // namespace

void add_activations(std::vector<Operation>& table) {
  const auto add_plain = [&](const std::string& name, Tensor (*function)(In), double (*naive)(double),
                             Tensor (*plain)(In) = nullptr) {
    const auto call = [](Tensor (*called)(In)) { return [=](const Inputs& x) { return called(x[0]); }; };
    add(table, name, name + "(In)", call(function), naive, plain ? Function(call(plain)) : nullptr);
  };
  add_plain("tanh", tanh, std::tanh);
  add_plain("sigmoid", sigmoid, sigmoid_of);
  add_plain("relu", relu, [](double x) { return std::max(x, 0.0); });
  add_plain("relu_squared", relu_squared, [](double x) { return x > 0 ? x * x : 0; });
  add_plain("hardtanh", hardtanh, [](double x) { return std::clamp(x, -1.0, 1.0); });
  add_plain("softplus", softplus, softplus_of);
  add_plain("logsigmoid", logsigmoid, [](double x) { return -softplus_of(-x); });
  add_plain("mish", mish, [](double x) { return x * std::tanh(softplus_of(x)); });
  const auto silu_of = [](double x) { return x * sigmoid_of(x); };
  add_plain("silu", silu, silu_of, silu_plain);
  add_plain("silu_plain", silu_plain, silu_of);
  add_plain("quick_gelu", quick_gelu, [](double x) { return x * sigmoid_of(1.702 * x); });
  add_plain("gelu", gelu, gelu_of, gelu_plain);
  add_plain("gelu_plain", gelu_plain, gelu_of);
  const auto gelu_erf_of = [](double x) { return x / 2 * (1 + std::erf(x / std::sqrt(2.0))); };
  add_plain("gelu_erf", gelu_erf, gelu_erf_of, gelu_erf_plain);
  add_plain("gelu_erf_plain", gelu_erf_plain, gelu_erf_of);
  for (const double slope : {0.01, 0.3})
    add(
        table, text("leaky_relu ", slope), "leaky_relu(In,double)",
        [=](const Inputs& x) { return slope == 0.01 ? leaky_relu(x[0]) : leaky_relu(x[0], slope); },
        [=](double x) { return x > 0 ? x : slope * x; });
  for (const double alpha : {1.0, 0.5})
    add(
        table, text("elu ", alpha), "elu(In,double)",
        [=](const Inputs& x) { return alpha == 1 ? elu(x[0]) : elu(x[0], alpha); },
        [=](double x) { return x > 0 ? x : alpha * std::expm1(x); });
  add_dropout(table);
}

}  // namespace dikkat::test
