// Elements chosen by whole numbers: read from chosen places, or written to them.
#include "core/ops/common.h"

namespace dikkat {

namespace {

// Where each place of the kernel's shape finds its index. A list of indices (n) serves every place of its slice.
void set_index_steps(int64_t* steps, const Ids& index, int rank, int dim) {
  if (index.shape().rank() == rank) {
    set_steps(steps, contiguous_strides(index.shape()), rank);
  } else {
    steps[dim] = 1;
  }
}

// y[p] = x[p, but with index[p] along dim], or +=, for every place p of `shape`.
void read_chosen(const Real* x, const Strides& x_steps, int64_t count, const Ids& index, int dim, const Shape& shape,
                 Real* y, const Strides& y_steps, bool accumulate) {
  GatherArgs args{.x = x, .index = index.address(), .y = y, .rank = shape.rank(), .dim = dim, .count = count};
  args.accumulate = accumulate;
  set_shape(args.shape, shape);
  set_steps(args.x_steps, x_steps, shape.rank());
  set_steps(args.y_steps, y_steps, shape.rank());
  set_index_steps(args.index_steps, index, shape.rank(), dim);
  kernels().gather(args);
}

// y[p, but with index[p] along dim] = x[p], or +=; zeros where x is null.
void write_chosen(const Real* x, const Strides& x_steps, const Ids& index, int dim, const Shape& shape, Real* y,
                  const Strides& y_steps, int64_t count, bool accumulate) {
  ScatterArgs args{.x = x, .index = index.address(), .y = y, .rank = shape.rank(), .dim = dim, .count = count};
  args.accumulate = accumulate;
  set_shape(args.shape, shape);
  set_steps(args.x_steps, x_steps, shape.rank());
  set_steps(args.y_steps, y_steps, shape.rank());
  set_index_steps(args.index_steps, index, shape.rank(), dim);
  kernels().scatter(args);
}

constexpr int64_t most_positions = int64_t{1} << 24;  // whole numbers up to here are exact as float

// True where the source element that was written last to a place is the one at p: earlier ones left no trace there.
// Of two that write to the same place only their position along dim differs, so that is what is compared; as numbers of
// a tensor, of which there must be at most most_positions.
Tensor written_last(const Ids& index, int dim, const Shape& shape, const Shape& target) {
  const Tensor position = arange(shape[dim]);
  Tensor winner = zeros(target), seen = empty(shape), last = empty(shape);
  Strides along{};
  along[static_cast<size_t>(dim)] = 1;
  const Strides in_target = contiguous_strides(target), in_order = contiguous_strides(shape);
  write_chosen(position.address(), along, index, dim, shape, winner.address(), in_target, target[dim], false);
  read_chosen(winner.address(), in_target, target[dim], index, dim, shape, seen.address(), in_order, false);
  BinaryArgs args{.function = Binary::equal,
                  .a = seen.address(),
                  .b = position.address(),
                  .y = last.address(),
                  .rank = shape.rank()};
  set_shape(args.shape, shape);
  set_steps(args.a_steps, in_order, shape.rank());
  set_steps(args.b_steps, along, shape.rank());
  kernels().binary(args);
  return last;
}

}  // namespace

namespace op {

// y[p] = x[p, but with index[p] along dim].      dx there += dy[p]
struct Gather : Op {
  Gather(const char* name, Tensor x, int dim, Ids index) : Op(name, {x}), dim(dim), index(index) {}
  void backward(Node& out) override {
    Tensor& x = inputs[0];
    write_chosen(out.grad_address(), contiguous_strides(out.shape), index, dim, out.shape, x.grad_sum(),
                 x.grad_strides(), x.size(dim), true);
  }
  int dim;
  Ids index;
};

// y = x, but y[p, with index[p] along dim] = source[p].
// dx = dy where nothing was written;   dsource = dy from there, if no later element was written over it
struct Scatter : Op {
  Scatter(Tensor x, int dim, Ids index, Tensor source) : Op("scatter", {x, source}), dim(dim), index(index) {}
  void backward(Node& out) override {
    Tensor &x = inputs[0], &source = inputs[1];
    const Shape& shape = index.shape();
    const Strides of_out = contiguous_strides(out.shape), of_index = contiguous_strides(shape);
    const int64_t count = x.size(dim);
    if (x.requires_grad()) {
      Tensor kept = empty(out.shape);
      copy_strided(out.shape, out.grad_address(), of_out, kept.address(), of_out);
      write_chosen(nullptr, of_index, index, dim, shape, kept.address(), of_out, count, false);
      copy_strided(out.shape, kept.address(), of_out, x.grad_sum(), x.grad_strides(), true);
    }
    if (source.requires_grad()) {
      const Tensor last = written_last(index, dim, shape, out.shape);
      Tensor there = empty(shape), wanted = zeros(shape);
      read_chosen(out.grad_address(), of_out, count, index, dim, shape, there.address(), of_index, false);
      kernels().where_backward(
          {.condition = last.address(), .dy = there.address(), .da = wanted.address(), .size = wanted.numel()});
      copy_strided(shape, wanted.address(), of_index, source.grad_sum(), source.grad_strides(), true);
    }
  }
  int dim;
  Ids index;
};

// y = x, but y[p, with index[p] along dim] += source[p].      dx = dy,  dsource = dy from there
struct ScatterAdd : Op {
  ScatterAdd(const char* name, Tensor x, int dim, Ids index, Tensor source, bool list)
      : Op(name, {x, source}), dim(dim), index(index), list(list) {}
  void backward(Node& out) override {
    Tensor &x = inputs[0], &source = inputs[1];
    const Strides of_out = contiguous_strides(out.shape);
    if (x.requires_grad()) copy_strided(out.shape, out.grad_address(), of_out, x.grad_sum(), x.grad_strides(), true);
    if (source.requires_grad())
      read_chosen(out.grad_address(), of_out, x.size(dim), index, dim, list ? source.shape() : index.shape(),
                  source.grad_sum(), source.grad_strides(), true);
  }
  int dim;
  Ids index;
  bool list;  // of indices, each for a whole slice
};

}  // namespace op

namespace {

// Every index must be a place along dimension `at` of x.
void check_range(const char* name, const In& x, int at, const Ids& index) {
  if (index.numel() == 0) return;
  const int64_t size = x.size(at);
  const int32_t found = index.smallest_of_all() < 0 ? index.smallest_of_all() : index.largest();
  require(index.smallest_of_all() >= 0 && index.largest() < size, x.where, name, ": index ", found,
          " does not exist along dimension ", at, " of ", x.shape(), ", which has ", size, " places counted from 0");
}

// The indices of gather and scatter are as many-dimensional as x and nowhere larger, but along `at` of any size.
void check_places(const char* name, const In& x, int at, const Ids& index) {
  bool fits = index.shape().rank() == x.rank();
  for (int i = 0; fits && i < x.rank(); ++i) fits = i == at || index.shape()[i] <= x.size(i);
  require(fits, x.where, name, ": the indices ", index.shape(), " must have as many dimensions as ", x.shape(),
          " and be no larger, except along dimension ", at);
  check_range(name, x, at, index);
}

void check_list(const char* name, const In& x, int at, const Ids& index) {
  require(index.shape().rank() == 1, x.where, name, ": the indices are one list (n), got ", index.shape());
  check_range(name, x, at, index);
}

Tensor gathered(const char* name, const In& x, int at, const Ids& index, bool list) {
  const Shape shape = list ? resized(name, x, x.shape(), at, index.numel()) : index.shape();
  Tensor out = empty(shape);
  read_chosen(x.address(), x.strides(), x.size(at), index, at, shape, out.address(), out.strides(), false);
  return record(out, std::make_unique<op::Gather>(name, x, at, index), x.where);
}

// A copy of x with the source written, or added, at the chosen places.
Tensor copy_and_write(const In& x, int at, const Ids& index, const In& source, const Shape& shape, bool accumulate) {
  Tensor out = empty(x.shape());
  copy_strided(x.shape(), x.address(), x.strides(), out.address(), out.strides());
  write_chosen(source.address(), source.strides(), index, at, shape, out.address(), out.strides(), x.size(at),
               accumulate);
  return out;
}

void check_source(const char* name, const In& x, const Ids& index, const In& source) {
  bool fits = source.rank() == index.shape().rank();
  for (int i = 0; fits && i < source.rank(); ++i) fits = index.shape()[i] <= source.size(i);
  require(fits, x.where, name, ": the source ", source.shape(), " must reach as far as the indices ", index.shape());
}

}  // namespace

Tensor gather(In x, int dim, const Ids& index) {
  const int at = dimension_to_reduce("gather", x, dim);
  check_places("gather", x, at, index);
  return gathered("gather", x, at, index, false);
}

Tensor index_select(In x, int dim, const Ids& index) {
  const int at = dimension_to_reduce("index_select", x, dim);
  check_list("index_select", x, at, index);
  return gathered("index_select", x, at, index, true);
}

Tensor scatter(In x, int dim, const Ids& index, In source) {
  const int at = dimension_to_reduce("scatter", x, dim);
  check_places("scatter", x, at, index);
  check_source("scatter", x, index, source);
  require(!source.requires_grad() || index.shape()[at] <= most_positions, x.where, "scatter: the indices ",
          index.shape(), " have ", index.shape()[at], " places along dimension ", at,
          "; for a gradient into the source there may be at most ", most_positions);
  Tensor out = copy_and_write(x, at, index, source, index.shape(), false);
  return record(out, std::make_unique<op::Scatter>(x, at, index, source), x.where);
}

Tensor scatter_add(In x, int dim, const Ids& index, In source) {
  const int at = dimension_to_reduce("scatter_add", x, dim);
  check_places("scatter_add", x, at, index);
  check_source("scatter_add", x, index, source);
  Tensor out = copy_and_write(x, at, index, source, index.shape(), true);
  return record(out, std::make_unique<op::ScatterAdd>("scatter_add", x, at, index, source, false), x.where);
}

Tensor index_add(In x, int dim, const Ids& index, In source) {
  const int at = dimension_to_reduce("index_add", x, dim);
  check_list("index_add", x, at, index);
  const Shape shape = resized("index_add", x, x.shape(), at, index.numel());
  require(source.shape() == shape, x.where, "index_add: ", index.numel(), " slices for dimension ", at, " of ",
          x.shape(), " are a source of ", shape, ", got ", source.shape());
  Tensor out = copy_and_write(x, at, index, source, shape, true);
  return record(out, std::make_unique<op::ScatterAdd>("index_add", x, at, index, source, true), x.where);
}

Tensor one_hot(const Ids& ids, int64_t classes) {
  require(classes >= 0, "one_hot: the number of classes cannot be negative, got ", classes);
  require(ids.numel() == 0 || (ids.smallest_of_all() >= 0 && ids.largest() < classes), "one_hot: ids reach from ",
          ids.smallest_of_all(), " to ", ids.largest(), "; with ", classes, " classes they must lie in 0 to ",
          classes - 1);
  Shape shape = ids.shape();
  require(shape.has_room_for(classes), "one_hot: ", classes, " classes for ids of ", shape, " are too large a result");
  shape.append(classes);
  Tensor out = zeros(shape);
  ScatterArgs args{.index = ids.address(), .y = out.address(), .rank = 2, .dim = 1, .count = classes, .value = 1};
  args.shape[0] = ids.numel();
  args.shape[1] = 1;
  args.index_steps[0] = 1;
  args.y_steps[0] = classes;
  args.y_steps[1] = 1;
  kernels().scatter(args);
  return out;
}

}  // namespace dikkat
