// The textbook unfolding: for each place of the kernel and each place that it stands on, the number underneath.
#include <vector>

#include "kernels/variants.h"

namespace dikkat::reference {
namespace {

// visit(number in y, number in x) for every element of y, row after row; -1 where it lies outside of the picture.
template <class Visit>
void each_element(const UnfoldSizes& sizes, const Visit& visit) {
  int64_t number = 0;
  for (int64_t plane = 0; plane < sizes.batch * sizes.channels; ++plane) {
    for (int64_t a = 0; a < sizes.kernel_height; ++a) {
      for (int64_t b = 0; b < sizes.kernel_width; ++b) {
        for (int64_t i = 0; i < sizes.out_height(); ++i) {
          for (int64_t j = 0; j < sizes.out_width(); ++j) {
            const int64_t row = i * sizes.stride_height + a * sizes.dilation_height - sizes.padding_height;
            const int64_t column = j * sizes.stride_width + b * sizes.dilation_width - sizes.padding_width;
            const bool inside = row >= 0 && row < sizes.height && column >= 0 && column < sizes.width;
            visit(number++, inside ? (plane * sizes.height + row) * sizes.width + column : -1);
          }
        }
      }
    }
  }
}

}  // namespace

void unfold(const UnfoldArgs& args) {
  each_element(args.sizes, [&](int64_t y, int64_t x) { args.y[y] = x < 0 ? args.value : args.x[x]; });
}

void unfold_backward(const UnfoldBackwardArgs& args) {
  const UnfoldSizes& sizes = args.sizes;
  const int64_t size = sizes.batch * sizes.channels * sizes.height * sizes.width;
  std::vector<double> dx(size, 0.0);
  each_element(sizes, [&](int64_t y, int64_t x) {
    if (x >= 0) dx[x] += args.dy[y];
  });
  for (int64_t i = 0; i < size; ++i) args.dx[i] = static_cast<Real>(args.dx[i] + dx[i]);
}

void add_unfold(KernelTable& table) {
  table.unfold = unfold;
  table.unfold_backward = unfold_backward;
}

}  // namespace dikkat::reference
