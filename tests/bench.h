// What the subjects of tests/bench share.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "kernels/check.h"

namespace dikkat::bench {

// One more number of a line. JSON calls it by its key; the table shows it with its unit, and not at all without one.
struct Figure {
  std::string key;
  double value = 0;
  std::string unit;
};

// One line of the table.
struct Case {
  std::string name;
  double value = 0;
  std::string unit;
  std::string note = {};
  std::vector<Figure> figures = {};
};

// --NAME VALUE, or --NAME alone. Each is taken once; end() complains about those that nobody took.
class Options {
 public:
  explicit Options(const std::vector<std::string>& arguments);
  std::string text(const std::string& name, const std::string& otherwise);
  int64_t number(const std::string& name, int64_t otherwise);
  bool flag(const std::string& name);
  void end() const;

 private:
  std::map<std::string, std::optional<std::string>> values_;  // none: the name stood alone
};

using Subject = std::vector<Case> (*)(Options);

std::vector<Case> tokenizer(Options options);
std::vector<Case> matmul(Options options);

// The shortest of `runs` runs, in seconds: what the others took longer, the machine spent elsewhere.
template <class Body>
double best_seconds(int64_t runs, const Body& body) {
  double best = 1e300;
  for (int64_t i = 0; i < runs; ++i) {
    const auto start = std::chrono::steady_clock::now();
    body();
    best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  return best;
}

}  // namespace dikkat::bench
