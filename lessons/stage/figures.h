// Numbers as lessons write them.
#pragma once

#include <cstdint>
#include <string>

namespace dikkat {

// With so many digits behind the point (0 ... 17): 3.14
std::string fixed(double value, int digits);

// "12,345", "-1,000"
std::string grouped(int64_t value);

// "512 B", "12.3 MB"
std::string bytes_text(int64_t bytes);

// Now, on this machine's clock: "2025-03-14 15:09:26"
std::string date_and_time();

}  // namespace dikkat
