// The fast band: each row is three pieces, and whole vectors inside each.
#include "kernels/parallel.h"
#include "kernels/pieces.h"
#include "kernels/simd.h"
#include "kernels/variants.h"

namespace dikkat::cpu {
namespace {

using namespace simd;

// The first column of a row inside the band, or the first one behind it, when the bound would be column `wanted`.
int64_t inside(int64_t wanted, int64_t cols) {
  return wanted < 0 ? 0 : wanted < cols ? wanted : cols;
}

void fill_row(float* y, int64_t begin, int64_t end, float value) {
  for (int64_t i = begin; i < end; i += lanes) store_up_to(y + i, splat(value), up_to_lanes(end - i));
}

}  // namespace

void band(const BandArgs& args) {
  parallel_ranges(args.batch * args.rows, rows_per_piece(args.cols), [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; ++r) {
      const int64_t row = r % args.rows;
      const int64_t stop = inside(row + args.upper + 1, args.cols);
      const int64_t first = inside(row + args.lower, args.cols), start = first < stop ? first : stop;
      const float* x = args.x + r * args.cols;
      float* y = args.y + r * args.cols;
      fill_row(y, 0, start, args.value);
      for (int64_t i = start; i < stop; i += lanes) {
        const int64_t count = up_to_lanes(stop - i);
        store_up_to(y + i, load_up_to(x + i, count), count);
      }
      fill_row(y, stop, args.cols, args.value);
    }
  });
}

void band_backward(const BandBackwardArgs& args) {
  parallel_ranges(args.batch * args.rows, rows_per_piece(args.cols), [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; ++r) {
      const int64_t row = r % args.rows;
      const int64_t stop = inside(row + args.upper + 1, args.cols);
      const float* dy = args.dy + r * args.cols;
      float* dx = args.dx + r * args.cols;
      for (int64_t i = inside(row + args.lower, args.cols); i < stop; i += lanes) {
        const int64_t count = up_to_lanes(stop - i);
        store_up_to(dx + i, load_up_to(dx + i, count) + load_up_to(dy + i, count), count);
      }
    }
  });
}

void add_band(KernelTable& table) {
  table.band = band;
  table.band_backward = band_backward;
}

}  // namespace dikkat::cpu
