// What a computation consists of: every operation with its result, its work and the memory it takes.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/tensor.h"

namespace dikkat {

struct Observed {
  std::string operation;
  Shape shape;                 // of the result
  std::vector<Tensor> inputs;  // its operands
  double multiply_adds = 0;    // of its matrix products and attention, each one multiplication and one addition
  int64_t bytes = 0;           // new memory for the result and what is kept for the way back
  bool is_view = false;        // the result is another way to see its operand: no work and no memory
};

// Runs `computation` once and tells what it did, in order. Whether gradients are wanted is the caller's affair: under
// NoGrad nothing is kept for the way back.
std::vector<Observed> observe(const std::function<void()>& computation);

}  // namespace dikkat
