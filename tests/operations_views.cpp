// Rows of the table of operations: views.
#include "tests/operations.h"

namespace dikkat::test {

namespace {

void add_shapes(std::vector<Operation>& table) {
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
  for (const int first : {0, 1, -2}) {
    table.push_back({.name = "flatten from " + std::to_string(first),
                     .declaration = "flatten(In,int,int)",
                     .run = [=](const Inputs& x) { return flatten(x[0], first); },
                     .shapes = {"(3,17)", "(2,1,3)", "(2,3,4,5)", "(0,3)"},
                     .expected =
                         [=](const Arrays& x) {
                           std::vector<int64_t> sizes = x[0].shape.sizes();
                           const auto kept = static_cast<size_t>(x[0].shape.index(first));
                           int64_t joined = 1;
                           for (size_t i = kept; i < sizes.size(); ++i) joined *= sizes[i];
                           sizes.resize(kept);
                           sizes.push_back(joined);
                           return reshaped(x[0], shape_of(sizes));
                         },
                     .mistakes = {{"(2,3)",
                                   {"flatten", "(2,3)", "dimension 1", "after dimension 0"},
                                   [](const Inputs& x) { return flatten(x[0], 1, 0); }},
                                  {"(2,3)", {"flatten", "(2,3)", "dimension 2 does not exist"}, [](const Inputs& x) {
                                     return flatten(x[0], 0, 2);
                                   }}}});
  }
  table.push_back({.name = "flatten the first two",
                   .declaration = "flatten(In,int,int)",
                   .run = [](const Inputs& x) { return flatten(x[0], 0, 1); },
                   .shapes = {"(2,1,3)", "(2,3,4,5)"},
                   .expected =
                       [](const Arrays& x) {
                         std::vector<int64_t> sizes = x[0].shape.sizes();
                         sizes[1] *= sizes[0];
                         sizes.erase(sizes.begin());
                         return reshaped(x[0], shape_of(sizes));
                       }});
  table.push_back({.name = "flatten a single number",
                   .declaration = "flatten(In,int,int)",
                   .run = [](const Inputs& x) { return flatten(x[0]); },
                   .shapes = {"()"},
                   .expected = [](const Arrays& x) { return reshaped(x[0], {1}); }});
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

void add_windows(std::vector<Operation>& table) {
  table.push_back(
      {.name = "slice",
       .declaration = "slice(In,int,int64_t,int64_t,int64_t)",
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
                   .declaration = "slice(In,int,int64_t,int64_t,int64_t)",
                   .run = [](const Inputs& x) { return slice(x[0], -1, -3, -1); },
                   .shapes = {"(3)", "(2,17)"},
                   .expected = [](const Arrays& x) { return sliced(x[0], -1, x[0].shape[-1] - 3, x[0].shape[-1] - 1); },
                   .mistakes = {{"(2,2)", {"slice", "(2,2)", "-3 to -1", "inside dimension 1"}}}});
  table.push_back({.name = "slice of nothing",
                   .declaration = "slice(In,int,int64_t,int64_t,int64_t)",
                   .run = [](const Inputs& x) { return slice(x[0], 0, 1, 1); },
                   .shapes = {"(3)", "(2,17)"},
                   .expected = [](const Arrays& x) { return sliced(x[0], 0, 1, 1); }});
  table.push_back({.name = "slice by threes",
                   .declaration = "slice(In,int,int64_t,int64_t,int64_t)",
                   .run = [](const Inputs& x) { return slice(x[0], -1, 1, x[0].size(-1), 3); },
                   .shapes = {"(1)", "(2)", "(17)", "(3,5)", "(2,3,4)", "(0,4)"},
                   .expected = [](const Arrays& x) { return sliced(x[0], -1, 1, x[0].shape[-1], 3); },
                   .mistakes = {{"(2,5)", {"slice", "step must be 1 or more", "0"}, [](const Inputs& x) {
                                   return slice(x[0], 1, 0, 5, 0);
                                 }}}});
  for (const int64_t index : {0, 1, -1}) {
    table.push_back({.name = "select " + std::to_string(index),
                     .declaration = "select(In,int,int64_t)",
                     .run = [=](const Inputs& x) { return select(x[0], 0, index); },
                     .shapes = {"(2)", "(17)", "(3,17)", "(2,1,3)", "(2,0)"},
                     .expected =
                         [=](const Arrays& x) {
                           const int64_t at = index < 0 ? x[0].shape[0] + index : index;
                           std::vector<int64_t> sizes = x[0].shape.sizes();
                           sizes.erase(sizes.begin());
                           return reshaped(sliced(x[0], 0, at, at + 1), shape_of(sizes));
                         },
                     .mistakes = {{"(2,5)",
                                   {"select", "(2,5)", "index 5", "dimension 1"},
                                   [](const Inputs& x) { return select(x[0], 1, 5); }},
                                  {"(2,5)",
                                   {"select", "(2,5)", "index -3", "dimension 0"},
                                   [](const Inputs& x) { return select(x[0], 0, -3); }},
                                  {"()", {"select", "single number"}}}});
  }
  table.push_back({.name = "diagonal",
                   .declaration = "diagonal(In,int,int)",
                   .run = [](const Inputs& x) { return diagonal(x[0]); },
                   .shapes = {"(1,1)", "(3,3)", "(3,17)", "(5,2)", "(3,4,2)", "(0,3)"},
                   .expected =
                       [](const Arrays& x) {
                         std::vector<int64_t> sizes = x[0].shape.sizes();
                         const int64_t size = std::min(sizes[0], sizes[1]);
                         sizes.erase(sizes.begin(), sizes.begin() + 2);
                         sizes.push_back(size);
                         return make_array(shape_of(sizes), [&](Index index) {
                           const int64_t i = index.back();
                           index.pop_back();
                           index.insert(index.begin(), {i, i});
                           return x[0].at(index);
                         });
                       },
                   .mistakes = {{"(3)", {"diagonal", "(3)", "two dimensions"}},
                                {"(2,3)",
                                 {"diagonal", "(2,3)", "two different dimensions"},
                                 [](const Inputs& x) { return diagonal(x[0], 1, -1); }},
                                {"(2,3)", {"diagonal", "(2,3)", "dimension 2 does not exist"}, [](const Inputs& x) {
                                   return diagonal(x[0], 0, 2);
                                 }}}});
  table.push_back({.name = "diagonal of the last and the first",
                   .declaration = "diagonal(In,int,int)",
                   .run = [](const Inputs& x) { return diagonal(x[0], -1, 0); },
                   .shapes = {"(2,5,3)", "(3,1,2)"},
                   .expected =
                       [](const Arrays& x) {
                         return make_array({x[0].shape[1], std::min(x[0].shape[0], x[0].shape[2])},
                                           [&](const Index& at) {
                                             return x[0].at({at[1], at[0], at[1]});
                                           });
                       }});
  for (const size_t part : {0, 1}) {
    table.push_back(
        {.name = "split, part " + std::to_string(part),
         .declaration = "split(In,int64_t,int)",
         .run = [=](const Inputs& x) { return split(x[0], 2, -1)[part]; },
         .shapes = {"(3)", "(4)", "(2,3)", "(2,17)", "(2,1,3)", "(0,3)"},
         .expected =
             [=](const Arrays& x) {
               const auto begin = static_cast<int64_t>(2 * part);
               return sliced(x[0], -1, begin, std::min(begin + 2, x[0].shape[-1]));
             },
         .mistakes = {{"(2,3)", {"split", "1 or more", "0"}, [](const Inputs& x) { return split(x[0], 0)[0]; }},
                      {"()", {"split", "single number"}},
                      {"(3)", {"split", "(3)", "dimension 1 does not exist"}, [](const Inputs& x) {
                         return split(x[0], 1, 1)[0];
                       }}}});
    table.push_back({.name = "chunk, part " + std::to_string(part),
                     .declaration = "chunk(In,int64_t,int)",
                     .run = [=](const Inputs& x) { return chunk(x[0], 2)[part]; },
                     .shapes = {"(2)", "(4,17)", "(6,1,3)", "(0,3)", "(2,0)"},
                     .expected =
                         [=](const Arrays& x) {
                           const auto size = x[0].shape[0] / 2, begin = static_cast<int64_t>(part) * size;
                           return sliced(x[0], 0, begin, begin + size);
                         },
                     .mistakes = {{"(3,4)", {"chunk", "(3,4)", "2 does not divide dimension 0"}},
                                  {"()", {"chunk", "single number"}},
                                  {"(3,4)", {"chunk", "(3,4)", "0 does not divide"}, [](const Inputs& x) {
                                     return chunk(x[0], 0)[0];
                                   }}}});
  }
}

}  // namespace

void add_views(std::vector<Operation>& table) {
  add_shapes(table);
  add_windows(table);
}

}  // namespace dikkat::test
