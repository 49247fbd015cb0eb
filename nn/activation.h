// Activations by the names that configurations use for them.
#pragma once

#include <source_location>
#include <string>

#include "core/ops.h"

namespace dikkat {

using Activation = Tensor (*)(In);

// "gelu_new" -> gelu, "silu" -> silu ... (...) -> (...). Throws Error, naming those that there are, for another name.
Activation activation_named(const std::string& name);

}  // namespace dikkat
