#include "kernels/unfold/args.h"

namespace dikkat {
namespace {

int64_t picture_size(const UnfoldSizes& sizes) {
  return sizes.batch * sizes.channels * sizes.height * sizes.width;
}
int64_t patches_size(const UnfoldSizes& sizes) {
  return sizes.batch * sizes.channels * sizes.kernel_height * sizes.kernel_width * sizes.out_height() *
         sizes.out_width();
}

void add_sizes(Operands& list, const UnfoldSizes& sizes) {
  list.size("batch", sizes.batch);
  list.size("channels", sizes.channels);
  list.size("height", sizes.height);
  list.size("width", sizes.width);
  list.size("kernel_height", sizes.kernel_height);
  list.size("kernel_width", sizes.kernel_width);
}

}  // namespace

void UnfoldArgs::operands(Operands& list) const {
  list.read("x", x, picture_size(sizes));
  list.write("y", y, patches_size(sizes));
  add_sizes(list, sizes);
}

void UnfoldBackwardArgs::operands(Operands& list) const {
  list.read("dy", dy, patches_size(sizes));
  list.update("dx", dx, picture_size(sizes));
  add_sizes(list, sizes);
  list.flops = 1.0 * patches_size(sizes);
}

}  // namespace dikkat
