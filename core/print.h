// Tensors as text, as NumPy shows them.
#pragma once

#include <ostream>

#include "core/tensor.h"

namespace dikkat {

// scores (2,3)
// [[ 0.1234  1.0000 -2.5000]
//  [ ...                   ]]
// Long dimensions show their first and last three elements.
std::ostream& operator<<(std::ostream& out, const Tensor& tensor);

// The same, as a line by itself; for the debugger:  call dikkat::print(scores)
void print(const Tensor& tensor);

}  // namespace dikkat
