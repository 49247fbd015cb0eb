// Kernel cases: what works row by row.
#pragma once

#include "tests/kernel_workbench.h"

namespace dikkat::test {

inline void build_softmax(Workbench& bench, int64_t rows, int64_t cols) {
  SoftmaxArgs args{.rows = rows, .cols = cols};
  args.x = bench.in(rows * cols, -10, 10);
  // x - max is at most 20 and errs by 20 u, which is the relative error of its exp; exp, sum and division come on top.
  args.p = bench.out("p", rows * cols, {20 * unit + 2 * function_error + positive_sum_error(cols), 1e-37});
  bench.call(&KernelTable::softmax, args);
}

inline void build_softmax_backward(Workbench& bench, int64_t rows, int64_t cols) {
  SoftmaxBackwardArgs args{.rows = rows, .cols = cols};
  args.p = bench.in(rows * cols, 0, 2.0 / static_cast<double>(cols));
  args.dp = bench.in(rows * cols);
  // The terms of the sum are at most 2/cols; dx = preset + p (dp - sum) with |dp - sum| <= 3 and p <= 2/cols.
  const double p = 2.0 / static_cast<double>(cols);
  args.dx = bench.out("dx", rows * cols, {2 * unit, p * (sum_error(cols, p) + 8 * unit) + 2 * unit});
  bench.call(&KernelTable::softmax_backward, args);
}

inline void build_log_softmax(Workbench& bench, int64_t rows, int64_t cols) {
  LogSoftmaxArgs args{.rows = rows, .cols = cols};
  args.x = bench.in(rows * cols, -10, 10);
  // As for softmax, but the relative error of the sum becomes an absolute one; the result is above -30.
  const double limit = 20 * unit + 2 * function_error + positive_sum_error(cols) + 2 * 30 * unit;
  args.y = bench.out("y", rows * cols, {0, limit});
  bench.call(&KernelTable::log_softmax, args);
}

inline void build_log_softmax_backward(Workbench& bench, int64_t rows, int64_t cols) {
  LogSoftmaxBackwardArgs args{.rows = rows, .cols = cols};
  args.y = bench.in(rows * cols, -8, 0);
  args.dy = bench.in(rows * cols);
  // exp(y) is at most 1 and errs by 8 u and its own error; the sum of dy stays within 3 sqrt(cols).
  const double product = (8 * unit + function_error + 4 * unit) * 3 * std::sqrt(static_cast<double>(cols));
  args.dx = bench.out("dx", rows * cols, {2 * unit, sum_error(cols, 1) + product + 4 * unit});
  bench.call(&KernelTable::log_softmax_backward, args);
}

inline void build_log_sum_exp(Workbench& bench, int64_t rows, int64_t cols) {
  LogSumExpArgs args{.rows = rows, .cols = cols};
  args.x = bench.in(rows * cols, -10, 10);
  args.y = bench.out("y", rows, {2 * unit, 20 * unit + 2 * function_error + positive_sum_error(cols)});
  bench.call(&KernelTable::log_sum_exp, args);
}

inline void build_log_sum_exp_backward(Workbench& bench, int64_t rows, int64_t cols) {
  LogSumExpBackwardArgs args{.rows = rows, .cols = cols};
  args.x = bench.in(rows * cols, -5, 5);
  args.y = bench.in(rows, 5, 6);  // p = exp(x - y) <= 1
  args.dy = bench.in(rows);
  args.dx = bench.out("dx", rows * cols, {2 * unit, 11 * unit + function_error + 4 * unit});
  bench.call(&KernelTable::log_sum_exp_backward, args);
}

inline void build_rms_norm(Workbench& bench, int64_t rows, int64_t cols) {
  RmsNormArgs args{.rows = rows, .cols = cols};
  args.x = bench.in(rows * cols);
  args.weight = bench.in(cols);
  args.eps = static_cast<Real>(0.01);
  // Squares are positive, and so is eps: the errors are relative.
  const double rstd_error = positive_sum_error(cols) + 8 * unit;
  args.rstd = bench.out("rstd", rows, {rstd_error, 0});
  args.y = bench.out("y", rows * cols, {rstd_error + 4 * unit, 1e-37});
  bench.call(&KernelTable::rms_norm, args);
}

inline void build_rms_norm_backward(Workbench& bench, int64_t rows, int64_t cols, int wanted) {
  RmsNormBackwardArgs args{.rows = rows, .cols = cols};
  args.x = bench.in(rows * cols);
  args.weight = bench.in(cols);
  args.rstd = bench.in(rows, 0.5, 1.5);
  args.dy = bench.in(rows * cols);
  // |h| = |x| rstd <= 1.5, |g| <= 1.
  const double h = 1.5, mean_gh = sum_error(cols, h) / static_cast<double>(cols);
  if (wanted & 1) args.dx = bench.out("dx", rows * cols, {2 * unit, 1.5 * (h * mean_gh + 16 * unit)});
  if (wanted & 2) args.dweight = bench.out("dweight", cols, {0, sum_error(rows, h)});
  bench.call(&KernelTable::rms_norm_backward, args);
}

inline void build_layer_norm(Workbench& bench, int64_t rows, int64_t cols, double shift, bool bias) {
  LayerNormArgs args{.rows = rows, .cols = cols};
  const double largest = std::abs(shift) + 1;
  args.x = bench.in(rows * cols, shift - 1, shift + 1);
  args.weight = bench.in(cols);
  if (bias) args.bias = bench.in(cols);
  // The mean errs by the error of a sum of cols numbers near `shift`; rstd multiplies that error. rstd is at most
  // 1/sqrt(eps), which is 1; eps is large here so that rows of one or three numbers are not ill-conditioned.
  args.eps = 1;
  const double mean_error = (positive_sum_error(cols) + unit) * largest;
  const double rstd_error = positive_sum_error(cols) + 8 * unit + 2 * mean_error * mean_error + 2 * unit * largest;
  args.mean = bench.out("mean", rows, {0, mean_error});
  args.rstd = bench.out("rstd", rows, {rstd_error, 0});
  args.y = bench.out("y", rows * cols, {2 * unit, mean_error + 2 * unit * largest + 2 * rstd_error + 8 * unit});
  bench.call(&KernelTable::layer_norm, args);
}

inline void build_layer_norm_backward(Workbench& bench, int64_t rows, int64_t cols, int wanted) {
  LayerNormBackwardArgs args{.rows = rows, .cols = cols};
  args.x = bench.in(rows * cols);
  args.weight = bench.in(cols);
  args.mean = bench.in(rows);
  args.rstd = bench.in(rows, 0.5, 1.5);
  args.dy = bench.in(rows * cols);
  // |h| = |x - mean| rstd <= 3, |g| <= 1.
  const double h = 3, mean_g = sum_error(cols, 1) / static_cast<double>(cols), mean_gh = h * mean_g;
  if (wanted & 1) args.dx = bench.out("dx", rows * cols, {2 * unit, 1.5 * (mean_g + h * mean_gh + 32 * unit)});
  if (wanted & 2) args.dweight = bench.out("dweight", cols, {0, sum_error(rows, h)});
  if (wanted & 4) args.dbias = bench.out("dbias", cols, {0, sum_error(rows, 1)});
  bench.call(&KernelTable::layer_norm_backward, args);
}

// About every fourth target is ignored; with `all_ignored` every one.
inline int32_t* make_targets(Workbench& bench, int64_t rows, int64_t cols, bool all_ignored) {
  int32_t* targets = bench.in_ids(rows, 0, static_cast<int32_t>(cols));
  for (int64_t row = 0; row < rows; ++row) {
    if (all_ignored || row % 4 == 2) targets[row] = ignore_index;
  }
  return targets;
}

inline void build_cross_entropy(Workbench& bench, int64_t rows, int64_t cols, bool all_ignored) {
  CrossEntropyArgs args{.rows = rows, .cols = cols};
  args.logits = bench.in(rows * cols, -5, 5);
  args.targets = make_targets(bench, rows, cols, all_ignored);
  // logits - max is at most 10; log turns the relative error of the sum into an absolute one; the loss is below 20.
  const double limit = positive_sum_error(cols) + 10 * unit + 2 * function_error + 20 * 2 * unit;
  args.row_loss = bench.out("row_loss", rows, {0, limit});
  args.log_sum_exp = bench.out("log_sum_exp", rows, {0, limit});
  args.loss = bench.out("loss", 1, {positive_sum_error(rows), limit});
  args.count = bench.out("count", 1, exact);
  bench.call(&KernelTable::cross_entropy, args);
}

inline void build_cross_entropy_backward(Workbench& bench, int64_t rows, int64_t cols, bool all_ignored) {
  CrossEntropyBackwardArgs args{.rows = rows, .cols = cols};
  args.logits = bench.in(rows * cols, -5, 5);
  args.targets = make_targets(bench, rows, cols, all_ignored);
  args.log_sum_exp = bench.in(rows, 5, 6);  // p = exp(logits - log_sum_exp) <= 1
  Real* count = bench.in(1);
  *count = all_ignored ? 0 : 7;
  args.count = count;
  args.dloss = bench.in(1);
  // logits - log_sum_exp is at most 11, and so many u is the relative error of its exp.
  const double limit = (11 * unit + function_error + 8 * unit) / 7 + 2 * unit;
  args.dlogits = bench.out("dlogits", rows * cols, {2 * unit, limit});
  bench.call(&KernelTable::cross_entropy_backward, args);
}

inline void build_embedding(Workbench& bench, int64_t rows, int64_t cols, int64_t vocabulary) {
  EmbeddingArgs args{.rows = rows, .cols = cols, .vocabulary = vocabulary};
  args.weight = bench.in(vocabulary * cols);
  args.ids = bench.in_ids(rows, 0, static_cast<int32_t>(vocabulary));
  args.y = bench.out("y", rows * cols, exact);
  bench.call(&KernelTable::embedding, args);
}

inline void build_embedding_backward(Workbench& bench, int64_t rows, int64_t cols, int64_t vocabulary) {
  EmbeddingBackwardArgs args{.rows = rows, .cols = cols, .vocabulary = vocabulary};
  args.ids = bench.in_ids(rows, 0, static_cast<int32_t>(vocabulary));
  args.dy = bench.in(rows * cols);
  args.dweight = bench.out("dweight", vocabulary * cols, exact);  // the order of the additions is part of the formula
  bench.call(&KernelTable::embedding_backward, args);
}

inline void build_sample(Workbench& bench, int64_t rows, int64_t cols, int64_t top_k, double temperature) {
  SampleArgs args{.rows = rows, .cols = cols, .top_k = top_k, .temperature = static_cast<Real>(temperature)};
  Real* logits = bench.in(rows * cols, -3, 3);
  for (int64_t i = 0; i < rows * cols; ++i) logits[i] = std::round(logits[i] * 4) / 4;  // many are equal
  args.logits = logits;
  args.ids = bench.out_ids("ids", rows);
  args.stream = {.seed = 11, .operation = 2, .step = 5};
  bench.call(&KernelTable::sample, args);
}

inline void add_row_cases(KernelCases& cases) {
  for (const int64_t rows : {1, 3, 67, 515}) {
    for (const int64_t cols : awkward) {
      const std::string size = " " + std::to_string(rows) + " " + std::to_string(cols);
      const auto add = [&](const std::string& name, auto build) { cases.push_back({name + size, build}); };
      add("softmax", [=](Workbench& bench) { build_softmax(bench, rows, cols); });
      add("softmax_backward", [=](Workbench& bench) { build_softmax_backward(bench, rows, cols); });
      add("log_softmax", [=](Workbench& bench) { build_log_softmax(bench, rows, cols); });
      add("log_softmax_backward", [=](Workbench& bench) { build_log_softmax_backward(bench, rows, cols); });
      add("log_sum_exp", [=](Workbench& bench) { build_log_sum_exp(bench, rows, cols); });
      add("log_sum_exp_backward", [=](Workbench& bench) { build_log_sum_exp_backward(bench, rows, cols); });
      add("rms_norm", [=](Workbench& bench) { build_rms_norm(bench, rows, cols); });
      for (int wanted = 0; wanted < 4; ++wanted) {
        add("rms_norm_backward " + std::to_string(wanted),
            [=](Workbench& bench) { build_rms_norm_backward(bench, rows, cols, wanted); });
      }
      for (const double shift : {0, 1000}) {
        add("layer_norm shift " + std::to_string(static_cast<int>(shift)),
            [=](Workbench& bench) { build_layer_norm(bench, rows, cols, shift, rows != 3); });
      }
      for (int wanted = rows == 67 ? 0 : 7; wanted < 8; ++wanted) {
        add("layer_norm_backward " + std::to_string(wanted),
            [=](Workbench& bench) { build_layer_norm_backward(bench, rows, cols, wanted); });
      }
      for (const bool none : {false, true}) {
        add(none ? "cross_entropy ignored" : "cross_entropy",
            [=](Workbench& bench) { build_cross_entropy(bench, rows, cols, none); });
        add(none ? "cross_entropy_backward ignored" : "cross_entropy_backward",
            [=](Workbench& bench) { build_cross_entropy_backward(bench, rows, cols, none); });
      }
      for (const int64_t vocabulary : {1, 40}) {
        add("embedding " + std::to_string(vocabulary),
            [=](Workbench& bench) { build_embedding(bench, rows, cols, vocabulary); });
        add("embedding_backward " + std::to_string(vocabulary),
            [=](Workbench& bench) { build_embedding_backward(bench, rows, cols, vocabulary); });
      }
      for (const int64_t top_k : {0, 1, 5, 1000}) {
        for (const double temperature : {0.0, 0.7, 1.0}) {
          add("sample top " + std::to_string(top_k) + " temperature " + std::to_string(temperature),
              [=](Workbench& bench) { build_sample(bench, rows, cols, top_k, temperature); });
        }
      }
    }
  }
  cases.push_back({"softmax no rows", [](Workbench& bench) { build_softmax(bench, 0, 5); }});
  cases.push_back({"softmax no cols", [](Workbench& bench) { build_softmax(bench, 5, 0); }});
  cases.push_back({"log_softmax no cols", [](Workbench& bench) { build_log_softmax(bench, 5, 0); }});
  cases.push_back({"log_softmax long", [](Workbench& bench) { build_log_softmax(bench, 2, 5003); }});
  cases.push_back({"log_sum_exp no cols", [](Workbench& bench) { build_log_sum_exp(bench, 5, 0); }});
  cases.push_back({"log_sum_exp long", [](Workbench& bench) { build_log_sum_exp(bench, 2, 5003); }});
  cases.push_back({"rms_norm_backward no rows", [](Workbench& bench) { build_rms_norm_backward(bench, 0, 5, 3); }});
  cases.push_back({"layer_norm_backward no rows", [](Workbench& bench) { build_layer_norm_backward(bench, 0, 5, 7); }});
  cases.push_back({"cross_entropy no rows", [](Workbench& bench) { build_cross_entropy(bench, 0, 5, false); }});
  cases.push_back({"embedding no rows", [](Workbench& bench) { build_embedding(bench, 0, 5, 3); }});
}

}  // namespace dikkat::test
