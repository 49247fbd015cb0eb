#include "tests/bench_limits.h"

#include <algorithm>

#include "kernels/parallel.h"
#include "kernels/table.h"
#include "tests/bench.h"
#include "tests/bench_limits_lanes.h"

namespace dikkat::bench {

namespace {

volatile float sink;  // what a loop computes must be of use to somebody

void require_fitting_processor() {
  require(processor_fits(), "this program was built for ", built_level(),
          " processors, and this one is older; build it here (tests/bench)");
}

}  // namespace

int lanes_of_built_level() {
  return loop_lanes;
}

double lanes_limit(int64_t runs) {
  require_fitting_processor();
  constexpr int64_t steps = 1'000'000;  // about 5 ms
  const double seconds =
      best_seconds(runs, [&] { parallel_for(threads(), [&](int64_t) { sink = multiply_add(steps); }); });
  return static_cast<double>(threads()) * steps * static_cast<double>(loop_sums) * loop_lanes * 2 / seconds / 1e9;
}

double read_limit(const void* from, int64_t bytes, int streams, int64_t runs) {
  require_fitting_processor();
  require(streams == 1 || streams == 8, "read_limit: 1 or 8 streams, not ", streams);
  const int64_t count = bytes / 4 / threads() / read_unit * read_unit;  // floats a thread
  require(count > 0, "read_limit: ", bytes, " bytes are too few for ", threads(), " threads");
  constexpr int64_t enough = 16 << 20;  // floats a thread in one run: several milliseconds at any cache's pace
  const int64_t rounds = std::max<int64_t>(1, enough / count);
  const auto* floats = static_cast<const float*>(from);
  const double seconds = best_seconds(runs, [&] {
    parallel_for(threads(), [&](int64_t thread) {
      for (int64_t round = 0; round < rounds; ++round)
        sink = (streams == 1 ? read_one : read_eight)(floats + thread * count, count);
    });
  });
  return static_cast<double>(threads() * count * 4 * rounds) / seconds / 1e9;
}

}  // namespace dikkat::bench
