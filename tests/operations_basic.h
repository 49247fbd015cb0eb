// Rows of the table of operations: views, arithmetic, sums and products.
#pragma once

#include "tests/operation.h"

namespace dikkat::test {

inline void add_views(std::vector<Operation>& table) {
  table.push_back({.name = "reshape",
                   .declaration = "reshape(In,const std::vector<int64_t>&)",
                   .run =
                       [](const Inputs& x) {
                         return reshape(x[0], {3, -1});
                       },
                   .shapes = {"(3)", "(2,3)", "(17,3)", "(2,3,5)", "(3,0,1)"},
                   .expected =
                       [](const Arrays& x) {
                         return reshaped(x[0], {3, x[0].shape.numel() / 3});
                       },
                   .mistakes = {{"(2,5)", {"reshape", "(2,5)", "10", "3", "divide"}},
                                {"(2,5)",
                                 {"reshape", "(2,5)", "(3,4)", "must be equal"},
                                 [](const Inputs& x) {
                                   return reshape(x[0], {3, 4});
                                 }},
                                {"(2,5)",
                                 {"reshape", "-1", "once"},
                                 [](const Inputs& x) {
                                   return reshape(x[0], {-1, -1});
                                 }},
                                {"(2,5)", {"reshape", "too large"}, [](const Inputs& x) {
                                   return reshape(x[0], {-1, 1 << 30, 1 << 30});
                                 }}}});
  table.push_back({.name = "reshape to rank 0",
                   .declaration = "reshape(In,const std::vector<int64_t>&)",
                   .run = [](const Inputs& x) { return reshape(x[0], {}); },
                   .shapes = {"()", "(1)", "(1,1)"},
                   .expected = [](const Arrays& x) { return reshaped(x[0], {}); },
                   .mistakes = {{"(2,5)", {"reshape", "(2,5)", "10", "()", "1", "must be equal"}}}});
  table.push_back({.name = "transpose",
                   .declaration = "transpose(In,int,int)",
                   .run = [](const Inputs& x) { return transpose(x[0]); },
                   .shapes = {"(1,1)", "(3,17)", "(2,3,1)", "(2,3,1,5)", "(0,3)"},
                   .expected = [](const Arrays& x) { return transposed(x[0]); },
                   .mistakes = {{"(17)", {"transpose", "(17)", "at least two dimensions"}},
                                {"(2,3)", {"transpose", "(2,3)", "dimension 2 does not exist"}, [](const Inputs& x) {
                                   return transpose(x[0], 0, 2);
                                 }}}});
  table.push_back({.name = "transpose the outer dimensions",
                   .declaration = "transpose(In,int,int)",
                   .run = [](const Inputs& x) { return transpose(x[0], 0, -1); },
                   .shapes = {"(3,17)", "(2,1,3)", "(2,3,4,5)"},
                   .expected =
                       [](const Arrays& x) {
                         std::vector<int> order;
                         for (int i = 0; i < x[0].shape.rank(); ++i) order.push_back(i);
                         std::swap(order.front(), order.back());
                         return permuted(x[0], order);
                       }});
  table.push_back({.name = "permute",
                   .declaration = "permute(In,const std::vector<int>&)",
                   .run =
                       [](const Inputs& x) {
                         return permute(x[0], {2, 0, -2});
                       },
                   .shapes = {"(2,3,4)", "(1,17,3)", "(2,0,3)"},
                   .expected =
                       [](const Arrays& x) {
                         return permuted(x[0], {2, 0, 1});
                       },
                   .mistakes = {{"(2,3)", {"permute", "(2,3)", "dimension 2 does not exist"}},
                                {"(2,3,4,5)", {"permute", "(2,3,4,5)", "named once"}},
                                {"(2,3)", {"permute", "(2,3)", "named once"}, [](const Inputs& x) {
                                   return permute(x[0], {0, 0});
                                 }}}});
  table.push_back(
      {.name = "slice",
       .declaration = "slice(In,int,int64_t,int64_t)",
       .run = [](const Inputs& x) { return slice(x[0], 0, 1, 3); },
       .shapes = {"(3)", "(17)", "(3,17)", "(4,1,3)", "(5,0)"},
       .expected = [](const Arrays& x) { return sliced(x[0], 0, 1, 3); },
       .mistakes = {{"(2,5)", {"slice", "(2,5)", "1 to 3", "inside dimension 0"}},
                    {"()", {"slice", "single number"}},
                    {"(4,5)",
                     {"slice", "(4,5)", "dimension 2 does not exist"},
                     [](const Inputs& x) { return slice(x[0], 2, 0, 1); }},
                    {"(4,5)", {"slice", "(4,5)", "3 to 2"}, [](const Inputs& x) { return slice(x[0], 1, 3, 2); }}}});
  table.push_back({.name = "slice from the end",
                   .declaration = "slice(In,int,int64_t,int64_t)",
                   .run = [](const Inputs& x) { return slice(x[0], -1, -3, -1); },
                   .shapes = {"(3)", "(2,17)"},
                   .expected = [](const Arrays& x) { return sliced(x[0], -1, x[0].shape[-1] - 3, x[0].shape[-1] - 1); },
                   .mistakes = {{"(2,2)", {"slice", "(2,2)", "-3 to -1", "inside dimension 1"}}}});
  table.push_back({.name = "slice of nothing",
                   .declaration = "slice(In,int,int64_t,int64_t)",
                   .run = [](const Inputs& x) { return slice(x[0], 0, 1, 1); },
                   .shapes = {"(3)", "(2,17)"},
                   .expected = [](const Arrays& x) { return sliced(x[0], 0, 1, 1); }});
  table.push_back({.name = "unsqueeze",
                   .declaration = "unsqueeze(In,int)",
                   .run = [](const Inputs& x) { return unsqueeze(x[0], -1); },
                   .shapes = any_shapes(),
                   .expected =
                       [](const Arrays& x) {
                         Shape shape = x[0].shape;
                         shape.append(1);
                         return reshaped(x[0], shape);
                       },
                   .mistakes = {{"(2,3)", {"unsqueeze", "(2,3)", "dimension 3"}, [](const Inputs& x) {
                                   return unsqueeze(x[0], 3);
                                 }}}});
  table.push_back({.name = "squeeze",
                   .declaration = "squeeze(In,int)",
                   .run = [](const Inputs& x) { return squeeze(x[0], 1); },
                   .shapes = {"(3,1)", "(17,1,2)", "(1,1)", "(0,1)"},
                   .expected =
                       [](const Arrays& x) {
                         std::vector<int64_t> sizes = x[0].shape.sizes();
                         sizes.erase(sizes.begin() + 1);
                         return reshaped(x[0], shape_of(sizes));
                       },
                   .mistakes = {{"(2,3)", {"squeeze", "(2,3)", "size 3, not 1"}},
                                {"(2)", {"squeeze", "(2)", "dimension 1 does not exist"}}}});
  table.push_back({.name = "expand",
                   .declaration = "expand(In,const Shape&)",
                   .run =
                       [](const Inputs& x) {
                         return expand(x[0], {2, 5, 3});
                       },
                   .shapes = {"()", "(1)", "(3)", "(5,1)", "(1,3)", "(2,1,3)", "(2,5,3)"},
                   .expected =
                       [](const Arrays& x) {
                         return expanded(x[0], {2, 5, 3});
                       },
                   .mistakes = {{"(4,3)", {"expand", "(4,3)", "(2,5,3)", "size 1"}},
                                {"(1,2,5,3)", {"expand", "(1,2,5,3)", "(2,5,3)", "size 1"}}}});
  table.push_back({.name = "contiguous",
                   .declaration = "contiguous(In)",
                   .run = [](const Inputs& x) { return contiguous(x[0]); },
                   .shapes = any_shapes(),
                   .expected = [](const Arrays& x) { return x[0]; }});
}

inline void add_elementwise(std::vector<Operation>& table) {
  const std::vector<std::string> pairs = {"() ()",       "(17) (17)",     "(3,17) (17)", "(17) (3,17)",
                                          "(3,1) (1,5)", "(2,1,3) (4,1)", "() (2,3)",    "(2,3) ()",
                                          "(3) (3)",     "(0) (1)",       "(2,0) (2,1)", "(2,3,1,2) (3,5,1)"};
  const auto binary = [&](const std::string& name, const std::string& sign, Function run, auto function) {
    table.push_back({.name = name,
                     .declaration = "operator" + sign + "(In,In)",
                     .run = run,
                     .shapes = pairs,
                     .expected = [=](const Arrays& x) { return combined(x[0], x[1], function); },
                     .low = 0.5,  // divisors stay away from 0
                     .high = 2,
                     .mistakes = {{"(2,3) (4,5)", {name, "(2,3)", "(4,5)", "2 and 4 must be equal, or one of them 1"}},
                                  {"(2,3) (2)", {name, "(2,3)", "(2)", "3 and 2 must be equal"}}}});
  };
  binary(
      "add", "+", [](const Inputs& x) { return x[0] + x[1]; }, [](double a, double b) { return a + b; });
  binary(
      "subtract", "-", [](const Inputs& x) { return x[0] - x[1]; }, [](double a, double b) { return a - b; });
  binary(
      "multiply", "*", [](const Inputs& x) { return x[0] * x[1]; }, [](double a, double b) { return a * b; });
  binary(
      "divide", "/", [](const Inputs& x) { return x[0] / x[1]; }, [](double a, double b) { return a / b; });

  const auto unary = [&](const std::string& name, const std::string& declaration, Function run, auto function,
                         double low = -2, double high = 2) {
    table.push_back({.name = name,
                     .declaration = declaration,
                     .run = run,
                     .shapes = any_shapes(),
                     .expected = [=](const Arrays& x) { return map(x[0], function); },
                     .low = low,
                     .high = high});
  };
  unary(
      "add a number", "operator+(In,double)", [](const Inputs& x) { return x[0] + 2.5; },
      [](double x) { return x + 2.5; });
  unary(
      "subtract a number", "operator-(In,double)", [](const Inputs& x) { return x[0] - 2.5; },
      [](double x) { return x - 2.5; });
  unary(
      "multiply by a number", "operator*(In,double)", [](const Inputs& x) { return x[0] * -1.5; },
      [](double x) { return x * -1.5; });
  unary(
      "divide by a number", "operator/(In,double)", [](const Inputs& x) { return x[0] / 4.0; },
      [](double x) { return x / 4; });
  unary(
      "number plus", "operator+(double,In)", [](const Inputs& x) { return 2.5 + x[0]; },
      [](double x) { return 2.5 + x; });
  unary(
      "number minus", "operator-(double,In)", [](const Inputs& x) { return 2.5 - x[0]; },
      [](double x) { return 2.5 - x; });
  unary(
      "number times", "operator*(double,In)", [](const Inputs& x) { return -1.5 * x[0]; },
      [](double x) { return -1.5 * x; });
  unary(
      "negate", "operator-(In)", [](const Inputs& x) { return -x[0]; }, [](double x) { return -x; });
  unary(
      "exp", "exp(In)", [](const Inputs& x) { return exp(x[0]); }, [](double x) { return std::exp(x); });
  unary(
      "log", "log(In)", [](const Inputs& x) { return log(x[0]); }, [](double x) { return std::log(x); }, 0.3, 3);
  unary(
      "sqrt", "sqrt(In)", [](const Inputs& x) { return sqrt(x[0]); }, [](double x) { return std::sqrt(x); }, 0.3, 3);
  unary(
      "tanh", "tanh(In)", [](const Inputs& x) { return tanh(x[0]); }, [](double x) { return std::tanh(x); });
  unary(
      "relu of positive numbers", "relu(In)", [](const Inputs& x) { return relu(x[0]); }, [](double x) { return x; },
      0.1, 2);  // not at 0, where the slope jumps
  unary(
      "relu of negative numbers", "relu(In)", [](const Inputs& x) { return relu(x[0]); }, [](double) { return 0; }, -2,
      -0.1);
  unary(
      "gelu", "gelu(In)", [](const Inputs& x) { return gelu(x[0]); }, gelu_of);
  table.back().plain = [](const Inputs& x) { return gelu_plain(x[0]); };
  unary(
      "gelu, plain", "gelu_plain(In)", [](const Inputs& x) { return gelu_plain(x[0]); }, gelu_of);
}

inline void add_reductions(std::vector<Operation>& table) {
  for (const bool average : {false, true}) {
    const std::string name = average ? "mean" : "sum";
    std::vector<std::string> shapes = {"()", "(1)", "(17)", "(3,17)", "(2,1,3)"};
    if (!average) shapes.insert(shapes.end(), {"(0)", "(3,0)"});
    table.push_back({.name = name + " of all",
                     .declaration = name + "(In)",
                     .run = [=](const Inputs& x) { return average ? mean(x[0]) : sum(x[0]); },
                     .shapes = shapes,
                     .expected = [=](const Arrays& x) { return summed(x[0], average); }});
    for (const int dim : {0, 1, -1}) {
      for (const bool keepdim : {false, true}) {
        const Function run = [=](const Inputs& x) {
          return average ? mean(x[0], dim, keepdim) : sum(x[0], dim, keepdim);
        };
        table.push_back({.name = name + " along " + std::to_string(dim) + (keepdim ? " keepdim" : ""),
                         .declaration = name + "(In,int,bool)",
                         .run = run,
                         .shapes = {"(3,17)", "(17,1)", "(2,3,5)", "(2,1,2,3)"},
                         .expected = [=](const Arrays& x) { return summed(x[0], dim, keepdim, average); },
                         .mistakes = {{"()", {name, "single number", "dimension " + std::to_string(dim)}}}});
        if (dim == 0 && !average) table.back().shapes.insert(table.back().shapes.end(), {"(0,3)", "(3,0)"});
        if (dim == 1) table.back().mistakes.push_back({"(3)", {name, "(3)", "dimension 1 does not exist"}});
      }
    }
  }
}

inline void add_products(std::vector<Operation>& table) {
  table.push_back(
      {.name = "matmul",
       .declaration = "matmul(In,In)",
       .run = [](const Inputs& x) { return matmul(x[0], x[1]); },
       .shapes = {"(1,1) (1,1)", "(3,17) (17,5)", "(17,3) (3,1)", "(3,3) (3,3)", "(2,0) (0,3)", "(0,2) (2,3)",
                  "(2,3,4) (2,4,5)", "(2,3,4) (4,5)", "(2,3,4,5) (2,3,5,2)", "(2,1,3,4) (4,5)",
                  "(2,1,2,3,2) (2,1,2,2,3)", "(0,2,3) (0,3,4)", "(2,3,0) (0,4)"},
       .expected = [](const Arrays& x) { return product(x[0], x[1]); },
       .mistakes = {{"(2,3) (4,5)", {"matmul", "(2,3)", "(4,5)", "the inner sizes 3 and 4 must agree"}},
                    {"(3) (3,5)", {"matmul", "(3)", "(3,5)", "at least two dimensions"}},
                    {"(2,3,4) (3,4,5)", {"matmul", "(2,3,4)", "(3,4,5)", "before the last two must be equal"}},
                    {"(3,4) (2,4,5)", {"matmul", "(3,4)", "(2,4,5)", "before the last two must be equal"}}}});
  const std::vector<Mistake> mistakes = {
      {"(2,3) (5,4) (5)", {"linear", "(2,3)", "(5,4)", "last size of the input must be 4"}},
      {"(2,3) (5,3) (3)", {"linear", "(5,3)", "bias", "(5)", "(3)"}},
      {"(2,3) (3) (3)", {"linear", "(2,3)", "(out,in)", "(3)"}},
      {"() (5,3) (5)", {"linear", "()", "(5,3)", "last size of the input must be 3"}}};
  const auto expected = [](const Arrays& x) { return linear_of(x[0], x[1], x[2]); };
  table.push_back({.name = "linear",
                   .declaration = "linear(In,In,In)",
                   .run = [](const Inputs& x) { return linear(x[0], x[1], x[2]); },
                   .shapes = {"(3,4) (5,4) (5)", "(2,3,4) (1,4) (1)", "(17,3) (2,3) (2)", "(2,0,3) (4,3) (4)",
                              "(2,0) (3,0) (3)", "(1,2,1,3) (17,3) (17)"},
                   .expected = expected,
                   .plain = [](const Inputs& x) { return linear_plain(x[0], x[1], x[2]); },
                   .mistakes = mistakes});
  table.push_back({.name = "linear of a row",
                   .declaration = "linear(In,In,In)",
                   .run = [](const Inputs& x) { return linear(x[0], x[1], x[2]); },
                   .shapes = {"(3) (17,3) (17)", "(1) (1,1) (1)"},
                   .expected = expected});
  table.push_back({.name = "linear without bias",
                   .declaration = "linear(In,In)",
                   .run = [](const Inputs& x) { return linear(x[0], x[1]); },
                   .shapes = {"(3,4) (5,4)", "(3) (17,3)", "(2,3,4) (1,4)", "(2,0) (3,0)"},
                   .expected =
                       [](const Arrays& x) {
                         const Array zero = make_array({x[1].shape[0]}, [](const Index&) { return 0; });
                         return linear_of(x[0], x[1], zero);
                       },
                   .mistakes = {mistakes[0], mistakes[2], mistakes[3]}});
  table.push_back({.name = "linear, plain",
                   .declaration = "linear_plain(In,In,In)",
                   .run = [](const Inputs& x) { return linear_plain(x[0], x[1], x[2]); },
                   .shapes = {"(3,4) (5,4) (5)", "(2,3,4) (1,4) (1)"},
                   .expected = expected,
                   .mistakes = {{"(2,3) (5,4) (5)", {"matmul", "(2,3)", "(4,5)", "the inner sizes 3 and 4 must agree"}},
                                {"(2,3) (5,3) (3)", {"add", "(2,5)", "(3)", "5 and 3 must be equal"}}}});
}

}  // namespace dikkat::test
