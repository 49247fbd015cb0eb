// Which processors can run the cpu kernels of this build. Compiled for the plainest processor, so it runs everywhere.
#include "kernels/check.h"
#include "kernels/table.h"

namespace dikkat {

const char* built_level() {
  return DIKKAT_BUILT_LEVEL[0] ? DIKKAT_BUILT_LEVEL : "baseline";
}

bool processor_fits() {
#if defined(__x86_64__)
  const std::string level = built_level();
  __builtin_cpu_init();
  const bool v3 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2");
  const bool v4 = v3 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                  __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
                  __builtin_cpu_supports("avx512vl");
  if (level == "x86-64-v4") return v4;
  if (level == "x86-64-v3") return v3;
#endif
  return true;
}

}  // namespace dikkat
