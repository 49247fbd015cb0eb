// Rows of the table of operations: reductions.
#include <limits>

#include "tests/operations.h"

namespace dikkat::test {

namespace {

using OfNumbers = double (*)(const Numbers&);

double var_of(const Numbers& numbers, bool unbiased) {
  const double mean = mean_of(numbers);
  double total = 0;
  for (const double number : numbers) total += (number - mean) * (number - mean);
  return total / static_cast<double>(numbers.size() - (unbiased ? 1 : 0));
}
double var_unbiased(const Numbers& numbers) {
  return var_of(numbers, true);
}
double var_biased(const Numbers& numbers) {
  return var_of(numbers, false);
}
double std_unbiased(const Numbers& numbers) {
  return std::sqrt(var_of(numbers, true));
}
double std_biased(const Numbers& numbers) {
  return std::sqrt(var_of(numbers, false));
}
double norm_of(const Numbers& numbers) {
  double total = 0;
  for (const double number : numbers) total += number * number;
  return std::sqrt(total);
}
double product_of(const Numbers& numbers) {
  double product = 1;
  for (const double number : numbers) product *= number;
  return product;
}
double log_sum_exp_of(const Numbers& numbers) {
  double total = 0;
  for (const double number : numbers) total += std::exp(number);
  return std::log(total);
}

// A reduction of all elements.
void add_all(std::vector<Operation>& table, const std::string& name, const std::string& declaration, Function run,
             OfNumbers naive, const std::vector<std::string>& shapes) {
  table.push_back({.name = name + " of all",
                   .declaration = declaration,
                   .run = run,
                   .shapes = shapes,
                   .expected = [=](const Arrays& x) {
                     return Array{Shape{}, {naive(x[0].numbers)}};
                   }});
}

// A reduction along one dimension, tried along the first, second and last.
void add_dim(std::vector<Operation>& table, const std::string& name, const std::string& declaration,
             const std::function<Tensor(In, int, bool)>& reduce, OfNumbers naive, bool of_nothing, double low = -1,
             double high = 1) {
  for (const int dim : {0, 1, -1}) {
    for (const bool keepdim : {false, true}) {
      std::vector<std::string> shapes = {"(3,17)", "(17,2)", "(2,3,5)", "(2,4,2,3)"};
      if (dim != 1) shapes.push_back("(5)");
      if (dim == 0) shapes.push_back("(3,0)");
      if (dim == 0 && of_nothing) shapes.push_back("(0,3)");
      table.push_back({.name = name + " along " + std::to_string(dim) + (keepdim ? " keepdim" : ""),
                       .declaration = declaration,
                       .run = [=](const Inputs& x) { return reduce(x[0], dim, keepdim); },
                       .shapes = shapes,
                       .expected = [=](const Arrays& x) { return folded(x[0], {dim}, keepdim, naive); },
                       .low = low,
                       .high = high,
                       .mistakes = {{"()", {name, "single number", "dimension " + std::to_string(dim)}}}});
      if (dim == 1) table.back().mistakes.push_back({"(3)", {name, "(3)", "dimension 1 does not exist"}});
    }
  }
}

// A reduction along several dimensions.
void add_dims(std::vector<Operation>& table, const std::string& name, const std::string& declaration,
              const std::function<Tensor(In, const std::vector<int>&, bool)>& reduce, OfNumbers naive) {
  struct Case {
    std::vector<int> dims;
    std::vector<std::string> shapes;
  };
  const std::vector<Case> cases = {{{0}, {"(3)", "(3,17)"}},         {{0, 2}, {"(2,3,5)", "(3,1,2)", "(2,3,1,2)"}},
                                   {{-1, -2}, {"(2,3)", "(2,3,5)"}}, {{1, 3}, {"(2,3,1,2)", "(2,2,0,3)"}},
                                   {{2, 1}, {"(2,3,1,2)"}},          {{0, 1, 3, 4}, {"(2,1,3,2,2)"}}};
  for (const Case& one : cases) {
    for (const bool keepdim : {false, true}) {
      std::string dims;
      for (const int dim : one.dims) dims += " " + std::to_string(dim);
      table.push_back({.name = name + " along" + dims + " of several" + (keepdim ? " keepdim" : ""),
                       .declaration = declaration,
                       .run = [=](const Inputs& x) { return reduce(x[0], one.dims, keepdim); },
                       .shapes = one.shapes,
                       .expected = [=](const Arrays& x) { return folded(x[0], one.dims, keepdim, naive); }});
    }
  }
  const auto call = [=](const std::vector<int>& dims) {
    return [=](const Inputs& x) { return reduce(x[0], dims, 0); };
  };
  table.back().mistakes = {{"(2,3)", {name, "no dimension of (2,3)"}, call({})},
                           {"(2,3)", {name, "dimension -1 of (2,3)", "named twice"}, call({1, -1})},
                           {"(2,3)", {name, "(2,3)", "dimension 2 does not exist"}, call({0, 2})},
                           {"()", {name, "single number"}, call({0})}};
}

void add_sums(std::vector<Operation>& table) {
  const std::vector<std::string> shapes = {"()", "(1)", "(17)", "(3,17)", "(2,1,3)"};
  add_all(
      table, "sum", "sum(In)", [](const Inputs& x) { return sum(x[0]); }, sum_of, any_shapes());
  add_all(
      table, "mean", "mean(In)", [](const Inputs& x) { return mean(x[0]); }, mean_of, shapes);
  using Dim = Tensor (*)(In, int, bool);
  using Dims = Tensor (*)(In, const std::vector<int>&, bool);
  add_dim(table, "sum", "sum(In,int,bool)", Dim(sum), sum_of, true);
  add_dim(table, "mean", "mean(In,int,bool)", Dim(mean), mean_of, false);
  add_dims(table, "sum", "sum(In,const std::vector<int>&,bool)", Dims(sum), sum_of);
  add_dims(table, "mean", "mean(In,const std::vector<int>&,bool)", Dims(mean), mean_of);
}

void add_spreads(std::vector<Operation>& table) {
  const std::vector<std::string> shapes = {"(2)", "(17)", "(3,17)", "(2,1,3)"};
  for (const bool unbiased : {true, false}) {
    const std::string kind = unbiased ? "" : ", biased";
    const OfNumbers variance = unbiased ? var_unbiased : var_biased, root = unbiased ? std_unbiased : std_biased;
    add_all(
        table, "var" + kind, "var(In,bool)", [=](const Inputs& x) { return var(x[0], unbiased); }, variance, shapes);
    add_all(
        table, "std" + kind, "std(In,bool)", [=](const Inputs& x) { return std(x[0], unbiased); }, root, shapes);
    const std::string one = "(In,int,bool,bool)", several = "(In,const std::vector<int>&,bool,bool)";
    const size_t before = table.size();
    add_dim(
        table, "var", "var" + one, [=](In x, int dim, bool keepdim) { return var(x, dim, unbiased, keepdim); },
        variance, false);
    add_dim(
        table, "std", "std" + one, [=](In x, int dim, bool keepdim) { return std(x, dim, unbiased, keepdim); }, root,
        false);
    add_dims(
        table, "var", "var" + several,
        [=](In x, const std::vector<int>& dims, bool keepdim) { return var(x, dims, unbiased, keepdim); }, variance);
    add_dims(
        table, "std", "std" + several,
        [=](In x, const std::vector<int>& dims, bool keepdim) { return std(x, dims, unbiased, keepdim); }, root);
    for (size_t i = before; i < table.size(); ++i) {
      table[i].repeated = table[i].name.starts_with("var");  // std: its slope jumps where the variance is 0
      table[i].name += kind;                                 // which is no part of what messages say
    }
  }
}

void add_others(std::vector<Operation>& table) {
  add_dim(table, "norm", "norm(In,int,bool)", norm, norm_of, true);
  add_dim(table, "prod", "prod(In,int,bool)", prod, product_of, true, 0.5, 1.5);
  add_dim(table, "logsumexp", "logsumexp(In,int,bool)", logsumexp, log_sum_exp_of, false, -3, 3);
  for (const int dim : {0, 1, -1}) {
    table.push_back({.name = "cumsum along " + std::to_string(dim),
                     .declaration = "cumsum(In,int)",
                     .run = [=](const Inputs& x) { return cumsum(x[0], dim); },
                     .shapes = {"(1,1)", "(3,17)", "(2,1,3)", "(2,3,5)", "(0,3)", "(3,0)"},
                     .expected =
                         [=](const Arrays& x) {
                           return along(x[0], dim, x[0].shape[dim], [](Numbers line) {
                             for (size_t i = 1; i < line.size(); ++i) line[i] += line[i - 1];
                             return line;
                           });
                         },
                     .mistakes = {{"()", {"cumsum", "single number"}},
                                  {"(3)", {"cumsum", "(3)", "dimension 1 does not exist"}, [](const Inputs& x) {
                                     return cumsum(x[0], 1);
                                   }}}});
  }
}

}  // namespace

void add_reductions(std::vector<Operation>& table) {
  add_sums(table);
  add_spreads(table);
  add_others(table);
}

}  // namespace dikkat::test
