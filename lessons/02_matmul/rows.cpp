#include "lessons/02_matmul/rows.h"

#include "core/ops.h"

namespace dikkat {

std::vector<FewRows> measure_few_rows(const Lesson& lesson, const Machine& machine, const Timing& timing) {
  const bool is_short = lesson.preset == Preset::test || uses_plain_loops(lesson);
  const int64_t most = is_short ? 16 : lesson.preset == Preset::full ? 1024 : 256;
  const int64_t side = machine.large.size(0);
  std::vector<FewRows> all;
  for (int64_t rows = 1; rows <= most; rows *= 2) {
    const Tensor x = randn({rows, side});  // (m,N)
    Stopwatch watch(timing);
    while (watch.again()) matmul(x, machine.large).values();  // (m,N)
    const double seconds = watch.fastest();
    const double flops = 2 * static_cast<double>(rows * side * side);
    const double bytes = sizeof(float) * static_cast<double>(side * side + 2 * rows * side);
    FewRows one{.rows = rows, .seconds = seconds, .gflops = flops / seconds / 1e9, .intensity = flops / bytes};
    one.share = one.gflops / machine.peak_all;
    one.carries = bytes / seconds / 1e9;
    all.push_back(one);
  }
  return all;
}

}  // namespace dikkat
