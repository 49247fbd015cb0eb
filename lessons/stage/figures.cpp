#include "lessons/stage/figures.h"

#include <algorithm>
#include <cstdio>
#include <ctime>

#include "kernels/check.h"

namespace dikkat {

std::string fixed(double value, int digits) {
  char buffer[400];
  std::snprintf(buffer, sizeof buffer, "%.*f", std::clamp(digits, 0, 17), value);
  return buffer;
}

std::string grouped(int64_t value) {
  std::string digits = text(value);
  for (size_t i = digits.size(); i > (value < 0 ? 4u : 3u);) digits.insert(i -= 3, ",");
  return digits;
}

std::string bytes_text(int64_t bytes) {
  double value = static_cast<double>(bytes);
  if (bytes < 1000) return text(bytes, " B");
  const char* unit = "kB";
  value /= 1e3;
  for (const char* next : {"MB", "GB", "TB"}) {
    if (value < 1000) break;
    value /= 1e3;
    unit = next;
  }
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, value < 10 ? "%.2f %s" : "%.1f %s", value, unit);
  return buffer;
}

std::string date_and_time() {
  const std::time_t now = std::time(nullptr);
  std::tm parts = {};
  char buffer[64] = "";
  if (::localtime_r(&now, &parts) != nullptr) std::strftime(buffer, sizeof buffer, "%Y-%m-%d %H:%M:%S", &parts);
  return buffer;
}

}  // namespace dikkat
