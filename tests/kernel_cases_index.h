// Kernel cases: numbers moved by index, pictures cut into patches, and pairs turned by an angle.
#pragma once

#include "tests/kernel_workbench.h"

namespace dikkat::test {

using Sizes = std::vector<int64_t>;

inline int64_t product(const Sizes& sizes) {
  int64_t result = 1;
  for (const int64_t size : sizes) result *= size;
  return result;
}

// Steps of a contiguous tensor; with `reversed` the first dimension is the one that lies together.
inline void set_steps(const Sizes& sizes, bool reversed, int64_t (&steps)[max_rank]) {
  int64_t step = 1;
  const int rank = static_cast<int>(sizes.size());
  for (int i = 0; i < rank; ++i) {
    const int d = reversed ? i : rank - 1 - i;
    steps[d] = step;
    step *= sizes[d];
  }
}

struct IndexShape {
  Sizes shape;
  int dim;
  int64_t count;          // of the operand that is addressed by index
  bool list = false;      // one list of indices serves all places of the other dimensions
  bool reversed = false;  // x lies the other way round
  bool accumulate = false;
  bool without_x = false;  // scatter writes a value
};

template <class Args>
void set_index(Workbench& bench, const IndexShape& shape, Args& args) {
  args.rank = static_cast<int>(shape.shape.size());
  args.dim = shape.dim;
  args.count = shape.count;
  args.accumulate = shape.accumulate;
  std::copy(shape.shape.begin(), shape.shape.end(), args.shape);
  const int64_t places = product(shape.shape);
  int64_t indices = places;
  if (shape.list) {
    args.index_steps[shape.dim] = 1;
    indices = places == 0 ? 0 : shape.shape[shape.dim];
  } else {
    set_steps(shape.shape, false, args.index_steps);
  }
  args.index = bench.in_ids(indices, 0, static_cast<int32_t>(shape.count));
}

// The shape of the operand that is addressed by index; nobody touches it where there are no places.
inline Sizes indexed_shape(const IndexShape& shape) {
  Sizes sizes = shape.shape;
  if (product(sizes) > 0) sizes[shape.dim] = shape.count;
  return sizes;
}

inline void build_gather(Workbench& bench, const IndexShape& shape) {
  GatherArgs args;
  set_index(bench, shape, args);
  const Sizes x_shape = indexed_shape(shape);
  set_steps(x_shape, shape.reversed, args.x_steps);
  set_steps(shape.shape, false, args.y_steps);
  args.x = bench.in(product(x_shape));
  args.y = bench.out("y", product(shape.shape), exact);  // at most one addition
  bench.call(&KernelTable::gather, args);
}

inline void build_scatter(Workbench& bench, const IndexShape& shape) {
  ScatterArgs args;
  set_index(bench, shape, args);
  const Sizes y_shape = indexed_shape(shape);
  set_steps(shape.shape, shape.reversed, args.x_steps);
  set_steps(y_shape, false, args.y_steps);
  if (!shape.without_x) args.x = bench.in(product(shape.shape));
  args.value = static_cast<Real>(0.375);
  args.y = bench.out("y", product(y_shape), exact);  // the order of the additions is part of the formula
  bench.call(&KernelTable::scatter, args);
}

struct RotaryShape {
  int64_t batch, time, heads, size;
  bool own_angles, interleaved, inverse, accumulate;
};

inline void build_rotary(Workbench& bench, const RotaryShape& shape) {
  RotaryArgs args{.batch = shape.batch, .time = shape.time, .heads = shape.heads, .size = shape.size};
  args.interleaved = shape.interleaved, args.inverse = shape.inverse, args.accumulate = shape.accumulate;
  // x is a part of a wider tensor; y lies head by head.
  args.x_head = shape.size, args.x_time = shape.heads * shape.size + 3, args.x_batch = shape.time * args.x_time;
  args.y_time = shape.size, args.y_head = shape.time * shape.size, args.y_batch = shape.heads * args.y_head;
  const bool empty = shape.batch * shape.time * shape.heads * shape.size == 0;
  const int64_t angles = empty ? 0 : shape.time * shape.size / 2;
  args.angle_batch = shape.own_angles ? angles : 0;
  args.x = bench.in(empty ? 0 : shape.batch * args.x_batch - 3);
  args.cos = bench.in(shape.own_angles ? shape.batch * angles : angles);
  args.sin = bench.in(shape.own_angles ? shape.batch * angles : angles);
  args.y = bench.out("y", shape.batch * args.y_batch, {2 * unit, 4 * unit});  // two products of at most 1
  bench.call(&KernelTable::rotary, args);
}

inline int64_t picture_size(const UnfoldSizes& sizes) {
  return sizes.batch * sizes.channels * sizes.height * sizes.width;
}
inline int64_t patches_size(const UnfoldSizes& sizes) {
  return sizes.batch * sizes.channels * sizes.kernel_height * sizes.kernel_width * sizes.out_height() *
         sizes.out_width();
}

inline void build_unfold(Workbench& bench, const UnfoldSizes& sizes, double value) {
  UnfoldArgs args{.sizes = sizes, .value = static_cast<Real>(value)};
  args.x = bench.in(picture_size(sizes));
  args.y = bench.out("y", patches_size(sizes), exact);
  bench.call(&KernelTable::unfold, args);
}

inline void build_unfold_backward(Workbench& bench, const UnfoldSizes& sizes) {
  UnfoldBackwardArgs args{.sizes = sizes};
  args.dy = bench.in(patches_size(sizes));
  args.dx = bench.out("dx", picture_size(sizes), {0, sum_error(sizes.kernel_height * sizes.kernel_width, 1)});
  bench.call(&KernelTable::unfold_backward, args);
}

inline void add_index_cases(KernelCases& cases) {
  const IndexShape shapes[] = {
      {.shape = {1}, .dim = 0, .count = 1},           {.shape = {67}, .dim = 0, .count = 5},
      {.shape = {5}, .dim = 0, .count = 300},         {.shape = {40000}, .dim = 0, .count = 7},
      {.shape = {17, 3}, .dim = 1, .count = 67},      {.shape = {17, 67}, .dim = 0, .count = 3},
      {.shape = {515, 1}, .dim = 1, .count = 64},     {.shape = {3, 17, 67}, .dim = 1, .count = 5},
      {.shape = {2, 3, 4, 17}, .dim = 2, .count = 9}, {.shape = {300, 128}, .dim = 0, .count = 40},
      {.shape = {64, 300}, .dim = 1, .count = 40},    {.shape = {0, 5}, .dim = 0, .count = 4},
      {.shape = {4, 0}, .dim = 0, .count = 4},        {.shape = {4, 0}, .dim = 1, .count = 4},
      {.shape = {1, 1, 3, 1}, .dim = 2, .count = 4},  {.shape = {2, 1, 5, 1, 3}, .dim = 1, .count = 4},
  };
  for (IndexShape shape : shapes) {
    std::string sizes = " along " + std::to_string(shape.dim) + " of";
    for (const int64_t size : shape.shape) sizes += " " + std::to_string(size);
    for (int options = 0; options < 16; ++options) {
      shape.list = options & 1, shape.reversed = options & 2;
      shape.accumulate = options & 4, shape.without_x = options & 8;
      std::string name = sizes;
      if (shape.list) name += " list";
      if (shape.reversed) name += " reversed";
      if (shape.accumulate) name += " accumulate";
      if (shape.without_x) name += " value";
      if (!shape.without_x) cases.push_back({"gather" + name, [=](Workbench& bench) { build_gather(bench, shape); }});
      cases.push_back({"scatter" + name, [=](Workbench& bench) { build_scatter(bench, shape); }});
    }
  }
}

inline void add_rotary_cases(KernelCases& cases) {
  const auto add = [&](const RotaryShape& shape) {
    std::string name = "rotary";
    for (const int64_t size : {shape.batch, shape.time, shape.heads, shape.size}) name += " " + std::to_string(size);
    if (shape.own_angles) name += " own angles";
    if (shape.interleaved) name += " interleaved";
    if (shape.inverse) name += " inverse";
    if (shape.accumulate) name += " accumulate";
    cases.push_back({name, [=](Workbench& bench) { build_rotary(bench, shape); }});
  };
  for (int options = 0; options < 16; ++options) {
    const bool own = options & 1, interleaved = options & 2, inverse = options & 4, accumulate = options & 8;
    for (const int64_t size : {2, 6, 8, 16, 30, 32, 34, 64, 128}) {
      add({2, 5, 3, size, own, interleaved, inverse, accumulate});
    }
    add({3, 67, 4, 32, own, interleaved, inverse, accumulate});
  }
  add({0, 5, 3, 8, false, false, false, false});
  add({2, 5, 3, 0, false, true, false, false});
}

inline void add_unfold_cases(KernelCases& cases) {
  const auto add = [&](const std::string& name, const UnfoldSizes& sizes) {
    for (const double value : {0.0, -std::numeric_limits<double>::infinity()}) {
      cases.push_back({"unfold " + name + (value == 0 ? "" : " value"),
                       [=](Workbench& bench) { build_unfold(bench, sizes, value); }});
    }
    cases.push_back({"unfold_backward " + name, [=](Workbench& bench) { build_unfold_backward(bench, sizes); }});
  };
  add("one number", {.batch = 1, .channels = 1, .height = 1, .width = 1});
  add("one to one", {.batch = 2, .channels = 3, .height = 5, .width = 19});
  const UnfoldSizes base = {
      .batch = 2, .channels = 3, .height = 13, .width = 19, .kernel_height = 3, .kernel_width = 5};
  UnfoldSizes sizes = base;
  add("plain", sizes);
  sizes.padding_height = 1, sizes.padding_width = 2;
  add("padded", sizes);
  sizes.stride_height = 2, sizes.stride_width = 3;
  add("strides", sizes);
  sizes.dilation_height = 3, sizes.dilation_width = 2;
  add("everything", sizes);
  sizes.stride_height = sizes.stride_width = 1;
  add("dilated", sizes);
  sizes = base, sizes.padding_height = 20, sizes.padding_width = 30;  // places that see padding alone
  add("much padding", sizes);
  sizes.stride_width = 7, sizes.dilation_width = 11;
  add("much padding and strides", sizes);
  sizes = base, sizes.width = 5;
  add("as wide as the picture", sizes);
  sizes = base, sizes.height = 1, sizes.kernel_height = 1, sizes.width = 1003, sizes.padding_width = 4;
  add("one row", sizes);
  sizes = base, sizes.stride_height = 3, sizes.stride_width = 5;
  add("side by side", sizes);
  sizes = base, sizes.batch = 4, sizes.channels = 8, sizes.height = sizes.width = 40;
  add("many", sizes);
  sizes = base, sizes.batch = 0;
  add("no batch", sizes);
}

}  // namespace dikkat::test
