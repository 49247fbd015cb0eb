// The fast AdamW: one pass over the four arrays, whole vectors at a time; memory sets the pace (7 numbers moved for
// each weight). The averages are written as m + (1 - beta) (g - m): the same value, but without the rounding of a beta
// near 1.
// Measured with AVX-512: 850 000 weights in 0.46 ms on one core (52 GB/s), 0.23 ms on two.
#include "kernels/parallel.h"
#include "kernels/pieces.h"
#include "kernels/simd.h"
#include "kernels/variants.h"

namespace dikkat::cpu {

using namespace simd;

void adamw(const AdamWArgs& args) {
  double clip = 1;
  if (args.squared_norm) {
    const double ratio = args.max_norm / (__builtin_sqrt(static_cast<double>(*args.squared_norm)) + 1e-6);
    clip = ratio > 1 ? 1 : ratio;  // in this order a NaN stays a NaN
  }
  const double step = static_cast<double>(args.step);
  const double correction1 = 1 - __builtin_pow(args.beta1, step), correction2 = 1 - __builtin_pow(args.beta2, step);
  const Lanes clips = splat(static_cast<float>(clip));
  const Lanes share1 = splat(static_cast<float>(1 - args.beta1)), share2 = splat(static_cast<float>(1 - args.beta2));
  const Lanes keep2 = splat(static_cast<float>(args.beta2));
  const Lanes decay = splat(static_cast<float>(args.rate * args.weight_decay));
  const Lanes rate = splat(static_cast<float>(args.rate / correction1));
  const Lanes scale2 = splat(static_cast<float>(1 / correction2)), eps = splat(static_cast<float>(args.eps));

  parallel_ranges(args.size, elements_per_piece, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i += lanes) {
      const int64_t count = up_to_lanes(end - i);
      const Lanes g = load_up_to(args.gradient + i, count) * clips, w = load_up_to(args.weight + i, count);
      Lanes m = load_up_to(args.m + i, count), v = load_up_to(args.v + i, count);
      m = multiply_add(share1, g - m, m);
      v = multiply_add(keep2, v, share2 * (g * g));  // not v + share2 (g g - v), which cancels when beta2 is small
      const Lanes change = rate * m / (simd::sqrt(v * scale2) + eps);
      store_up_to(args.weight + i, w - multiply_add(decay, w, change), count);
      store_up_to(args.m + i, m, count);
      store_up_to(args.v + i, v, count);
    }
  });
}

void add_adamw(KernelTable& table) {
  table.adamw = adamw;
}

}  // namespace dikkat::cpu
