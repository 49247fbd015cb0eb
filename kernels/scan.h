// Looking through numbers on the host, for checks: the loops that other floors must not write.
#pragma once

#include <cstdint>
#include <utility>

#include "kernels/real.h"

namespace dikkat {

// The index of the first NaN, -1 if there is none.
int64_t first_nan(const Real* numbers, int64_t count);

// The smallest and largest id that is not `ignored`; {0, -1} if there is none.
std::pair<int32_t, int32_t> id_range(const int32_t* ids, int64_t count, int32_t ignored);

// The largest |a - b|; infinity where only one of them is NaN.
double largest_difference(const Real* a, const Real* b, int64_t count);

}  // namespace dikkat
