// Positions that are computed, not learned.
#pragma once

#include <cstdint>
#include <vector>

#include "core/tensor.h"

namespace dikkat {

// A row for each position p < time, of sin and cos of p / 10000^(2i/C).   -> (T,C)
// Interleaved (Vaswani et al., 2017, section 3.5): column 2i is the sine of pair i, column 2i+1 its cosine.
Tensor sinusoidal_interleaved(int64_t time, int64_t channels);

// The same columns in another order (Marian): all sines, then all cosines.
Tensor sinusoidal_halves(int64_t time, int64_t channels);

// How much each head's score falls with every token of distance (Press et al., "Train short, test long", 2022): for a
// power of two 2^(-8/n), 2^(-16/n) ...; for another number those of the power of two below it, then every other one of
// the power above it.   -> (H)
std::vector<double> alibi_slopes(int64_t heads);

}  // namespace dikkat
