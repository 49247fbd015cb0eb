// Scaled dot-product attention (Vaswani et al., "Attention is all you need", 2017, section 3.2.1), fused and plain.
#include <cmath>

#include "core/ops/common.h"
#include "core/probe.h"

namespace dikkat {

namespace {

HeadSteps head_steps(const Strides& strides) {
  return {.batch = strides[0], .time = strides[1], .head = strides[2]};
}

// The D numbers of a head must lie together, and so must their gradients; in (B,T,H,D) views of (B,T,C) they do.
In heads_in_order(const In& x) {
  const bool together = x.strides()[3] == 1 && x.grad_strides()[3] == 1;
  return together || x.size(3) == 1 ? x : in_order(x);
}

double scale_of(const Tensor& q) {
  return 1 / std::sqrt(static_cast<double>(q.size(3)));
}

void check(const In& q, const In& k, const In& v, bool causal) {
  require(q.rank() == 4 && k.rank() == 4 && v.rank() == 4, q.where, "attention: q ", q.shape(), ", k ", k.shape(),
          " and v ", v.shape(), " must have four dimensions: (batch, time, heads, head size)");
  require(q.size(0) == k.size(0) && q.size(2) == k.size(2) && q.size(3) == k.size(3) && k.shape() == v.shape(), q.where,
          "attention: q ", q.shape(), ", k ", k.shape(), " and v ", v.shape(),
          " must agree in batch, heads and head size, and k and v in time too");
  require(!causal || k.size(1) >= q.size(1), q.where,
          "attention: causal attention needs at least as many keys as queries, got ", k.size(1), " and ", q.size(1));
}

}  // namespace

namespace op {

// out = softmax(q k^T * scale) v, with p remade from log_sum_exp on the way back:
// dv = p^T dout,  ds = p * (dout v^T - rowsum(dout * out)),  dq = ds k * scale,  dk = ds^T q * scale
struct Attention : Op {
  Attention(Tensor q, Tensor k, Tensor v, Tensor log_sum_exp, bool causal)
      : Op("attention", {q, k, v}), log_sum_exp(log_sum_exp), causal(causal) {}
  void backward(Node& out) override {
    Tensor &q = inputs[0], &k = inputs[1], &v = inputs[2];
    kernels().attention_backward({.q = q.address(),
                                  .k = k.address(),
                                  .v = v.address(),
                                  .out = out.address(),
                                  .log_sum_exp = log_sum_exp.address(),
                                  .dout = out.grad_address(),
                                  .dq = q.grad_sum(),
                                  .dk = k.grad_sum(),
                                  .dv = v.grad_sum(),
                                  .q_steps = head_steps(q.strides()),
                                  .k_steps = head_steps(k.strides()),
                                  .v_steps = head_steps(v.strides()),
                                  .out_steps = head_steps(out.layout.strides),
                                  .dout_steps = head_steps(out.gradient_layout.strides),
                                  .dq_steps = head_steps(q.grad_strides()),
                                  .dk_steps = head_steps(k.grad_strides()),
                                  .dv_steps = head_steps(v.grad_strides()),
                                  .batch = q.size(0),
                                  .heads = q.size(2),
                                  .queries = q.size(1),
                                  .keys = k.size(1),
                                  .head_size = q.size(3),
                                  .scale = static_cast<Real>(scale_of(q)),
                                  .causal = causal});
  }
  Tensor log_sum_exp;
  bool causal;
};

}  // namespace op

Tensor scaled_dot_product_attention(In q, In k, In v, bool causal) {
  check(q, k, v, causal);
  q = heads_in_order(q);
  k = heads_in_order(k);
  v = heads_in_order(v);
  Tensor out = empty(q.shape());                                  // (B,T,H,D)
  Tensor log_sum_exp = empty({q.size(0), q.size(2), q.size(1)});  // (B,H,T)
  kernels().attention({.q = q.address(),
                       .k = k.address(),
                       .v = v.address(),
                       .out = out.address(),
                       .log_sum_exp = log_sum_exp.address(),
                       .q_steps = head_steps(q.strides()),
                       .k_steps = head_steps(k.strides()),
                       .v_steps = head_steps(v.strides()),
                       .out_steps = head_steps(out.strides()),
                       .batch = q.size(0),
                       .heads = q.size(2),
                       .queries = q.size(1),
                       .keys = k.size(1),
                       .head_size = q.size(3),
                       .scale = static_cast<Real>(scale_of(q)),
                       .causal = causal});
  return record(out, std::make_unique<op::Attention>(q, k, v, log_sum_exp, causal), q.where);
}

Tensor scaled_dot_product_attention_plain(In q, In k, In v, bool causal) {
  check(q, k, v, causal);
  const In queries(permute(q, {0, 2, 1, 3}), q.where);                                     // (B,H,Tq,D)
  const In keys(permute(k, {0, 2, 3, 1}), q.where);                                        // (B,H,D,Tk)
  const In values(permute(v, {0, 2, 1, 3}), q.where);                                      // (B,H,Tk,D)
  const In scores(In(matmul(queries, keys), q.where) * scale_of(q), q.where);              // (B,H,Tq,Tk)
  const In weights(softmax(causal ? In(causal_mask(scores), q.where) : scores), q.where);  // (B,H,Tq,Tk)
  probe("attention.weights", weights);
  return permute(In(matmul(weights, values), q.where), {0, 2, 1, 3});  // (B,Tq,H,D)
}

}  // namespace dikkat
