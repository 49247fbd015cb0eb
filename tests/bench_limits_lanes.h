// The loops behind bench_limits.h that are compiled as the cpu kernels are. Call them where processor_fits() holds.
#pragma once

#include <cstdint>

namespace dikkat::bench {

extern const int loop_lanes;        // floats in a vector
extern const int64_t loop_sums;     // sums that multiply_add() works on; each step multiplies and adds in all lanes
float multiply_add(int64_t steps);  // loop_sums * loop_lanes * 2 operations a step
float read_one(const float* from, int64_t count);  // count: a multiple of read_unit
float read_eight(const float* from, int64_t count);
inline constexpr int64_t read_unit = 2048;

}  // namespace dikkat::bench
