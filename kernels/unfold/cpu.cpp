// The fast unfolding. Under one place of the kernel, a row of patches is a row of the picture, from some column on and
// every stride_width-th number: with stride 1 whole vectors are copied, or added on the way back. Forward, a thread
// takes rows of y; backward whole planes, whose patches overlap.
#include "kernels/elementwise/strided.h"
#include "kernels/parallel.h"
#include "kernels/pieces.h"
#include "kernels/variants.h"

namespace dikkat::cpu {
namespace {

using namespace simd;

// The patches of one row that hold a number of the picture under one place of the kernel: [begin, end).
struct Part {
  int64_t begin, end;
};

// Patches at 0, stride, 2 stride ... (`count` of them); the picture begins at `before` and has `size` numbers.
Part inside(int64_t before, int64_t size, int64_t stride, int64_t count) {
  const int64_t begin = before > 0 ? (before + stride - 1) / stride : 0;
  const int64_t last = before + size - 1;
  const int64_t end = last < 0 ? 0 : last / stride + 1;
  const int64_t smaller = end < count ? end : count;
  return {begin < count ? begin : count, smaller > begin ? smaller : begin < count ? begin : count};
}

void fill(float* y, int64_t begin, int64_t end, float value) {
  for (int64_t i = begin; i < end; i += lanes) store_up_to(y + i, splat(value), up_to_lanes(end - i));
}

// What one place of the kernel sees of one plane: visit(row of patches, where its numbers begin in the plane, part).
// Where the part is not empty, number j of the row lies stride_width * j further.
template <class Visit>
void each_row(const UnfoldSizes& sizes, int64_t place, const Visit& visit) {
  const int64_t a = place / sizes.kernel_width, b = place % sizes.kernel_width;
  const int64_t before = sizes.padding_width - b * sizes.dilation_width, rows = sizes.out_height();
  const Part part = inside(before, sizes.width, sizes.stride_width, sizes.out_width());
  for (int64_t i = 0; i < rows; ++i) {
    const int64_t row = i * sizes.stride_height + a * sizes.dilation_height - sizes.padding_height;
    const bool in_picture = row >= 0 && row < sizes.height;
    visit(i, row * sizes.width - before, in_picture ? part : Part{0, 0});
  }
}

}  // namespace

void unfold(const UnfoldArgs& args) {
  const UnfoldSizes& sizes = args.sizes;
  const int64_t places = sizes.kernel_height * sizes.kernel_width, width = sizes.out_width();
  const int64_t patches = sizes.out_height() * width, stride = sizes.stride_width;
  const int64_t count = sizes.batch * sizes.channels * places;
  parallel_ranges(count, rows_per_piece(patches), [&](int64_t begin, int64_t end) {
    for (int64_t number = begin; number < end; ++number) {
      const float* x = args.x + number / places * sizes.height * sizes.width;
      each_row(sizes, number % places, [&](int64_t i, int64_t start, Part part) {
        float* y = args.y + number * patches + i * width;
        fill(y, 0, part.begin, args.value);
        for (int64_t j = part.begin; j < part.end; j += lanes) {
          const int64_t n = up_to_lanes(part.end - j);
          store_up_to(y + j, strided::load(x + start + j * stride, stride, n), n);
        }
        fill(y, part.end, width, args.value);
      });
    }
  });
}

void unfold_backward(const UnfoldBackwardArgs& args) {
  const UnfoldSizes& sizes = args.sizes;
  const int64_t places = sizes.kernel_height * sizes.kernel_width, width = sizes.out_width();
  const int64_t patches = sizes.out_height() * width, stride = sizes.stride_width;
  parallel_ranges(sizes.batch * sizes.channels, rows_per_piece(places * patches), [&](int64_t begin, int64_t end) {
    for (int64_t plane = begin; plane < end; ++plane) {
      float* dx = args.dx + plane * sizes.height * sizes.width;
      for (int64_t place = 0; place < places; ++place) {
        each_row(sizes, place, [&](int64_t i, int64_t start, Part part) {
          const float* dy = args.dy + (plane * places + place) * patches + i * width;
          for (int64_t j = part.begin; j < part.end; j += lanes) {
            const int64_t n = up_to_lanes(part.end - j);
            float* to = dx + start + j * stride;
            strided::store(to, stride, strided::load(to, stride, n) + load_up_to(dy + j, n), n);
          }
        });
      }
    }
  });
}

void add_unfold(KernelTable& table) {
  table.unfold = unfold;
  table.unfold_backward = unfold_backward;
}

}  // namespace dikkat::cpu
