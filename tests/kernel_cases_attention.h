// Kernel cases: fused attention, on parts of wider tensors.
#pragma once

#include "tests/kernel_workbench.h"

namespace dikkat::test {

// Which dimensions of (B,H,Tq,Tk) the mask has; the others share its numbers.
struct MaskLayout {
  bool there = false;
  bool batch = false, head = false, query = false, key = false;
  bool reversed = false;  // the keys do not lie together
};

struct AttentionShape {
  int64_t batch, heads, queries, keys, head_size;
  bool causal;
  int wanted = 7;  // which of dq, dk, dv
  int64_t group = 1, window = 0;
  MaskLayout mask = {};
  bool spoiled = false;  // NaN in two keys of the first head: whoever sees one becomes NaN, and nobody else
};

inline int64_t product_of(const AttentionShape& shape) {
  return shape.batch * shape.heads * shape.queries * shape.keys;
}

// About a sixth of the numbers hide their key, and every fifth query sees nothing at all.
template <class Args>
void add_mask(Workbench& bench, const AttentionShape& shape, Args& args) {
  if (!shape.mask.there) return;
  const bool has[] = {shape.mask.batch, shape.mask.head, shape.mask.query, shape.mask.key};
  const int64_t sizes[] = {shape.batch, shape.heads, shape.queries, shape.keys};
  int64_t steps[4] = {}, count = 1;
  for (int i = 0; i < 4; ++i) {
    const int d = shape.mask.reversed ? i : 3 - i;
    if (has[d]) steps[d] = count, count *= sizes[d];
  }
  args.mask_steps = {steps[0], steps[1], steps[2], steps[3]};
  if (product_of(shape) == 0) count = 0;
  Real* mask = bench.in(count, -1, 1);
  for (int64_t i = 0; i < count; ++i) {
    const bool row_is_hidden = has[2] && i / steps[2] % shape.queries % 5 == 2;
    if (row_is_hidden || mask[i] > 2.0 / 3) mask[i] = -std::numeric_limits<Real>::infinity();
  }
  args.mask = mask;
}

// q, k and v are parts of wider tensors: where they are as many, all three of one (B,T,3,H,D), with a gap.
struct AttentionMemory {
  Real *q, *k, *v;
  HeadSteps q_steps, k_steps, v_steps;
};

template <class MakeTensor>
AttentionMemory attention_memory(const AttentionShape& shape, MakeTensor make) {
  const int64_t width = shape.heads * shape.head_size, gap = 5;
  if (shape.queries == shape.keys && shape.group == 1) {
    const HeadSteps steps{.batch = shape.queries * (3 * width + gap), .time = 3 * width + gap, .head = shape.head_size};
    Real* all = make("qkv", shape.batch == 0 ? 0 : shape.batch * steps.batch - gap);
    return {all, all + width, all + 2 * width, steps, steps, steps};
  }
  const HeadSteps q_steps{.batch = shape.queries * width, .time = width, .head = shape.head_size};
  // Keys and values as a cache holds them: head by head, with room for more.
  const HeadSteps k_steps{.batch = shape.heads / shape.group * (shape.keys + 3) * shape.head_size,
                          .time = shape.head_size,
                          .head = (shape.keys + 3) * shape.head_size};
  const int64_t k_size = shape.batch * shape.keys == 0 ? 0 : shape.batch * k_steps.batch - 3 * shape.head_size;
  Real* q = make("q", shape.batch * q_steps.batch);
  Real* k = make("k", k_size);
  return {q, k, make("v", k_size), q_steps, k_steps, k_steps};
}

// Numbers in [-2, 2]: products are at most 4, and sqrt(head_size) of them, divided by that, is how far scores spread.
inline double score_error(const AttentionShape& shape, double scale) {
  return scale * sum_error(shape.head_size, 4);
}
inline constexpr double score_spread = 16;  // |score - max|; its exp errs by so many u
inline constexpr double mask_error =
    2 * score_spread * unit;  // a score with a mask is rounded once more, here and there

inline void build_attention(Workbench& bench, const AttentionShape& shape) {
  AttentionArgs args{.batch = shape.batch,
                     .heads = shape.heads,
                     .group = shape.group,
                     .queries = shape.queries,
                     .keys = shape.keys,
                     .head_size = shape.head_size,
                     .window = shape.window,
                     .causal = shape.causal};
  const auto memory = attention_memory(shape, [&](const char*, int64_t size) { return bench.in(size, -2, 2); });
  if (shape.spoiled) {
    memory.v[7 * memory.v_steps.time] = std::numeric_limits<Real>::quiet_NaN();
    memory.k[11 * memory.k_steps.time] = std::numeric_limits<Real>::quiet_NaN();
  }
  args.q = memory.q, args.k = memory.k, args.v = memory.v;
  args.q_steps = memory.q_steps, args.k_steps = memory.k_steps, args.v_steps = memory.v_steps;
  add_mask(bench, shape, args);
  const double scale = 1 / std::sqrt(static_cast<double>(shape.head_size));
  args.scale = static_cast<Real>(scale);
  const int64_t width = shape.heads * shape.head_size;
  args.out_steps = {.batch = shape.queries * width, .time = width, .head = shape.head_size};
  // out is a mean of v, |v| <= 2, with weights whose relative error is that of score, exp and sum.
  const double weight_error = score_error(shape, scale) + score_spread * unit + (shape.mask.there ? mask_error : 0) +
                              2 * function_error + positive_sum_error(shape.keys);
  args.out = bench.out("out", shape.batch * shape.queries * width, {0, 2 * 2 * weight_error});
  args.log_sum_exp = bench.out("log_sum_exp", shape.batch * shape.heads * shape.queries, {2 * unit, weight_error});
  bench.call(&KernelTable::attention, args);
}

inline void build_attention_backward(Workbench& bench, const AttentionShape& shape) {
  AttentionBackwardArgs args{.batch = shape.batch,
                             .heads = shape.heads,
                             .group = shape.group,
                             .queries = shape.queries,
                             .keys = shape.keys,
                             .head_size = shape.head_size,
                             .window = shape.window,
                             .causal = shape.causal};
  const auto memory = attention_memory(shape, [&](const char*, int64_t size) { return bench.in(size, -2, 2); });
  if (shape.spoiled) {
    memory.v[7 * memory.v_steps.time] = std::numeric_limits<Real>::quiet_NaN();
    memory.k[11 * memory.k_steps.time] = std::numeric_limits<Real>::quiet_NaN();
  }
  args.q = memory.q, args.k = memory.k, args.v = memory.v;
  args.q_steps = memory.q_steps, args.k_steps = memory.k_steps, args.v_steps = memory.v_steps;
  add_mask(bench, shape, args);
  const double scale = 1 / std::sqrt(static_cast<double>(shape.head_size));
  args.scale = static_cast<Real>(scale);
  const int64_t width = shape.heads * shape.head_size;
  args.out_steps = {.batch = shape.queries * width, .time = width, .head = shape.head_size};
  args.dout_steps = {.batch = shape.queries * width, .time = shape.head_size, .head = shape.queries * shape.head_size};
  Real* out = bench.in(shape.batch * shape.queries * width);
  Real* log_sum_exp = bench.in(shape.batch * shape.heads * shape.queries);
  args.dout = bench.in(shape.batch * shape.queries * width);
  args.out = out, args.log_sum_exp = log_sum_exp;
  reference_table().attention({.q = args.q,
                               .k = args.k,
                               .v = args.v,
                               .out = out,
                               .log_sum_exp = log_sum_exp,
                               .mask = args.mask,
                               .q_steps = args.q_steps,
                               .k_steps = args.k_steps,
                               .v_steps = args.v_steps,
                               .out_steps = args.out_steps,
                               .mask_steps = args.mask_steps,
                               .batch = shape.batch,
                               .heads = shape.heads,
                               .group = shape.group,
                               .queries = shape.queries,
                               .keys = shape.keys,
                               .head_size = shape.head_size,
                               .window = shape.window,
                               .scale = args.scale,
                               .causal = shape.causal});

  // |dout| <= 1, |v| <= 2. dp - sum(p dp) is a sum of head_size random terms: within 3 sqrt(head_size). Its error and
  // the relative error of p make that of ds. The errors of different queries and keys walk at random with steps p,
  // whose squares sum to less than 4, for each head of a group.
  const double dp_error = 2 * sum_error(shape.head_size, 2);
  const double p_error =
      score_error(shape, scale) + (score_spread + 8) * unit + (shape.mask.there ? mask_error : 0) + function_error;
  const double ds_error = dp_error + p_error * 3 * std::sqrt(static_cast<double>(shape.head_size));
  const double one_head = 2 * (2 * scale * ds_error + p_error + 8 * unit);
  const Limit limit{2 * unit, 2 * unit + static_cast<double>(shape.group) * one_head};
  const auto gradients = attention_memory(shape, [&](const char* name, int64_t size) {
    const bool is_wanted = name[1] ? true : shape.wanted & (name[0] == 'q' ? 1 : name[0] == 'k' ? 2 : 4);
    return is_wanted ? bench.out(name, size, limit) : nullptr;
  });
  args.dq_steps = gradients.q_steps, args.dk_steps = gradients.k_steps, args.dv_steps = gradients.v_steps;
  args.dq = gradients.q, args.dk = gradients.k, args.dv = gradients.v;
  bench.call(&KernelTable::attention_backward, args);
}

inline void add_attention_cases(KernelCases& cases) {
  const auto add = [&](const AttentionShape& shape) {
    std::string name = shape.causal ? " causal" : " full";
    for (const int64_t size : {shape.batch, shape.heads, shape.queries, shape.keys, shape.head_size}) {
      name += " " + std::to_string(size);
    }
    if (shape.group > 1) name += " group " + std::to_string(shape.group);
    if (shape.window > 0) name += " window " + std::to_string(shape.window);
    if (shape.mask.there) {
      name += " mask ";
      const bool has[] = {shape.mask.batch, shape.mask.head, shape.mask.query, shape.mask.key, shape.mask.reversed};
      for (int i = 0; i < 5; ++i) name += has[i] ? "bhqkr"[i] : '-';
    }
    if (shape.spoiled) name += " spoiled";
    if (shape.wanted == 7) {
      cases.push_back({"attention" + name, [shape](Workbench& bench) { build_attention(bench, shape); }});
    } else {
      name += " wanted " + std::to_string(shape.wanted);
    }
    cases.push_back(
        {"attention_backward" + name, [shape](Workbench& bench) { build_attention_backward(bench, shape); }});
  };
  for (const bool causal : {false, true}) {
    for (const int64_t head_size : {1, 3, 16, 17, 64}) {
      for (const int64_t time : awkward) add({2, 3, time, time, head_size, causal});
    }
    add({1, 2, 1, 67, 32, causal});
    add({2, 1, 17, 64, 32, causal});
    add({3, 2, 64, 128, 8, causal});
    add({1, 1, 67, 67, 128, causal});
    add({1, 1, 300, 301, 32, causal});
    add({0, 2, 5, 5, 4, causal});
    for (int wanted = 0; wanted < 7; ++wanted) add({2, 2, 19, 35, 8, causal, wanted});
    for (const int64_t group : {1, 2, 3}) {
      for (const int64_t window : {0, 1, 5, 40, 1000}) {
        add({2, 6, 67, 67, 16, causal, 7, group, window});
        add({1, 6, 19, 300, 8, causal, 7, group, window});
        add({1, 6, 67, 67, 8, causal, 7, group, window, {}, true});
      }
    }
    add({2, 2, 19, 0, 8, false, 7, 1, 0});        // nothing to see
    add({1, 2, 600, 600, 4, causal, 7, 2, 270});  // a window of more than one chunk of keys
    add({1, 1, 300, 301, 4, causal, 7, 1, 30, {}, true});
    add({1, 1, 1, 1000, 8, causal, 7, 1, 20});
    for (int wanted = 0; wanted < 7; ++wanted) add({2, 4, 19, 35, 8, causal, wanted, 2, 7, {true, true, true, true}});
    for (int layout = 0; layout < 32; ++layout) {
      const MaskLayout mask{
          true, (layout & 1) != 0, (layout & 2) != 0, (layout & 4) != 0, (layout & 8) != 0, (layout & 16) != 0};
      add({2, 3, 67, 67, 16, causal, 7, 1, 0, mask});
      add({2, 4, 17, 300, 8, causal, 7, 2, layout % 3 == 0 ? 33 : 0, mask});
      add({2, 2, 1, 35, 3, causal, 7, 1, 0, mask});
      add({2, 2, 67, 67, 16, causal, 7, 2, layout % 3 == 0 ? 20 : 0, mask, true});
    }
  }
}

}  // namespace dikkat::test
