#include "kernels/bf16_unit.h"

#include <string>

#include "kernels/check.h"
#include "kernels/table.h"

#if defined(__x86_64__) && defined(__linux__)
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace dikkat {

namespace {

#if defined(__x86_64__) && defined(__linux__)

bool processor_has_dots() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  return __get_cpuid_count(7, 1, &a, &b, &c, &d) != 0 && (a >> 5 & 1) != 0;
}

// The tiles' 8 KiB of registers must be asked for: Linux grants a process, with all of its threads, what it may use.
bool processor_has_tiles() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  if (__get_cpuid_count(7, 0, &a, &b, &c, &d) == 0) return false;
  const bool bf16 = (d >> 22 & 1) != 0, tile = (d >> 24 & 1) != 0;
  constexpr long request_permission = 0x1023, tile_data = 18;
  return bf16 && tile && processor_has_dots() && syscall(SYS_arch_prctl, request_permission, tile_data) == 0;
}

#else

bool processor_has_dots() {
  return false;
}
bool processor_has_tiles() {
  return false;
}

#endif

// Asked for once.
struct Found {
  bool built = std::string(built_level()) == "x86-64-v4" && processor_fits();
  bool dots = built && processor_has_dots();
  bool tiles = built && processor_has_tiles();
};

const Found& found() {
  static const Found once;
  return once;
}

Bf16Unit& in_use() {
  static Bf16Unit unit = found().tiles ? Bf16Unit::tiles : found().dots ? Bf16Unit::dots : Bf16Unit::lanes;
  return unit;
}

}  // namespace

const char* name_of(Bf16Unit unit) {
  return unit == Bf16Unit::tiles ? "tiles" : unit == Bf16Unit::dots ? "dots" : "lanes";
}

bool has_bf16_unit(Bf16Unit unit) {
  return unit == Bf16Unit::tiles ? found().tiles : unit == Bf16Unit::dots ? found().dots : true;
}

Bf16Unit bf16_unit() {
  return in_use();
}

void use_bf16_unit(Bf16Unit unit) {
  require(has_bf16_unit(unit), "bf16: there are no ", name_of(unit), " here: the kernels are built for ", built_level(),
          ", and processor and system must have ", unit == Bf16Unit::tiles ? "AMX-BF16" : "AVX512-BF16",
          " too; use the lanes");
  in_use() = unit;
}

}  // namespace dikkat
