// Pictures and sequences of channels: a window moves over them, and what it sees becomes a column of a matrix.
#include <algorithm>
#include <limits>

#include "core/ops/common.h"

namespace dikkat {

namespace op {

// y[b,c,:,p] = what patch p of picture x[b,c] shows.      dx = dy, each element from every patch that shows it
struct Unfold : Op {
  Unfold(Tensor x, UnfoldSizes sizes) : Op("unfold", {x}), sizes(sizes) {}
  void backward(Node& out) override {
    Tensor& x = inputs[0];
    kernels().unfold_backward({.dy = out.grad_address(), .dx = x.grad_sum(), .sizes = sizes});
  }
  UnfoldSizes sizes;
};

}  // namespace op

namespace {

// How a window of one size moves. For messages, `shown` is the operand as the caller wrote it.
struct Window {
  const char* name;
  Shape shown;
  Size2 kernel, stride, padding, dilation;
};

// "(3,2)"
std::string both(const Size2& size) {
  return text('(', size.height, ',', size.width, ')');
}

// Throws Error where the window is no window, or larger than the padded picture.
void check(const In& x, const Window& window) {
  constexpr int64_t most = int64_t{1} << 30;  // products of two of these stay exact
  const auto from = [&](const char* what, const Size2& size, int64_t least) {
    require(std::min(size.height, size.width) >= least && std::max(size.height, size.width) <= most, x.where,
            window.name, ": ", what, " ", both(size), " must be at least ", least, " in both directions, and at most ",
            most);
  };
  from("the kernel", window.kernel, 1);
  from("the stride", window.stride, 1);
  from("the padding", window.padding, 0);
  from("the dilation", window.dilation, 1);
  const Size2 padded{x.size(2) + 2 * window.padding.height, x.size(3) + 2 * window.padding.width};
  const Size2 reach{window.dilation.height * (window.kernel.height - 1) + 1,
                    window.dilation.width * (window.kernel.width - 1) + 1};
  require(reach.height <= padded.height && reach.width <= padded.width, x.where, window.name, ": a kernel that spans ",
          both(reach), " does not fit into ", window.shown, ", which with its padding is ", both(padded));
}

UnfoldSizes sizes_of(const Tensor& x, const Window& window) {
  return {.batch = x.size(0),
          .channels = x.size(1),
          .height = x.size(2),
          .width = x.size(3),
          .kernel_height = window.kernel.height,
          .kernel_width = window.kernel.width,
          .stride_height = window.stride.height,
          .stride_width = window.stride.width,
          .padding_height = window.padding.height,
          .padding_width = window.padding.width,
          .dilation_height = window.dilation.height,
          .dilation_width = window.dilation.width};
}

// (B,C,H,W) -> (B,C,kernel,patches); `value` outside of the picture.
Tensor patches(In x, const Window& window, double value) {
  check(x, window);
  x = in_order(x);
  const UnfoldSizes sizes = sizes_of(x, window);
  const auto and_then = [&](const Shape& shape, int64_t size) { return extended(window.name, x, shape, size); };
  const Shape places = and_then(and_then({}, sizes.out_height()), sizes.out_width());
  const Shape shape = and_then({sizes.batch, sizes.channels}, window.kernel.height * window.kernel.width);
  Tensor out = empty(and_then(shape, places.numel()));
  kernels().unfold({.x = x.address(), .y = out.address(), .sizes = sizes, .value = static_cast<Real>(value)});
  return record(out, std::make_unique<op::Unfold>(x, sizes), x.where);
}

void check_picture(const char* name, const In& x) {
  require(x.rank() == 4, x.where, name, ": needs pictures (batch, channels, height, width), got ", x.shape());
}

// Channels, groups and bias of a convolution; x and weight as the caller wrote them.
void check_channels(const char* name, const In& x, const In& weight, const Tensor* bias, int64_t groups) {
  require(groups >= 1 && x.size(1) % groups == 0 && weight.size(0) % groups == 0, x.where, name, ": the ", x.size(1),
          " channels of ", x.shape(), " and the ", weight.size(0), " of the weight ", weight.shape(),
          " must both be divisible among ", groups, " groups");
  require(weight.size(1) == x.size(1) / groups, x.where, name, ": ", x.shape(), " in ", groups,
          " groups needs a weight for ", x.size(1) / groups, " channels, got ", weight.shape());
  require(!bias || bias->shape() == Shape{weight.size(0)}, x.where, name, ": the weight ", weight.shape(),
          " needs a bias of (", weight.size(0), "), got ", bias ? bias->shape() : Shape{});
}

// Each output is the product of a patch, laid out as a column, with the weight, laid out as rows.
Tensor convolve(const In& x, const In& weight, const Tensor* bias, const Window& window, int64_t groups) {
  const Here here(x);
  const In columns = here(patches(x, window, 0));  // (B,C,K,P)
  const UnfoldSizes sizes = sizes_of(x, window);
  const int64_t B = x.size(0), O = weight.size(0), P = columns.size(3);
  const int64_t seen = weight.size(1) * columns.size(2);  // by one output: C/groups K
  const In grouped = here(reshape(columns, {B, groups, seen, P}));
  const In rows = here(reshape(here(weight), {groups, O / groups, seen}));
  const In y = here(matmul(rows, grouped));  // (B,groups,O/groups,P)
  const Tensor out = reshape(y, {B, O, sizes.out_height(), sizes.out_width()});
  return bias ? here(out) + here(reshape(here(*bias), {O, 1, 1})) : out;
}

Tensor convolve2d(const In& x, const In& weight, const Tensor* bias, const ConvOptions& options) {
  check_picture("conv2d", x);
  require(weight.rank() == 4, x.where, "conv2d: ", x.shape(),
          " needs a weight (out channels, channels / groups, height, width), got ", weight.shape());
  check_channels("conv2d", x, weight, bias, options.groups);
  const Window window{"conv2d",       x.shape(),       {weight.size(2), weight.size(3)},
                      options.stride, options.padding, options.dilation};
  return convolve(x, weight, bias, window, options.groups);
}

// True if in one direction no place of the window lies in the padding alone. Only those that begin before the picture
// could: the padding is smaller than the kernel's reach, so that the others begin inside.
bool always_sees(int64_t size, int64_t kernel, int64_t stride, int64_t padding, int64_t dilation) {
  const int64_t reach = dilation * (kernel - 1) + 1;
  for (int64_t begin = -padding; begin < 0 && begin + reach <= size + padding; begin += stride) {
    const int64_t skipped = (-begin + dilation - 1) / dilation;  // elements of the window before the picture
    if (skipped >= kernel || begin + skipped * dilation >= size) return false;
  }
  return true;
}

// What `reduce` makes of each patch (B,C,K,P) -> (B,C,P); a stride of 0 is that of the kernel. With must_see no patch
// may show padding alone.
Tensor pool(const char* name, const In& x, Size2 kernel, const PatchOptions& options, double outside, bool must_see,
            Tensor (*reduce)(In)) {
  check_picture(name, x);
  const Size2 stride{options.stride.height == 0 ? kernel.height : options.stride.height,
                     options.stride.width == 0 ? kernel.width : options.stride.width};
  const Window window{name, x.shape(), kernel, stride, options.padding, options.dilation};
  check(x, window);
  require(2 * options.padding.height <= kernel.height && 2 * options.padding.width <= kernel.width, x.where, name,
          ": the padding ", both(options.padding), " must be at most half of the kernel ", both(kernel), " over ",
          x.shape());
  if (must_see) {
    const bool sees =
        always_sees(x.size(2), kernel.height, stride.height, options.padding.height, options.dilation.height) &&
        always_sees(x.size(3), kernel.width, stride.width, options.padding.width, options.dilation.width);
    require(sees, x.where, name, ": a kernel ", both(kernel), " with padding ", both(options.padding), " and dilation ",
            both(options.dilation), " would see nothing of ", x.shape(), " from one of its places");
  }
  const Here here(x);
  const UnfoldSizes sizes = sizes_of(x, window);
  return reshape(here(reduce(here(patches(x, window, outside)))),
                 {x.size(0), x.size(1), sizes.out_height(), sizes.out_width()});
}

}  // namespace

Tensor unfold(In x, Size2 kernel, const PatchOptions& options) {
  check_picture("unfold", x);
  return patches(x, {"unfold", x.shape(), kernel, options.stride, options.padding, options.dilation}, 0);
}

Tensor conv2d(In x, In weight, In bias, const ConvOptions& options) {
  return convolve2d(x, weight, &bias, options);
}

Tensor conv2d(In x, In weight, const ConvOptions& options) {
  return convolve2d(x, weight, nullptr, options);
}

// A sequence is a picture of height 1.
Tensor conv1d(In x, In weight, In bias, const ConvOptions& options) {
  require(x.rank() == 3, x.where, "conv1d: needs sequences (batch, channels, time), got ", x.shape());
  require(weight.rank() == 3, x.where, "conv1d: ", x.shape(),
          " needs a weight (out channels, channels / groups, size), got ", weight.shape());
  check_channels("conv1d", x, weight, &bias, options.groups);
  const Here here(x);
  const Window window{"conv1d",
                      x.shape(),
                      {1, weight.size(2)},
                      {1, options.stride.width},
                      {0, options.padding.width},
                      {1, options.dilation.width}};
  const In picture = here(unsqueeze(x, 2)), rows = here(unsqueeze(here(weight), 2));  // (B,C,1,T) (O,C/groups,1,k)
  return squeeze(here(convolve(picture, rows, &bias, window, options.groups)), 2);    // (B,O,T)
}

Tensor max_pool2d(In x, Size2 kernel, const PatchOptions& options) {
  return pool("max_pool2d", x, kernel, options, -std::numeric_limits<double>::infinity(), true,
              [](In patches) { return max(patches, 2); });
}

Tensor avg_pool2d(In x, Size2 kernel, const PatchOptions& options) {
  return pool("avg_pool2d", x, kernel, options, 0, false, [](In patches) { return mean(patches, 2); });
}

}  // namespace dikkat
