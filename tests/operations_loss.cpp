// Rows of the table of operations: losses.
#include "tests/operations.h"

namespace dikkat::test {

namespace {

constexpr Reduction every_reduction[] = {Reduction::none, Reduction::mean, Reduction::sum, Reduction::batchmean};
constexpr const char* reduction_names[] = {"none", "mean", "sum", "batchmean"};

std::string named(const std::string& name, Reduction reduction) {
  return name + ", " + reduction_names[static_cast<int>(reduction)];
}

Array reduced_by(const Array& losses, Reduction reduction) {
  if (reduction == Reduction::none) return losses;
  const double total = sum_of(losses.numbers);
  const double divisor = reduction == Reduction::mean        ? static_cast<double>(losses.numbers.size())
                         : reduction == Reduction::batchmean ? static_cast<double>(losses.shape[0])
                                                             : 1;
  return {Shape{}, {total / divisor}};
}

Array log_softmax_of(const Array& x) {
  return along(x, -1, x.shape[-1], [](Numbers line) {
    double total = 0;
    for (const double number : line) total += std::exp(number);
    for (double& number : line) number -= std::log(total);
    return line;
  });
}

// A loss between two operands of one shape.
void add_loss(std::vector<Operation>& table, const std::string& name, const std::string& declaration,
              const std::function<Tensor(In, In, Reduction)>& loss, const std::function<double(double, double)>& naive,
              bool apart, double low, double high) {
  for (const Reduction reduction : every_reduction) {
    std::vector<std::string> shapes = {"(1) (1)", "(17) (17)", "(3,17) (3,17)", "(2,1,3) (2,1,3)"};
    if (reduction != Reduction::batchmean) shapes.push_back("() ()");
    if (reduction == Reduction::none || reduction == Reduction::sum) shapes.push_back("(3,0) (3,0)");
    table.push_back({.name = named(name, reduction),
                     .declaration = declaration,
                     .run = [=](const Inputs& x) { return loss(x[0], x[1], reduction); },
                     .shapes = shapes,
                     .expected = [=](const Arrays& x) { return reduced_by(combined(x[0], x[1], naive), reduction); },
                     .low = low,
                     .high = high,
                     .apart = apart,
                     .mistakes = {{"(2,3) (3,2)", {name, "(2,3)", "(3,2)", "must be equal"}},
                                  {"(2,3) (3)", {name, "(2,3)", "(3)", "must be equal"}}}});
    if (reduction == Reduction::batchmean) table.back().mistakes.push_back({"() ()", {name, "batchmean", "a batch"}});
  }
}

double bent(double difference, double beta) {
  const double size = std::abs(difference);
  return size < beta ? difference * difference / 2 : beta * (size - beta / 2);
}

void add_differences(std::vector<Operation>& table) {
  add_loss(
      table, "mse_loss", "mse_loss(In,In,Reduction)", mse_loss, [](double x, double y) { return (x - y) * (x - y); },
      false, -2, 2);
  add_loss(
      table, "l1_loss", "l1_loss(In,In,Reduction)", l1_loss, [](double x, double y) { return std::abs(x - y); }, true,
      -4, 4);
  for (const double beta : {1.0, 3.0}) {  // the bend is smooth enough for differences: slopes meet there
    const bool standard = beta == 1;
    add_loss(
        table, "smooth_l1_loss", "smooth_l1_loss(In,In,double,Reduction)",
        [=](In x, In y, Reduction reduction) { return smooth_l1_loss(x, y, beta, reduction); },
        [=](double x, double y) { return bent(x - y, beta) / beta; }, true, -4, 4);
    if (!standard)
      for (size_t i = table.size() - 4; i < table.size(); ++i) table[i].name += ", beta 3";
    add_loss(
        table, "huber_loss", "huber_loss(In,In,double,Reduction)",
        [=](In x, In y, Reduction reduction) { return huber_loss(x, y, beta, reduction); },
        [=](double x, double y) { return bent(x - y, beta); }, true, -4, 4);
    if (!standard)
      for (size_t i = table.size() - 4; i < table.size(); ++i) table[i].name += ", delta 3";
  }
  table.back().mistakes = {{"(3) (3)",
                            {"huber_loss", "delta must be larger than 0", "-1"},
                            [](const Inputs& x) { return huber_loss(x[0], x[1], -1); }},
                           {"(3) (3)", {"smooth_l1_loss", "beta must be larger than 0"}, [](const Inputs& x) {
                              return smooth_l1_loss(x[0], x[1], 0);
                            }}};
}

void add_probabilities(std::vector<Operation>& table) {
  add_loss(
      table, "binary_cross_entropy_with_logits", "binary_cross_entropy_with_logits(In,In,Reduction)",
      binary_cross_entropy_with_logits,
      [](double x, double t) {
        const double p = 1 / (1 + std::exp(-x));
        return -t * std::log(p) - (1 - t) * std::log(1 - p);
      },
      true, -4, 4);
  add_loss(
      table, "kl_div", "kl_div(In,In,Reduction)", kl_div,
      [](double log_q, double p) { return p * (std::log(p) - log_q); }, false, 0.1, 0.9);
  for (const Reduction reduction : every_reduction) {
    std::vector<std::string> shapes = {"(3,17) (3,17)", "(2,1,3) (2,1,3)", "(2,1) (2,1)"};
    if (reduction != Reduction::batchmean) shapes.push_back("(5) (5)");
    table.push_back({.name = named("cross_entropy_soft", reduction),
                     .declaration = "cross_entropy_soft(In,In,Reduction)",
                     .run = [=](const Inputs& x) { return cross_entropy_soft(x[0], x[1], reduction); },
                     .shapes = shapes,
                     .expected =
                         [=](const Arrays& x) {
                           const Array terms = combined(log_softmax_of(x[0]), x[1],
                                                        [](double log_p, double target) { return -target * log_p; });
                           return reduced_by(folded(terms, {-1}, false, sum_of), reduction);
                         },
                     .low = -3,
                     .high = 3,
                     .mistakes = {{"(2,3) (3)", {"cross_entropy_soft", "(2,3)", "(3)", "must be equal"}},
                                  {"() ()", {"cross_entropy_soft", "()", "(...,V)"}}}});
  }
  for (const int dim : {0, 1, -1}) {
    table.push_back(
        {.name = "cosine_similarity along " + std::to_string(dim),
         .declaration = "cosine_similarity(In,In,int,double)",
         .run = [=](const Inputs& x) { return cosine_similarity(x[0], x[1], dim); },
         .shapes = {"(2,2) (2,2)", "(3,17) (3,17)", dim == 1 ? "(2,2,3) (2,2,3)" : "(2,1,3) (2,1,3)", "(2,3,5) (3,1)",
                    "(3) (2,3)"},
         .expected =
             [=](const Arrays& x) {
               const auto times = [](double a, double b) { return a * b; };
               const Array first = combined(x[0], x[1], [](double a, double) { return a; });
               const Array second = combined(x[0], x[1], [](double, double b) { return b; });
               const Array dot = folded(combined(x[0], x[1], times), {dim}, false, sum_of);
               const Array a = folded(combined(first, first, times), {dim}, false, sum_of);
               const Array b = folded(combined(second, second, times), {dim}, false, sum_of);
               const Array squares = combined(a, b, times);
               return combined(dot, squares, [](double product, double square) { return product / std::sqrt(square); });
             },
         .mistakes = {{"(2,3) (4,5)", {"cosine_similarity", "(2,3)", "(4,5)", "2 and 4 must be equal"}},
                      {"() ()", {"cosine_similarity", "single number"}},
                      {"(3) (3)", {"cosine_similarity", "(3)", "dimension 1 does not exist"}, [](const Inputs& x) {
                         return cosine_similarity(x[0], x[1], 1);
                       }}}});
  }
}

// The losses of targets under logits, smoothed and weighted; the mean is that by weight.
Array target_losses(const Array& log_probabilities, const Ids& targets, const CrossEntropyOptions& options) {
  const int64_t classes = log_probabilities.shape[-1];
  const auto weight = [&](int64_t c) {
    return options.weight.defined() ? static_cast<double>(options.weight.values()[static_cast<size_t>(c)]) : 1.0;
  };
  Array losses{targets.shape(), {}};
  double weights = 0;
  for (size_t row = 0; row < targets.values().size(); ++row) {
    const int32_t target = targets.values()[row];
    const double* numbers = &log_probabilities.numbers[row * static_cast<size_t>(classes)];
    double loss = 0;
    if (target != options.ignore_index) {
      loss = -(1 - options.label_smoothing) * weight(target) * numbers[target];
      for (int64_t c = 0; c < classes; ++c)
        loss -= options.label_smoothing / static_cast<double>(classes) * weight(c) * numbers[c];
      weights += weight(target);
    }
    losses.numbers.push_back(loss);
  }
  if (options.reduction != Reduction::mean) return reduced_by(losses, options.reduction);
  return {Shape{}, {sum_of(losses.numbers) / weights}};
}

Array cross_entropy_by(const Array& logits, const Ids& targets, const CrossEntropyOptions& options) {
  return target_losses(log_softmax_of(logits), targets, options);
}

// Class weights from 0.5 on.
Tensor class_weights(int64_t classes) {
  std::vector<double> weights;
  for (int64_t i = 0; i < classes; ++i) weights.push_back(0.5 + 0.25 * static_cast<double>(i * 5 % 7));
  return tensor(weights);
}

// Rows where a target is out of range, or the shapes do not fit. `name` as messages have it.
std::vector<Mistake> wrong_targets(const std::string& name, const std::function<Tensor(In, const Ids&)>& loss) {
  const auto with = [=](const Ids& targets) { return [=](const Inputs& x) { return loss(x[0], targets); }; };
  return {{"(2,3,5)", {name, "(2,3,5)", "(2,4)", "without its last dimension"}, with(some_ids({2, 4}, 5))},
          {"(2,5)", {name, "(2,5)", "()", "without its last dimension"}, with(some_ids({}, 5))},
          {"()", {name, "()", "without its last dimension"}, with(some_ids({}, 1))},
          {"(2,5)", {name, "(2,5)", "3 to 5", "0 to 4"}, with(Ids({3, 5}))},
          {"(2,5)", {name, "(2,5)", "-1 to 4", "0 to 4"}, with(Ids({4, -1}))}};
}

const std::vector<std::string> logits_shapes = {"(1)", "(17)", "(3,1)", "(3,17)", "(2,3,5)"};

void add_cross_entropy(std::vector<Operation>& table) {
  for (const bool ignore : {false, true}) {
    const auto targets = [=](const Shape& shape) { return some_targets(shape, ignore); };
    const Function plain = [=](const Inputs& x) { return cross_entropy_plain(x[0], targets(x[0].shape())); };
    const auto expected = [=](const Arrays& x) { return cross_entropy_by(x[0], targets(x[0].shape), {}); };
    const std::string kind = ignore ? ", some ignored" : "";
    table.push_back(
        {.name = "cross_entropy" + kind,
         .declaration = "cross_entropy(In,const Ids&)",
         .run = [=](const Inputs& x) { return cross_entropy(x[0], targets(x[0].shape())); },
         .shapes = logits_shapes,
         .expected = expected,
         .plain = plain,
         .low = -3,
         .high = 3,
         .mistakes = wrong_targets("cross_entropy", [](In x, const Ids& ids) { return cross_entropy(x, ids); })});
    table.push_back({.name = "cross_entropy, plain" + kind,
                     .declaration = "cross_entropy_plain(In,const Ids&,const CrossEntropyOptions&)",
                     .run = plain,
                     .shapes = logits_shapes,
                     .expected = expected,
                     .low = -3,
                     .high = 3,
                     .mistakes = wrong_targets("cross_entropy_plain",
                                               [](In x, const Ids& ids) { return cross_entropy_plain(x, ids); })});
  }
}

void add_cross_entropy_options(std::vector<Operation>& table) {
  for (const double smoothing : {0.0, 0.2}) {
    for (const bool weighted : {false, true}) {
      for (const Reduction reduction : every_reduction) {
        const auto options = [=](const Shape& shape) {
          CrossEntropyOptions result{.label_smoothing = smoothing, .ignore_index = 0, .reduction = reduction};
          if (weighted) result.weight = class_weights(shape[-1]);
          return result;
        };
        // Some of these are 0, and so ignored.
        const auto targets = [](const Shape& shape) { return some_targets(shape, false); };
        const auto expected = [=](const Arrays& x) {
          return cross_entropy_by(x[0], targets(x[0].shape), options(x[0].shape));
        };
        const Function plain = [=](const Inputs& x) {
          return cross_entropy_plain(x[0], targets(x[0].shape()), options(x[0].shape()));
        };
        table.push_back(
            {.name = named(text("cross_entropy, smoothing ", smoothing, weighted ? ", weighted" : ""), reduction),
             .declaration = "cross_entropy(In,const Ids&,const CrossEntropyOptions&)",
             .run = [=](const Inputs& x) { return cross_entropy(x[0], targets(x[0].shape()), options(x[0].shape())); },
             .shapes = {"(3,17)", "(2,3,5)", "(3,2)"},
             .expected = expected,
             .plain = plain,
             .low = -3,
             .high = 3});
      }
    }
  }
  const auto with = [](const CrossEntropyOptions& options) {
    return [=](const Inputs& x) { return cross_entropy(x[0], Ids({0, 4}), options); };
  };
  table.back().mistakes = wrong_targets(
      "cross_entropy", [](In x, const Ids& ids) { return cross_entropy(x, ids, {.label_smoothing = 0.1}); });
  table.back().mistakes.insert(
      table.back().mistakes.end(),
      {{"(2,5)", {"cross_entropy", "label_smoothing", "0 to 1", "1.5"}, with({.label_smoothing = 1.5})},
       {"(2,5)", {"cross_entropy", "(2,5)", "a weight for each class", "(5)", "(4)"}, with({.weight = ones({4})})},
       {"(2,5)", {"cross_entropy", "0 to 5", "0 to 4", "or be 4: ignored"}, [](const Inputs& x) {
          return cross_entropy(x[0], Ids({0, 5}), {.ignore_index = 4});
        }}});
  for (const Reduction reduction : every_reduction) {
    std::vector<std::string> shapes = {"(3,17)", "(2,3,5)", "(3,1)"};
    if (reduction != Reduction::batchmean) shapes.push_back("(5)");
    table.push_back(
        {.name = named("nll_loss", reduction),
         .declaration = "nll_loss(In,const Ids&,Reduction)",
         .run = [=](const Inputs& x) { return nll_loss(x[0], some_targets(x[0].shape(), true), reduction); },
         .shapes = shapes,
         .expected =
             [=](const Arrays& x) {
               return target_losses(x[0], some_targets(x[0].shape, true), {.reduction = reduction});
             },
         .mistakes = wrong_targets("nll_loss", [](In x, const Ids& ids) { return nll_loss(x, ids); })});
  }
}

}  // namespace

void add_losses(std::vector<Operation>& table) {
  add_differences(table);
  add_probabilities(table);
  add_cross_entropy(table);
  add_cross_entropy_options(table);
}

}  // namespace dikkat::test
