// Scaled dot-product attention (Vaswani et al., "Attention is all you need", 2017, section 3.2.1), fused and plain.
#include <cmath>
#include <limits>

#include "core/ops/heads.h"
#include "core/probe.h"

namespace dikkat {

namespace {

HeadSteps head_steps(const Strides& strides) {
  return {.batch = strides[0], .time = strides[1], .head = strides[2]};
}

// How a mask is read for scores (B,H,Tq,Tk): a dimension that it lacks, or has once, repeats it.
MaskSteps mask_steps(const Tensor& mask) {
  const auto step = [&](int from_last) {
    const int dim = mask.rank() - from_last;
    return dim < 0 || mask.size(dim) == 1 ? 0 : mask.strides()[static_cast<size_t>(dim)];
  };
  return {.batch = step(4), .head = step(3), .query = step(2), .key = step(1)};
}

double scale_of(const Tensor& q, const AttentionOptions& options) {
  return options.scale != 0 ? options.scale : 1 / std::sqrt(static_cast<double>(q.size(3)));
}

// How many query heads share a key and value head.
int64_t group_of(const Tensor& q, const Tensor& k) {
  return k.size(2) == 0 ? 1 : q.size(2) / k.size(2);
}

void check(const In& q, const In& k, const In& v, const AttentionOptions& options) {
  require(q.rank() == 4 && k.rank() == 4 && v.rank() == 4, q.where, "attention: q ", q.shape(), ", k ", k.shape(),
          " and v ", v.shape(), " must have four dimensions: (batch, time, heads, head size)");
  const auto agree = [&](bool condition, const char* rule) {
    require(condition, q.where, "attention: q ", q.shape(), ", k ", k.shape(), " and v ", v.shape(), rule);
  };
  agree(q.size(0) == k.size(0) && q.size(0) == v.size(0), " must agree in batch, the first size");
  agree(q.size(3) == k.size(3), ": q and k must agree in head size, the last size");
  agree(k.size(1) == v.size(1), ": k and v must agree in time, the second size");
  agree(k.size(2) == v.size(2), ": k and v must agree in heads, the third size");
  agree(k.size(2) == 0 ? q.size(2) == 0 : q.size(2) % k.size(2) == 0,
        ": the heads of q must be a multiple of those of k and v, which they share");
  require(!options.causal || k.size(1) >= q.size(1), q.where,
          "attention: causal attention needs at least as many keys as queries, got ", k.size(1), " and ", q.size(1));
  require(options.window >= 0 && (options.window == 0 || options.causal), q.where, "attention: a window of ",
          options.window, " keys: it cannot be negative, and needs causal attention");
  if (!options.mask.defined()) return;
  const Shape &mask = options.mask.shape(), scores{q.size(0), q.size(2), q.size(1), k.size(1)};
  bool fits = mask.rank() <= 4;
  for (int i = 1; fits && i <= mask.rank(); ++i) fits = mask[-i] == 1 || mask[-i] == scores[-i];
  require(fits, q.where, "attention: the mask ", mask, " cannot be broadcast to the scores (batch, heads, queries, ",
          "keys) ", scores);
}

// What the forward and the backward kernel are told alike.
template <class Args>
void set_common(Args& args, const Tensor& q, const Tensor& k, const Tensor& v, const Strides& out,
                const AttentionOptions& options) {
  args.q = q.address();
  args.k = k.address();
  args.v = v.address();
  args.q_steps = head_steps(q.strides());
  args.k_steps = head_steps(k.strides());
  args.v_steps = head_steps(v.strides());
  args.out_steps = head_steps(out);
  if (options.mask.defined()) {
    args.mask = options.mask.address();
    args.mask_steps = mask_steps(options.mask);
  }
  args.batch = q.size(0);
  args.heads = q.size(2);
  args.group = group_of(q, k);
  args.queries = q.size(1);
  args.keys = k.size(1);
  args.head_size = q.size(3);
  args.window = options.window;
  args.scale = static_cast<Real>(scale_of(q, options));
  args.causal = options.causal;
}

}  // namespace

namespace op {

// out = softmax(q k^T * scale + mask) v, with p remade from log_sum_exp on the way back:
// dv = p^T dout,  ds = p * (dout v^T - rowsum(dout * out)),  dq = ds k * scale,  dk = ds^T q * scale
struct Attention : Op {
  Attention(Tensor q, Tensor k, Tensor v, Tensor log_sum_exp, AttentionOptions options)
      : Op("attention", {q, k, v}), log_sum_exp(log_sum_exp), options(options) {
    if (options.mask.defined()) inputs.push_back(options.mask);
  }
  void backward(Node& out) override {
    Tensor &q = inputs[0], &k = inputs[1], &v = inputs[2];
    AttentionBackwardArgs args;
    set_common(args, q, k, v, out.layout.strides, options);
    args.out = out.address();
    args.log_sum_exp = log_sum_exp.address();
    args.dout = out.grad_address();
    args.dq = q.grad_sum();
    args.dk = k.grad_sum();
    args.dv = v.grad_sum();
    args.dout_steps = head_steps(out.gradient_layout.strides);
    args.dq_steps = head_steps(q.grad_strides());
    args.dk_steps = head_steps(k.grad_strides());
    args.dv_steps = head_steps(v.grad_strides());
    kernels().attention_backward(args);
  }
  Tensor log_sum_exp;
  AttentionOptions options;
};

}  // namespace op

Tensor scaled_dot_product_attention(In q, In k, In v, const AttentionOptions& options) {
  check(q, k, v, options);
  const bool mask_learns = options.mask.defined() && options.mask.requires_grad() && grad_enabled();
  if (mask_learns || options.dropout > 0 || v.size(3) != k.size(3))
    return scaled_dot_product_attention_plain(q, k, v, options);
  q = heads_in_order(q);
  k = heads_in_order(k);
  v = heads_in_order(v);
  Tensor out = empty(q.shape());                                  // (B,Tq,H,D)
  Tensor log_sum_exp = empty({q.size(0), q.size(2), q.size(1)});  // (B,H,Tq)
  AttentionArgs args;
  set_common(args, q, k, v, out.strides(), options);
  args.out = out.address();
  args.log_sum_exp = log_sum_exp.address();
  kernels().attention(args);
  return record(out, std::make_unique<op::Attention>(q, k, v, log_sum_exp, options), q.where);
}

Tensor weights_of(In scores) {
  if (scores.size(-1) == 0) return softmax(scores);
  const Here here(scores);
  const In best = here(max(here(scores.detach()), -1, true));                                    // (...,Tq,1)
  const In blind = here(equal(best, here(full({}, -std::numeric_limits<double>::infinity()))));  // sees nothing
  return masked_fill(here(softmax(here(masked_fill(scores, blind, 0)))), blind, 0);
}

Tensor scaled_dot_product_attention_plain(In q, In k, In v, const AttentionOptions& options) {
  check(q, k, v, options);
  const Here here(q);
  In queries = here(permute(q, {0, 2, 1, 3}));       // (B,H,Tq,D)
  In keys = here(permute(here(k), {0, 2, 3, 1}));    // (B,H/g,D,Tk)
  In values = here(permute(here(v), {0, 2, 1, 3}));  // (B,H/g,Tk,D)
  if (const int64_t group = group_of(q, k); group > 1) {
    keys = here(repeat_interleave(keys, group, 1));      // (B,H,D,Tk)
    values = here(repeat_interleave(values, group, 1));  // (B,H,Tk,D)
  }
  In scores = here(here(matmul(queries, keys)) * scale_of(q, options));  // (B,H,Tq,Tk)
  if (options.mask.defined()) scores = here(scores + here(options.mask));
  if (options.causal && options.window == 0) scores = here(causal_mask(scores));
  if (options.window > 0) scores = here(band_mask(scores, options.window - 1, 0));
  const In weights = here(options.mask.defined() ? weights_of(scores) : softmax(scores));
  probe("attention.weights", weights);
  const In kept = options.dropout > 0 ? here(dropout(weights, options.dropout)) : weights;
  return permute(here(matmul(kept, values)), {0, 2, 1, 3});  // (B,Tq,H,D)
}

}  // namespace dikkat
