// Rotary position embedding (Su et al., "RoFormer", 2021).
#pragma once

#include "kernels/operands.h"

namespace dikkat {

// Turns each pair of numbers of a head by the angle of its time step:
//   (y0, y1) = (x0 cos - x1 sin, x0 sin + x1 cos);   by the angle backwards with inverse; y += with accumulate.
// Pairs: elements i and i + size/2 (Hugging Face), or 2i and 2i + 1 with interleaved (the paper, llama2.c).
// x, y (batch, time, heads, size), any distances between heads, each head's numbers together; size even.
// cos, sin (time, size/2), or of every batch: (batch, time, size/2), `angle_batch` elements apart (0: one for all).
struct RotaryArgs {
  const Real* x = nullptr;
  const Real* cos = nullptr;
  const Real* sin = nullptr;
  Real* y = nullptr;
  int64_t batch = 0, time = 0, heads = 0, size = 0;
  int64_t x_batch = 0, x_time = 0, x_head = 0, y_batch = 0, y_time = 0, y_head = 0, angle_batch = 0;
  bool interleaved = false, inverse = false, accumulate = false;
  void operands(Operands& list) const;
};

}  // namespace dikkat
