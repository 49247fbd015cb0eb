// Cross-entropy: how surprised the model is by the right answer, in nats.
#include <limits>

#include "core/ops/common.h"
#include "kernels/scan.h"

namespace dikkat {

namespace op {

// loss = mean of (log sum exp(logits) - logits[target]).      dlogits = dloss / count * (softmax(logits) -
// one_hot(target))
struct CrossEntropy : Op {
  CrossEntropy(Tensor logits, Ids targets, Tensor log_sum_exp, Tensor count)
      : Op("cross_entropy", {logits}), targets(targets), log_sum_exp(log_sum_exp), count(count) {}
  void backward(Node& out) override {
    Tensor& logits = inputs[0];
    kernels().cross_entropy_backward({.logits = logits.address(),
                                      .targets = targets.address(),
                                      .log_sum_exp = log_sum_exp.address(),
                                      .count = count.address(),
                                      .dloss = out.grad_address(),
                                      .dlogits = logits.grad_sum(),
                                      .rows = rows(logits),
                                      .cols = cols(logits)});
  }
  Ids targets;
  Tensor log_sum_exp, count;
};

}  // namespace op

namespace {

// The targets' shape, and that each of them is a class or `ignored`.
void check(const char* name, const In& logits, const Ids& targets, int32_t ignored) {
  bool fits = logits.rank() == targets.shape().rank() + 1;
  for (int i = 0; fits && i < targets.shape().rank(); ++i) fits = logits.size(i) == targets.shape()[i];
  require(fits, logits.where, name, ": logits ", logits.shape(), " and targets ", targets.shape(),
          ": the targets must have the shape of the logits without its last dimension");
  const auto [smallest, largest] = id_range(targets.address(), targets.numel(), ignored);
  require(smallest > largest || (smallest >= 0 && largest < logits.size(-1)), logits.where, name,
          ": targets reach from ", smallest, " to ", largest, "; with logits ", logits.shape(),
          " they must lie in 0 to ", logits.size(-1) - 1, " (or be ", ignored, ": ignored)");
}

void check(const char* name, const In& logits, const CrossEntropyOptions& options) {
  require(options.label_smoothing >= 0 && options.label_smoothing <= 1, logits.where, name,
          ": label_smoothing must lie in 0 to 1, got ", options.label_smoothing);
  require(!options.weight.defined() || options.weight.shape() == Shape{logits.size(-1)}, logits.where, name,
          ": logits ", logits.shape(), " need a weight for each class, (", logits.size(-1), "), got ",
          options.weight.defined() ? options.weight.shape() : Shape{});
}

// Of each target the weight of its class, 0 where it is ignored. weight (V)
Tensor weights_of(const In& weight, const Ids& targets, int32_t ignored) {
  const Here here(weight);
  const In table = here(cat({weight, here(zeros({1}))}));  // the ignored ones are a class of their own
  const Ids looked_up = targets.replaced(ignored, static_cast<int32_t>(weight.numel()));
  const In found = here(index_select(table, 0, looked_up.reshaped({targets.numel()})));
  return reshape(found, targets.shape().sizes());
}

// x[...,target]; what is ignored fetches something that its weight of 0 makes harmless.
Tensor picked(const In& x, const Ids& targets, int32_t ignored) {
  const Here here(x);
  Shape shape = targets.shape();
  shape.append(1);
  return squeeze(here(gather(x, -1, targets.replaced(ignored, 0).reshaped(shape))), -1);
}

// The losses of all targets, 0 where they are ignored. Their mean is that by weight, NaN (and no gradient) without any.
Tensor reduce_targets(const char* name, const In& losses, const In& weights, Reduction reduction) {
  if (reduction != Reduction::mean) return reduce_losses(name, losses, reduction);
  const Here here(losses);
  const In total = here(sum(weights));
  const In none = here(equal(total, zeros({})));
  const In average = here(here(sum(losses)) / here(masked_fill(total, none, 1)));
  return masked_fill(average, none, std::numeric_limits<double>::quiet_NaN());
}

// The losses of targets under log probabilities (...,V).
Tensor target_losses(const char* name, const In& log_probabilities, const Ids& targets,
                     const CrossEntropyOptions& options) {
  const Here here(log_probabilities);
  const double smoothing = options.label_smoothing;
  const In counts = here(weights_of(here(ones({log_probabilities.size(-1)})), targets, options.ignore_index));
  const In weight = here(options.weight.defined() ? options.weight.detach() : Tensor{});
  const In weights = weight.defined() ? here(weights_of(weight, targets, options.ignore_index)) : counts;
  const In ignored = here(1.0 - counts);  // an infinity or a NaN in such a row must not be multiplied with 0
  const In right = here(masked_fill(here(picked(log_probabilities, targets, options.ignore_index)), ignored, 0));
  In losses = here(-here(right * weights));
  if (smoothing > 0) {
    const In weighted = weight.defined() ? here(log_probabilities * weight) : log_probabilities;
    const In all = here(masked_fill(here(sum(weighted, -1)), ignored, 0));
    const double share = smoothing / static_cast<double>(log_probabilities.size(-1));
    losses = here(here(losses * (1 - smoothing)) - here(all * share));
  }
  return reduce_targets(name, losses, weights, options.reduction);
}

}  // namespace

Tensor cross_entropy(In logits, const Ids& targets) {
  check("cross_entropy", logits, targets, ignore_index);
  logits = in_order(logits);
  Tensor loss = empty({});
  Tensor row_loss = empty({rows(logits)}), log_sum_exp = empty({rows(logits)}), count = empty({});
  kernels().cross_entropy({.logits = logits.address(),
                           .targets = targets.address(),
                           .row_loss = row_loss.address(),
                           .log_sum_exp = log_sum_exp.address(),
                           .loss = loss.address(),
                           .count = count.address(),
                           .rows = rows(logits),
                           .cols = cols(logits)});
  return record(loss, std::make_unique<op::CrossEntropy>(logits, targets, log_sum_exp, count), logits.where);
}

Tensor cross_entropy(In logits, const Ids& targets, const CrossEntropyOptions& options) {
  check("cross_entropy", logits, targets, options.ignore_index);
  check("cross_entropy", logits, options);
  const bool fused = options.label_smoothing == 0 && !options.weight.defined() && options.reduction == Reduction::mean;
  if (fused) return cross_entropy(logits, targets.replaced(options.ignore_index, ignore_index));
  return target_losses("cross_entropy", In(log_softmax(logits), logits.where), targets, options);
}

Tensor cross_entropy_plain(In logits, const Ids& targets, const CrossEntropyOptions& options) {
  check("cross_entropy_plain", logits, targets, options.ignore_index);
  check("cross_entropy_plain", logits, options);
  return target_losses("cross_entropy_plain", In(log_softmax(logits), logits.where), targets, options);
}

Tensor cross_entropy_soft(In logits, In targets, Reduction reduction) {
  require(logits.rank() >= 1 && logits.shape() == targets.shape(), logits.where, "cross_entropy_soft: logits ",
          logits.shape(), " and targets ", targets.shape(), ": the shapes must be equal, (...,V)");
  const Here here(logits);
  const In losses = here(-here(sum(here(targets * log_softmax(logits)), -1)));
  return reduce_losses("cross_entropy_soft", losses, reduction);
}

Tensor nll_loss(In log_probabilities, const Ids& targets, Reduction reduction) {
  check("nll_loss", log_probabilities, targets, ignore_index);
  return target_losses("nll_loss", log_probabilities, targets, {.reduction = reduction});
}

}  // namespace dikkat
