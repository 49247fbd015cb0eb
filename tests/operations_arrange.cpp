// Rows of the table of operations: joined and rearranged.
#include "tests/operations.h"

namespace dikkat::test {

namespace {

// One after the other along `dim`.
Array joined(const Arrays& parts, int dim) {
  const auto at = static_cast<size_t>(parts[0].shape.index(dim));
  int64_t total = 0;
  for (const Array& part : parts) total += part.shape[dim];
  const Shape shape = parts[0].shape.with(dim, total);
  return make_array(shape, [&](Index index) {
    size_t part = 0;
    while (index[at] >= parts[part].shape[dim]) index[at] -= parts[part++].shape[dim];
    return parts[part].at(index);
  });
}

Array inserted(const Array& x, int at) {
  std::vector<int64_t> sizes = x.shape.sizes();
  sizes.insert(sizes.begin() + at, 1);
  return reshaped(x, shape_of(sizes));
}

Array repeated(const Array& x, const std::vector<int64_t>& times) {
  const auto added = times.size() - static_cast<size_t>(x.shape.rank());
  std::vector<int64_t> sizes = times;
  for (size_t i = added; i < sizes.size(); ++i) sizes[i] *= x.shape[static_cast<int>(i - added)];
  return make_array(shape_of(sizes), [&](const Index& index) {
    Index from(index.begin() + static_cast<int64_t>(added), index.end());
    for (size_t i = 0; i < from.size(); ++i) from[i] %= x.shape[static_cast<int>(i)];
    return x.at(from);
  });
}

// `sizes` as for pad: before and after the last dimension, before and after the one before it ...
Array padded(const Array& x, const std::vector<int64_t>& sizes, double value) {
  Shape shape = x.shape;
  std::vector<int64_t> before(static_cast<size_t>(shape.rank()), 0);
  for (size_t i = 0; i < sizes.size() / 2; ++i) {
    const int dim = -1 - static_cast<int>(i);
    shape = shape.with(dim, shape[dim] + sizes[2 * i] + sizes[2 * i + 1]);
    before[before.size() - 1 - i] = sizes[2 * i];
  }
  return make_array(shape, [&](Index index) {
    bool inside = true;
    for (size_t i = 0; i < index.size(); ++i) {
      index[i] -= before[i];
      inside = inside && index[i] >= 0 && index[i] < x.shape[static_cast<int>(i)];
    }
    return inside ? x.at(index) : value;
  });
}

void add_joined(std::vector<Operation>& table) {
  for (const int dim : {0, -1}) {
    const Function run = [=](const Inputs& x) { return cat(x, dim); };
    table.push_back({.name = "cat along " + std::to_string(dim),
                     .declaration = "cat(const std::vector<In>&,int)",
                     .run = run,
                     .shapes = dim == 0 ? std::vector<std::string>{"(1)", "(3) (17) (1)", "(3) (3)", "(2,3) (1,3)",
                                                                   "(2,1,3) (1,1,3) (4,1,3)", "(0,3) (2,3)", "(0) (0)"}
                                        : std::vector<std::string>{"(3) (17)", "(2,3) (2,1) (2,17)", "(2,1,3) (2,1,2)",
                                                                   "(2,0) (2,3)", "(0,3) (0,1)"},
                     .expected = [=](const Arrays& x) { return joined(x, dim); },
                     .mistakes = {{"(2,3) (4,5)", {"cat", "(2,3)", "(4,5)", "sizes must be equal"}},
                                  {"(2,3) (3)", {"cat", "(2,3)", "(3)", "sizes must be equal"}},
                                  {"() ()", {"cat", "single number"}}}});
  }
  table.push_back({.name = "cat of one twice",
                   .declaration = "cat(const std::vector<In>&,int)",
                   .run =
                       [](const Inputs& x) {
                         return cat({x[0], x[1], x[0]}, -1);
                       },
                   .shapes = {"(3) (1)", "(2,3) (2,1)"},
                   .expected =
                       [](const Arrays& x) {
                         return joined({x[0], x[1], x[0]}, -1);
                       }});
  for (const int dim : {0, 1, -1}) {
    table.push_back({.name = "stack along " + std::to_string(dim),
                     .declaration = "stack(const std::vector<In>&,int)",
                     .run = [=](const Inputs& x) { return stack(x, dim); },
                     .shapes = {"(3)", "(17) (17)", "(2,3) (2,3) (2,3)", "(2,1,3) (2,1,3)", "(0) (0)"},
                     .expected =
                         [=](const Arrays& x) {
                           const int at = dim < 0 ? x[0].shape.rank() : dim;
                           Arrays layers;
                           for (const Array& array : x) layers.push_back(inserted(array, at));
                           return joined(layers, at);
                         },
                     .mistakes = {{"(2,3) (3,2)", {"stack", "(2,3)", "(3,2)", "must be equal"}},
                                  {"(2,3) (2,3)", {"stack", "dimension 3", "(2,3)"}, [](const Inputs& x) {
                                     return stack(x, 3);
                                   }}}});
  }
  table.push_back({.name = "stack of single numbers",
                   .declaration = "stack(const std::vector<In>&,int)",
                   .run = [](const Inputs& x) { return stack(x); },
                   .shapes = {"()", "() () ()"},
                   .expected =
                       [](const Arrays& x) {
                         Array result{{static_cast<int64_t>(x.size())}, {}};
                         for (const Array& array : x) result.numbers.push_back(array.numbers[0]);
                         return result;
                       }});
}

void add_moved(std::vector<Operation>& table) {
  table.push_back({.name = "flip",
                   .declaration = "flip(In,const std::vector<int>&)",
                   .run = [](const Inputs& x) { return flip(x[0], {-1}); },
                   .shapes = {"(1)", "(17)", "(3,17)", "(2,1,3)", "(0)", "(3,0)"},
                   .expected =
                       [](const Arrays& x) {
                         return along(x[0], -1, x[0].shape[-1], [](Numbers line) {
                           std::reverse(line.begin(), line.end());
                           return line;
                         });
                       },
                   .mistakes = {{"()", {"flip", "()", "dimension -1 does not exist"}},
                                {"(2,3)", {"flip", "(2,3)", "dimension -1", "named twice"}, [](const Inputs& x) {
                                   return flip(x[0], {1, -1});
                                 }}}});
  table.push_back({.name = "flip of two dimensions",
                   .declaration = "flip(In,const std::vector<int>&)",
                   .run =
                       [](const Inputs& x) {
                         return flip(x[0], {0, 2});
                       },
                   .shapes = {"(2,3,5)", "(1,1,17)"},
                   .expected =
                       [](const Arrays& x) {
                         return make_array(x[0].shape, [&](Index index) {
                           index[0] = x[0].shape[0] - 1 - index[0];
                           index[2] = x[0].shape[2] - 1 - index[2];
                           return x[0].at(index);
                         });
                       }});
  for (const int64_t shift : {1, -2, 0, 20}) {
    table.push_back({.name = "roll by " + std::to_string(shift),
                     .declaration = "roll(In,int64_t,int)",
                     .run = [=](const Inputs& x) { return roll(x[0], shift, -1); },
                     .shapes = {"(1)", "(17)", "(3,5)", "(2,1,3)", "(0)", "(3,0)"},
                     .expected =
                         [=](const Arrays& x) {
                           return along(x[0], -1, x[0].shape[-1], [=](const Numbers& line) {
                             const auto size = static_cast<int64_t>(line.size());
                             Numbers moved(line.size());
                             for (int64_t i = 0; i < size; ++i)
                               moved[static_cast<size_t>((i + shift + 100 * size) % size)] =
                                   line[static_cast<size_t>(i)];
                             return moved;
                           });
                         },
                     .mistakes = {{"()", {"roll", "single number"}},
                                  {"(3)", {"roll", "(3)", "dimension 1 does not exist"}, [](const Inputs& x) {
                                     return roll(x[0], 1, 1);
                                   }}}});
  }
}

void add_repeated(std::vector<Operation>& table) {
  for (const std::vector<int64_t>& times : std::vector<std::vector<int64_t>>{{2, 3}, {1, 1}, {3, 1, 2}, {2, 0}}) {
    const Shape shape = shape_of(times);
    std::vector<std::string> shapes = {"()", "(1)", "(3)", "(2,3)", "(1,17)", "(0,3)"};
    if (times.size() == 3) shapes.push_back("(2,1,3)");
    table.push_back({.name = text("repeat ", shape),
                     .declaration = "repeat(In,const std::vector<int64_t>&)",
                     .run = [=](const Inputs& x) { return repeat(x[0], times); },
                     .shapes = shapes,
                     .expected = [=](const Arrays& x) { return repeated(x[0], times); },
                     .mistakes = {{"(2,3,4,5)", {"repeat", "(2,3,4,5)", "a number for each dimension"}},
                                  {"(2,3)",
                                   {"repeat", "must not be negative", "-1"},
                                   [](const Inputs& x) {
                                     return repeat(x[0], {2, -1});
                                   }},
                                  {"(2,3)", {"repeat", "(2,3)", "too large along dimension 1"}, [](const Inputs& x) {
                                     return repeat(x[0], {1, int64_t{1} << 62});
                                   }}}});
  }
  for (const int dim : {0, 1, -1}) {
    table.push_back({.name = "repeat_interleave along " + std::to_string(dim),
                     .declaration = "repeat_interleave(In,int64_t,int)",
                     .run = [=](const Inputs& x) { return repeat_interleave(x[0], 3, dim); },
                     .shapes = {"(1,1)", "(3,5)", "(2,1,3)", "(2,17,1)", "(0,3)"},
                     .expected =
                         [=](const Arrays& x) {
                           return along(x[0], dim, 3 * x[0].shape[dim], [](const Numbers& line) {
                             Numbers result;
                             for (const double number : line) result.insert(result.end(), 3, number);
                             return result;
                           });
                         },
                     .mistakes = {{"()", {"repeat_interleave", "single number"}},
                                  {"(2,3)", {"repeat_interleave", "negative", "-1"}, [](const Inputs& x) {
                                     return repeat_interleave(x[0], -1, 0);
                                   }}}});
  }
}

void add_padded(std::vector<Operation>& table) {
  struct Case {
    std::vector<int64_t> sizes;
    std::vector<std::string> shapes;
  };
  const std::vector<Case> cases = {{{1, 2}, {"(1)", "(17)", "(3,5)", "(2,1,3)", "(0)", "(2,0)"}},
                                   {{0, 1, 2, 0}, {"(3,5)", "(2,1,3)", "(0,3)"}},
                                   {{-1, 2, 1, -1}, {"(3,5)", "(2,1,3)", "(1,1)"}},
                                   {{-1, -2, -1, 0}, {"(3,5)", "(2,1,3)"}},
                                   {{}, {"()", "(3)"}}};
  for (const Case& one : cases) {
    std::string name = "pad";
    for (const int64_t size : one.sizes) name += " " + std::to_string(size);
    table.push_back({.name = name,
                     .declaration = "pad(In,const std::vector<int64_t>&,double)",
                     .run = [=](const Inputs& x) { return pad(x[0], one.sizes, 0.5); },
                     .shapes = one.shapes,
                     .expected = [=](const Arrays& x) { return padded(x[0], one.sizes, 0.5); }});
  }
  table.back().mistakes = {{"(3)",
                            {"pad", "(3)", "two sizes", "got 3"},
                            [](const Inputs& x) {
                              return pad(x[0], {1, 2, 3});
                            }},
                           {"(3)",
                            {"pad", "(3)", "two sizes", "got 4"},
                            [](const Inputs& x) {
                              return pad(x[0], {1, 2, 3, 4});
                            }},
                           {"(2,3)",
                            {"pad", "cutting 2 and 2", "dimension 1", "(2,3)"},
                            [](const Inputs& x) {
                              return pad(x[0], {-2, -2});
                            }},
                           {"(2,3)", {"pad", "(2,3)", "too large"}, [](const Inputs& x) {
                              return pad(x[0], {0, int64_t{1} << 62});
                            }}};
  for (const int64_t diagonal : {0, 1, -2, 30}) {
    for (const bool lower : {true, false}) {
      const std::string name = lower ? "tril" : "triu";
      table.push_back({.name = name + " " + std::to_string(diagonal),
                       .declaration = name + "(In,int64_t)",
                       .run = [=](const Inputs& x) { return lower ? tril(x[0], diagonal) : triu(x[0], diagonal); },
                       .shapes = {"(1,1)", "(3,3)", "(3,17)", "(5,2)", "(2,3,3)", "(2,1,2,3)", "(0,3)", "(0,3,3)"},
                       .expected =
                           [=](const Arrays& x) {
                             return make_array(x[0].shape, [&](const Index& index) {
                               const int64_t distance = index[index.size() - 1] - index[index.size() - 2];
                               return (lower ? distance <= diagonal : distance >= diagonal) ? x[0].at(index) : 0;
                             });
                           },
                       .mistakes = {{"(3)", {name, "(3)", "at least two dimensions"}}}});
    }
  }
}

}  // namespace

void add_arranged(std::vector<Operation>& table) {
  add_joined(table);
  add_moved(table);
  add_repeated(table);
  add_padded(table);
}

}  // namespace dikkat::test
