#include "nn/position.h"

#include <cmath>

#include "core/ops.h"

namespace dikkat {

namespace {

// The angles of all positions, (T, (C+1)/2), in double: far positions turn many times, and a small error in the angle
// would be a large one in its sine.
struct Waves {
  Tensor sines, cosines;
};
Waves waves(int64_t time, int64_t channels) {
  require(time >= 0 && channels > 0, "sinusoidal positions: time and channels must be positive, got ", time, " and ",
          channels);
  const int64_t pairs = (channels + 1) / 2;
  std::vector<double> sines, cosines;
  for (int64_t p = 0; p < time; ++p)
    for (int64_t i = 0; i < pairs; ++i) {
      const double angle =
          static_cast<double>(p) / std::pow(10000.0, static_cast<double>(2 * i) / static_cast<double>(channels));
      sines.push_back(std::sin(angle));
      cosines.push_back(std::cos(angle));
    }
  return {tensor(sines, {time, pairs}), tensor(cosines, {time, pairs})};
}

}  // namespace

Tensor sinusoidal_interleaved(int64_t time, int64_t channels) {
  const Waves w = waves(time, channels);
  const Tensor pairs = stack({w.sines, w.cosines}, 2);  // (T,pairs,2)
  return contiguous(slice(flatten(pairs, 1), 1, 0, channels));
}

Tensor sinusoidal_halves(int64_t time, int64_t channels) {
  const Waves w = waves(time, channels);
  return contiguous(slice(cat({w.sines, w.cosines}, 1), 1, 0, channels));
}

std::vector<double> alibi_slopes(int64_t heads) {
  require(heads > 0, "ALiBi: the number of heads must be positive, got ", heads);
  int64_t power = 1;
  while (2 * power <= heads) power *= 2;
  const auto slope = [](int64_t i, int64_t of) {
    return std::pow(2.0, -8.0 * static_cast<double>(i) / static_cast<double>(of));
  };
  std::vector<double> slopes;
  for (int64_t i = 1; i <= power; ++i) slopes.push_back(slope(i, power));
  for (int64_t i = 1; i <= heads - power; ++i) slopes.push_back(slope(2 * i - 1, 2 * power));
  return slopes;
}

}  // namespace dikkat
