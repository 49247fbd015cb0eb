// Views: no number moves. A view's gradient is a window onto its base's gradient, so nothing moves on the way back
// either.
#include <algorithm>

#include "core/ops/common.h"

namespace dikkat {

namespace op {

// y sees x.      dx: y's consumers have already added to it, through the shared gradient
struct View : Op {
  View(const char* name, Tensor x) : Op(name, {x}) {}
  void backward(Node&) override {}
};

// y = x, again and again along dimensions of size 1.      dx = dy, summed over the repetitions
struct Expand : Op {
  explicit Expand(Tensor x) : Op("expand", {x}) {}
  void backward(Node& out) override {
    Tensor& x = inputs[0];
    BinaryBackwardArgs args{
        .function = Binary::add, .dy = out.grad_address(), .da = x.grad_sum(), .rank = out.shape.rank()};
    const int added = out.shape.rank() - x.rank();
    for (int i = 0; i < out.shape.rank(); ++i) {
      args.shape[i] = out.shape[i];
      if (i >= added && x.size(i - added) != 1) args.a_steps[i] = x.grad_strides()[static_cast<size_t>(i - added)];
    }
    kernels().binary_backward(args);
  }
};

// y = x, element by element in reading order.      dx = dy
struct Contiguous : Op {
  explicit Contiguous(Tensor x) : Op("contiguous", {x}) {}
  void backward(Node& out) override {
    Tensor& x = inputs[0];
    copy_strided(x.shape(), out.grad_address(), contiguous_strides(out.shape), x.grad_sum(), x.grad_strides(), true);
  }
};

}  // namespace op

namespace {

Tensor view(const char* name, const In& x, const Shape& shape, const Layout& layout, const Layout& gradient_layout) {
  return record(window(x, shape, layout, gradient_layout), std::make_unique<op::View>(name, x), x.where);
}

Strides reordered(const Strides& strides, const std::vector<int>& order) {
  Strides result{};
  for (size_t i = 0; i < order.size(); ++i) result[i] = strides[static_cast<size_t>(order[i])];
  return result;
}

// The strides with a further one before position `dim`; its dimension has size 1, so its value does not matter.
Strides with_gap(const Strides& strides, int dim, int rank) {
  Strides result = strides;
  for (int i = rank; i > dim; --i) result[static_cast<size_t>(i)] = strides[static_cast<size_t>(i - 1)];
  result[static_cast<size_t>(dim)] = 0;
  return result;
}

Strides without(const Strides& strides, int dim, int rank) {
  Strides result = strides;
  for (int i = dim; i + 1 < rank; ++i) result[static_cast<size_t>(i)] = strides[static_cast<size_t>(i + 1)];
  return result;
}

}  // namespace

Tensor contiguous(In x) {
  // A gradient may lie otherwise than the numbers (detach() and expand() start a fresh one); kernels need both in
  // order.
  if (x.is_contiguous() && (!x.requires_grad() || lie_in_order(x.shape(), x.grad_strides()))) return x;
  Tensor out = empty(x.shape());
  copy_strided(x.shape(), x.address(), x.strides(), out.address(), out.strides());
  return record(out, std::make_unique<op::Contiguous>(x), x.where);
}

Tensor reshape(In x, const std::vector<int64_t>& sizes) {
  Shape shape;
  int left = -1;
  for (const int64_t size : sizes) {
    if (size == -1 && left < 0) left = shape.rank();
    require(size >= 0 || left == shape.rank(), x.where,
            "reshape: a size is -1 once (whatever is left) or not negative, got ", size);
    require(shape.has_room_for(size), x.where, "reshape: ", shape, " with a further dimension of ", size,
            " is too large");
    shape.append(size < 0 ? 1 : size);
  }
  if (left >= 0) {
    const int64_t known = shape.numel();
    require(known > 0 && x.numel() % known == 0, x.where, "reshape: ", x.shape(), " has ", x.numel(),
            " elements, which the other sizes (product ", known, ") do not divide");
    shape = resized("reshape", x, shape, left, x.numel() / known);
  }
  require(shape.numel() == x.numel(), x.where, "reshape: ", x.shape(), " has ", x.numel(), " elements and ", shape,
          " has ", shape.numel(), "; they must be equal");
  const In base = in_order(x);
  const Strides strides = contiguous_strides(shape);
  return view("reshape", base, shape, {base.node().layout.offset, strides},
              {base.node().gradient_layout.offset, strides});
}

Tensor permute(In x, const std::vector<int>& order) {
  std::vector<int> sorted;
  for (const int dim : order) sorted.push_back(dimension("permute", x, dim));
  const std::vector<int> from = sorted;
  std::sort(sorted.begin(), sorted.end());
  bool complete = static_cast<int>(sorted.size()) == x.rank();
  for (size_t i = 0; complete && i < sorted.size(); ++i) complete = sorted[i] == static_cast<int>(i);
  require(complete, x.where, "permute: every dimension of ", x.shape(), " must be named once");
  Shape shape;
  for (const int dim : from) shape.append(x.size(dim));
  const Layout &layout = x.node().layout, &gradient = x.node().gradient_layout;
  return view("permute", x, shape, {layout.offset, reordered(layout.strides, from)},
              {gradient.offset, reordered(gradient.strides, from)});
}

Tensor transpose(In x, int dim0, int dim1) {
  require(x.rank() >= 2, x.where, "transpose: needs at least two dimensions, got ", x.shape());
  std::vector<int> order;
  for (int i = 0; i < x.rank(); ++i) order.push_back(i);
  std::swap(order[static_cast<size_t>(dimension("transpose", x, dim0))],
            order[static_cast<size_t>(dimension("transpose", x, dim1))]);
  return permute(x, order);
}

Tensor flatten(In x, int start_dim, int end_dim) {
  if (x.rank() == 0) return reshape(x, {1});
  const int first = dimension("flatten", x, start_dim), last = dimension("flatten", x, end_dim);
  require(first <= last, x.where, "flatten: dimension ", start_dim, " of ", x.shape(), " comes after dimension ",
          end_dim);
  std::vector<int64_t> sizes;
  int64_t joined = 1;
  for (int i = 0; i < x.rank(); ++i) {
    if (i < first || i > last) sizes.push_back(x.size(i));
    if (i >= first && i <= last) joined *= x.size(i);
    if (i == last) sizes.push_back(joined);
  }
  return reshape(x, sizes);
}

Tensor slice(In x, int dim, int64_t begin, int64_t end, int64_t step) {
  require(x.rank() >= 1, x.where, "slice: a single number has nothing to cut");
  require(step >= 1, x.where, "slice: the step must be 1 or more, got ", step);
  const int at = dimension("slice", x, dim);
  const int64_t size = x.size(at);
  const int64_t first = begin < 0 ? begin + size : begin, last = end < 0 ? end + size : end;
  require(0 <= first && first <= last && last <= size, x.where, "slice: ", begin, " to ", end,
          " does not lie inside dimension ", at, " of ", x.shape());
  const Shape shape = x.shape().with(at, last > first ? (last - first - 1) / step + 1 : 0);
  const auto moved = [&](Layout layout) {
    int64_t& stride = layout.strides[static_cast<size_t>(at)];
    if (shape[at] > 0) layout.offset += first * stride;
    if (shape[at] > 1) stride *= step;
    return layout;
  };
  return view("slice", x, shape, moved(x.node().layout), moved(x.node().gradient_layout));
}

Tensor select(In x, int dim, int64_t index) {
  const int at = dimension_to_reduce("select", x, dim);
  const int64_t from_front = index < 0 ? index + x.size(at) : index;
  require(from_front >= 0 && from_front < x.size(at), x.where, "select: index ", index,
          " does not lie inside dimension ", at, " of ", x.shape());
  const auto moved = [&](const Layout& layout) {
    return Layout{layout.offset + from_front * layout.strides[static_cast<size_t>(at)],
                  without(layout.strides, at, x.rank())};
  };
  return view("select", x, reduced(x.shape(), at, false), moved(x.node().layout), moved(x.node().gradient_layout));
}

Tensor unsqueeze(In x, int dim) {
  require(dim >= -x.rank() - 1 && dim <= x.rank(), x.where, "unsqueeze: dimension ", dim, " does not fit into ",
          x.shape());
  const int at = dim < 0 ? dim + x.rank() + 1 : dim;
  Shape shape;
  for (int i = 0; i <= x.rank(); ++i) shape.append(i == at ? 1 : x.size(i < at ? i : i - 1));
  const Layout &layout = x.node().layout, &gradient = x.node().gradient_layout;
  return view("unsqueeze", x, shape, {layout.offset, with_gap(layout.strides, at, x.rank())},
              {gradient.offset, with_gap(gradient.strides, at, x.rank())});
}

Tensor squeeze(In x, int dim) {
  const int at = dimension("squeeze", x, dim);
  require(x.size(at) == 1, x.where, "squeeze: dimension ", dim, " of ", x.shape(), " has size ", x.size(at), ", not 1");
  const Layout &layout = x.node().layout, &gradient = x.node().gradient_layout;
  return view("squeeze", x, reduced(x.shape(), at, false), {layout.offset, without(layout.strides, at, x.rank())},
              {gradient.offset, without(gradient.strides, at, x.rank())});
}

Tensor expand(In x, const Shape& shape) {
  const int added = shape.rank() - x.rank();
  Layout layout{x.node().layout.offset, {}};
  bool fits = added >= 0;
  for (int i = 0; fits && i < x.rank(); ++i) {
    fits = x.size(i) == 1 || x.size(i) == shape[i + added];
    if (x.size(i) != 1) layout.strides[static_cast<size_t>(i + added)] = x.strides()[static_cast<size_t>(i)];
  }
  require(fits, x.where, "expand: ", x.shape(), " cannot become ", shape, ": only dimensions of size 1 are repeated");
  return record(tensor_over(x.node().numbers, shape, layout), std::make_unique<op::Expand>(x), x.where);
}

Tensor diagonal(In x, int dim0, int dim1) {
  require(x.rank() >= 2, x.where, "diagonal: needs at least two dimensions, got ", x.shape());
  const int first = dimension("diagonal", x, dim0), second = dimension("diagonal", x, dim1);
  require(first != second, x.where, "diagonal: needs two different dimensions of ", x.shape(), ", got ", dim0, " and ",
          dim1);
  Shape shape;
  for (int i = 0; i < x.rank(); ++i)
    if (i != first && i != second) shape.append(x.size(i));
  shape.append(std::min(x.size(first), x.size(second)));
  const auto both = [&](const Layout& layout) {  // one step along the diagonal is one step along both dimensions
    Layout result{layout.offset, {}};
    const int last = shape.rank() - 1;
    for (int i = 0, to = 0; i < x.rank(); ++i)
      if (i != first && i != second) result.strides[static_cast<size_t>(to++)] = layout.strides[static_cast<size_t>(i)];
    result.strides[static_cast<size_t>(last)] =
        layout.strides[static_cast<size_t>(first)] + layout.strides[static_cast<size_t>(second)];
    return result;
  };
  return view("diagonal", x, shape, both(x.node().layout), both(x.node().gradient_layout));
}

std::vector<Tensor> split(In x, int64_t size, int dim) {
  const int at = dimension_to_reduce("split", x, dim);
  require(size >= 1, x.where, "split: the size of a part must be 1 or more, got ", size);
  std::vector<Tensor> parts;
  for (int64_t begin = 0; begin < x.size(at); begin += size)
    parts.push_back(slice(x, at, begin, std::min(begin + size, x.size(at))));
  if (parts.empty()) parts.push_back(slice(x, at, 0, 0));
  return parts;
}

std::vector<Tensor> chunk(In x, int64_t count, int dim) {
  const int at = dimension_to_reduce("chunk", x, dim);
  require(count >= 1 && x.size(at) % count == 0, x.where, "chunk: ", count, " does not divide dimension ", at, " of ",
          x.shape());
  const int64_t size = x.size(at) / count;
  std::vector<Tensor> parts;
  for (int64_t i = 0; i < count; ++i) parts.push_back(slice(x, at, i * size, (i + 1) * size));
  return parts;
}

}  // namespace dikkat
