// Softmax, its logarithm, and the masks of the future.
#include <algorithm>
#include <limits>

#include "core/ops/common.h"

namespace dikkat {

namespace op {

// p = softmax(x) over the last dimension.      dx = p * (dp - sum(p * dp))
struct Softmax : Op {
  explicit Softmax(Tensor x) : Op("softmax", {x}) {}
  void backward(Node& out) override {
    Tensor& x = inputs[0];
    kernels().softmax_backward(
        {.p = out.address(), .dp = out.grad_address(), .dx = x.grad_sum(), .rows = rows(x), .cols = cols(x)});
  }
};

// y = x - log(sum(exp(x))) over the last dimension.      dx = dy - exp(y) * sum(dy)
struct LogSoftmax : Op {
  explicit LogSoftmax(Tensor x) : Op("log_softmax", {x}) {}
  void backward(Node& out) override {
    Tensor& x = inputs[0];
    kernels().log_softmax_backward(
        {.y = out.address(), .dy = out.grad_address(), .dx = x.grad_sum(), .rows = rows(x), .cols = cols(x)});
  }
};

// y = x where lower <= key - query <= upper, -inf elsewhere.      dx = dy inside
struct ScoreMask : Op {
  ScoreMask(const char* name, Tensor x, int64_t lower, int64_t upper) : Op(name, {x}), lower(lower), upper(upper) {}
  void backward(Node& out) override {
    Tensor& x = inputs[0];
    const Around sizes = around(x.shape(), x.rank() - 2);
    kernels().band_backward({.dy = out.grad_address(),
                             .dx = x.grad_sum(),
                             .batch = sizes.outer,
                             .rows = sizes.count,
                             .cols = sizes.inner,
                             .lower = lower,
                             .upper = upper});
  }
  int64_t lower, upper;
};

}  // namespace op

namespace {

Tensor softmax_of_rows(In x) {
  x = in_order(x);
  Tensor out = empty(x.shape());
  kernels().softmax({.x = x.address(), .p = out.address(), .rows = rows(x), .cols = cols(x)});
  return record(out, std::make_unique<op::Softmax>(x), x.where);
}

Tensor log_softmax_of_rows(In x) {
  x = in_order(x);
  Tensor out = empty(x.shape());
  kernels().log_softmax({.x = x.address(), .y = out.address(), .rows = rows(x), .cols = cols(x)});
  return record(out, std::make_unique<op::LogSoftmax>(x), x.where);
}

// A function of rows, over any dimension.
Tensor over_dimension(const char* name, const In& x, int dim, Tensor (*of_rows)(In)) {
  require(x.rank() >= 1, x.where, name, ": needs at least one dimension, got ", x.shape());
  const int at = dimension(name, x, dim), last = x.rank() - 1;
  if (at == last) return of_rows(x);
  const Here here(x);
  return transpose(here(of_rows(here(transpose(x, at, last)))), at, last);
}

Tensor mask_scores(const char* name, In scores, int64_t lower, int64_t upper) {
  scores = in_order(scores);
  const Around sizes = around(scores.shape(), scores.rank() - 2);
  Tensor out = empty(scores.shape());
  kernels().band({.x = scores.address(),
                  .y = out.address(),
                  .batch = sizes.outer,
                  .rows = sizes.count,
                  .cols = sizes.inner,
                  .lower = lower,
                  .upper = upper,
                  .value = -std::numeric_limits<Real>::infinity()});
  return record(out, std::make_unique<op::ScoreMask>(name, scores, lower, upper), scores.where);
}

}  // namespace

Tensor softmax(In x, int dim) {
  return over_dimension("softmax", x, dim, softmax_of_rows);
}

Tensor log_softmax(In x, int dim) {
  return over_dimension("log_softmax", x, dim, log_softmax_of_rows);
}

Tensor causal_mask(In scores) {
  require(scores.rank() >= 2 && scores.size(-1) >= scores.size(-2), scores.where,
          "causal_mask: needs scores (...,Tq,Tk) with at least as many keys as queries, got ", scores.shape());
  return mask_scores("causal_mask", scores, -no_bound, scores.size(-1) - scores.size(-2));
}

Tensor band_mask(In scores, int64_t before, int64_t after) {
  require(scores.rank() >= 2, scores.where, "band_mask: needs scores (...,Tq,Tk), got ", scores.shape());
  require(before >= 0 && after >= 0, scores.where, "band_mask: ", before, " keys before a query and ", after,
          " after it for scores ", scores.shape(), "; neither can be negative");
  const int64_t more_keys = scores.size(-1) - scores.size(-2);
  return mask_scores("band_mask", scores, more_keys - std::min(before, no_bound),
                     more_keys + std::min(after, no_bound));
}

}  // namespace dikkat
