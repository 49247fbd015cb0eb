#include "tests/golden_ops.h"

namespace dikkat::test {
namespace {

using CrossEntropy = Tensor (*)(In, const Ids&, const CrossEntropyOptions&);

Runner cross_entropy_by(CrossEntropy operation) {
  return [operation](const OpsCase& one) -> Outputs {
    CrossEntropyOptions options;
    options.label_smoothing = one.attrs.number("label_smoothing", 0);
    options.ignore_index = static_cast<int32_t>(one.attrs.integer("ignore_index", -100));
    options.reduction = one.attrs.reduction();
    if (one.has("weight")) options.weight = one.constant("weight");
    one.attrs.is_described_by("layout");
    return {operation(one["logits"], one.ids("target"), options)};
  };
}

Runner of_pair(Tensor (*operation)(In, In, Reduction)) {
  return [operation](const OpsCase& one) -> Outputs { return {operation(one[0], one[1], one.attrs.reduction())}; };
}

Runner of_pair_with(Tensor (*operation)(In, In, double, Reduction), const char* key) {
  return [operation, key](const OpsCase& one) -> Outputs {
    const double width = one.attrs.number(key, 1);
    return {operation(one[0], one[1], width, one.attrs.reduction())};
  };
}

}  // namespace

Runners loss_runners() {
  return {
      {"cross_entropy", cross_entropy_by(cross_entropy)},
      {"cross_entropy", cross_entropy_by(cross_entropy_plain)},
      {"cross_entropy_weighted", cross_entropy_by(cross_entropy)},
      {"cross_entropy_weighted", cross_entropy_by(cross_entropy_plain)},
      {"cross_entropy_soft",
       [](const OpsCase& one) -> Outputs {
         return {cross_entropy_soft(one["logits"], one.constant("target"), one.attrs.reduction())};
       }},
      {"nll_loss",
       [](const OpsCase& one) -> Outputs { return {nll_loss(one["logp"], one.ids("target"), one.attrs.reduction())}; }},
      {"mse", of_pair(mse_loss)},
      {"l1", of_pair(l1_loss)},
      {"smooth_l1", of_pair_with(smooth_l1_loss, "beta")},
      {"huber", of_pair_with(huber_loss, "delta")},
      {"bce_with_logits",
       [](const OpsCase& one) -> Outputs {
         return {binary_cross_entropy_with_logits(one["x"], one.constant("t"), one.attrs.reduction())};
       }},
      {"kl_div",
       [](const OpsCase& one) -> Outputs { return {kl_div(one["logq"], one.constant("p"), one.attrs.reduction())}; }},
      {"cosine_similarity",
       [](const OpsCase& one) -> Outputs {
         return {cosine_similarity(one["a"], one["b"], one.attrs.dim("dim"), one.attrs.number("eps", 1e-8))};
       }},
      {"expr: T^2 * KL(softmax(t/T) || softmax(s/T)), batchmean",
       [](const OpsCase& one) -> Outputs {
         const double T = one.attrs.number("T", 1);
         return {kl_div(log_softmax(one["s"] / T), softmax(one.constant("t") / T)) * (T * T)};
       }},
  };
}

}  // namespace dikkat::test
