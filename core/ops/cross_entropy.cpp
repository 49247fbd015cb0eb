// Cross-entropy: how surprised the model is by the right answer, in nats.
#include "core/ops/common.h"

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

void check(const In& logits, const Ids& targets) {
  bool fits = logits.rank() == targets.shape().rank() + 1;
  for (int i = 0; fits && i < targets.shape().rank(); ++i) fits = logits.size(i) == targets.shape()[i];
  require(fits, logits.where, "cross_entropy: logits ", logits.shape(), " and targets ", targets.shape(),
          ": the targets must have the shape of the logits without its last dimension");
  require(targets.smallest() > targets.largest() || (targets.smallest() >= 0 && targets.largest() < logits.size(-1)),
          logits.where, "cross_entropy: targets reach from ", targets.smallest(), " to ", targets.largest(),
          "; with logits ", logits.shape(), " they must lie in 0 to ", logits.size(-1) - 1, " (or be -100: ignored)");
}

}  // namespace

Tensor cross_entropy(In logits, const Ids& targets) {
  check(logits, targets);
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

Tensor cross_entropy_plain(In logits, const Ids& targets) {
  check(logits, targets);
  require(targets.numel() == 0 || targets.smallest_of_all() >= 0, logits.where,
          "cross_entropy_plain: targets reach from ", targets.smallest_of_all(), " to ", targets.largest(),
          "; with logits ", logits.shape(), " they must lie in 0 to ", logits.size(-1) - 1,
          " (only cross_entropy ignores some)");
  const Tensor one_hot = embedding(eye(logits.size(-1)), targets);                                   // (...,V)
  const Tensor right = sum(In(one_hot * In(log(softmax(logits)), logits.where), logits.where), -1);  // (...)
  return -In(mean(In(right, logits.where)), logits.where);
}

}  // namespace dikkat
