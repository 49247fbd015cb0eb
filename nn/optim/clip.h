// Gradients that are too long are shortened before the optimiser sees them.
#pragma once

#include <limits>
#include <vector>

#include "nn/module.h"

namespace dikkat {

inline constexpr double infinity_norm = std::numeric_limits<double>::infinity();

// The length of all gradients together: sum(|g|), sqrt(sum(g^2)) or max(|g|) for norm_type 1, 2 or infinity_norm.
// Parameters without a gradient do not count. Throws Error for another norm_type.
double grad_norm(const std::vector<Parameter>& parameters, double norm_type = 2);

// Multiplies all gradients by max_norm / (norm + 1e-6) where that is below 1 (Pascanu et al., "On the difficulty of
// training recurrent neural networks", 2013). Returns the norm before. A norm that is NaN makes every gradient NaN.
double clip_grad_norm(const std::vector<Parameter>& parameters, double max_norm, double norm_type = 2);

// Holds every number of every gradient between -value and value.
void clip_grad_value(const std::vector<Parameter>& parameters, double value);

}  // namespace dikkat
