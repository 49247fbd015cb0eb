// Rows of the table of operations: products.
#include "kernels/half.h"
#include "tests/naive_more.h"
#include "tests/operations.h"

namespace dikkat::test {

namespace {

// The numbers as a format stores them.
Array stored(const Array& x, Storage storage) {
  if (storage == Storage::real) return x;
  return map(x, [storage](double value) -> double {
    const auto number = static_cast<float>(value);
    return storage == Storage::f16 ? half_to_float(float_to_half(number))
                                   : bfloat16_to_float(float_to_bfloat16(number));
  });
}

// Products with a weight in another format: they take its rounded numbers, and go on with Real.
void add_packed_products(std::vector<Operation>& table) {
  for (const Storage storage : {Storage::real, Storage::bf16, Storage::f16}) {
    const std::string format = name_of(storage);
    table.push_back(
        {.name = "matmul packed " + format,
         .declaration = "matmul(In,const Packed&)",
         .run = [=](const Inputs& x) { return matmul(x[0], pack(x[1], storage)); },
         .shapes = {"(1,1) (1,1)", "(3,17) (17,5)", "(17,3) (3,1)", "(2,0) (0,3)", "(0,2) (2,3)", "(3,2) (2,0)",
                    "(2,3,4) (4,5)", "(2,1,3,4) (4,5)", "(4) (4,5)", "(2,3,0) (0,4)"},
         .expected = [=](const Arrays& x) { return matrix_product(x[0], stored(x[1], storage)); },
         .frozen = {1},
         .mistakes = {{"(2,3) (4,5)", {"matmul", "(2,3)", "packed (4,5)", "the inner sizes 3 and 4 must agree"}},
                      {"() (3,5)", {"matmul", "()", "packed (3,5)", "at least one dimension"}},
                      {"(3) (3)", {"pack", "two dimensions", "(3)"}}}});
    const std::vector<Mistake> mistakes = {
        {"(2,3) (5,4) (5)", {"linear", "(2,3)", "packed weight (5,4)", "last size of the input must be 4"}},
        {"(2,3) (5,3) (3)", {"linear", "packed weight (5,3)", "bias", "(5)", "(3)"}},
        {"() (5,3) (5)", {"linear", "()", "(5,3)", "last size of the input must be 3"}}};
    table.push_back({.name = "linear packed " + format,
                     .declaration = "linear(In,const Packed&,In)",
                     .run = [=](const Inputs& x) { return linear(x[0], pack(x[1], storage), x[2]); },
                     .shapes = {"(3,4) (5,4) (5)", "(2,3,4) (1,4) (1)", "(17,3) (2,3) (2)", "(2,0,3) (4,3) (4)",
                                "(2,0) (3,0) (3)", "(1,2,1,3) (17,3) (17)", "(3) (17,3) (17)"},
                     .expected =
                         [=](const Arrays& x) {
                           const Array product = matrix_product(x[0], transposed(stored(x[1], storage)));
                           return combined(product, x[2], [](double a, double b) { return a + b; });
                         },
                     .frozen = {1},
                     .mistakes = mistakes});
    table.push_back(
        {.name = "linear packed without bias " + format,
         .declaration = "linear(In,const Packed&)",
         .run = [=](const Inputs& x) { return linear(x[0], pack(x[1], storage)); },
         .shapes = {"(3,4) (5,4)", "(3) (17,3)", "(2,3,4) (1,4)", "(2,0) (3,0)"},
         .expected = [=](const Arrays& x) { return matrix_product(x[0], transposed(stored(x[1], storage))); },
         .frozen = {1},
         .mistakes = {mistakes[0], mistakes[2]}});
  }
}

}  // namespace

void add_products(std::vector<Operation>& table) {
  table.push_back(
      {.name = "matmul",
       .declaration = "matmul(In,In)",
       .run = [](const Inputs& x) { return matmul(x[0], x[1]); },
       .shapes = {"(1,1) (1,1)", "(3,17) (17,5)", "(17,3) (3,1)", "(3,3) (3,3)", "(2,0) (0,3)", "(0,2) (2,3)",
                  "(3,2) (2,0)", "(2,3,4) (2,4,5)", "(2,3,4) (4,5)", "(2,3,4,5) (2,3,5,2)", "(2,1,3,4) (4,5)",
                  "(2,1,2,3,2) (2,1,2,2,3)", "(0,2,3) (0,3,4)", "(2,3,0) (0,4)"},
       .expected = [](const Arrays& x) { return matrix_product(x[0], x[1]); },
       .mistakes = {{"(2,3) (4,5)", {"matmul", "(2,3)", "(4,5)", "the inner sizes 3 and 4 must agree"}},
                    {"(3) (4,5)", {"matmul", "(3)", "(4,5)", "the inner sizes 3 and 4 must agree"}},
                    {"(2,3) (4)", {"matmul", "(2,3)", "(4)", "the inner sizes 3 and 4 must agree"}},
                    {"(3) (4)", {"matmul", "(3)", "(4)", "the inner sizes 3 and 4 must agree"}},
                    {"() (3,5)", {"matmul", "()", "(3,5)", "at least one dimension"}},
                    {"(3) ()", {"matmul", "(3)", "()", "at least one dimension"}},
                    {"(2,3,4) (3,4,5)", {"matmul", "(2,3,4)", "(3,4,5)", "2 and 3 before the last two must be equal"}},
                    {"(2,1,3,4) (3,5,4,5)", {"matmul", "(2,1,3,4)", "(3,5,4,5)", "2 and 3 before the last two"}}}});
  table.push_back({.name = "matmul with vectors",
                   .declaration = "matmul(In,In)",
                   .run = [](const Inputs& x) { return matmul(x[0], x[1]); },
                   .shapes = {"(1) (1)", "(17) (17)", "(0) (0)", "(3) (3,5)", "(5,3) (3)", "(3) (2,3,5)", "(2,5,3) (3)",
                              "(2,1,5,3) (3)", "(3) (2,4,3,1)", "(0) (0,3)", "(3,0) (0)", "(2) (2,0)"},
                   .expected = [](const Arrays& x) { return matrix_product(x[0], x[1]); }});
  table.push_back(
      {.name = "matmul, broadcast",
       .declaration = "matmul(In,In)",
       .run = [](const Inputs& x) { return matmul(x[0], x[1]); },
       .shapes = {"(3,4) (2,4,5)", "(1,3,4) (2,4,5)", "(2,3,4) (1,4,5)", "(2,1,3,4) (1,5,4,2)", "(3,4) (2,5,4,2)",
                  "(5,3,4) (2,1,4,2)", "(2,1,3,1,4) (2,2,1,4,3)", "(1,3,4) (0,4,2)", "(2,1,3,0) (1,2,0,2)"},
       .expected = [](const Arrays& x) { return matrix_product(x[0], x[1]); }});
  const std::vector<Mistake> mistakes = {
      {"(2,3) (5,4) (5)", {"linear", "(2,3)", "(5,4)", "last size of the input must be 4"}},
      {"(2,3) (5,3) (3)", {"linear", "(5,3)", "bias", "(5)", "(3)"}},
      {"(2,3) (3) (3)", {"linear", "(2,3)", "(out,in)", "(3)"}},
      {"() (5,3) (5)", {"linear", "()", "(5,3)", "last size of the input must be 3"}}};
  const auto expected = [](const Arrays& x) {
    const Array product = matrix_product(x[0], transposed(x[1]));
    return combined(product, x[2], [](double a, double b) { return a + b; });
  };
  table.push_back({.name = "linear",
                   .declaration = "linear(In,In,In)",
                   .run = [](const Inputs& x) { return linear(x[0], x[1], x[2]); },
                   .shapes = {"(3,4) (5,4) (5)", "(2,3,4) (1,4) (1)", "(17,3) (2,3) (2)", "(2,0,3) (4,3) (4)",
                              "(2,0) (3,0) (3)", "(1,2,1,3) (17,3) (17)", "(3) (17,3) (17)", "(1) (1,1) (1)"},
                   .expected = expected,
                   .plain = [](const Inputs& x) { return linear_plain(x[0], x[1], x[2]); },
                   .mistakes = mistakes});
  table.push_back({.name = "linear without bias",
                   .declaration = "linear(In,In)",
                   .run = [](const Inputs& x) { return linear(x[0], x[1]); },
                   .shapes = {"(3,4) (5,4)", "(3) (17,3)", "(2,3,4) (1,4)", "(2,0) (3,0)"},
                   .expected = [](const Arrays& x) { return matrix_product(x[0], transposed(x[1])); },
                   .mistakes = {mistakes[0], mistakes[2], mistakes[3]}});
  table.push_back({.name = "linear, plain",
                   .declaration = "linear_plain(In,In,In)",
                   .run = [](const Inputs& x) { return linear_plain(x[0], x[1], x[2]); },
                   .shapes = {"(3,4) (5,4) (5)", "(2,3,4) (1,4) (1)"},
                   .expected = expected,
                   .mistakes = {{"(2,3) (5,4) (5)", {"matmul", "(2,3)", "(4,5)", "the inner sizes 3 and 4 must agree"}},
                                {"(2,3) (5,3) (3)", {"add", "(2,5)", "(3)", "5 and 3 must be equal"}}}});
  add_packed_products(table);
}

}  // namespace dikkat::test
