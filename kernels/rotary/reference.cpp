// The textbook rotary embedding: each pair of numbers is a point in the plane and turns around the origin.
#include "kernels/variants.h"

namespace dikkat::reference {

void rotary(const RotaryArgs& args) {
  const int64_t half = args.size / 2;
  for (int64_t batch = 0; batch < args.batch; ++batch) {
    for (int64_t time = 0; time < args.time; ++time) {
      const int64_t angles = batch * args.angle_batch + time * half;
      for (int64_t head = 0; head < args.heads; ++head) {
        const Real* x = args.x + batch * args.x_batch + time * args.x_time + head * args.x_head;
        Real* y = args.y + batch * args.y_batch + time * args.y_time + head * args.y_head;
        for (int64_t i = 0; i < half; ++i) {
          const int64_t first = args.interleaved ? 2 * i : i, second = args.interleaved ? 2 * i + 1 : i + half;
          const double cos = args.cos[angles + i], sin = args.inverse ? -args.sin[angles + i] : args.sin[angles + i];
          const double y0 = x[first] * cos - x[second] * sin, y1 = x[first] * sin + x[second] * cos;
          y[first] = static_cast<Real>(args.accumulate ? y[first] + y0 : y0);
          y[second] = static_cast<Real>(args.accumulate ? y[second] + y1 : y1);
        }
      }
    }
  }
}

void add_rotary(KernelTable& table) {
  table.rotary = rotary;
}

}  // namespace dikkat::reference
