// Joined and rearranged: the numbers stay the same, but they are copied to other places.
#include <algorithm>
#include <numeric>

#include "core/ops/common.h"

namespace dikkat {

namespace op {

// y holds the parts, each from its place on.      dpart = dy at that place
struct Placed : Op {
  Placed(const char* name, std::vector<Tensor> parts, std::vector<int64_t> places)
      : Op(name, std::move(parts)), places(std::move(places)) {}
  void backward(Node& out) override {
    for (size_t i = 0; i < inputs.size(); ++i) {
      Tensor& part = inputs[i];
      if (!part.requires_grad() || part.numel() == 0) continue;
      copy_strided(part.shape(), out.grad_address() + places[i], contiguous_strides(out.shape), part.grad_sum(),
                   part.grad_strides(), true);
    }
  }
  std::vector<int64_t> places;  // elements from the first of y
};

// y = x where lower <= column - row <= upper, 0 elsewhere.      dx = dy there
struct Triangle : Op {
  Triangle(const char* name, Tensor x, int64_t lower, int64_t upper) : Op(name, {x}), lower(lower), upper(upper) {}
  void backward(Node& out) override {
    Tensor& x = inputs[0];
    kernels().band_backward({.dy = out.grad_address(),
                             .dx = x.grad_sum(),
                             .batch = around(x.shape(), x.rank() - 2).outer,
                             .rows = x.size(-2),
                             .cols = x.size(-1),
                             .lower = lower,
                             .upper = upper});
  }
  int64_t lower, upper;
};

}  // namespace op

namespace {

// Copies the parts into y and records that.
Tensor placed(const char* name, Tensor y, const std::vector<In>& parts, std::vector<int64_t> places) {
  for (size_t i = 0; i < parts.size(); ++i) {
    const In& part = parts[i];
    if (part.numel() == 0) continue;
    copy_strided(part.shape(), part.address(), part.strides(), y.address() + places[i], y.strides());
  }
  std::vector<Tensor> inputs(parts.begin(), parts.end());
  return record(y, std::make_unique<op::Placed>(name, std::move(inputs), std::move(places)), parts[0].where);
}

Tensor triangle(const char* name, In x, int64_t lower, int64_t upper) {
  require(x.rank() >= 2, x.where, name, ": needs at least two dimensions, got ", x.shape());
  x = in_order(x);
  Tensor out = empty(x.shape());
  kernels().band({.x = x.address(),
                  .y = out.address(),
                  .batch = around(x.shape(), x.rank() - 2).outer,
                  .rows = x.size(-2),
                  .cols = x.size(-1),
                  .lower = lower,
                  .upper = upper});
  return record(out, std::make_unique<op::Triangle>(name, x, lower, upper), x.where);
}

// Keeps a diagonal in the range that the kernel counts in.
int64_t bounded(int64_t diagonal) {
  return std::clamp(diagonal, -no_bound, no_bound);
}

constexpr int64_t most = int64_t{1} << 40;  // elements, as in Shape

// Sets one size of the shape that x is to have. Throws Error where that would be too large for any memory.
void resize(const char* name, const In& x, Shape& shape, int dim, int64_t size, int64_t times) {
  require(times >= 0, x.where, name, ": how often must not be negative, got ", times);
  require((size == 0 || times <= most / size) && shape.has_room_for(size * times, dim), x.where, name, ": ", x.shape(),
          " would become too large along dimension ", dim);
  shape = shape.with(dim, size * times);
}

// x as (before, 1, after), repeated along the middle, in another shape.
Tensor repeated(const In& x, int64_t before, int64_t times, int64_t after, const Shape& shape) {
  const Here here(x);
  const In apart = here(reshape(x, {before, 1, after}));
  return reshape(here(expand(apart, {before, times, after})), shape.sizes());
}

}  // namespace

Tensor cat(const std::vector<In>& parts, int dim) {
  require(!parts.empty(), "cat: needs at least one tensor");
  const In& first = parts[0];
  const int at = dimension_to_reduce("cat", first, dim);
  Shape shape = first.shape();
  int64_t total = 0;
  for (const In& part : parts) {
    bool fits = part.rank() == first.rank();
    for (int i = 0; fits && i < first.rank(); ++i) fits = i == at || part.size(i) == first.size(i);
    require(fits, first.where, "cat: ", first.shape(), " and ", part.shape(),
            ": all sizes must be equal, but for that of dimension ", at);
    total += part.size(at);
    shape = resized("cat", first, shape, at, total);
  }
  const Tensor out = empty(shape);
  std::vector<int64_t> places;
  int64_t begin = 0;
  for (const In& part : parts) {
    places.push_back(begin * out.strides()[static_cast<size_t>(at)]);
    begin += part.size(at);
  }
  return placed("cat", out, parts, places);
}

Tensor stack(const std::vector<In>& parts, int dim) {
  require(!parts.empty(), "stack: needs at least one tensor");
  const In& first = parts[0];
  require(first.shape().has_room_for(static_cast<int64_t>(parts.size())), first.where, "stack: ", parts.size(),
          " times ", first.shape(), " is too large");
  std::vector<In> layers;
  for (const In& part : parts) {
    require(part.shape() == first.shape(), first.where, "stack: ", first.shape(), " and ", part.shape(),
            ": the shapes must be equal");
    require(dim >= -first.rank() - 1 && dim <= first.rank(), first.where, "stack: dimension ", dim,
            " does not fit into ", first.shape());
    layers.push_back(In(unsqueeze(In(part, first.where), dim), first.where));
  }
  return cat(layers, dim);
}

Tensor flip(In x, const std::vector<int>& dims) {
  std::vector<int> turned;
  for (const int dim : dims) {
    const int at = dimension("flip", x, dim);
    require(std::find(turned.begin(), turned.end(), at) == turned.end(), x.where, "flip: dimension ", dim, " of ",
            x.shape(), " is named twice");
    turned.push_back(at);
  }
  for (const int at : turned) {
    std::vector<int32_t> backwards(static_cast<size_t>(x.size(at)));
    std::iota(backwards.rbegin(), backwards.rend(), 0);
    x = In(index_select(x, at, Ids(backwards)), x.where);
  }
  return x;
}

Tensor roll(In x, int64_t shift, int dim) {
  const int at = dimension_to_reduce("roll", x, dim);
  const int64_t size = x.size(at);
  if (size == 0) return x;
  const int64_t moved = ((shift % size) + size) % size;
  if (moved == 0) return x;
  const Here here(x);
  return cat({here(slice(x, at, size - moved, size)), here(slice(x, at, 0, size - moved))}, at);
}

Tensor repeat(In x, const std::vector<int64_t>& times) {
  require(static_cast<int>(times.size()) >= x.rank() && times.size() <= max_rank, x.where, "repeat: ", x.shape(),
          " needs a number for each dimension, and at most ", max_rank, "; got ", times.size());
  const int added = static_cast<int>(times.size()) - x.rank();
  Shape shape;
  for (int i = 0; i < static_cast<int>(times.size()); ++i) shape.append(i < added ? 1 : x.size(i - added));
  if (added > 0) x = In(reshape(x, shape.sizes()), x.where);
  for (int i = 0; i < shape.rank(); ++i) {
    const int64_t count = times[static_cast<size_t>(i)];
    if (count == 1) continue;
    const Around sizes = around(shape, i);
    resize("repeat", x, shape, i, shape[i], count);
    x = In(repeated(x, sizes.outer, count, sizes.count * sizes.inner, shape), x.where);
  }
  return x;
}

Tensor repeat_interleave(In x, int64_t times, int dim) {
  const int at = dimension_to_reduce("repeat_interleave", x, dim);
  const Around sizes = around(x.shape(), at);
  Shape shape = x.shape();
  resize("repeat_interleave", x, shape, at, shape[at], times);
  return repeated(x, sizes.outer * sizes.count, times, sizes.inner, shape);
}

Tensor pad(In x, const std::vector<int64_t>& sizes, double value) {
  const int named = static_cast<int>(sizes.size()) / 2;
  require(sizes.size() % 2 == 0 && named <= x.rank(), x.where, "pad: ", x.shape(),
          " takes two sizes, before and after, for each dimension from the last on; got ", sizes.size());
  Shape shape = x.shape();
  std::vector<int64_t> begins(static_cast<size_t>(x.rank()), 0);
  In inside = x;
  for (int i = 0; i < named; ++i) {
    const int dim = x.rank() - 1 - i;
    const int64_t before = sizes[static_cast<size_t>(2 * i)], after = sizes[static_cast<size_t>(2 * i + 1)];
    require(-most <= std::min(before, after) && std::max(before, after) <= most, x.where, "pad: ", before, " and ",
            after, " around dimension ", dim, " of ", x.shape(), " is too large");
    const int64_t begin = std::max<int64_t>(-before, 0), end = x.size(dim) + std::min<int64_t>(after, 0);
    require(begin <= end, x.where, "pad: cutting ", begin, " and ", x.size(dim) - end, " off dimension ", dim, " of ",
            x.shape(), " leaves less than nothing");
    if (begin > 0 || end < x.size(dim)) inside = In(slice(inside, dim, begin, end), x.where);
    begins[static_cast<size_t>(dim)] = std::max<int64_t>(before, 0);
    resize("pad", x, shape, dim, std::max<int64_t>(before, 0) + (end - begin) + std::max<int64_t>(after, 0), 1);
  }
  const Tensor out = full(shape, value);
  int64_t place = 0;
  for (size_t i = 0; i < begins.size(); ++i) place += begins[i] * out.strides()[i];
  return placed("pad", out, {inside}, {place});
}

Tensor tril(In x, int64_t diagonal) {
  return triangle("tril", x, -no_bound, bounded(diagonal));
}
Tensor triu(In x, int64_t diagonal) {
  return triangle("triu", x, bounded(diagonal), no_bound);
}

}  // namespace dikkat
