// Scaled dot-product attention over heads.
#pragma once

#include "kernels/operands.h"

namespace dikkat {

// Distances, in elements, between neighbours of a (B,T,H,D) tensor; the D numbers of a head lie together.
struct HeadSteps {
  int64_t batch = 0, time = 0, head = 0;
};

// A number for each score, added to it: 0 to see, -inf not to. Any layout of (B,H,Tq,Tk); a step of 0 where one number
// serves many, as when a key is padding for every query.
struct MaskSteps {
  int64_t batch = 0, head = 0, query = 0, key = 0;
};

// out = softmax(q k^T * scale + mask) v for each head, never storing the (T,T) matrix (Dao et al., "FlashAttention",
// 2022).  q, out (B,Tq,H,D)  k, v (B,Tk,H/group,D)  log_sum_exp (B,H,Tq), natural logarithm of each row's sum of
// exp(score). Query head h reads key and value head h / group. A query that may see nothing gives 0 (and -inf).
// causal: query t sees keys up to t + (Tk - Tq); needs Tk >= Tq.  window: and of these only the last `window` (0: all).
struct AttentionArgs {
  const Real* q = nullptr;
  const Real* k = nullptr;
  const Real* v = nullptr;
  Real* out = nullptr;
  Real* log_sum_exp = nullptr;
  const Real* mask = nullptr;
  HeadSteps q_steps = {}, k_steps = {}, v_steps = {}, out_steps = {};
  MaskSteps mask_steps = {};
  int64_t batch = 0, heads = 0, group = 1, queries = 0, keys = 0, head_size = 0, window = 0;
  Real scale = 1;
  bool causal = true;
  void operands(Operands& list) const;
};

// With p = exp(q k^T * scale + mask - log_sum_exp), dp = dout v^T and ds = p * (dp - rowsum(dout * out)):
// dv += p^T dout,  dq += ds k * scale,  dk += ds^T q * scale.  dq, dk, dv may each be null.
// dk and dv sum over the heads of their group. The mask gets no gradient.
struct AttentionBackwardArgs {
  const Real* q = nullptr;
  const Real* k = nullptr;
  const Real* v = nullptr;
  const Real* out = nullptr;
  const Real* log_sum_exp = nullptr;
  const Real* dout = nullptr;
  Real* dq = nullptr;
  Real* dk = nullptr;
  Real* dv = nullptr;
  const Real* mask = nullptr;
  HeadSteps q_steps = {}, k_steps = {}, v_steps = {}, out_steps = {};
  MaskSteps mask_steps = {};
  HeadSteps dout_steps = {}, dq_steps = {}, dk_steps = {}, dv_steps = {};
  int64_t batch = 0, heads = 0, group = 1, queries = 0, keys = 0, head_size = 0, window = 0;
  Real scale = 1;
  bool causal = true;
  void operands(Operands& list) const;
};

}  // namespace dikkat
