// Rows of the table of operations: pictures and sequences of channels.
#include "tests/naive_more.h"
#include "tests/operations.h"

namespace dikkat::test {

namespace {

// One way to move a window, known to both sides.
struct Move {
  std::string name;
  Size2 stride = 1, padding = 0, dilation = 1;

  PatchOptions patch() const { return {stride, padding, dilation}; }
  ConvOptions conv(int64_t groups) const { return {stride, padding, dilation, groups}; }
  NaiveWindow window(Size2 kernel) const {
    return {kernel.height,  kernel.width,  stride.height,   stride.width,
            padding.height, padding.width, dilation.height, dilation.width};
  }
};

const std::vector<Move>& moves() {
  static const std::vector<Move> all = {
      {""}, {", stride 2, padding 1", 2, 1}, {", of two sizes", {2, 1}, {0, 1}, {1, 2}}, {", dilation 2", 1, 1, 2}};
  return all;
}

// Mistakes of every window: (In x, Size2 kernel, PatchOptions) -> Tensor.
template <class Call>
std::vector<Mistake> wrong_windows(const std::string& name, const Call& call) {
  const auto with = [=](Size2 kernel, const PatchOptions& options) {
    return [=](const Inputs& x) { return call(x[0], kernel, options); };
  };
  return {{"(2,3,4)", {name, "(batch, channels, height, width)", "(2,3,4)"}, with(2, {})},
          {"(1,1,3,4)", {name, "kernel that spans (4,2)", "(1,1,3,4)", "is (3,4)"}, with({4, 2}, {})},
          {"(1,1,3,4)", {name, "kernel that spans (3,5)", "(1,1,3,4)"}, with(3, {.dilation = {1, 2}})},
          {"(1,1,0,4)", {name, "kernel that spans (1,1)", "(1,1,0,4)"}, with(1, {})},
          {"(1,1,3,4)", {name, "kernel (0,1)", "at least 1"}, with({0, 1}, {})},
          {"(1,1,3,4)", {name, "stride (1,-1)", "at least 1"}, with(1, {.stride = {1, -1}})},
          {"(1,1,3,4)", {name, "padding (-1,0)", "at least 0"}, with(1, {.padding = {-1, 0}})},
          {"(1,1,3,4)", {name, "dilation (0,0)", "at least 1"}, with(1, {.dilation = 0})},
          {"(1,1,3,4)", {name, "dilation", "at most"}, with(2, {.dilation = int64_t{1} << 62})}};
}

void add_unfold(std::vector<Operation>& table) {
  for (const Move& move : moves())
    table.push_back({.name = "unfold" + move.name,
                     .declaration = "unfold(In,Size2,const PatchOptions&)",
                     .run =
                         [=](const Inputs& x) {
                           return unfold(x[0], {3, 2}, move.patch());
                         },
                     .shapes = {"(1,1,5,5)", "(2,3,6,5)", "(1,2,17,7)", "(0,2,5,5)", "(2,0,5,6)"},
                     .expected =
                         [=](const Arrays& x) {
                           return unfolded(x[0], move.window({3, 2}));
                         },
                     .mistakes = wrong_windows(
                         "unfold", [](In x, Size2 kernel, const PatchOptions& o) { return unfold(x, kernel, o); })});
}

void add_conv2d(std::vector<Operation>& table) {
  for (const bool bias : {true, false})
    for (const Move& move : moves())
      for (const int64_t groups : {1, 2}) {
        const std::vector<std::string> shapes =
            groups == 1 ? std::vector<std::string>{"(1,1,5,5) (1,1,1,1) (1)", "(2,3,6,5) (4,3,3,2) (4)",
                                                   "(0,1,5,5) (2,1,2,2) (2)"}
                        : std::vector<std::string>{"(2,4,6,5) (2,2,3,2) (2)", "(1,2,5,5) (4,1,2,2) (4)"};
        Operation row{
            .name = std::string("conv2d") + (bias ? "" : " without bias") + move.name + (groups == 1 ? "" : ", groups"),
            .declaration = bias ? "conv2d(In,In,In,const ConvOptions&)" : "conv2d(In,In,const ConvOptions&)",
            .run =
                [=](const Inputs& x) {
                  const ConvOptions options = move.conv(groups);
                  return bias ? conv2d(x[0], x[1], x[2], options) : conv2d(x[0], x[1], options);
                },
            .shapes = shapes,
            .expected =
                [=](const Arrays& x) {
                  const NaiveWindow window = move.window({x[1].shape[2], x[1].shape[3]});
                  return convolution(x[0], x[1], bias ? &x[2] : nullptr, window, groups);
                }};
        if (!bias)
          for (std::string& operands : row.shapes) operands.resize(operands.rfind(' '));
        if (groups == 2) {
          row.mistakes = {{"(1,3,5,5) (2,1,1,1) (2)", {"conv2d", "3 channels", "(1,3,5,5)", "2 groups"}},
                          {"(1,4,5,5) (3,2,1,1) (3)", {"conv2d", "3 of the weight", "(3,2,1,1)", "2 groups"}},
                          {"(1,4,5,5) (2,4,1,1) (2)", {"conv2d", "for 2 channels", "(2,4,1,1)"}}};
        } else {
          row.mistakes = {
              {"(3,5,5) (2,3,1,1) (2)", {"conv2d", "(3,5,5)", "(batch, channels, height, width)"}},
              {"(1,3,5,5) (2,3,1) (2)", {"conv2d", "(1,3,5,5)", "(2,3,1)", "(out channels, channels / groups"}},
              {"(1,3,5,5) (2,1,1,1) (2)", {"conv2d", "(1,3,5,5)", "for 3 channels", "(2,1,1,1)"}},
              {"(1,3,5,5) (2,3,9,1) (2)", {"conv2d", "kernel that spans", "(1,3,5,5)"}},
              {"(1,3,5,5) (2,3,0,1) (2)", {"conv2d", "kernel (0,1)"}},
              {"(1,4,5,5) (2,4,1,1) (2)", {"conv2d", "4 channels", "0 groups"}, [](const Inputs& x) {
                 return conv2d(x[0], x[1], {.groups = 0});
               }}};
          if (bias) row.mistakes.push_back({"(1,3,5,5) (2,3,1,1) (3)", {"conv2d", "bias of (2)", "(3)"}});
        }
        table.push_back(row);
      }
}

void add_conv1d(std::vector<Operation>& table) {
  for (const Move& move : moves())
    table.push_back(
        {.name = "conv1d" + move.name,
         .declaration = "conv1d(In,In,In,const ConvOptions&)",
         .run = [=](const Inputs& x) { return conv1d(x[0], x[1], x[2], move.conv(x[0].size(1) / x[1].size(1))); },
         .shapes = {"(1,1,5) (1,1,1) (1)", "(2,3,7) (4,3,2) (4)", "(2,4,6) (2,2,3) (2)", "(0,1,5) (2,1,3) (2)"},
         .expected =
             [=](const Arrays& x) {
               const auto flat = [](const Array& a) { return reshaped(a, {a.shape[0], a.shape[1], 1, a.shape[2]}); };
               NaiveWindow window = move.window({1, x[1].shape[2]});
               window.stride_height = window.dilation_height = 1;
               window.padding_height = 0;
               const int64_t groups = x[0].shape[1] / x[1].shape[1];
               const Array y = convolution(flat(x[0]), flat(x[1]), &x[2], window, groups);
               return reshaped(y, {y.shape[0], y.shape[1], y.shape[3]});
             },
         .mistakes = {{"(1,1,1,5) (2,1,1) (2)", {"conv1d", "(batch, channels, time)", "(1,1,1,5)"}},
                      {"(1,1,5) (2,1,1,1) (2)", {"conv1d", "(1,1,5)", "(2,1,1,1)", "groups, size)"}},
                      {"(1,2,5) (2,2,1) (3)", {"conv1d", "(2,2,1)", "bias of (2)", "(3)"}},
                      {"(1,2,5) (2,2,30) (2)", {"conv1d", "kernel that spans", "does not fit into (1,2,5)"}},
                      {"(1,4,5) (2,3,1) (2)", {"conv1d", "(1,4,5)", "for 4 channels", "(2,3,1)"}}}});
}

void add_pools(std::vector<Operation>& table) {
  for (const bool largest : {true, false}) {
    const std::string name = largest ? "max_pool2d" : "avg_pool2d";
    const auto call = [=](In x, Size2 kernel, const PatchOptions& options) {
      return largest ? max_pool2d(x, kernel, options) : avg_pool2d(x, kernel, options);
    };
    const std::string declaration = name + "(In,Size2,const PatchOptions&)";
    std::vector<Mistake> mistakes = wrong_windows(name, call);
    mistakes.push_back({"(1,1,5,5)", {name, "padding (0,2)", "half of the kernel (3,3)"}, [=](const Inputs& x) {
                          return call(x[0], 3, {.padding = {0, 2}});
                        }});
    for (const Move& move : moves())
      table.push_back({.name = name + move.name,
                       .declaration = declaration,
                       .run =
                           [=](const Inputs& x) {
                             return call(x[0], {3, 2}, move.patch());
                           },
                       .shapes = {"(1,1,5,5)", "(2,3,6,5)", "(0,2,5,5)", "(1,0,5,6)"},
                       .expected =
                           [=](const Arrays& x) {
                             return pooled(x[0], move.window({3, 2}), largest);
                           },
                       .low = -8,
                       .high = 8,
                       .apart = true,
                       .mistakes = mistakes});
    // The stride that is not given is that of the kernel.
    table.push_back({.name = name + ", its own stride",
                     .declaration = declaration,
                     .run =
                         [=](const Inputs& x) {
                           return largest ? max_pool2d(x[0], {2, 3}) : avg_pool2d(x[0], {2, 3});
                         },
                     .shapes = {"(1,1,2,3)", "(2,3,7,7)"},
                     .expected =
                         [=](const Arrays& x) {
                           return pooled(x[0], Move{"", {2, 3}}.window({2, 3}), largest);
                         },
                     .low = -8,
                     .high = 8,
                     .apart = true});
  }
}

}  // namespace

void add_pictures(std::vector<Operation>& table) {
  add_unfold(table);
  add_conv2d(table);
  add_conv1d(table);
  add_pools(table);
}

}  // namespace dikkat::test
