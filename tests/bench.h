// What the subjects of tests/bench share.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "kernels/check.h"

namespace dikkat::bench {

// One line of the table.
struct Case {
  std::string name;
  double value = 0;
  std::string unit;
  std::string note = {};
};

// --NAME VALUE. Each is taken once; end() complains about those that nobody took.
class Options {
 public:
  explicit Options(const std::vector<std::string>& arguments);
  std::string text(const std::string& name, const std::string& otherwise);
  int64_t number(const std::string& name, int64_t otherwise);
  void end() const;

 private:
  std::map<std::string, std::string> values_;
};

using Subject = std::vector<Case> (*)(Options);

std::vector<Case> tokenizer(Options options);

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
