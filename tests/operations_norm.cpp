// Rows of the table of operations: normalisation.
#include "tests/naive_more.h"
#include "tests/operations.h"

namespace dikkat::test {

namespace {

// Over the last dimensions, those that weight has.
Array layer_norm_of(const Array& x, const Array& weight, const Array& bias, double eps) {
  const int64_t size = std::max<int64_t>(weight.shape.numel(), 1);
  const Array normal = standardised(x, eps, [&](const Index& index) { return position_of(x.shape, index) / size; });
  return make_array(x.shape, [&](const Index& index) {
    const Index last(index.end() - weight.shape.rank(), index.end());
    return normal.at(index) * weight.at(last) + bias.at(last);
  });
}

// x weight + bias, a number of each for every channel of (B,C,...).
Array affine_channels(const Array& x, const Array& weight, const Array& bias) {
  return make_array(x.shape,
                    [&](const Index& index) { return x.at(index) * weight.at({index[1]}) + bias.at({index[1]}); });
}

void add_layer_norm(std::vector<Operation>& table) {
  const std::vector<std::string> shapes = {
      "(3,17) (17) (17)", "(17,3) (3) (3)",      "(2,3,4) (4) (4)",         "(5) (5) (5)",
      "(3,1) (1) (1)",    "(2,3,4) (3,4) (3,4)", "(2,1,3) (2,1,3) (2,1,3)", "(0,4) (4) (4)"};
  const std::vector<Mistake> mistakes = {
      {"(2,3) (4) (4)", {"layer_norm", "(2,3)", "(4) and (4)", "as large as its last dimensions"}},
      {"(2,3) (3) (2)", {"layer_norm", "(2,3)", "(3) and (2)"}},
      {"(2,3) (2) (2)", {"layer_norm", "(2,3)", "(2) and (2)"}},
      {"(2,3) (1,2,3) (1,2,3)", {"layer_norm", "(2,3)", "(1,2,3)"}},
      {"(2,3) () ()", {"layer_norm", "(2,3)", "() and ()"}},
      {"() (1) (1)", {"layer_norm", "()", "(1)"}}};
  for (const double eps : {1e-5, 0.5}) {
    const std::string name = eps == 0.5 ? " with a large eps" : "";
    const auto expected = [=](const Arrays& x) { return layer_norm_of(x[0], x[1], x[2], eps); };
    const Function plain = [=](const Inputs& x) { return layer_norm_plain(x[0], x[1], x[2], eps); };
    table.push_back({.name = "layer_norm" + name,
                     .declaration = "layer_norm(In,In,In,double)",
                     .run = [=](const Inputs& x) { return layer_norm(x[0], x[1], x[2], eps); },
                     .shapes = shapes,
                     .expected = expected,
                     .plain = plain,
                     .mistakes = mistakes});
    table.push_back({.name = "layer_norm, plain" + name,
                     .declaration = "layer_norm_plain(In,In,In,double)",
                     .run = plain,
                     .shapes = shapes,
                     .expected = expected,
                     .mistakes = mistakes});
  }
  table.push_back({.name = "layer_norm without weight",
                   .declaration = "layer_norm(In,double)",
                   .run = [](const Inputs& x) { return layer_norm(x[0], 1e-3); },
                   .shapes = {"(3,17)", "(5)", "(2,3,4)", "(3,1)", "(0,4)", "(3,0)"},
                   .expected =
                       [](const Arrays& x) {
                         const Array one = make_array({x[0].shape[-1]}, [](const Index&) { return 1; });
                         const Array zero = make_array({x[0].shape[-1]}, [](const Index&) { return 0; });
                         return layer_norm_of(x[0], one, zero, 1e-3);
                       },
                   .mistakes = {{"()", {"layer_norm", "at least one dimension", "()"}}}});
}

void add_rms_norm(std::vector<Operation>& table) {
  const std::vector<std::string> shapes = {"(3,17) (17)", "(17,3) (3)", "(2,3,4) (4)",
                                           "(5) (5)",     "(3,1) (1)",  "(0,4) (4)"};
  const std::vector<Mistake> mistakes = {{"(2,3) (4)", {"rms_norm", "(2,3)", "(4)", "as long as its last dimension"}},
                                         {"(2,3) (2,3)", {"rms_norm", "(2,3)", "as long as its last dimension"}},
                                         {"() (1)", {"rms_norm", "()", "(1)"}}};
  for (const double eps : {1e-6, 0.5}) {
    const std::string name = eps == 0.5 ? " with a large eps" : "";
    const auto expected = [=](const Arrays& x) { return rms_norm_of(x[0], x[1], eps); };
    const Function plain = [=](const Inputs& x) { return rms_norm_plain(x[0], x[1], eps); };
    table.push_back({.name = "rms_norm" + name,
                     .declaration = "rms_norm(In,In,double)",
                     .run = [=](const Inputs& x) { return rms_norm(x[0], x[1], eps); },
                     .shapes = shapes,
                     .expected = expected,
                     .plain = plain,
                     .low = 0.25,  // with numbers near 0 alone, a difference quotient would need smaller steps
                     .mistakes = mistakes});
    table.push_back({.name = "rms_norm, plain" + name,
                     .declaration = "rms_norm_plain(In,In,double)",
                     .run = plain,
                     .shapes = shapes,
                     .expected = expected,
                     .low = 0.25,
                     .mistakes = mistakes});
  }
}

void add_channel_norms(std::vector<Operation>& table) {
  const auto wrong = [](const std::string& name) -> std::vector<Mistake> {
    return {{"(3) (3) (3)", {name, "(3)", "(batch, channels, ...)"}},
            {"(2,4,3) (3) (3)", {name, "(2,4,3)", "of (4)", "(3) and (3)"}},
            {"(2,4,3) (4) (2)", {name, "(2,4,3)", "of (4)", "(4) and (2)"}}};
  };
  table.push_back({.name = "batch_norm",
                   .declaration = "batch_norm(In,In,In,double)",
                   .run = [](const Inputs& x) { return batch_norm(x[0], x[1], x[2], 1e-3); },
                   .shapes = {"(4,3) (3) (3)", "(2,3,5) (3) (3)", "(3,1,2,2) (1) (1)", "(2,0,3) (0) (0)"},
                   .expected =
                       [](const Arrays& x) {
                         const Array normal = standardised(x[0], 1e-3, [](const Index& index) { return index[1]; });
                         return affine_channels(normal, x[1], x[2]);
                       },
                   .mistakes = wrong("batch_norm")});
  for (const int64_t groups : {1, 2}) {
    std::vector<Mistake> mistakes = wrong("group_norm");
    if (groups == 2) {
      mistakes.push_back({"(2,3,4) (3) (3)", {"group_norm", "3 channels", "(2,3,4)", "2 groups"}});
      mistakes.push_back({"(2,4) (4) (4)", {"group_norm", "4 channels", "0 groups"}, [](const Inputs& x) {
                            return group_norm(x[0], 0, x[1], x[2]);
                          }});
    }
    table.push_back(
        {.name = "group_norm, " + std::to_string(groups),
         .declaration = "group_norm(In,int64_t,In,In,double)",
         .run = [=](const Inputs& x) { return group_norm(x[0], groups, x[1], x[2], 1e-3); },
         .shapes = {"(2,4,5) (4) (4)", "(3,2) (2) (2)", "(2,2,3,2) (2) (2)", "(0,2,3) (2) (2)", "(2,2,0) (2) (2)"},
         .expected =
             [=](const Arrays& x) {
               const int64_t channels = x[0].shape[1];
               const Group group = [=](const Index& index) {
                 return index[0] * groups + index[1] / (channels / groups);
               };
               return affine_channels(standardised(x[0], 1e-3, group), x[1], x[2]);
             },
         .mistakes = mistakes});
  }
}

}  // namespace

void add_norms(std::vector<Operation>& table) {
  add_layer_norm(table);
  add_rms_norm(table);
  add_channel_norms(table);
  for (const int dim : {-1, 0}) {
    const auto expected = [=](double eps) {
      return [=](const Arrays& x) {
        return along(x[0], dim, [=](std::vector<double> line) {
          double squares = 0;
          for (const double number : line) squares += number * number;
          for (double& number : line) number /= std::max(std::sqrt(squares), eps);
          return line;
        });
      };
    };
    table.push_back({.name = "normalize, dim " + std::to_string(dim),
                     .declaration = "normalize(In,int,double)",
                     .run = [=](const Inputs& x) { return normalize(x[0], dim); },
                     .shapes = {"(1)", "(17)", "(3,17)", "(2,3,4)", "(0,3)", "(3,0)"},
                     .expected = expected(1e-12),
                     .low = 0.25,
                     .mistakes = {{"()", {"normalize", "single number"}},
                                  {"(2,3)", {"normalize", "dimension 2", "(2,3)"}, [](const Inputs& x) {
                                     return normalize(x[0], 2);
                                   }}}});
    table.push_back({.name = "normalize what is short, dim " + std::to_string(dim),
                     .declaration = "normalize(In,int,double)",
                     .run = [=](const Inputs& x) { return normalize(x[0], dim, 100); },
                     .shapes = {"(17)", "(3,4)"},
                     .expected = expected(100)});
  }
}

}  // namespace dikkat::test
