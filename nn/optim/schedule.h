// Learning rates over time.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>

namespace dikkat {

// Rises in a line to `peak` over the first `warmup` steps, then falls along half a cosine to `floor` at step `total`
// (Loshchilov & Hutter, "SGDR", 2017).   step counts from 0.
struct CosineSchedule {
  double peak = 1e-3, floor = 1e-4;
  int64_t warmup = 100, total = 1000;

  double rate(int64_t step) const {
    if (step < warmup) return peak * static_cast<double>(step + 1) / static_cast<double>(warmup);
    const double span = static_cast<double>(std::max<int64_t>(1, total - warmup));
    const double progress = std::min(1.0, static_cast<double>(step - warmup) / span);
    return floor + (peak - floor) * 0.5 * (1 + std::cos(std::numbers::pi * progress));
  }
};

}  // namespace dikkat
