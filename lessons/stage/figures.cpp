#include "lessons/stage/figures.h"

#include <algorithm>
#include <cstdio>

namespace dikkat {

std::string fixed(double value, int digits) {
  char buffer[400];
  std::snprintf(buffer, sizeof buffer, "%.*f", std::clamp(digits, 0, 17), value);
  return buffer;
}

}  // namespace dikkat
