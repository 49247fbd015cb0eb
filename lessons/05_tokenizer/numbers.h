// Numbers as the tables of lesson 05 write them.
#pragma once

#include <cstdio>
#include <string>

namespace dikkat {

inline std::string fixed(double value, int digits) {
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, "%.*f", digits, value);
  return buffer;
}

inline std::string percent(double share) {
  return fixed(100 * share, 1) + " %";
}

}  // namespace dikkat
