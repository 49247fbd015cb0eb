// Less memory for more time: intermediate results are computed again instead of kept.
#pragma once

#include <functional>

#include "core/tensor.h"

namespace dikkat {

// y = function(x). Nothing that the function computes on the way is kept; backward() calls it a second time, with the
// same random numbers, and goes back through that (Chen et al., "Training deep nets with sublinear memory cost", 2016).
// Values and gradients have the bits of function(x) itself. The function must depend on x and on parameters alone, and
// what it refers to (a block, a model) must live until backward() is done.
Tensor recompute(const std::function<Tensor(const Tensor&)>& function, In x);

}  // namespace dikkat
