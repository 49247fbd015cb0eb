#include "tests/golden_ops.h"

namespace dikkat::test {
namespace {

Outputs convolved_2d(const OpsCase& one) {
  ConvOptions options;
  options.stride = one.attrs.size2("stride", 1);
  options.padding = one.attrs.size2("padding", 0);
  options.dilation = one.attrs.size2("dilation", 1);
  options.groups = one.attrs.integer("groups", 1);
  if (!one.has("b")) return {conv2d(one["x"], one["w"], options)};
  return {conv2d(one["x"], one["w"], one["b"], options)};
}

// left_pad: so many zeros in front, as a causal convolution has them.
Outputs convolved_1d(const OpsCase& one) {
  ConvOptions options;
  options.stride = Size2(1, one.attrs.integer("stride", 1));
  options.padding = Size2(0, one.attrs.integer("padding", 0));
  options.dilation = Size2(1, one.attrs.integer("dilation", 1));
  options.groups = one.attrs.integer("groups", 1);
  const Tensor x = pad(one["x"], {one.attrs.integer("left_pad", 0), 0});
  return {conv1d(x, one["w"], one["b"], options)};
}

Runner pooled(Tensor (*operation)(In, Size2, const PatchOptions&)) {
  return [operation](const OpsCase& one) -> Outputs {
    PatchOptions options{.stride = 0};
    options.stride = one.attrs.size2("stride", 0);
    options.padding = one.attrs.size2("padding", 0);
    options.dilation = one.attrs.size2("dilation", 1);
    return {operation(one["x"], one.attrs.size2("k", 1), options)};
  };
}

}  // namespace

Runners conv_runners() {
  return {
      {"conv2d", convolved_2d},
      {"conv1d", convolved_1d},
      {"max_pool2d", pooled(max_pool2d)},
      {"avg_pool2d", pooled(avg_pool2d)},
  };
}

}  // namespace dikkat::test
