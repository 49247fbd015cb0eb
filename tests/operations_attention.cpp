// Rows of the table of operations: attention.
#include "tests/naive_more.h"
#include "tests/operations.h"

namespace dikkat::test {

namespace {

// One way to call attention, known to both sides. The mask is a fourth operand, or a fixed one.
struct Way {
  std::string name;
  bool causal = false;
  double scale = 0;
  int64_t window = 0;
  std::function<Array(const Shape& q, const Shape& k)> fixed_mask = nullptr;
  std::vector<std::string> shapes = {};
  std::vector<Mistake> mistakes = {};
};

AttentionOptions options_of(const Way& way, const Inputs& x) {
  AttentionOptions options{.causal = way.causal, .scale = way.scale, .window = way.window};
  if (x.size() > 3) options.mask = x[3];
  if (way.fixed_mask) {
    const Array mask = way.fixed_mask(x[0].shape(), x[1].shape());
    options.mask = tensor(mask.numbers, mask.shape);
  }
  return options;
}

Array expected_of(const Way& way, const Arrays& x) {
  NaiveOptions options{way.causal, way.scale, way.window, x.size() > 3 ? &x[3] : nullptr};
  const Array fixed = way.fixed_mask ? way.fixed_mask(x[0].shape, x[1].shape) : Array{};
  if (way.fixed_mask) options.mask = &fixed;
  return attention_of(x[0], x[1], x[2], options);
}

void add_way(std::vector<Operation>& table, const Way& way) {
  const auto expected = [=](const Arrays& x) { return expected_of(way, x); };
  const Function plain = [=](const Inputs& x) {
    return scaled_dot_product_attention_plain(x[0], x[1], x[2], options_of(way, x));
  };
  table.push_back(
      {.name = "attention" + way.name,
       .declaration = "scaled_dot_product_attention(In,In,In,const AttentionOptions&)",
       .run = [=](const Inputs& x) { return scaled_dot_product_attention(x[0], x[1], x[2], options_of(way, x)); },
       .shapes = way.shapes,
       .expected = expected,
       .plain = plain,
       .mistakes = way.mistakes});
  table.push_back({.name = "attention, plain" + way.name,
                   .declaration = "scaled_dot_product_attention_plain(In,In,In,const AttentionOptions&)",
                   .run = plain,
                   .shapes = way.shapes,
                   .expected = expected,
                   .mistakes = way.mistakes});
}

// Keys that are padding, for every query and head: the last of the first sequence, the last two of the second ...
Array key_padding(const Shape& q, const Shape& k) {
  return make_array({q[0], 1, 1, k[1]},
                    [&](const Index& index) { return index[3] >= k[1] - 1 - index[0] % 2 ? -infinite : 0; });
}

// Keys that are hidden here and there, everything from the second query of the first head, and slopes by distance.
Array holes_and_slopes(const Shape& q, const Shape& k) {
  return make_array({q[2], q[1], k[1]}, [&](const Index& index) {
    const bool hidden = (index[0] == 0 && index[1] == 1) || (index[0] + index[1] * 3 + index[2]) % 4 == 1;
    return hidden ? -infinite : 0.25 * static_cast<double>(index[2] - index[1]) / static_cast<double>(1 + index[0]);
  });
}

void add_ways(std::vector<Operation>& table) {
  const std::vector<std::string> square = {"(1,1,1,1) (1,1,1,1) (1,1,1,1)",    "(2,3,2,4) (2,3,2,4) (2,3,2,4)",
                                           "(1,17,1,3) (1,17,1,3) (1,17,1,3)", "(2,2,3,4) (2,5,3,4) (2,5,3,4)",
                                           "(0,3,2,4) (0,3,2,4) (0,3,2,4)",    "(2,0,2,4) (2,3,2,4) (2,3,2,4)"};
  const std::vector<Mistake> mistakes = {
      {"(2,3,4) (2,3,4) (2,3,4)", {"attention", "(2,3,4)", "(batch, time, heads, head size)"}},
      {"(2,3,2,4) (2,3,2,5) (2,3,2,5)", {"attention", "(2,3,2,4)", "(2,3,2,5)", "head size"}},
      {"(2,3,2,4) (2,3,3,4) (2,3,3,4)", {"attention", "(2,3,2,4)", "(2,3,3,4)", "heads of q must be a multiple"}},
      {"(2,3,2,4) (2,3,0,4) (2,3,0,4)", {"attention", "(2,3,2,4)", "(2,3,0,4)", "heads of q must be a multiple"}},
      {"(2,3,2,4) (2,3,2,4) (2,3,1,4)", {"attention", "(2,3,1,4)", "k and v must agree in heads"}},
      {"(2,3,2,4) (1,3,2,4) (1,3,2,4)", {"attention", "(2,3,2,4)", "(1,3,2,4)", "batch"}},
      {"(2,3,2,4) (2,3,2,4) (1,3,2,4)", {"attention", "(2,3,2,4)", "(1,3,2,4)", "batch"}},
      {"(2,3,2,4) (2,5,2,4) (2,3,2,4)", {"attention", "(2,5,2,4)", "(2,3,2,4)", "k and v must agree in time"}}};
  std::vector<Mistake> if_causal = mistakes, with_window = mistakes;
  if_causal.push_back({"(2,4,1,3) (2,3,1,3) (2,3,1,3)", {"attention", "as many keys as queries", "3 and 4"}});
  for (const AttentionOptions& wrong : {AttentionOptions{.window = 2}, AttentionOptions{.causal = true, .window = -2}})
    for (const auto call : {scaled_dot_product_attention, scaled_dot_product_attention_plain})
      with_window.push_back({"(2,3,2,4) (2,3,2,4) (2,3,2,4)",
                             {"attention", "a window of " + std::to_string(wrong.window), "causal"},
                             [=](const Inputs& x) { return call(x[0], x[1], x[2], wrong); }});
  std::vector<std::string> any = square;
  any.insert(any.end(), {"(2,3,1,2) (2,1,1,2) (2,1,1,2)", "(2,3,1,2) (2,0,1,2) (2,0,1,2)"});
  const std::vector<std::string> grouped = {"(2,3,4,3) (2,3,2,3) (2,3,2,3)", "(1,5,6,2) (1,5,1,2) (1,5,1,2)",
                                            "(2,1,4,2) (2,7,2,2) (2,7,2,2)"};
  add_way(table, {.name = "", .shapes = any, .mistakes = mistakes});
  add_way(table, {.name = ", causal", .causal = true, .shapes = square, .mistakes = if_causal});
  add_way(table, {.name = ", scale", .scale = 0.3, .shapes = {square[1], grouped[0]}});
  add_way(table, {.name = ", window",
                  .causal = true,
                  .window = 3,
                  .shapes = {square[0], square[1], square[2], square[3], "(1,7,4,2) (1,9,2,2) (1,9,2,2)"},
                  .mistakes = with_window});
  add_way(table, {.name = ", window of one", .causal = true, .window = 1, .shapes = {square[1], square[3]}});
  add_way(table, {.name = ", shared keys", .shapes = grouped});
  add_way(table, {.name = ", shared keys, causal", .causal = true, .shapes = grouped});
  add_way(table, {.name = ", values of another size",
                  .causal = true,
                  .shapes = {"(2,3,2,4) (2,5,2,4) (2,5,2,6)", "(1,3,4,2) (1,3,2,2) (1,3,2,1)"}});
  for (const bool causal : {false, true}) {
    const std::string name = causal ? ", causal" : "";
    const std::vector<std::string> shapes = {square[1], square[2],  square[3], square[4],
                                             square[5], grouped[0], grouped[2]};
    add_way(table, {.name = ", key padding" + name, .causal = causal, .fixed_mask = key_padding, .shapes = shapes});
    add_way(table, {.name = ", holes" + name, .causal = causal, .fixed_mask = holes_and_slopes, .shapes = shapes});
  }
  add_way(table, {.name = ", holes, window",
                  .causal = true,
                  .window = 2,
                  .fixed_mask = holes_and_slopes,
                  .shapes = {square[1], square[2], grouped[0]}});
  const std::string heads = "(2,3,4,2) (2,5,2,2) (2,5,2,2) ";
  const std::vector<std::string> words = {"attention", "cannot be broadcast", "(2,4,3,5)"};
  add_way(table, {.name = ", mask",
                  .shapes = {heads + "(2,4,3,5)", heads + "(3,5)", heads + "(2,1,1,5)", heads + "(4,1,1)",
                             heads + "(1,4,3,1)", heads + "(5)", heads + "()", square[4] + " (2,3,3)"},
                  .mistakes = {{heads + "(5,3)", words},
                               {heads + "(2,3,5)", words},
                               {heads + "(1,2,4,3,5)", words},
                               {heads + "(0)", words}}});
}

// The positions 3, 4 ... and the angles of their pairs, for (T,D/2) or (B,T,D/2).
Array angles(const Shape& shape, double (*function)(double)) {
  return make_array(shape, [&](const Index& index) {
    const double batch = index.size() == 3 ? static_cast<double>(index[0]) : 0;
    const double time = 3 + batch + static_cast<double>(index[index.size() - 2]);
    return function(time / std::pow(10, static_cast<double>(index.back())));
  });
}

void add_rotary(std::vector<Operation>& table) {
  const std::vector<Mistake> mistakes = {
      {"(2,3,4) (3,2) (3,2)", {"rotary", "(2,3,4)", "(batch, time, heads, head size)"}},
      {"(2,3,1,5) (3,2) (3,2)", {"rotary", "(2,3,1,5)", "even head size"}},
      {"(2,3,1,0) (3,0) (3,0)", {"rotary", "(2,3,1,0)", "even head size"}},
      {"(2,3,1,4) (3,4) (3,4)", {"rotary", "(2,3,1,4)", "(3,2) or (2,3,2)", "(3,4)"}},
      {"(2,3,1,4) (3,2) (2,3,2)", {"rotary", "(2,3,1,4)", "(3,2) and (2,3,2)"}},
      {"(2,3,1,4) (1,3,2) (1,3,2)", {"rotary", "(2,3,1,4)", "(1,3,2) and (1,3,2)"}}};
  for (const bool interleaved : {false, true}) {
    const std::string kind = interleaved ? ", interleaved" : "";
    const std::vector<std::string> shapes = {"(1,1,1,2) (1,1) (1,1)", "(2,3,4,6) (3,3) (3,3)",
                                             "(2,3,2,4) (2,3,2) (2,3,2)", "(0,3,2,4) (3,2) (3,2)",
                                             "(1,5,1,34) (5,17) (5,17)"};
    const auto expected = [=](const Arrays& x) { return rotary_of(x[0], x[1], x[2], interleaved); };
    const Function plain = [=](const Inputs& x) { return rotary_plain(x[0], x[1], x[2], interleaved); };
    table.push_back({.name = "rotary" + kind,
                     .declaration = "rotary(In,In,In,bool)",
                     .run = [=](const Inputs& x) { return rotary(x[0], x[1], x[2], interleaved); },
                     .shapes = shapes,
                     .expected = expected,
                     .mistakes = mistakes});
    table.push_back({.name = "rotary, plain" + kind,
                     .declaration = "rotary_plain(In,In,In,bool)",
                     .run = plain,
                     .shapes = shapes,
                     .expected = expected,
                     .mistakes = mistakes});
    // With angles that no gradient is wanted for: the kernel's own way back.
    for (const bool of_batch : {false, true}) {
      const auto shape = [=](const Shape& x) { return of_batch ? Shape{x[0], x[1], x[3] / 2} : Shape{x[1], x[3] / 2}; };
      const auto call = [=](Tensor (*function)(In, In, In, bool)) {
        return [=](const Inputs& x) {
          const Array c = angles(shape(x[0].shape()), std::cos), s = angles(shape(x[0].shape()), std::sin);
          return function(x[0], tensor(c.numbers, c.shape), tensor(s.numbers, s.shape), interleaved);
        };
      };
      table.push_back({.name = std::string("rotary by fixed angles") + (of_batch ? " of each sequence" : "") + kind,
                       .declaration = "rotary(In,In,In,bool)",
                       .run = call(rotary),
                       .shapes = {"(1,1,1,2)", "(2,3,4,6)", "(2,17,1,4)", "(1,2,3,34)", "(2,0,1,2)", "(2,3,0,4)"},
                       .expected =
                           [=](const Arrays& x) {
                             const Shape of = shape(x[0].shape);
                             return rotary_of(x[0], angles(of, std::cos), angles(of, std::sin), interleaved);
                           },
                       .plain = call(rotary_plain)});
    }
  }
}

// 1, but 0 for the last key of each sequence but the first.
Array padding_of(const Shape& keys) {
  return make_array({keys[0], keys[1]},
                    [&](const Index& index) { return index[0] > 0 && index[1] == keys[1] - 1 ? 0 : 1; });
}

// A row for an attention of one query over a sequence: its context, its weights; with and without a mask.
void add_recurrent(std::vector<Operation>& table, const std::string& name, const std::string& declaration,
                   const std::function<ContextAndWeights(const Inputs&, const Tensor&)>& call,
                   const std::function<double(const Arrays&, int64_t, int64_t)>& score,
                   const std::vector<std::string>& shapes, const std::vector<Mistake>& mistakes) {
  for (const bool context : {true, false})
    for (const bool masked : {false, true})
      table.push_back({.name = name + (context ? ", context" : ", weights") + (masked ? ", mask" : ""),
                       .declaration = declaration,
                       .run =
                           [=](const Inputs& x) {
                             const Array mask = padding_of(x[1].shape());
                             const ContextAndWeights result =
                                 call(x, masked ? tensor(mask.numbers, mask.shape) : Tensor());
                             return context ? result.context : result.weights;
                           },
                       .shapes = shapes,
                       .expected =
                           [=](const Arrays& x) {
                             const Array mask = padding_of(x[1].shape);
                             const auto [weights, mean] = weights_and_context(
                                 [&](int64_t b, int64_t t) { return score(x, b, t); }, x[1], masked ? &mask : nullptr);
                             return context ? mean : weights;
                           },
                       .mistakes = mistakes});
}

}  // namespace

void add_attention(std::vector<Operation>& table) {
  add_ways(table);
  add_rotary(table);
  const auto wrong_mask = [](const auto& call) {
    return [=](const Inputs& x) { return call(x, ones({2, 2})).context; };
  };
  const auto additive = [](const Inputs& x, const Tensor& mask) {
    return additive_attention(x[0], x[1], x[2], x[3], x[4], mask);
  };
  const std::string some = "(2,4) (2,3,5) (6,4) (6,5) (6)";
  add_recurrent(
      table, "additive_attention", "additive_attention(In,In,In,In,In,const Tensor&)", additive,
      [](const Arrays& x, int64_t b, int64_t t) {
        double score = 0;
        for (int64_t a = 0; a < x[4].shape[0]; ++a) {
          double sum = 0;
          for (int64_t i = 0; i < x[0].shape[1]; ++i) sum += x[2].at({a, i}) * x[0].at({b, i});
          for (int64_t i = 0; i < x[1].shape[2]; ++i) sum += x[3].at({a, i}) * x[1].at({b, t, i});
          score += x[4].at({a}) * std::tanh(sum);
        }
        return score;
      },
      {some, "(2,1) (2,2,1) (1,1) (1,1) (1)", "(0,4) (0,3,5) (6,4) (6,5) (6)"},
      {{"(2,4) (2,5) (6,4) (6,5) (6)", {"additive_attention", "(2,4)", "(2,5)", "(batch, time, size)"}},
       {"(2,4) (3,3,5) (6,4) (6,5) (6)", {"additive_attention", "(2,4)", "(3,3,5)"}},
       {"(2,4) (2,3,5) (6,5) (6,5) (6)", {"additive_attention", "(A,4), (A,5) and (A)", "(6,5), (6,5) and (6)"}},
       {"(2,4) (2,3,5) (6,4) (7,5) (6)", {"additive_attention", "(6,4), (7,5) and (6)"}},
       {some, {"additive_attention", "(2,3,5)", "(2,3)", "(2,2)"}, wrong_mask(additive)}});
  const auto dot = [](const Inputs& x, const Tensor& mask) { return dot_attention(x[0], x[1], x[2], mask); };
  add_recurrent(table, "dot_attention", "dot_attention(In,In,In,const Tensor&)", dot,
                [](const Arrays& x, int64_t b, int64_t t) {
                  double score = 0;
                  for (int64_t i = 0; i < x[0].shape[1]; ++i)
                    for (int64_t j = 0; j < x[1].shape[2]; ++j)
                      score += x[0].at({b, i}) * x[2].at({i, j}) * x[1].at({b, t, j});
                  return score;
                },
                {"(2,4) (2,3,5) (4,5)", "(2,1) (2,2,1) (1,1)", "(3,3) (3,17,3) (3,3)", "(0,4) (0,3,5) (4,5)"},
                {{"(2,4) (2,5) (4,5)", {"dot_attention", "(2,4)", "(2,5)", "(batch, time, size)"}},
                 {"(2,4) (2,3,5) (5,4)", {"dot_attention", "(2,4)", "(2,3,5)", "is (4,5)", "got (5,4)"}},
                 {"(2,4) (2,3,5) (4,5)", {"dot_attention", "(2,3,5)", "(2,3)", "(2,2)"}, wrong_mask(dot)}});
}

}  // namespace dikkat::test
