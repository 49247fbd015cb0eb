// Rows of the table of operations: elements chosen by whole numbers.
#include "tests/naive_more.h"
#include "tests/operations.h"

namespace dikkat::test {

namespace {

// Indices for `dim` of x: more of them than x has places there, and one fewer in the other dimensions.
Ids places(const Shape& x, int dim) {
  Shape shape;
  for (int i = 0; i < x.rank(); ++i)
    shape.append(i == x.index(dim) ? (x.numel() ? 2 * x[i] + 1 : 0) : std::max(x[i] - 1, std::min<int64_t>(x[i], 1)));
  return some_ids(shape, std::max<int64_t>(x[dim], 1));
}

// A list of places along `dim` of x, some of them twice, some not at all.
Ids list(const Shape& x, int dim) {
  return some_ids({x[dim] ? x[dim] + 2 : 0}, std::max<int64_t>(x[dim], 1));
}

std::vector<Mistake> wrong_places(const std::string& name,
                                  const std::function<Tensor(const Inputs&, int, const Ids&)>& call) {
  const auto with = [&](int dim, const Ids& ids) { return [=](const Inputs& x) { return call(x, dim, ids); }; };
  return {{"(2,3) (2,3)", {name, "index 3", "dimension 1", "(2,3)", "3 places"}, with(1, Ids({0, 3}, {1, 2}))},
          {"(2,3) (2,3)", {name, "index -1", "dimension 0", "(2,3)", "2 places"}, with(0, Ids({0, -1}, {2, 1}))},
          {"(2,3) (2,3)", {name, "index -100", "dimension 0"}, with(0, Ids({0, -100}, {2, 1}))},
          {"(2,0) (2,3)", {name, "index 0", "dimension 1", "0 places"}, with(1, Ids({0}, {1, 1}))},
          {"(2,3) (2,3)", {name, "(3,1)", "(2,3)", "no larger"}, with(1, Ids({0, 0, 0}, {3, 1}))},
          {"(2,3) (2,3)", {name, "(2)", "(2,3)", "as many dimensions"}, with(1, Ids({0, 0}))},
          {"(2,3) (2,3)", {name, "dimension 2 does not exist", "(2,3)"}, with(2, Ids({0}, {1, 1}))},
          {"() ()", {name, "single number"}, with(0, Ids({0}))}};
}

std::vector<Mistake> wrong_lists(const std::string& name,
                                 const std::function<Tensor(const Inputs&, int, const Ids&)>& call) {
  const auto with = [&](int dim, const Ids& ids) { return [=](const Inputs& x) { return call(x, dim, ids); }; };
  return {{"(2,3) (2,2)", {name, "index 3", "dimension 1", "(2,3)", "3 places"}, with(1, Ids({0, 3}))},
          {"(2,3) (2,3)", {name, "index -1", "dimension 0", "2 places"}, with(0, Ids({-1, 1}))},
          {"(2,3) (1,3)", {name, "one list", "(1,1)"}, with(0, Ids({0}, {1, 1}))},
          {"(2,3) (1,3)", {name, "dimension -3 does not exist", "(2,3)"}, with(-3, Ids({0}))},
          {"() ()", {name, "single number"}, with(0, Ids({0}))}};
}

void add_reading(std::vector<Operation>& table) {
  for (const int dim : {0, 1, -1}) {
    const std::string name = "dim " + std::to_string(dim);
    const std::vector<std::string> shapes =
        dim == 0 ? std::vector<std::string>{"(1)", "(17)", "(5,3)", "(3,4,2)", "(0,3)", "(3,0)"}
                 : std::vector<std::string>{"(1,1)", "(3,17)", "(3,4,2)", "(0,3)", "(3,0)", "(2,3,1,4)"};
    table.push_back({.name = "gather, " + name,
                     .declaration = "gather(In,int,const Ids&)",
                     .run = [=](const Inputs& x) { return gather(x[0], dim, places(x[0].shape(), dim)); },
                     .shapes = shapes,
                     .expected = [=](const Arrays& x) { return gathered(x[0], dim, places(x[0].shape, dim)); },
                     .mistakes = wrong_places(
                         "gather", [](const Inputs& x, int d, const Ids& ids) { return gather(x[0], d, ids); })});
    table.push_back({.name = "index_select, " + name,
                     .declaration = "index_select(In,int,const Ids&)",
                     .run = [=](const Inputs& x) { return index_select(x[0], dim, list(x[0].shape(), dim)); },
                     .shapes = shapes,
                     .expected =
                         [=](const Arrays& x) {
                           return gathered(x[0], dim, for_each_slice(list(x[0].shape, dim), x[0].shape, dim));
                         },
                     .mistakes = wrong_lists("index_select", [](const Inputs& x, int d, const Ids& ids) {
                       return index_select(x[0], d, ids);
                     })});
  }
}

// A row for scatter or scatter_add. The indices name some places twice; a source may be larger than they are.
void add_writing(std::vector<Operation>& table, const std::string& name, bool add,
                 Tensor (*call)(In, int, const Ids&, In)) {
  for (const int dim : {0, -1}) {
    std::vector<Mistake> mistakes =
        wrong_places(name, [=](const Inputs& x, int d, const Ids& ids) { return call(x[0], d, ids, x[1]); });
    mistakes.push_back({"(4,3) (2,3)", {name, "source (2,3)", "indices (3,1)"}, [=](const Inputs& x) {
                          return call(x[0], 0, Ids({0, 1, 2}, {3, 1}), x[1]);
                        }});
    table.push_back(
        {.name = name + ", dim " + std::to_string(dim),
         .declaration = name + "(In,int,const Ids&,In)",
         .run = [=](const Inputs& x) { return call(x[0], dim, places(x[0].shape(), dim), x[1]); },
         .shapes = dim == 0 ? std::vector<std::string>{"(1) (3)", "(17) (35)", "(5,3) (11,2)", "(3,4) (7,4)",
                                                       "(2,3,2) (6,2,1)", "(0,3) (0,2)"}
                            : std::vector<std::string>{"(1) (3)", "(3,17) (2,35)", "(3,2) (3,7)", "(2,3,2) (1,2,5)",
                                                       "(3,0) (2,0)"},
         .expected = [=](const Arrays& x) { return scattered(x[0], dim, places(x[0].shape, dim), x[1], add); },
         .mistakes = mistakes});
  }
}

void add_index_add(std::vector<Operation>& table) {
  std::vector<Mistake> mistakes =
      wrong_lists("index_add", [](const Inputs& x, int d, const Ids& ids) { return index_add(x[0], d, ids, x[1]); });
  mistakes.push_back({"(4,3) (2,2)", {"index_add", "(4,3)", "source of (2,3)", "got (2,2)"}, [](const Inputs& x) {
                        return index_add(x[0], 0, Ids({0, 1}), x[1]);
                      }});
  for (const int dim : {0, 1})
    table.push_back({.name = "index_add, dim " + std::to_string(dim),
                     .declaration = "index_add(In,int,const Ids&,In)",
                     .run = [=](const Inputs& x) { return index_add(x[0], dim, list(x[0].shape(), dim), x[1]); },
                     .shapes = dim == 0 ? std::vector<std::string>{"(1) (3)", "(17) (19)", "(5,3) (7,3)", "(0,3) (0,3)",
                                                                   "(3,0) (5,0)"}
                                        : std::vector<std::string>{"(5,3) (5,5)", "(2,3,4) (2,5,4)", "(3,0) (3,0)"},
                     .expected =
                         [=](const Arrays& x) {
                           const Ids ids = for_each_slice(list(x[0].shape, dim), x[0].shape, dim);
                           return scattered(x[0], dim, ids, x[1], true);
                         },
                     .mistakes = mistakes});
}

void add_embedding(std::vector<Operation>& table) {
  const std::vector<Mistake> mistakes = {{"(4)",
                                          {"embedding", "(4)", "(vocabulary, channels)"},
                                          [](const Inputs& x) { return embedding(x[0], Ids({0})); }},
                                         {"(4,3)",
                                          {"embedding", "(4,3)", "1 to 4", "0 to 3"},
                                          [](const Inputs& x) {
                                            return embedding(x[0], Ids({1, 4}));
                                          }},
                                         {"(4,3)",
                                          {"embedding", "(4,3)", "-1 to 2", "0 to 3"},
                                          [](const Inputs& x) {
                                            return embedding(x[0], Ids({2, -1}));
                                          }},
                                         {"(4,3)", {"embedding", "(4,3)", "-100 to 2", "0 to 3"}, [](const Inputs& x) {
                                            return embedding(x[0], Ids({1, -100, 2}));
                                          }}};
  table.push_back({.name = "embedding",
                   .declaration = "embedding(In,const Ids&)",
                   .run =
                       [](const Inputs& x) {
                         return embedding(x[0], some_ids({2, 5}, x[0].size(0)));
                       },
                   .shapes = {"(1,1)", "(3,17)", "(17,3)", "(4,0)"},
                   .expected =
                       [](const Arrays& x) {
                         return rows_of(x[0], some_ids({2, 5}, x[0].shape[0]));
                       },
                   .mistakes = mistakes});
  table.push_back({.name = "embedding of no ids",
                   .declaration = "embedding(In,const Ids&)",
                   .run =
                       [](const Inputs& x) {
                         return embedding(x[0], Ids({}, {2, 0}));
                       },
                   .shapes = {"(3,2)"},
                   .expected =
                       [](const Arrays&) {
                         return Array{{2, 0, 2}, {}};
                       }});
  // Here the padding occurs nowhere, since a difference quotient sees its row too. core_index_test.cpp has the rest.
  const auto ids = [](const Shape& weight) { return some_ids({2, 5}, weight[0] - 1); };
  table.push_back(
      {.name = "embedding with padding",
       .declaration = "embedding(In,const Ids&,int32_t)",
       .run =
           [=](const Inputs& x) { return embedding(x[0], ids(x[0].shape()), static_cast<int32_t>(x[0].size(0) - 1)); },
       .shapes = {"(2,1)", "(3,17)", "(17,3)", "(4,0)"},
       .expected = [=](const Arrays& x) { return rows_of(x[0], ids(x[0].shape)); },
       .mistakes = {{"(4,3)",
                     {"embedding", "padding_idx 4", "(4,3)"},
                     [](const Inputs& x) { return embedding(x[0], Ids({1}), 4); }},
                    {"(4,3)",
                     {"embedding", "padding_idx -1", "(4,3)"},
                     [](const Inputs& x) { return embedding(x[0], Ids({1}), -1); }},
                    {"(4)",
                     {"embedding", "(4)", "(vocabulary, channels)"},
                     [](const Inputs& x) { return embedding(x[0], Ids({0}), 0); }},
                    {"(4,3)", {"embedding", "(4,3)", "1 to 4", "0 to 3"}, [](const Inputs& x) {
                       return embedding(x[0], Ids({1, 4}), 0);
                     }}}});
}

}  // namespace

void add_indexing(std::vector<Operation>& table) {
  add_reading(table);
  add_writing(table, "scatter", false, scatter);
  add_writing(table, "scatter_add", true, scatter_add);
  add_index_add(table);
  add_embedding(table);
  // one_hot itself has no gradient; with it, a product is a look-up.
  const auto ids = [](const Shape& weight) { return some_ids({2, 5}, weight[0]); };
  table.push_back({.name = "one_hot x matrix",
                   .declaration = "one_hot(const Ids&,int64_t)",
                   .run = [=](const Inputs& x) { return matmul(one_hot(ids(x[0].shape()), x[0].size(0)), x[0]); },
                   .shapes = {"(1,1)", "(3,17)", "(17,3)"},
                   .expected = [=](const Arrays& x) { return rows_of(x[0], ids(x[0].shape)); }});
}

}  // namespace dikkat::test
