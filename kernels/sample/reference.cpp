// The textbook draw: lay the probabilities of the candidates side by side, in order of id, and see where a uniform
// random number falls.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "kernels/variants.h"

namespace dikkat::reference {
namespace {

// The `count` ids with the largest logits, largest first; the smaller id first where they are equal; NaN last.
std::vector<int32_t> largest(const Real* logits, int64_t cols, int64_t count) {
  std::vector<int32_t> ids(cols);
  std::iota(ids.begin(), ids.end(), 0);
  std::stable_sort(ids.begin(), ids.end(), [&](int32_t left, int32_t right) {
    return logits[left] > logits[right] || (std::isnan(logits[right]) && !std::isnan(logits[left]));
  });
  ids.resize(count);
  return ids;
}

int32_t draw(const Real* logits, std::vector<int32_t> candidates, double temperature, double uniform) {
  const double max = logits[candidates.front()];
  std::sort(candidates.begin(), candidates.end());
  double sum = 0;
  for (const int32_t id : candidates) sum += std::exp((logits[id] - max) / temperature);

  double passed = 0;
  for (const int32_t id : candidates) {
    passed += std::exp((logits[id] - max) / temperature);
    if (uniform * sum < passed) return id;
  }
  return candidates.back();  // only where sum is NaN
}

}  // namespace

void sample(const SampleArgs& args) {
  if (args.cols == 0) return;
  const int64_t count = args.top_k == 0 ? args.cols : std::min(args.top_k, args.cols);
  for (int64_t row = 0; row < args.rows; ++row) {
    const Real* logits = args.logits + row * args.cols;
    const std::vector<int32_t> candidates = largest(logits, args.cols, count);
    if (args.temperature == 0) {
      args.ids[row] = candidates.front();
    } else {
      args.ids[row] = draw(logits, candidates, args.temperature, random_uniform(args.stream, row));
    }
  }
}

void add_sample(KernelTable& table) {
  table.sample = sample;
}

}  // namespace dikkat::reference
