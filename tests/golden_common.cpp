#include "tests/golden.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string_view>

#include "core/files/mapped_file.h"
#include "core/ops.h"

namespace dikkat::test {

std::string golden() {
  const char* chosen = std::getenv("DIKKAT_GOLDEN");
  return chosen != nullptr && *chosen != '\0' ? std::string(chosen) : std::string(DIKKAT_SOURCE) + "/tests/golden";
}

const std::map<std::string, std::string>& unsupported() {
  static const std::map<std::string, std::string> all = [] {
    std::map<std::string, std::string> reasons;
    const std::string list = read_text(std::string(DIKKAT_SOURCE) + "/tests/golden/unsupported.txt", 1 << 20);
    for (std::string_view rest = list; !rest.empty();) {
      const std::string_view line = rest.substr(0, rest.find('\n'));
      rest.remove_prefix(std::min(line.size() + 1, rest.size()));
      const size_t bar = line.find(" | ");
      if (bar != line.npos && !line.starts_with('#')) reasons.emplace(line.substr(0, bar), line.substr(bar + 3));
    }
    return reasons;
  }();
  return all;
}

bool has(const Safetensors& file, const std::string& name) {
  return file.find(name) != nullptr;
}

std::vector<double> numbers_of(const Safetensors& file, const std::string& name) {
  const SafetensorsEntry& entry = file.at(name);
  std::vector<double> numbers(static_cast<size_t>(entry.count));
  if (is_whole(entry.dtype)) {
    std::vector<int64_t> whole(numbers.size());
    file.read<int64_t>(entry, whole);
    std::transform(whole.begin(), whole.end(), numbers.begin(), [](int64_t one) { return static_cast<double>(one); });
  } else {
    file.read<double>(entry, numbers);
  }
  return numbers;
}

Shape shape_of(const Safetensors& file, const std::string& name) {
  Shape shape;
  for (const int64_t size : file.at(name).shape) shape.append(size);
  return shape;
}

Tensor tensor_of(const Safetensors& file, const std::string& name) {
  return tensor(numbers_of(file, name), shape_of(file, name));
}

Ids ids_of(const Safetensors& file, const std::string& name) {
  const SafetensorsEntry& entry = file.at(name);
  std::vector<int32_t> ids(static_cast<size_t>(entry.count));
  file.read<int32_t>(entry, ids);
  return Ids(ids, shape_of(file, name));
}

std::vector<double> numbers_of(const Tensor& tensor) {
  const Tensor in_order = contiguous(tensor.detach());
  const std::span<const Real> values = in_order.values();
  return {values.begin(), values.end()};
}

namespace {

bool same_special(double a, double b) {
  return std::isnan(b) ? std::isnan(a) : a == b;
}

}  // namespace

Comparison compare(std::span<const double> found, std::span<const double> expected, const Tolerance& tolerance) {
  if (found.size() != expected.size()) {
    return {text(found.size(), " numbers instead of ", expected.size()), 0};
  }
  double distance = 0, norm = 0, largest = 0;
  for (size_t i = 0; i < expected.size(); ++i) {
    if (!std::isfinite(expected[i]) || !std::isfinite(found[i])) {
      if (!same_special(found[i], expected[i])) {
        return {text("element ", i, " is ", found[i], " instead of ", expected[i]), 0};
      }
      continue;
    }
    distance = std::hypot(distance, found[i] - expected[i]);
    norm = std::hypot(norm, expected[i]);
    largest = std::max(largest, std::abs(expected[i]));
  }
  const double error = norm > 0 ? distance / norm : distance;
  if (tolerance.of_norm > 0 && distance > tolerance.of_norm * norm) {
    if (distance <= tolerance.noise) return {"", error, true};
    return {text("the distance is ", distance, ", the norm ", norm, ": a relative error of ", error, ", more than ",
                 tolerance.of_norm),
            error};
  }
  for (size_t i = 0; i < expected.size(); ++i) {
    const double allowed =
        std::max(tolerance.absolute + tolerance.relative * std::abs(expected[i]) + tolerance.of_largest * largest,
                 tolerance.noise);
    const double difference = std::abs(found[i] - expected[i]);
    if (std::isfinite(expected[i]) && difference > allowed) {
      return {text("element ", i, " is ", found[i], " instead of ", expected[i], ": ", difference, " apart, more than ",
                   allowed),
              error};
    }
  }
  return {"", error};
}

}  // namespace dikkat::test
