// Rows of the table of operations: the parts of a transformer.
#pragma once

#include "tests/operation.h"

namespace dikkat::test {

inline void add_rows_of_numbers(std::vector<Operation>& table) {
  table.push_back({.name = "softmax",
                   .declaration = "softmax(In)",
                   .run = [](const Inputs& x) { return softmax(x[0]); },
                   .shapes = {"(1)", "(17)", "(3,17)", "(3,1)", "(2,3,4)", "(0,3)", "(3,0)"},
                   .expected = [](const Arrays& x) { return softmax_of(x[0]); },
                   .low = -3,
                   .high = 3,
                   .mistakes = {{"()", {"softmax", "()", "at least one dimension"}}}});
  table.push_back({.name = "causal_mask",
                   .declaration = "causal_mask(In)",
                   .run = [](const Inputs& x) { return causal_mask(x[0]); },
                   .shapes = {"(1,1)", "(3,3)", "(2,5)", "(2,3,3)", "(2,1,3,17)", "(0,3,3)"},
                   .expected = [](const Arrays& x) { return masked(x[0]); },
                   .mistakes = {{"(3)", {"causal_mask", "(3)", "(...,Tq,Tk)"}},
                                {"(3,2)", {"causal_mask", "(3,2)", "as many keys as queries"}},
                                {"(0,2)", {"causal_mask", "(0,2)"}}},
                   .finite = [](In y) { return exp(y); }});
  const std::vector<std::string> shapes = {"(3,17) (17) (17)", "(17,3) (3) (3)", "(2,3,4) (4) (4)", "(5) (5) (5)",
                                           "(3,1) (1) (1)"};
  table.push_back({.name = "layer_norm",
                   .declaration = "layer_norm(In,In,In,double)",
                   .run = [](const Inputs& x) { return layer_norm(x[0], x[1], x[2]); },
                   .shapes = shapes,
                   .expected = [](const Arrays& x) { return layer_norm_of(x[0], x[1], x[2], 1e-5); },
                   .plain = [](const Inputs& x) { return layer_norm_plain(x[0], x[1], x[2]); },
                   .mistakes = {{"(2,3) (4) (4)", {"layer_norm", "(2,3)", "(4)", "as long as its last dimension"}},
                                {"(2,3) (3) (2)", {"layer_norm", "(2,3)", "(3) and (2)"}},
                                {"() (1) (1)", {"layer_norm", "()", "(1)"}}}});
  table.push_back({.name = "layer_norm with a large eps",
                   .declaration = "layer_norm(In,In,In,double)",
                   .run = [](const Inputs& x) { return layer_norm(x[0], x[1], x[2], 0.5); },
                   .shapes = shapes,
                   .expected = [](const Arrays& x) { return layer_norm_of(x[0], x[1], x[2], 0.5); }});
  table.push_back({.name = "layer_norm, plain",
                   .declaration = "layer_norm_plain(In,In,In,double)",
                   .run = [](const Inputs& x) { return layer_norm_plain(x[0], x[1], x[2], 0.5); },
                   .shapes = shapes,
                   .expected = [](const Arrays& x) { return layer_norm_of(x[0], x[1], x[2], 0.5); },
                   .mistakes = {{"(2,3) (4) (4)", {"layer_norm", "(2,3)", "(4)", "as long as its last dimension"}}}});
}

inline void add_attention(std::vector<Operation>& table) {
  const std::vector<std::string> square = {"(1,1,1,1) (1,1,1,1) (1,1,1,1)", "(2,3,2,4) (2,3,2,4) (2,3,2,4)",
                                           "(1,17,1,3) (1,17,1,3) (1,17,1,3)", "(2,2,3,4) (2,5,3,4) (2,5,3,4)"};
  const std::vector<Mistake> mistakes = {
      {"(2,3,4) (2,3,4) (2,3,4)", {"attention", "(2,3,4)", "(batch, time, heads, head size)"}},
      {"(2,3,2,4) (2,3,2,5) (2,3,2,5)", {"attention", "(2,3,2,4)", "(2,3,2,5)", "head size"}},
      {"(2,3,2,4) (2,3,3,4) (2,3,3,4)", {"attention", "(2,3,2,4)", "(2,3,3,4)", "heads"}},
      {"(2,3,2,4) (1,3,2,4) (1,3,2,4)", {"attention", "(2,3,2,4)", "(1,3,2,4)", "batch"}},
      {"(2,3,2,4) (2,5,2,4) (2,3,2,4)", {"attention", "(2,5,2,4)", "(2,3,2,4)", "k and v in time"}}};
  for (const bool causal : {true, false}) {
    const std::string kind = causal ? ", causal" : "";
    std::vector<std::string> shapes = square;
    std::vector<Mistake> wrong = mistakes;
    if (causal) wrong.push_back({"(2,4,1,3) (2,3,1,3) (2,3,1,3)", {"attention", "as many keys as queries", "3 and 4"}});
    if (!causal) shapes.push_back("(2,3,1,2) (2,1,1,2) (2,1,1,2)");
    const auto expected = [=](const Arrays& x) { return attention_of(x[0], x[1], x[2], causal); };
    const Function plain = [=](const Inputs& x) {
      return scaled_dot_product_attention_plain(x[0], x[1], x[2], causal);
    };
    table.push_back({.name = "attention" + kind,
                     .declaration = "scaled_dot_product_attention(In,In,In,bool)",
                     .run = [=](const Inputs& x) { return scaled_dot_product_attention(x[0], x[1], x[2], causal); },
                     .shapes = shapes,
                     .expected = expected,
                     .plain = plain,
                     .mistakes = wrong});
    table.push_back({.name = "attention, plain" + kind,
                     .declaration = "scaled_dot_product_attention_plain(In,In,In,bool)",
                     .run = plain,
                     .shapes = shapes,
                     .expected = expected,
                     .mistakes = wrong});
  }
}

inline void add_tokens(std::vector<Operation>& table) {
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
                   .mistakes = {{"(4)",
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
                                 }}}});
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
  const std::vector<Mistake> mistakes = {
      {"(2,3,5)",
       {"cross_entropy", "(2,3,5)", "(2,4)", "without its last dimension"},
       [](const Inputs& x) {
         return cross_entropy(x[0], some_ids({2, 4}, 5));
       }},
      {"(2,5)",
       {"cross_entropy", "(2,5)", "()", "without its last dimension"},
       [](const Inputs& x) { return cross_entropy(x[0], some_ids({}, 5)); }},
      {"(2,5)",
       {"cross_entropy", "(2,5)", "3 to 5", "0 to 4"},
       [](const Inputs& x) {
         return cross_entropy(x[0], Ids({3, 5}));
       }},
      {"(2,5)", {"cross_entropy", "(2,5)", "-1 to 4", "0 to 4"}, [](const Inputs& x) {
         return cross_entropy(x[0], Ids({4, -1}));
       }}};
  const std::vector<std::string> shapes = {"(1)", "(17)", "(3,1)", "(3,17)", "(2,3,5)"};
  const auto none_ignored = [](const Arrays& x) { return cross_entropy_of(x[0], some_targets(x[0].shape, false)); };
  const Function plain = [](const Inputs& x) { return cross_entropy_plain(x[0], some_targets(x[0].shape(), false)); };
  table.push_back({.name = "cross_entropy",
                   .declaration = "cross_entropy(In,const Ids&)",
                   .run = [](const Inputs& x) { return cross_entropy(x[0], some_targets(x[0].shape(), false)); },
                   .shapes = shapes,
                   .expected = none_ignored,
                   .plain = plain,
                   .low = -3,
                   .high = 3,
                   .mistakes = mistakes});
  table.push_back({.name = "cross_entropy, some ignored",
                   .declaration = "cross_entropy(In,const Ids&)",
                   .run = [](const Inputs& x) { return cross_entropy(x[0], some_targets(x[0].shape(), true)); },
                   .shapes = shapes,
                   .expected = [](const Arrays& x) { return cross_entropy_of(x[0], some_targets(x[0].shape, true)); },
                   .low = -3,
                   .high = 3});
  table.push_back({.name = "cross_entropy, plain",
                   .declaration = "cross_entropy_plain(In,const Ids&)",
                   .run = plain,
                   .shapes = shapes,
                   .expected = none_ignored,
                   .low = -3,
                   .high = 3,
                   .mistakes = {{"(2,5)",
                                 {"cross_entropy", "(2,5)", "(3)", "without its last dimension"},
                                 [](const Inputs& x) { return cross_entropy_plain(x[0], some_ids({3}, 5)); }},
                                {"(3,5)", {"cross_entropy", "-100 to 4", "0 to 4"}, [](const Inputs& x) {
                                   return cross_entropy_plain(x[0], Ids({4, -100, 1}));
                                 }}}});
}

}  // namespace dikkat::test
