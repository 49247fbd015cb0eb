#include "kernels/attention/args.h"

namespace dikkat {
namespace {

// The sizes and the work of attention. A causal query sees half of the keys on average.
template <class Args>
void add_attention_sizes(Operands& operands, const Args& args) {
  operands.size("batch", args.batch);
  operands.size("heads", args.heads);
  operands.size("group", args.group);
  operands.size("queries", args.queries);
  operands.size("keys", args.keys);
  operands.size("head_size", args.head_size);
  operands.size("window", args.window);
  const double products = 4.0 * args.batch * args.heads * args.queries * args.keys * args.head_size;
  operands.flops = args.causal ? products / 2 : products;
}

template <class Args>
int64_t query_extent(const Args& args, const HeadSteps& steps) {
  return extent({{args.batch, steps.batch}, {args.queries, steps.time}, {args.heads, steps.head}, {args.head_size, 1}});
}

template <class Args>
int64_t key_extent(const Args& args, const HeadSteps& steps) {
  return extent(
      {{args.batch, steps.batch}, {args.keys, steps.time}, {args.heads / args.group, steps.head}, {args.head_size, 1}});
}

template <class Args>
int64_t mask_extent(const Args& args) {
  const MaskSteps& steps = args.mask_steps;
  return extent(
      {{args.batch, steps.batch}, {args.heads, steps.head}, {args.queries, steps.query}, {args.keys, steps.key}});
}

}  // namespace

void AttentionArgs::operands(Operands& list) const {
  list.read("q", q, query_extent(*this, q_steps));
  list.read("k", k, key_extent(*this, k_steps));
  list.read("v", v, key_extent(*this, v_steps));
  list.read("mask", mask, mask_extent(*this));
  list.write("out", out, query_extent(*this, out_steps));
  list.write("log_sum_exp", log_sum_exp, batch * heads * queries);
  add_attention_sizes(list, *this);
}

void AttentionBackwardArgs::operands(Operands& list) const {
  list.read("q", q, query_extent(*this, q_steps));
  list.read("k", k, key_extent(*this, k_steps));
  list.read("v", v, key_extent(*this, v_steps));
  list.read("mask", mask, mask_extent(*this));
  list.read("out", out, query_extent(*this, out_steps));
  list.read("log_sum_exp", log_sum_exp, batch * heads * queries);
  list.read("dout", dout, query_extent(*this, dout_steps));
  list.update("dq", dq, query_extent(*this, dq_steps));
  list.update("dk", dk, key_extent(*this, dk_steps));
  list.update("dv", dv, key_extent(*this, dv_steps));
  add_attention_sizes(list, *this);
  list.flops *= 2.5;  // five products of matrices where forward has two
}

}  // namespace dikkat
