// With what the cpu kernels multiply numbers of sixteen bits (Precision::bf16 and bf16x3). Found at run time: a program
// built for x86-64-v4 runs with or without them.
#pragma once

namespace dikkat {

enum class Bf16Unit {
  lanes,  // rounded, then multiplied as f32 are: everywhere
  dots,   // AVX-512 BF16: vdpbf16ps adds two products to each lane (Zen 4)
  tiles,  // AMX: tdpbf16ps multiplies 16 x 32 numbers by 32 x 16 (Sapphire Rapids)
};

// "lanes", "dots", "tiles".
const char* name_of(Bf16Unit unit);

// Whether this processor and system have it and the cpu kernels were built for a level that can use it (x86-64-v4).
bool has_bf16_unit(Bf16Unit unit);

// The one in use: the last there is of the above, or what use_bf16_unit chose (for tests and benchmarks; Error for one
// that is missing).
Bf16Unit bf16_unit();
void use_bf16_unit(Bf16Unit unit);

}  // namespace dikkat
