// Learning rates over time. Each schedule is a function of the step, counted from 0.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>

#include "core/shape.h"

namespace dikkat {

// A rise in a line over the first `steps` steps. Papers and libraries count it in three ways:
//   reach   (step + 1) / steps:       the last step of the rise has the full rate
//   zero    step / steps:             the first step has rate 0 (Hugging Face)
//   before  (step + 1) / (steps + 1): the first step after the rise has the full rate (nanoGPT)
struct WarmUp {
  enum class Count { reach, zero, before };
  int64_t steps = 0;
  Count count = Count::reach;

  bool rising(int64_t step) const { return step < steps; }

  // The share of the full rate, 1 after the rise.
  double share(int64_t step) const {
    if (!rising(step)) return 1;
    const auto now = static_cast<double>(step), all = static_cast<double>(steps);
    if (count == Count::zero) return now / all;
    return count == Count::before ? (now + 1) / (all + 1) : (now + 1) / all;
  }

  // How far the time from the end of the rise to step `total` has gone: 0 ... 1.
  double progress(int64_t step, int64_t total) const {
    if (step >= total) return 1;
    const double span = static_cast<double>(std::max<int64_t>(1, total - steps));
    return std::clamp(static_cast<double>(step - steps) / span, 0.0, 1.0);
  }
};

// The same rate at every step.
struct ConstantSchedule {
  double peak = 1e-3;
  WarmUp warmup = {};
  double rate(int64_t step) const { return peak * warmup.share(step); }
};

// From `peak` in a line to `floor` at step `total`.
struct LinearSchedule {
  double peak = 1e-3, floor = 0;
  WarmUp warmup = {100};
  int64_t total = 1000;
  double rate(int64_t step) const {
    if (warmup.rising(step)) return peak * warmup.share(step);
    return peak + (floor - peak) * warmup.progress(step, total);
  }
};

// From `peak` along half a cosine to `floor` at step `total` (Loshchilov & Hutter, "SGDR", 2017).
struct CosineSchedule {
  double peak = 1e-3, floor = 1e-4;
  WarmUp warmup = {100};
  int64_t total = 1000;
  double rate(int64_t step) const {
    if (warmup.rising(step)) return peak * warmup.share(step);
    return floor + (peak - floor) * 0.5 * (1 + std::cos(std::numbers::pi * warmup.progress(step, total)));
  }
};

// factor * d_model^-0.5 * min(t^-0.5, t * warmup^-1.5), t = step + 1 (Vaswani et al., "Attention is all you need",
// 2017, section 5.3).
struct NoamSchedule {
  int64_t d_model = 512, warmup = 4000;
  double factor = 1;
  double rate(int64_t step) const {
    require(d_model > 0 && warmup > 0, "NoamSchedule: d_model and warmup must be positive, got ", d_model, " and ",
            warmup);
    const double t = static_cast<double>(step + 1), rise = t * std::pow(static_cast<double>(warmup), -1.5);
    return factor / std::sqrt(static_cast<double>(d_model)) * std::min(1 / std::sqrt(t), rise);
  }
};

// `peak` times gamma after every `step_size` steps.
struct StepSchedule {
  double peak = 1e-3, gamma = 0.1;
  int64_t step_size = 100;
  WarmUp warmup = {};
  double rate(int64_t step) const {
    if (warmup.rising(step)) return peak * warmup.share(step);
    require(step_size > 0, "StepSchedule: step_size must be positive, got ", step_size);
    return peak * std::pow(gamma, static_cast<double>((step - warmup.steps) / step_size));
  }
};

// `peak` times gamma after every step.
struct ExponentialSchedule {
  double peak = 1e-3, gamma = 0.99;
  WarmUp warmup = {};
  double rate(int64_t step) const {
    if (warmup.rising(step)) return peak * warmup.share(step);
    return peak * std::pow(gamma, static_cast<double>(step - warmup.steps));
  }
};

}  // namespace dikkat
