#include "kernels/scan.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace dikkat {

int64_t first_nan(const Real* numbers, int64_t count) {
  for (int64_t i = 0; i < count; ++i)
    if (std::isnan(numbers[i])) return i;
  return -1;
}

std::pair<int32_t, int32_t> id_range(const int32_t* ids, int64_t count, int32_t ignored) {
  bool found = false;
  std::pair<int32_t, int32_t> range{0, -1};
  for (int64_t i = 0; i < count; ++i) {
    if (ids[i] == ignored) continue;
    range =
        found ? std::pair{std::min(range.first, ids[i]), std::max(range.second, ids[i])} : std::pair{ids[i], ids[i]};
    found = true;
  }
  return range;
}

double largest_difference(const Real* a, const Real* b, int64_t count) {
  double largest = 0;
  for (int64_t i = 0; i < count; ++i) {
    if (a[i] == b[i] || (std::isnan(a[i]) && std::isnan(b[i]))) continue;
    const double difference = std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i]));
    largest = std::isnan(difference) ? std::numeric_limits<double>::infinity() : std::max(largest, difference);
  }
  return largest;
}

}  // namespace dikkat
