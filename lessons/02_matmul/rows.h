// A few rows times a large matrix: what a language model does all day, with one row for each token that it works on.
#pragma once

#include <vector>

#include "lessons/02_matmul/machine.h"

namespace dikkat {

// (m,N) x (N,N), by the library, with the precision that --precision chose.
struct FewRows {
  int64_t rows = 0;  // m
  double seconds = 0, gflops = 0;
  double intensity = 0;  // flops for each byte of the three matrices, moved once
  double share = 0;      // of the peak of all threads
  double carries = 0;    // GB/s of those bytes
};

// m = 1, 2, 4 ...
std::vector<FewRows> measure_few_rows(const Lesson& lesson, const Machine& machine, const Timing& timing);

}  // namespace dikkat
