// The textbook attention: one query at a time asks every key it may see, and takes their values in proportion.
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "kernels/variants.h"

namespace dikkat::reference {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

double dot(const Real* a, const Real* b, int64_t size) {
  double sum = 0;
  for (int64_t i = 0; i < size; ++i) sum += static_cast<double>(a[i]) * b[i];
  return sum;
}

// Where the numbers of one head begin, at time 0.
int64_t head_start(const HeadSteps& steps, int64_t batch, int64_t head) {
  return batch * steps.batch + head * steps.head;
}

// A key that one query may see, and what its query thinks of it.
struct Seen {
  int64_t key;
  double score;
};

// Every key that this query may see: not in its future, not before its window, not hidden by the mask.
template <class Args>
std::vector<Seen> seen_keys(const Args& args, int64_t batch, int64_t head, int64_t query) {
  const Real* q = args.q + head_start(args.q_steps, batch, head) + query * args.q_steps.time;
  const Real* k = args.k + head_start(args.k_steps, batch, head / args.group);
  const int64_t end = args.causal ? query + 1 + args.keys - args.queries : args.keys;
  const int64_t begin = args.window > 0 ? std::max<int64_t>(0, end - args.window) : 0;
  std::vector<Seen> seen;
  for (int64_t key = begin; key < end; ++key) {
    double score = dot(q, k + key * args.k_steps.time, args.head_size) * args.scale;
    if (args.mask) {
      const MaskSteps& steps = args.mask_steps;
      const Real mask = args.mask[batch * steps.batch + head * steps.head + query * steps.query + key * steps.key];
      if (mask == -infinity) continue;          // whatever k and v hold there
      score = static_cast<Real>(score + mask);  // beside a mask of -1e9 a score does not count
    }
    seen.push_back({key, score});
  }
  return seen;
}

// target[i] += source[i], if somebody wants it.
void add_rows(Real* target, int64_t step, const std::vector<double>& source, int64_t rows, int64_t cols) {
  if (!target) return;
  for (int64_t row = 0; row < rows; ++row) {
    for (int64_t i = 0; i < cols; ++i) {
      Real& element = target[row * step + i];
      element = static_cast<Real>(element + source[row * cols + i]);
    }
  }
}

void attention_of_head(const AttentionArgs& args, int64_t batch, int64_t head) {
  const Real* v = args.v + head_start(args.v_steps, batch, head / args.group);
  for (int64_t query = 0; query < args.queries; ++query) {
    Real* out = args.out + head_start(args.out_steps, batch, head) + query * args.out_steps.time;
    const std::vector<Seen> seen = seen_keys(args, batch, head, query);

    double max = -infinity;
    for (const Seen& one : seen) {
      if (one.score > max) max = one.score;
    }
    double sum = 0;
    std::vector<double> value(args.head_size, 0.0);
    for (const Seen& one : seen) {
      const double p = std::exp(one.score - max);
      sum += p;
      for (int64_t i = 0; i < args.head_size; ++i) value[i] += p * v[one.key * args.v_steps.time + i];
    }
    for (int64_t i = 0; i < args.head_size; ++i) out[i] = static_cast<Real>(seen.empty() ? 0 : value[i] / sum);
    const double log_sum_exp = seen.empty() ? -infinity : max + std::log(sum);
    args.log_sum_exp[(batch * args.heads + head) * args.queries + query] = static_cast<Real>(log_sum_exp);
  }
}

void attention_backward_of_head(const AttentionBackwardArgs& args, int64_t batch, int64_t head) {
  const int64_t size = args.head_size, kv_head = head / args.group;
  const Real* k = args.k + head_start(args.k_steps, batch, kv_head);
  const Real* v = args.v + head_start(args.v_steps, batch, kv_head);
  std::vector<double> dq(args.queries * size, 0.0), dk(args.keys * size, 0.0), dv(args.keys * size, 0.0);

  for (int64_t query = 0; query < args.queries; ++query) {
    const Real* q = args.q + head_start(args.q_steps, batch, head) + query * args.q_steps.time;
    const Real* out = args.out + head_start(args.out_steps, batch, head) + query * args.out_steps.time;
    const Real* dout = args.dout + head_start(args.dout_steps, batch, head) + query * args.dout_steps.time;
    const double log_sum_exp = args.log_sum_exp[(batch * args.heads + head) * args.queries + query];
    const double mean_dp = dot(dout, out, size);  // rowsum(dout * out) is also the mean of dp, weighted by p

    // The probabilities sum up to 1, but for the rounding of log_sum_exp; that counts where the scores are large: near
    // -1e9 it is a multiple of 64.
    const std::vector<Seen> seen = seen_keys(args, batch, head, query);
    double sum = 0;
    for (const Seen& one : seen) sum += std::exp(one.score - log_sum_exp);

    for (const Seen& one : seen) {
      const double p = std::exp(one.score - log_sum_exp) / sum;
      const double dp = dot(dout, v + one.key * args.v_steps.time, size);
      const double ds = p * (dp - mean_dp);
      for (int64_t i = 0; i < size; ++i) {
        dv[one.key * size + i] += p * dout[i];
        dq[query * size + i] += ds * k[one.key * args.k_steps.time + i] * args.scale;
        dk[one.key * size + i] += ds * q[i] * args.scale;
      }
    }
  }
  add_rows(args.dq ? args.dq + head_start(args.dq_steps, batch, head) : nullptr, args.dq_steps.time, dq, args.queries,
           size);
  add_rows(args.dk ? args.dk + head_start(args.dk_steps, batch, kv_head) : nullptr, args.dk_steps.time, dk, args.keys,
           size);
  add_rows(args.dv ? args.dv + head_start(args.dv_steps, batch, kv_head) : nullptr, args.dv_steps.time, dv, args.keys,
           size);
}

}  // namespace

void attention(const AttentionArgs& args) {
  for (int64_t batch = 0; batch < args.batch; ++batch) {
    for (int64_t head = 0; head < args.heads; ++head) attention_of_head(args, batch, head);
  }
}

void attention_backward(const AttentionBackwardArgs& args) {
  for (int64_t batch = 0; batch < args.batch; ++batch) {
    for (int64_t head = 0; head < args.heads; ++head) attention_backward_of_head(args, batch, head);
  }
}

void add_attention(KernelTable& table) {
  table.attention = attention;
  table.attention_backward = attention_backward;
}

}  // namespace dikkat::reference
