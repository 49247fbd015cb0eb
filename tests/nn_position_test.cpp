// Positions that are computed: rotary with its scalings, sinusoidal, ALiBi. Expected numbers are computed here in
// another way, or by hand.
#include <gtest/gtest.h>

#include <cmath>

#include "core/ops.h"
#include "nn/position.h"
#include "nn/rotary.h"
#include "tests/messages.h"

namespace dikkat {
namespace {

using test::expect_parts;
using test::message_of;

const double pi = std::acos(-1.0);

TEST(Rotary, TurnsByPowersOfTheta) {
  const RotarySpeeds speeds = rotary_speeds({.theta = 100}, 8);
  ASSERT_EQ(speeds.speeds.size(), 4u);
  EXPECT_NEAR(speeds.speeds[0], 1, 1e-12);
  EXPECT_NEAR(speeds.speeds[1], 1 / std::sqrt(std::sqrt(100.0)), 1e-12);
  EXPECT_NEAR(speeds.speeds[2], 0.1, 1e-12);
  EXPECT_EQ(speeds.factor, 1);
}

TEST(Rotary, LinearScalingStretchesPositions) {
  const RotarySpeeds plain = rotary_speeds({}, 16), slow = rotary_speeds({.type = RopeType::linear, .factor = 4}, 16);
  const RotaryAngles far = rotary_angles(slow, tensor({8})), near = rotary_angles(plain, tensor({2}));
  ASSERT_EQ(far.cos.shape(), (Shape{1, 8}));
  for (size_t i = 0; i < 8; ++i) {
    EXPECT_NEAR(far.cos.values()[i], near.cos.values()[i], 1e-6);
    EXPECT_NEAR(far.sin.values()[i], near.sin.values()[i], 1e-6);
  }
}

// Llama 3.1 as its authors put it: by wavelengths.
TEST(Rotary, Llama3KeepsFastPairsAndSlowsSlowOnes) {
  const double old_length = 64, factor = 8, low = 1, high = 4;
  const RopeConfig config{.theta = 500,
                          .type = RopeType::llama3,
                          .factor = factor,
                          .original_context = 64,
                          .low_freq_factor = low,
                          .high_freq_factor = high};
  const RotarySpeeds speeds = rotary_speeds(config, 32);
  int kept = 0, slowed = 0, between = 0;
  for (size_t i = 0; i < 16; ++i) {
    const double plain = std::exp(-static_cast<double>(2 * i) / 32 * std::log(500.0)), wavelength = 2 * pi / plain;
    double expected = 0;
    if (wavelength < old_length / high) {
      expected = plain;
      ++kept;
    } else if (wavelength > old_length / low) {
      expected = plain / factor;
      ++slowed;
    } else {
      const double smooth = (old_length / wavelength - low) / (high - low);
      expected = (1 - smooth) * plain / factor + smooth * plain;
      ++between;
    }
    EXPECT_NEAR(speeds.speeds[i] / expected, 1, 1e-9) << i;
  }
  EXPECT_GT(kept, 0);
  EXPECT_GT(slowed, 0);
  EXPECT_GT(between, 0);
  EXPECT_EQ(speeds.factor, 1);
}

// With 2 pi 10^6 tokens and theta e^pi, pair number 16 x of 16 makes 10^6 e^(-pi x) turns: so the borders can be
// chosen.
TEST(Rotary, YarnMovesFromFastToSlowPairs) {
  for (const bool truncate : {false, true}) {
    const double fast = 4.5, slow = 11.5;  // pairs; truncated: 4 and 12
    const RopeConfig config{.theta = std::exp(pi),
                            .type = RopeType::yarn,
                            .factor = 4,
                            .original_context = std::llround(2e6 * pi),
                            .beta_slow = 1e6 * std::exp(-pi * slow / 16),
                            .beta_fast = 1e6 * std::exp(-pi * fast / 16),
                            .truncate = truncate};
    const double first = truncate ? 4 : fast, last = truncate ? 12 : slow;
    const RotarySpeeds speeds = rotary_speeds(config, 32);
    for (int i = 0; i < 16; ++i) {
      const double slowed = i <= first ? 0 : i >= last ? 1 : (i - first) / (last - first);
      EXPECT_NEAR(speeds.speeds[static_cast<size_t>(i)] / std::exp(-pi * i / 16), (1 - slowed) + slowed / 4, 1e-6) << i;
    }
  }
}

TEST(Rotary, YarnsAttentionFactor) {
  RopeConfig config{.type = RopeType::yarn, .factor = 16, .original_context = 128};
  const auto factor = [&] { return rotary_speeds(config, 8).factor; };
  EXPECT_NEAR(factor(), 0.1 * std::log(16.0) + 1, 1e-12);
  config.mscale = 2;  // one alone does not count
  EXPECT_NEAR(factor(), 0.1 * std::log(16.0) + 1, 1e-12);
  config.mscale_all_dim = 0.5;
  EXPECT_NEAR(factor(), (0.2 * std::log(16.0) + 1) / (0.05 * std::log(16.0) + 1), 1e-12);
  config.attention_factor = 1.5;
  EXPECT_EQ(factor(), 1.5);
  const RotaryAngles angles = rotary_angles(rotary_speeds(config, 8), tensor({0, 3}));
  EXPECT_NEAR(angles.cos.values()[0], 1.5, 1e-6);
  EXPECT_NEAR(angles.sin.values()[4], 1.5 * std::sin(3.0), 1e-6);
  config = {.type = RopeType::yarn, .factor = 0.5, .original_context = 128};  // squeezed nothing, sharpened nothing
  EXPECT_EQ(factor(), 1);
}

TEST(Rotary, AnglesOfPositionsInAnyShape) {
  const RotarySpeeds speeds{{1, 0.25}, 1};
  const RotaryAngles angles = rotary_angles(speeds, tensor({0, 1, 2, 5, 6, 7}, {2, 3}));
  ASSERT_EQ(angles.cos.shape(), (Shape{2, 3, 2}));
  EXPECT_NEAR(angles.cos.values()[8], std::cos(6.0), 1e-6);
  EXPECT_NEAR(angles.sin.values()[11], std::sin(7 * 0.25), 1e-6);
}

TEST(Rotary, FarPositionsAreStillPrecise) {
  const RotaryAngles angles = rotary_angles(rotary_speeds({}, 64), tensor({100000}));
  const RotarySpeeds speeds = rotary_speeds({}, 64);
  for (size_t i = 0; i < 32; ++i) {  // as precise as the product of two floats is
    const double angle = static_cast<double>(static_cast<float>(speeds.speeds[i]) * 100000.0f);
    EXPECT_NEAR(angles.cos.values()[i], std::cos(angle), 1e-5) << i;
    EXPECT_NEAR(angles.sin.values()[i], std::sin(angle), 1e-5) << i;
  }
}

TEST(Rotary, RefusesWhatCannotBeUsed) {
  expect_parts(message_of([] { rotary_speeds({}, 7); }), {"head size of 7", "even"});
  expect_parts(message_of([] { rotary_speeds({.theta = 0}, 8); }), {"theta must be a positive number, got 0"});
  expect_parts(message_of([] { rotary_speeds({.theta = std::nan("")}, 8); }), {"theta must be a positive number"});
  expect_parts(message_of([] { rotary_speeds({.factor = -1}, 8); }), {"factor must be a positive number, got -1"});
  expect_parts(message_of([] { rotary_speeds({.type = RopeType::llama3, .factor = 2}, 8); }), {"original context"});
  expect_parts(
      message_of([] { rotary_speeds({.type = RopeType::llama3, .original_context = 9, .low_freq_factor = 4}, 8); }),
      {"high_freq_factor must be larger than low_freq_factor, got 4 and 4"});
  expect_parts(message_of([] { rotary_speeds({.type = RopeType::yarn, .original_context = 9, .beta_fast = 1}, 8); }),
               {"beta_fast must be larger than beta_slow"});
  expect_parts(message_of([] { rotary_speeds({.theta = 1, .type = RopeType::yarn, .original_context = 9}, 8); }),
               {"theta above 1"});
}

TEST(Sinusoidal, BothOrdersHoldTheSameWaves) {
  for (const int64_t C : {2, 6, 16}) {
    const Tensor interleaved = sinusoidal_interleaved(30, C), halves = sinusoidal_halves(30, C);
    ASSERT_EQ(interleaved.shape(), (Shape{30, C}));
    ASSERT_EQ(halves.shape(), (Shape{30, C}));
    for (int64_t p = 0; p < 30; ++p)
      for (int64_t i = 0; i < C / 2; ++i) {
        const double angle =
            static_cast<double>(p) * std::exp(-std::log(10000.0) * static_cast<double>(2 * i) / static_cast<double>(C));
        const auto at = [&](const Tensor& x, int64_t column) {
          return x.values()[static_cast<size_t>(p * C + column)];
        };
        EXPECT_NEAR(at(interleaved, 2 * i), std::sin(angle), 1e-6);
        EXPECT_NEAR(at(interleaved, 2 * i + 1), std::cos(angle), 1e-6);
        EXPECT_NEAR(at(halves, i), std::sin(angle), 1e-6);
        EXPECT_NEAR(at(halves, C / 2 + i), std::cos(angle), 1e-6);
      }
  }
  EXPECT_EQ(sinusoidal_interleaved(4, 5).shape(), (Shape{4, 5}));  // the last cosine has no place
  EXPECT_EQ(sinusoidal_halves(4, 5).shape(), (Shape{4, 5}));
  EXPECT_THROW(sinusoidal_halves(4, 0), Error);
}

TEST(ALiBi, SlopesOfAnyNumberOfHeads) {
  EXPECT_EQ(alibi_slopes(1), (std::vector<double>{1.0 / 256}));
  EXPECT_EQ(alibi_slopes(4), (std::vector<double>{1.0 / 4, 1.0 / 16, 1.0 / 64, 1.0 / 256}));
  const std::vector<double> six = alibi_slopes(6);  // those of 4, then the first and third of 8
  ASSERT_EQ(six.size(), 6u);
  EXPECT_EQ(six[3], 1.0 / 256);
  EXPECT_DOUBLE_EQ(six[4], 1.0 / 2);
  EXPECT_DOUBLE_EQ(six[5], 1.0 / 8);
  EXPECT_THROW(alibi_slopes(0), Error);
}

}  // namespace
}  // namespace dikkat
