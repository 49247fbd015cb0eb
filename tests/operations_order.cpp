// Rows of the table of operations: the largest, the smallest, the order. Numbers keep apart: where two change places,
// slopes jump. A row of an operation that gives Ids fetches the elements at these ids.
#include "tests/operations.h"

namespace dikkat::test {

namespace {

double largest_number(const Numbers& numbers) {
  return *std::max_element(numbers.begin(), numbers.end());
}
double smallest_number(const Numbers& numbers) {
  return *std::min_element(numbers.begin(), numbers.end());
}

Array sorted(const Array& x, int dim, int64_t size, bool descending) {
  return along(x, dim, size, [=](Numbers line) {
    std::sort(line.begin(), line.end());
    if (descending) std::reverse(line.begin(), line.end());
    return line;
  });
}

// The elements at the ids that a reduction gave.
Tensor fetched(const In& x, int dim, const Ids& ids) {
  return squeeze(In(gather(x, dim, ids.reshaped(x.shape().with(dim, 1))), x.where), dim);
}

void add_extreme(std::vector<Operation>& table, const std::string& name, Tensor (*of_all)(In),
                 Tensor (*of_dim)(In, int, bool), Ids (*place)(In, int), double (*naive)(const Numbers&)) {
  if (of_all)
    table.push_back({.name = name + " of all",
                     .declaration = name + "(In)",
                     .run = [=](const Inputs& x) { return of_all(x[0]); },
                     .shapes = {"()", "(1)", "(17)", "(3,17)", "(2,1,3)"},
                     .expected =
                         [=](const Arrays& x) {
                           return Array{Shape{}, {naive(x[0].numbers)}};
                         },
                     .low = -4,
                     .high = 4,
                     .apart = true,
                     .mistakes = {{"(0)", {name, "empty", "nothing to choose"}}}});
  for (const int dim : {0, 1, -1}) {
    const std::vector<Mistake> mistakes = {{"(0,0)", {name, "(0,0)", "is empty"}},
                                           {"()", {name, "single number"}},
                                           {"(3)", {name, "(3)", "dimension -2 does not exist"}, [=](const Inputs& x) {
                                              return of_dim(x[0], -2, false);
                                            }}};
    const std::vector<std::string> shapes = {"(1,1)", "(3,17)", "(2,3,5)", "(2,1,3)"};
    for (const bool keepdim : {false, true})
      table.push_back({.name = name + " along " + std::to_string(dim) + (keepdim ? " keepdim" : ""),
                       .declaration = name + "(In,int,bool)",
                       .run = [=](const Inputs& x) { return of_dim(x[0], dim, keepdim); },
                       .shapes = shapes,
                       .expected = [=](const Arrays& x) { return folded(x[0], {dim}, keepdim, naive); },
                       .low = -4,
                       .high = 4,
                       .apart = true,
                       .mistakes = mistakes});
    if (!place) continue;
    table.push_back(
        {.name = "arg" + name + " along " + std::to_string(dim),
         .declaration = "arg" + name + "(In,int)",
         .run = [=](const Inputs& x) { return fetched(x[0], dim, place(x[0], dim)); },
         .shapes = shapes,
         .expected = [=](const Arrays& x) { return folded(x[0], {dim}, false, naive); },
         .low = -4,
         .high = 4,
         .apart = true,
         .mistakes = {{"(0,0)", {"arg" + name, "(0,0)", "is empty"}}, {"()", {"arg" + name, "single number"}}}});
  }
}

void add_sorted(std::vector<Operation>& table) {
  const std::vector<std::string> shapes = {"(1,1)", "(3,17)", "(2,3,5)", "(2,1,3)", "(0,3)", "(3,0)"};
  const auto add = [&](const std::string& name, const std::string& declaration, int dim, bool descending,
                       const Function& run) {
    const std::string operation = declaration.substr(0, declaration.find('('));
    table.push_back({.name = name + " along " + std::to_string(dim) + (descending ? " descending" : ""),
                     .declaration = declaration,
                     .run = run,
                     .shapes = shapes,
                     .expected = [=](const Arrays& x) { return sorted(x[0], dim, x[0].shape[dim], descending); },
                     .low = -4,
                     .high = 4,
                     .apart = true,
                     .mistakes = {{"()", {operation, "single number"}}}});
  };
  for (const int dim : {0, 1, -1}) {
    for (const bool descending : {false, true}) {
      add("sort", "sort(In,int,bool)", dim, descending,
          [=](const Inputs& x) { return sort(x[0], dim, descending).values; });
      add("sort, by its ids", "sort(In,int,bool)", dim, descending,
          [=](const Inputs& x) { return gather(x[0], dim, sort(x[0], dim, descending).indices); });
      add("argsort", "argsort(In,int,bool)", dim, descending,
          [=](const Inputs& x) { return gather(x[0], dim, argsort(x[0], dim, descending)); });
    }
    for (const bool by_ids : {false, true})
      table.push_back({.name = std::string(by_ids ? "topk, by its ids" : "topk") + " along " + std::to_string(dim),
                       .declaration = "topk(In,int64_t,int)",
                       .run =
                           [=](const Inputs& x) {
                             const Ordered top = topk(x[0], 2, dim);
                             return by_ids ? gather(x[0], dim, top.indices) : top.values;
                           },
                       .shapes = {"(2,2)", "(3,17)", "(2,3,5)", dim < 0 ? "(0,2,3)" : "(2,2,0)"},
                       .expected = [=](const Arrays& x) { return sorted(x[0], dim, 2, true); },
                       .low = -4,
                       .high = 4,
                       .apart = true,
                       .mistakes = {{"()", {"topk", "single number"}},
                                    {"(1,1)", {"topk", "(1,1)", "0 to 1", "got 2"}},
                                    {"(3)", {"topk", "(3)", "0 to 3", "got -1"}, [](const Inputs& x) {
                                       return topk(x[0], -1).values;
                                     }}}});
  }
}

}  // namespace

void add_order(std::vector<Operation>& table) {
  add_extreme(table, "max", max, max, argmax, largest_number);
  add_extreme(table, "min", min, min, argmin, smallest_number);
  add_extreme(table, "amax", nullptr, amax, nullptr, largest_number);
  add_sorted(table);
}

}  // namespace dikkat::test
