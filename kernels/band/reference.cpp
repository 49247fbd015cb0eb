// The textbook band: element by element, inside or outside.
#include "kernels/variants.h"

namespace dikkat::reference {

void band(const BandArgs& args) {
  for (int64_t i = 0; i < args.batch * args.rows * args.cols; ++i) {
    const int64_t row = i / args.cols % args.rows, column = i % args.cols;
    const bool inside = args.lower <= column - row && column - row <= args.upper;
    args.y[i] = inside ? args.x[i] : args.value;
  }
}

void band_backward(const BandBackwardArgs& args) {
  for (int64_t i = 0; i < args.batch * args.rows * args.cols; ++i) {
    const int64_t row = i / args.cols % args.rows, column = i % args.cols;
    const bool inside = args.lower <= column - row && column - row <= args.upper;
    if (inside) args.dx[i] += args.dy[i];
  }
}

void add_band(KernelTable& table) {
  table.band = band;
  table.band_backward = band_backward;
}

}  // namespace dikkat::reference
