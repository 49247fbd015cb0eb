// Products whose factors are rounded to bf16 (Precision::bf16), or split into two bf16 parts (bf16x3).
#pragma once

#include "kernels/matmul/args.h"

namespace dikkat::cpu {

// args.precision is not f32.
void bf16_product(const MatmulArgs& args);

// Any product (cpu.cpp).
void matmul(const MatmulArgs& args);

}  // namespace dikkat::cpu
