// The fast cross-entropy. Two passes over a row of logits (largest, sum of exponentials) with whole vectors and a
// polynomial exp, nothing but two numbers per row written; rows spread over the threads, the losses added in order.
// Measured on one AVX-512 core, 2048 rows of 256: forward 0.24 ms, backward 0.18 ms; exp is most of the instructions.
#include "kernels/parallel.h"
#include "kernels/pieces.h"
#include "kernels/simd.h"
#include "kernels/variants.h"

namespace dikkat::cpu {
namespace {

using namespace simd;

double log_sum_exp(const float* x, int64_t size) {
  Lanes most = splat(-__builtin_inff());
  for (int64_t i = 0; i < size; i += lanes) {
    const int64_t count = up_to_lanes(size - i);
    const Lanes value = load_up_to(x + i, count);
    most = larger(count == lanes ? value : select(first_lanes(count), value, most), most);
  }
  const float max = simd::max(most);
  double total = 0;
  for (int64_t begin = 0; begin < size; begin += 1024) {  // short float sums, then one in double
    const int64_t end = begin + 1024 < size ? begin + 1024 : size;
    Lanes part = {};
    for (int64_t i = begin; i < end; i += lanes) {
      const int64_t count = up_to_lanes(end - i);
      const Lanes e = simd::exp(load_up_to(x + i, count) - splat(max));
      part += count == lanes ? e : select(first_lanes(count), e, Lanes{});
    }
    total += simd::sum(part);
  }
  return max + __builtin_log(total);
}

}  // namespace

void cross_entropy(const CrossEntropyArgs& args) {
  const int64_t cols = args.cols;
  parallel_ranges(args.rows, rows_per_piece(cols), [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const double log_sum = log_sum_exp(args.logits + row * cols, cols);
      const int32_t target = args.targets[row];
      args.log_sum_exp[row] = static_cast<float>(log_sum);
      args.row_loss[row] =
          target == ignore_index ? 0.0f : static_cast<float>(log_sum - args.logits[row * cols + target]);
    }
  });
  double loss = 0;
  int64_t count = 0;
  for (int64_t row = 0; row < args.rows; ++row) {
    if (args.targets[row] == ignore_index) continue;
    loss += args.row_loss[row];
    ++count;
  }
  *args.loss = static_cast<float>(loss / static_cast<double>(count));
  *args.count = static_cast<float>(count);
}

void cross_entropy_backward(const CrossEntropyBackwardArgs& args) {
  const int64_t cols = args.cols;
  const float factor = *args.dloss / *args.count;
  parallel_ranges(args.rows, rows_per_piece(cols), [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const int32_t target = args.targets[row];
      if (target == ignore_index) continue;
      const float* logits = args.logits + row * cols;
      float* dlogits = args.dlogits + row * cols;
      const Lanes log_sum = splat(args.log_sum_exp[row]);
      const float before = dlogits[target];
      for (int64_t i = 0; i < cols; i += lanes) {
        const int64_t count = up_to_lanes(cols - i);
        const Lanes p = simd::exp(load_up_to(logits + i, count) - log_sum);
        store_up_to(dlogits + i, multiply_add(p, splat(factor), load_up_to(dlogits + i, count)), count);
      }
      const float p = simd::exp(splat(logits[target]) - log_sum)[0];
      dlogits[target] = before + factor * (p - 1);
    }
  });
}

void add_cross_entropy(KernelTable& table) {
  table.cross_entropy = cross_entropy;
  table.cross_entropy_backward = cross_entropy_backward;
}

}  // namespace dikkat::cpu
