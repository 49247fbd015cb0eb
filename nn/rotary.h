// Rotary positions (Su et al., 2021): by which angles the pairs of numbers in q and k are turned, and how those angles
// are squeezed for texts longer than the model was first trained on.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/tensor.h"

namespace dikkat {

enum class RopeType {
  standard,  // pair i of D/2 turns by theta^(-2i/D) at each step
  linear,    // all of it slower by `factor`: positions are interpolated (Chen et al., 2023)
  llama3,    // slow turns slower by `factor`, fast ones as they were, and a passage between (Llama 3.1, 2024)
  yarn,      // the same idea with its borders in full turns, and sharper attention (Peng et al., 2023)
};

struct RopeConfig {
  double theta = 10000;
  RopeType type = RopeType::standard;
  double factor = 1;
  int64_t original_context = 0;                      // llama3, yarn: the longest text before squeezing
  double low_freq_factor = 1, high_freq_factor = 4;  // llama3: slow and fast, in turns over original_context
  double beta_slow = 1, beta_fast = 32;              // yarn: the same
  double attention_factor = 0;                       // yarn: cos and sin are multiplied by it; 0: from the next three
  double mscale = 0, mscale_all_dim = 0;             // yarn: 0: not given
  bool truncate = true;                              // yarn: the borders are whole pairs

  // Throws Error for numbers that cannot be used.
  void check() const;
  bool operator==(const RopeConfig&) const = default;
};

// How far each pair turns from one position to the next, and what cos and sin are multiplied by.
struct RotarySpeeds {
  std::vector<double> speeds;  // (D/2)
  double factor = 1;
};
RotarySpeeds rotary_speeds(const RopeConfig& config, int64_t head_dim);

// cos and sin of position * speed, times the factor.   positions (...) -> (...,D/2)
struct RotaryAngles {
  Tensor cos, sin;
};
RotaryAngles rotary_angles(const RotarySpeeds& speeds, In positions);

}  // namespace dikkat
