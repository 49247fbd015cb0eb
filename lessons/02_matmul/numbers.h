// Numbers as lesson 02 writes them.
#pragma once

#include <cmath>
#include <cstdio>
#include <string>

#include "lessons/stage/figures.h"

namespace dikkat {

// Three digits that count, never more: 0.0123, 1.23, 12.3, 123, 1234.
inline std::string short_figure(double value) {
  const double size = std::abs(value);
  return fixed(value, size >= 99.95 ? 0 : size >= 9.995 ? 1 : size >= 0.0995 ? 2 : 4);
}

// A share in percent, without the sign: 0.43, 12, 98
inline std::string percent_figure(double share) {
  const double percent = 100 * share;
  return fixed(percent, percent >= 9.95 ? 0 : percent >= 0.995 ? 1 : 2);
}

// 1.2e-07
inline std::string power_figure(double value) {
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, "%.1e", value);
  return buffer;
}

}  // namespace dikkat
