// Softmax and the mask of the future.
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

// y = x where the key may be seen, -inf elsewhere.      dx = dy where the key may be seen
struct CausalMask : Op {
  explicit CausalMask(Tensor x) : Op("causal_mask", {x}) {}
  void backward(Node& out) override {
    Tensor& x = inputs[0];
    kernels().causal_mask_backward({.dy = out.grad_address(),
                                    .dx = x.grad_sum(),
                                    .batch = rows(x) / x.size(-2),
                                    .queries = x.size(-2),
                                    .keys = x.size(-1)});
  }
};

}  // namespace op

Tensor softmax(In x) {
  require(x.rank() >= 1, x.where, "softmax: needs at least one dimension, got ", x.shape());
  x = in_order(x);
  Tensor out = empty(x.shape());
  kernels().softmax({.x = x.address(), .p = out.address(), .rows = rows(x), .cols = cols(x)});
  return record(out, std::make_unique<op::Softmax>(x), x.where);
}

Tensor causal_mask(In scores) {
  require(scores.rank() >= 2 && scores.size(-1) >= scores.size(-2) && scores.size(-2) > 0, scores.where,
          "causal_mask: needs scores (...,Tq,Tk) with at least as many keys as queries, got ", scores.shape());
  scores = in_order(scores);
  Tensor out = empty(scores.shape());
  kernels().causal_mask({.x = scores.address(),
                         .y = out.address(),
                         .batch = rows(scores) / scores.size(-2),
                         .queries = scores.size(-2),
                         .keys = scores.size(-1)});
  return record(out, std::make_unique<op::CausalMask>(scores), scores.where);
}

}  // namespace dikkat
