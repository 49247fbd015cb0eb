// The textbook attention: one query at a time asks every key it may see, and takes their values in proportion.
#include <cmath>
#include <limits>
#include <vector>

#include "kernels/variants.h"

namespace dikkat::reference {
namespace {

double dot(const Real* a, const Real* b, int64_t size) {
  double sum = 0;
  for (int64_t i = 0; i < size; ++i) sum += static_cast<double>(a[i]) * b[i];
  return sum;
}

// Where the numbers of one head begin, at time 0.
int64_t head_start(const HeadSteps& steps, int64_t batch, int64_t head) {
  return batch * steps.batch + head * steps.head;
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
  const Real* k = args.k + head_start(args.k_steps, batch, head);
  const Real* v = args.v + head_start(args.v_steps, batch, head);
  for (int64_t query = 0; query < args.queries; ++query) {
    const Real* q = args.q + head_start(args.q_steps, batch, head) + query * args.q_steps.time;
    Real* out = args.out + head_start(args.out_steps, batch, head) + query * args.out_steps.time;
    const int64_t visible = args.causal ? query + 1 + args.keys - args.queries : args.keys;

    std::vector<double> score(visible), p(visible);
    double max = -std::numeric_limits<double>::infinity();
    for (int64_t key = 0; key < visible; ++key) {
      score[key] = dot(q, k + key * args.k_steps.time, args.head_size) * args.scale;
      if (score[key] > max) max = score[key];
    }
    double sum = 0;
    for (int64_t key = 0; key < visible; ++key) sum += std::exp(score[key] - max);
    for (int64_t key = 0; key < visible; ++key) p[key] = std::exp(score[key] - max) / sum;

    for (int64_t i = 0; i < args.head_size; ++i) {
      double value = 0;
      for (int64_t key = 0; key < visible; ++key) value += p[key] * v[key * args.v_steps.time + i];
      out[i] = static_cast<Real>(value);
    }
    args.log_sum_exp[(batch * args.heads + head) * args.queries + query] = static_cast<Real>(max + std::log(sum));
  }
}

void attention_backward_of_head(const AttentionBackwardArgs& args, int64_t batch, int64_t head) {
  const int64_t size = args.head_size;
  const Real* k = args.k + head_start(args.k_steps, batch, head);
  const Real* v = args.v + head_start(args.v_steps, batch, head);
  std::vector<double> dq(args.queries * size, 0.0), dk(args.keys * size, 0.0), dv(args.keys * size, 0.0);

  for (int64_t query = 0; query < args.queries; ++query) {
    const Real* q = args.q + head_start(args.q_steps, batch, head) + query * args.q_steps.time;
    const Real* out = args.out + head_start(args.out_steps, batch, head) + query * args.out_steps.time;
    const Real* dout = args.dout + head_start(args.dout_steps, batch, head) + query * args.dout_steps.time;
    const double log_sum_exp = args.log_sum_exp[(batch * args.heads + head) * args.queries + query];
    const double mean_dp = dot(dout, out, size);  // rowsum(dout * out) is also the mean of dp, weighted by p
    const int64_t visible = args.causal ? query + 1 + args.keys - args.queries : args.keys;

    for (int64_t key = 0; key < visible; ++key) {
      const double score = dot(q, k + key * args.k_steps.time, size) * args.scale;
      const double p = std::exp(score - log_sum_exp);
      const double dp = dot(dout, v + key * args.v_steps.time, size);
      const double ds = p * (dp - mean_dp);
      for (int64_t i = 0; i < size; ++i) {
        dv[key * size + i] += p * dout[i];
        dq[query * size + i] += ds * k[key * args.k_steps.time + i] * args.scale;
        dk[key * size + i] += ds * q[i] * args.scale;
      }
    }
  }
  add_rows(args.dq ? args.dq + head_start(args.dq_steps, batch, head) : nullptr, args.dq_steps.time, dq, args.queries,
           size);
  add_rows(args.dk ? args.dk + head_start(args.dk_steps, batch, head) : nullptr, args.dk_steps.time, dk, args.keys,
           size);
  add_rows(args.dv ? args.dv + head_start(args.dv_steps, batch, head) : nullptr, args.dv_steps.time, dv, args.keys,
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

}  // namespace dikkat::reference
