#include "nn/rotary.h"

#include <algorithm>
#include <cmath>

#include "core/ops.h"

namespace dikkat {

namespace {

const double pi = std::acos(-1.0);

// Between 0, where x is at most `low`, and 1, where it is at least `high`.
double ramp(double x, double low, double high) {
  if (low == high) high += 0.001;
  return std::clamp((x - low) / (high - low), 0.0, 1.0);
}

// Pairs that make less than low_freq_factor turns over the original context are slowed down by `factor`, those of more
// than high_freq_factor turns are left alone, and between the two the slowing fades out.
void squeeze_llama3(std::vector<double>& speeds, const RopeConfig& config) {
  for (double& speed : speeds) {
    const double turns = speed * static_cast<double>(config.original_context) / (2 * pi);
    const double kept = ramp(turns, config.low_freq_factor, config.high_freq_factor);
    speed *= kept + (1 - kept) / config.factor;
  }
}

// The same in terms of the pair's number: which one makes `turns` turns over the original context?
double pair_with(double turns, const RopeConfig& config, int64_t pairs) {
  return static_cast<double>(pairs) * std::log(static_cast<double>(config.original_context) / (turns * 2 * pi)) /
         std::log(config.theta);
}

void squeeze_yarn(std::vector<double>& speeds, const RopeConfig& config) {
  const auto pairs = static_cast<int64_t>(speeds.size());
  double fast = pair_with(config.beta_fast, config, pairs), slow = pair_with(config.beta_slow, config, pairs);
  if (config.truncate) {
    fast = std::floor(fast);
    slow = std::ceil(slow);
  }
  fast = std::max(fast, 0.0);
  slow = std::min(slow, static_cast<double>(2 * pairs - 1));
  for (int64_t i = 0; i < pairs; ++i) {
    const double slowed = ramp(static_cast<double>(i), fast, slow);
    speeds[static_cast<size_t>(i)] *= 1 - slowed + slowed / config.factor;
  }
}

// Longer texts make attention flatter; yarn sharpens it again.
double yarn_factor(const RopeConfig& config) {
  const auto sharpened = [&](double mscale) {
    return config.factor <= 1 ? 1 : 0.1 * mscale * std::log(config.factor) + 1;
  };
  if (config.attention_factor != 0) return config.attention_factor;
  if (config.mscale != 0 && config.mscale_all_dim != 0)
    return sharpened(config.mscale) / sharpened(config.mscale_all_dim);
  return sharpened(1);
}

}  // namespace

void RopeConfig::check() const {
  const auto positive = [](const char* name, double number) {
    require(std::isfinite(number) && number > 0, "rotary positions: ", name, " must be a positive number, got ",
            number);
  };
  positive("theta", theta);
  positive("factor", factor);
  if (type == RopeType::llama3 || type == RopeType::yarn)
    require(original_context > 0, "rotary positions: the original context must be positive, got ", original_context);
  if (type == RopeType::llama3) {
    positive("low_freq_factor", low_freq_factor);
    require(std::isfinite(high_freq_factor) && high_freq_factor > low_freq_factor,
            "rotary positions: high_freq_factor must be larger than low_freq_factor, got ", high_freq_factor, " and ",
            low_freq_factor);
  }
  if (type == RopeType::yarn) {
    require(theta > 1, "rotary positions: yarn needs a theta above 1, got ", theta);
    positive("beta_slow", beta_slow);
    require(std::isfinite(beta_fast) && beta_fast > beta_slow,
            "rotary positions: beta_fast must be larger than beta_slow, got ", beta_fast, " and ", beta_slow);
    require(std::isfinite(attention_factor) && attention_factor >= 0,
            "rotary positions: attention_factor must be positive, got ", attention_factor);
    require(std::isfinite(mscale) && std::isfinite(mscale_all_dim) && mscale >= 0 && mscale_all_dim >= 0,
            "rotary positions: mscale and mscale_all_dim must not be negative, got ", mscale, " and ", mscale_all_dim);
  }
}

RotarySpeeds rotary_speeds(const RopeConfig& config, int64_t head_dim) {
  config.check();
  require(head_dim >= 2 && head_dim % 2 == 0, "rotary positions turn pairs: a head size of ", head_dim,
          " cannot be paired; take an even one");
  RotarySpeeds result;
  for (int64_t i = 0; i < head_dim; i += 2)
    result.speeds.push_back(std::pow(config.theta, -static_cast<double>(i) / static_cast<double>(head_dim)));
  if (config.type == RopeType::linear)
    for (double& speed : result.speeds) speed /= config.factor;
  if (config.type == RopeType::llama3) squeeze_llama3(result.speeds, config);
  if (config.type == RopeType::yarn) {
    squeeze_yarn(result.speeds, config);
    result.factor = yarn_factor(config);
  }
  bool usable = std::isfinite(result.factor) && std::abs(result.factor) < 1e6;
  for (const double speed : result.speeds) usable = usable && std::isfinite(speed) && std::abs(speed) < 1e6;
  require(usable, "rotary positions: with theta ", config.theta, " and factor ", config.factor,
          " the angles are no usable numbers; these settings cannot be meant");
  return result;
}

RotaryAngles rotary_angles(const RotarySpeeds& speeds, In positions) {
  const auto here = [&](const Tensor& t) { return In(t, positions.where); };
  const In angles = here(here(unsqueeze(positions, -1)) * here(tensor(speeds.speeds)));  // (...,D/2)
  const Tensor cosines = cos(angles), sines = sin(angles);
  if (speeds.factor == 1) return {cosines, sines};
  return {here(cosines) * speeds.factor, here(sines) * speeds.factor};
}

}  // namespace dikkat
