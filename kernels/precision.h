// With how many bits matrix products multiply (--precision). Operands and results are f32 in memory and sums are f32
// whatever is chosen; only the factors are rounded.
#pragma once

#include <string>
#include <vector>

namespace dikkat {

enum class Precision {
  f32,     // as they are
  bf16x3,  // each factor as the sum of two bf16 numbers, x = high + low; high*high + high*low + low*high: about 16 bits
  bf16,    // each factor rounded to bf16: 8 bits
};

// What matmul and linear ask for from now on. f32 at the start.
void use_precision(Precision precision);
Precision precision();

// "f32", "bf16x3", "bf16"; the other way throws Error for a name that is not in precision_names().
const char* name_of(Precision precision);
Precision precision_named(const std::string& name);
std::vector<std::string> precision_names();

}  // namespace dikkat
