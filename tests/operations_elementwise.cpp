// Rows of the table of operations: arithmetic, element by element.
#include "tests/operations.h"

namespace dikkat::test {

namespace {

using OfTwo = double (*)(double, double);

const std::vector<std::string>& pairs() {
  static const std::vector<std::string> shapes = {"() ()",         "(17) (17)", "(3,17) (17)", "(17) (3,17)",
                                                  "(3,1) (1,5)",   "(3) (3)",   "() (2,3)",    "(2,3) ()",
                                                  "(2,1,3) (4,1)", "(0) (1)",   "(2,0) (2,1)", "(2,3,1,2) (3,5,1)"};
  return shapes;
}

// A function of two operands. `message` is its name in messages.
void add_binary(std::vector<Operation>& table, const std::string& declaration, const std::string& message, Function run,
                OfTwo function, double low, double high, bool apart = false) {
  table.push_back({.name = message,
                   .declaration = declaration + "(In,In)",
                   .run = run,
                   .shapes = pairs(),
                   .expected = [=](const Arrays& x) { return combined(x[0], x[1], function); },
                   .low = low,
                   .high = high,
                   .apart = apart,
                   .mistakes = {{"(2,3) (4,5)", {message, "(2,3)", "(4,5)", "2 and 4 must be equal, or one of them 1"}},
                                {"(2,3) (2)", {message, "(2,3)", "(2)", "3 and 2 must be equal"}}}});
}

void add_binaries(std::vector<Operation>& table) {
  const auto add = [&](auto... arguments) { add_binary(table, arguments...); };
  add(
      "operator+", "add", [](const Inputs& x) { return x[0] + x[1]; }, [](double a, double b) { return a + b; }, -2, 2);
  add(
      "operator-", "subtract", [](const Inputs& x) { return x[0] - x[1]; }, [](double a, double b) { return a - b; },
      -2, 2);
  add(
      "operator*", "multiply", [](const Inputs& x) { return x[0] * x[1]; }, [](double a, double b) { return a * b; },
      -2, 2);
  add(
      "operator/", "divide", [](const Inputs& x) { return x[0] / x[1]; }, [](double a, double b) { return a / b; }, 0.5,
      2);
  add(
      "pow", "pow", [](const Inputs& x) { return pow(x[0], x[1]); }, [](double a, double b) { return std::pow(a, b); },
      0.5, 2);
  add(
      "maximum", "maximum", [](const Inputs& x) { return maximum(x[0], x[1]); },
      [](double a, double b) { return a > b ? a : b; }, -4, 4, true);
  add(
      "minimum", "minimum", [](const Inputs& x) { return minimum(x[0], x[1]); },
      [](double a, double b) { return a < b ? a : b; }, -4, 4, true);
  add(
      "less", "less", [](const Inputs& x) { return less(x[0], x[1]); },
      [](double a, double b) { return a < b ? 1.0 : 0.0; }, -4, 4, true);
}

void add_choices(std::vector<Operation>& table) {
  table.push_back(
      {.name = "equal",
       .declaration = "equal(In,In)",
       .run = [](const Inputs& x) { return equal(x[0], x[1]); },
       .shapes = pairs(),
       .expected =
           [](const Arrays& x) { return combined(x[0], x[1], [](double a, double b) { return a == b ? 1.0 : 0.0; }); },
       .masks = {0, 1},
       .mistakes = {{"(2,3) (4,5)", {"equal", "(2,3)", "(4,5)", "2 and 4 must be equal"}}}});
  table.push_back(
      {.name = "where",
       .declaration = "where(In,In,In)",
       .run = [](const Inputs& x) { return where(x[0], x[1], x[2]); },
       .shapes = {"() () ()", "(17) (17) (17)", "(3,17) (3,17) (3,17)", "(3,17) (17) ()", "(3,1) (1,5) (2,1,1)",
                  "() (2,3) (3)", "(2,0) () (2,1)", "(2,1,3) (4,1) (4,3)"},
       .expected =
           [](const Arrays& x) {
             const double chosen = 100;  // from a where the condition holds; everything else is far below
             const Array a = combined(x[0], x[1], [=](double c, double number) { return c != 0 ? number : chosen; });
             return combined(a, x[2], [=](double number, double b) { return number == chosen ? b : number; });
           },
       .masks = {0},
       .mistakes = {{"(2,3) (2,3) (4,5)", {"where", "(2,3)", "(4,5)", "2 and 4 must be equal"}},
                    {"(4) (2,3) (2,3)", {"where", "(4)", "(2,3)", "4 and 3 must be equal"}}}});
  table.push_back(
      {.name = "masked_fill",
       .declaration = "masked_fill(In,In,double)",
       .run = [](const Inputs& x) { return masked_fill(x[0], x[1], -7.5); },
       .shapes = {"() ()", "(17) (17)", "(3,17) (17)", "(3,17) (3,1)", "(2,1,3) (1,3)", "(2,3) ()", "(2,0) (2,1)"},
       .expected =
           [](const Arrays& x) {
             return combined(x[0], x[1], [](double number, double mask) { return mask ? -7.5 : number; });
           },
       .masks = {1},
       .mistakes = {{"(2,3) (4,5)", {"masked_fill", "(2,3)", "(4,5)", "2 and 4 must be equal"}},
                    {"(3) (2,3)", {"masked_fill", "the mask (2,3) is larger than (3)"}}}});
}

// A function of one operand, and a number or two.
void add_unary(std::vector<Operation>& table, const std::string& name, const std::string& declaration, Function run,
               const std::function<double(double)>& function, double low = -2, double high = 2) {
  table.push_back({.name = name,
                   .declaration = declaration,
                   .run = run,
                   .shapes = any_shapes(),
                   .expected = [=](const Arrays& x) { return map(x[0], function); },
                   .low = low,
                   .high = high});
}

void add_numbers(std::vector<Operation>& table) {
  const auto add = [&](auto... arguments) { add_unary(table, arguments...); };
  add(
      "add a number", "operator+(In,double)", [](const Inputs& x) { return x[0] + 2.5; },
      [](double x) { return x + 2.5; });
  add(
      "subtract a number", "operator-(In,double)", [](const Inputs& x) { return x[0] - 2.5; },
      [](double x) { return x - 2.5; });
  add(
      "multiply by a number", "operator*(In,double)", [](const Inputs& x) { return x[0] * -1.5; },
      [](double x) { return x * -1.5; });
  add(
      "divide by a number", "operator/(In,double)", [](const Inputs& x) { return x[0] / 4.0; },
      [](double x) { return x / 4; });
  add(
      "number plus", "operator+(double,In)", [](const Inputs& x) { return 2.5 + x[0]; },
      [](double x) { return 2.5 + x; });
  add(
      "number minus", "operator-(double,In)", [](const Inputs& x) { return 2.5 - x[0]; },
      [](double x) { return 2.5 - x; });
  add(
      "number times", "operator*(double,In)", [](const Inputs& x) { return -1.5 * x[0]; },
      [](double x) { return -1.5 * x; });
  add(
      "number divided by", "operator/(double,In)", [](const Inputs& x) { return -1.5 / x[0]; },
      [](double x) { return -1.5 / x; }, 0.5, 2);
  add(
      "negate", "operator-(In)", [](const Inputs& x) { return -x[0]; }, [](double x) { return -x; });
  for (const double exponent : {2.0, 3.0, -1.0, 0.5, -1.5, 0.0})
    add(
        text("pow ", exponent), "pow(In,double)", [=](const Inputs& x) { return pow(x[0], exponent); },
        [=](double x) { return std::pow(x, exponent); }, 0.5, 2);
  add(
      "pow 3 of negative numbers", "pow(In,double)", [](const Inputs& x) { return pow(x[0], 3); },
      [](double x) { return x * x * x; }, -2, -0.5);
}

void add_functions(std::vector<Operation>& table) {
  const auto add = [&](const std::string& name, Tensor (*function)(In), double (*naive)(double), double low = -2,
                       double high = 2) {
    add_unary(
        table, name, name + "(In)", [=](const Inputs& x) { return function(x[0]); }, naive, low, high);
  };
  add("exp", exp, std::exp);
  add("log", log, std::log, 0.3, 3);
  add("log1p", log1p, std::log1p, -0.7, 2);
  add("sqrt", sqrt, std::sqrt, 0.3, 3);
  add(
      "rsqrt", rsqrt, [](double x) { return 1 / std::sqrt(x); }, 0.3, 3);
  add(
      "reciprocal", reciprocal, [](double x) { return 1 / x; }, -3, -0.3);
  add("square", square, [](double x) { return x * x; });
  add("abs", abs, std::abs, -4, 4);
  table.back().apart = true;
  add(
      "sign", sign, [](double x) { return x < 0 ? -1.0 : 1.0; }, -4, 4);
  table.back().apart = true;
  add("sin", sin, std::sin, -4, 4);
  add("cos", cos, std::cos, -4, 4);
  add("erf", erf, std::erf);
  table.push_back({.name = "clamp",
                   .declaration = "clamp(In,double,double)",
                   .run = [](const Inputs& x) { return clamp(x[0], -1, 2.5); },
                   .shapes = any_shapes(),
                   .expected =
                       [](const Arrays& x) {
                         return map(x[0], [](double number) { return number < -1 ? -1 : number > 2.5 ? 2.5 : number; });
                       },
                   .low = -4,
                   .high = 4,
                   .apart = true,
                   .mistakes = {{"(3)", {"clamp", "lower bound 2", "above", "1"}, [](const Inputs& x) {
                                   return clamp(x[0], 2, 1);
                                 }}}});
}

}  // namespace

void add_elementwise(std::vector<Operation>& table) {
  add_binaries(table);
  add_choices(table);
  add_numbers(table);
  add_functions(table);
}

}  // namespace dikkat::test
