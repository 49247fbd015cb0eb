// The caches of this processor, as the system describes them.
#pragma once

#include <cstdint>
#include <string>

namespace dikkat {

// Sizes in bytes; of a core, or shared by several. What the system does not say is assumed: 32 KiB and 512 KiB, no
// third cache, lines of 64 bytes: what nearly every processor of the last ten years has at least.
struct Caches {
  int64_t first = 32 * 1024;
  int64_t second = 512 * 1024;
  int64_t third = 0;
  int64_t line = 64;
  bool is_known = false;  // the first cache and its line were read, not assumed
};

// Reads `folder`/index*/{level,type,size,coherency_line_size}. Never fails: nonsense is as good as nothing.
Caches caches_of_processor(const std::string& folder = "/sys/devices/system/cpu/cpu0/cache");

}  // namespace dikkat
