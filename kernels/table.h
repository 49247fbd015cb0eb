// Which tables there are, and which one is in force.
#pragma once

#include <string>
#include <vector>

#include "kernels/kernels.h"

namespace dikkat {

// The textbook: plain loops, double accumulation, one thread.
const KernelTable& reference_table();

// Vectorised and threaded for this machine; what it lacks is the reference's. Throws Error on a processor that it was
// not built for.
const KernelTable& cpu_table();

// --device NAME: puts a table in force; nothing may be waiting. Throws Error for a name that is not in device_names().
void use_device(const std::string& name);
std::vector<std::string> device_names();

// Puts any table in force (tests; the wrappers below). The table must outlive its use.
void use_table(const KernelTable& table);

// --check: runs the reference beside every kernel of `inner` and throws Error at the first wrong element, with kernel,
// sizes, index and both numbers. Also refuses operands outside the pool.
const KernelTable& checked_table(const KernelTable& inner);

// For tests: keeps every kernel waiting until somebody calls wait(), as a GPU would.
const KernelTable& delayed_table(const KernelTable& inner);

// --profile: counts calls, seconds, bytes and floating-point operations of each kernel.
const KernelTable& profiled_table(const KernelTable& inner);
struct KernelProfile {
  std::string kernel;
  int64_t calls = 0;
  double seconds = 0, bytes = 0, flops = 0;
};
std::vector<KernelProfile> profile();  // the most expensive first

// The level this build's cpu kernels were compiled for ("x86-64-v4", "x86-64-v3", "baseline"), and whether this
// processor can run them.
const char* built_level();
bool processor_fits();

}  // namespace dikkat
