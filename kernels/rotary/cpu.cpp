// The fast rotary embedding: as many pairs at a time as a vector has lanes. The cos and sin of a time step are read
// once from memory and then serve all of its heads from the first cache.
#include "kernels/parallel.h"
#include "kernels/pieces.h"
#include "kernels/simd.h"
#include "kernels/variants.h"

namespace dikkat::cpu {
namespace {

using namespace simd;

// a0 b0 a1 b1 ... in two vectors, for a0 a1 ... and b0 b1 ...
void zip(Lanes& a, Lanes& b) {
  const Lanes low = zip_low(a, b), high = zip_high(a, b);
  a = low, b = high;
}

// The way back. Zipping 2^n numbers n times gives back the first order, so n - 1 times undo one.
void unzip(Lanes& a, Lanes& b) {
  for (int size = 2; size < 2 * lanes; size *= 2) zip(a, b);
}

// Two vectors that lie one behind the other, the first `count` numbers of both together.
void load_two(const float* from, int64_t count, Lanes& a, Lanes& b) {
  a = load_up_to(from, up_to_lanes(count));
  b = count > lanes ? load_up_to(from + lanes, count - lanes) : Lanes{};
}
void store_two(float* to, int64_t count, Lanes a, Lanes b) {
  store_up_to(to, a, up_to_lanes(count));
  if (count > lanes) store_up_to(to + lanes, b, count - lanes);
}

void turn_head(const RotaryArgs& args, const float* x, const float* cos, const float* sin, float* y) {
  const int64_t half = args.size / 2;
  for (int64_t i = 0; i < half; i += lanes) {
    const int64_t count = up_to_lanes(half - i);
    const Lanes c = load_up_to(cos + i, count), s = load_up_to(sin + i, count);
    Lanes x0, x1;
    if (args.interleaved) {
      load_two(x + 2 * i, 2 * count, x0, x1);
      unzip(x0, x1);
    } else {
      x0 = load_up_to(x + i, count), x1 = load_up_to(x + half + i, count);
    }
    Lanes y0 = args.inverse ? x0 * c + x1 * s : x0 * c - x1 * s;
    Lanes y1 = args.inverse ? x1 * c - x0 * s : x1 * c + x0 * s;
    if (args.interleaved) {
      zip(y0, y1);
      if (args.accumulate) {
        Lanes before0, before1;
        load_two(y + 2 * i, 2 * count, before0, before1);
        y0 += before0, y1 += before1;
      }
      store_two(y + 2 * i, 2 * count, y0, y1);
    } else {
      if (args.accumulate) y0 += load_up_to(y + i, count), y1 += load_up_to(y + half + i, count);
      store_up_to(y + i, y0, count);
      store_up_to(y + half + i, y1, count);
    }
  }
}

}  // namespace

void rotary(const RotaryArgs& args) {
  const int64_t steps = args.batch * args.time;
  parallel_ranges(steps, rows_per_piece(args.heads * args.size), [&](int64_t begin, int64_t end) {
    for (int64_t step = begin; step < end; ++step) {
      const int64_t batch = step / args.time, time = step % args.time;
      const int64_t angles = batch * args.angle_batch + time * (args.size / 2);
      const float* x = args.x + batch * args.x_batch + time * args.x_time;
      float* y = args.y + batch * args.y_batch + time * args.y_time;
      for (int64_t head = 0; head < args.heads; ++head) {
        turn_head(args, x + head * args.x_head, args.cos + angles, args.sin + angles, y + head * args.y_head);
      }
    }
  });
}

void add_rotary(KernelTable& table) {
  table.rotary = rotary;
}

}  // namespace dikkat::cpu
