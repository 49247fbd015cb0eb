// Rows of the table of operations: softmax and masks.
#include "tests/naive_more.h"
#include "tests/operations.h"

namespace dikkat::test {

void add_softmax(std::vector<Operation>& table) {
  for (const bool logarithm : {false, true}) {
    const std::string name = logarithm ? "log_softmax" : "softmax";
    const auto call = logarithm ? log_softmax : softmax;
    const auto line = logarithm ? log_softmax_of_line : softmax_of_line;
    for (const int dim : {-1, 0, 1}) {
      std::vector<std::string> shapes = {"(17,3)", "(2,3,4)", "(0,3)", "(3,0)", "(3,1)"};
      if (dim != 1) shapes.insert(shapes.end(), {"(1)", "(17)"});
      table.push_back({.name = name + ", dim " + std::to_string(dim),
                       .declaration = name + "(In,int)",
                       .run = [=](const Inputs& x) { return call(x[0], dim); },
                       .shapes = shapes,
                       .expected = [=](const Arrays& x) { return along(x[0], dim, line); },
                       .low = -3,
                       .high = 3,
                       .mistakes = {{"()", {name, "()", "at least one dimension"}},
                                    {"(2,3)", {name, "dimension 2 does not exist", "(2,3)"}, [=](const Inputs& x) {
                                       return call(x[0], 2);
                                     }}}});
    }
  }
  const std::vector<std::string> shapes = {"(1,1)", "(3,3)", "(2,5)", "(2,3,3)", "(2,1,3,17)", "(0,3,3)", "(0,2)"};
  const auto finite = [](In y) { return exp(y); };
  table.push_back({.name = "causal_mask",
                   .declaration = "causal_mask(In)",
                   .run = [](const Inputs& x) { return causal_mask(x[0]); },
                   .shapes = shapes,
                   .expected = [](const Arrays& x) { return band_of(x[0], 1000, 0); },
                   .mistakes = {{"(3)", {"causal_mask", "(3)", "(...,Tq,Tk)"}},
                                {"(3,2)", {"causal_mask", "(3,2)", "as many keys as queries"}}},
                   .finite = finite});
  for (const auto& [before, after] : std::vector<std::pair<int64_t, int64_t>>{{2, 0}, {0, 1}, {1, 1000}, {0, 0}}) {
    const int64_t b = before, a = after;
    std::vector<std::string> of_any_form = shapes;
    of_any_form.insert(of_any_form.end(), {"(5,2)", "(3,0)"});
    table.push_back({.name = "band_mask, " + std::to_string(b) + " " + std::to_string(a),
                     .declaration = "band_mask(In,int64_t,int64_t)",
                     .run = [=](const Inputs& x) { return band_mask(x[0], b, a); },
                     .shapes = of_any_form,
                     .expected = [=](const Arrays& x) { return band_of(x[0], b, a); },
                     .mistakes = {{"(3)", {"band_mask", "(3)", "(...,Tq,Tk)"}},
                                  {"(3,3)",
                                   {"band_mask", "-1 keys before", "0 after", "(3,3)"},
                                   [](const Inputs& x) { return band_mask(x[0], -1, 0); }},
                                  {"(3,3)",
                                   {"band_mask", "2 keys before", "-1 after"},
                                   [](const Inputs& x) { return band_mask(x[0], 2, -1); }}},
                     .finite = finite});
  }
}

}  // namespace dikkat::test
