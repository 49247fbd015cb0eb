// Reductions: sums, means, spreads, products along dimensions. (The largest, the order: order.cpp.)
#include <algorithm>

#include "core/ops/common.h"

namespace dikkat {

namespace op {

// y = scale * sum(x) along one dimension.      dx = scale * dy, the same for every element that was summed
struct Sum : Op {
  Sum(const char* name, Tensor x, Around sizes, Real scale) : Op(name, {x}), sizes(sizes), scale(scale) {}
  void backward(Node& out) override {
    kernels().sum_backward({.dy = out.grad_address(),
                            .dx = inputs[0].grad_sum(),
                            .outer = sizes.outer,
                            .count = sizes.count,
                            .inner = sizes.inner,
                            .scale = scale});
  }
  Around sizes;
  Real scale;
};

// y = product of x along one dimension.      dx = dy * product of the others
struct Product : Op {
  Product(Tensor x, Around sizes) : Op("prod", {x}), sizes(sizes) {}
  void backward(Node& out) override {
    Tensor& x = inputs[0];
    kernels().product_backward({.x = x.address(),
                                .dy = out.grad_address(),
                                .dx = x.grad_sum(),
                                .outer = sizes.outer,
                                .count = sizes.count,
                                .inner = sizes.inner});
  }
  Around sizes;
};

// y[n] = x[0] + ... + x[n].      dx[n] = dy[n] + ... + dy[last]
struct CumulativeSum : Op {
  CumulativeSum(Tensor x, Around sizes) : Op("cumsum", {x}), sizes(sizes) {}
  void backward(Node& out) override {
    kernels().cumulative_sum({.x = out.grad_address(),
                              .y = inputs[0].grad_sum(),
                              .outer = sizes.outer,
                              .count = sizes.count,
                              .inner = sizes.inner,
                              .reverse = true,
                              .accumulate = true});
  }
  Around sizes;
};

// y = log(sum(exp(x))) over the last dimension.      dx = dy * softmax(x)
struct LogSumExp : Op {
  explicit LogSumExp(Tensor x) : Op("logsumexp", {x}) {}
  void backward(Node& out) override {
    Tensor& x = inputs[0];
    kernels().log_sum_exp_backward({.x = x.address(),
                                    .y = out.address(),
                                    .dy = out.grad_address(),
                                    .dx = x.grad_sum(),
                                    .rows = rows(x),
                                    .cols = cols(x)});
  }
};

}  // namespace op

namespace {

// One call of the kernel; the result is looked at in `shape`.
Tensor summed(const char* name, In x, const Shape& shape, const Around& sizes, double scale) {
  x = in_order(x);
  const Real factor = static_cast<Real>(scale);
  Tensor out = empty(shape);
  kernels().sum({.x = x.address(),
                 .y = out.address(),
                 .outer = sizes.outer,
                 .count = sizes.count,
                 .inner = sizes.inner,
                 .scale = factor});
  return record(out, std::make_unique<op::Sum>(name, x, sizes, factor), x.where);
}

Tensor summed_dim(const char* name, In x, int dim, bool keepdim, bool average) {
  const int at = dimension_to_reduce(name, x, dim);
  const Around sizes = around(x.shape(), at);
  return summed(name, x, reduced(x.shape(), at, keepdim), sizes, average ? 1.0 / static_cast<double>(sizes.count) : 1);
}

// Which dimensions of x are named.
std::array<bool, max_rank> named(const char* name, const In& x, const std::vector<int>& dims) {
  require(!dims.empty(), x.where, name, ": no dimension of ", x.shape(), " is named");
  std::array<bool, max_rank> result{};
  for (const int dim : dims) {
    bool& here = result[static_cast<size_t>(dimension_to_reduce(name, x, dim))];
    require(!here, x.where, name, ": dimension ", dim, " of ", x.shape(), " is named twice");
    here = true;
  }
  return result;
}

int64_t count_of(const In& x, const std::array<bool, max_rank>& gone) {
  int64_t count = 1;
  for (int i = 0; i < x.rank(); ++i)
    if (gone[static_cast<size_t>(i)]) count *= x.size(i);
  return count;
}

// Each run of neighbouring dimensions is one call of the kernel, from the last on.
Tensor summed_dims(const char* name, In x, const std::vector<int>& dims, bool keepdim, double scale) {
  const std::array<bool, max_rank> gone = named(name, x, dims);
  const auto goes = [&](int dim) { return gone[static_cast<size_t>(dim)]; };
  Shape shape = x.shape(), result;
  for (int i = 0; i < x.rank(); ++i)
    if (!goes(i) || keepdim) result.append(goes(i) ? 1 : x.size(i));
  int first = 0;  // of all that go: with its run the sum is complete
  while (!goes(first)) ++first;
  for (int last = x.rank() - 1; last >= first; --last) {
    if (!goes(last)) continue;
    Around sizes = around(shape, last);
    shape = shape.with(last, 1);
    for (; last > 0 && goes(last - 1); --last) {
      sizes.count *= shape[last - 1];
      shape = shape.with(last - 1, 1);
    }
    sizes.outer = around(shape, last).outer;
    const bool complete = last <= first;
    x = In(summed(name, x, complete ? result : shape, sizes, complete ? scale : 1), x.where);
  }
  return x;
}

In all_in_a_row(const In& x) {
  return In(reshape(x, {-1}), x.where);
}

In variance(const char* name, const In& x, const std::vector<int>& dims, bool unbiased, bool keepdim) {
  const int64_t count = count_of(x, named(name, x, dims));
  const int64_t divisor = std::max<int64_t>(unbiased ? count - 1 : count, 0);  // of 0: 0 * inf is NaN
  const Here here(x);
  // The distances from the mean add up to 0, and so would the gradient that came to x through it.
  const In centred = here(x - here(mean(x, dims, true)).detach());
  return here(summed_dims(name, here(centred * centred), dims, keepdim, 1.0 / static_cast<double>(divisor)));
}

// sqrt(x), but with slope 0 at 0, where that of sqrt is infinite.
Tensor root(const In& x) {
  const Here here(x);
  const In zero = here(equal(x, zeros({})));
  return masked_fill(here(sqrt(here(masked_fill(x, zero, 1)))), zero, 0);
}

}  // namespace

Tensor sum(In x) {
  return summed("sum", x, {}, {.count = x.numel()}, 1);
}
Tensor sum(In x, int dim, bool keepdim) {
  return summed_dim("sum", x, dim, keepdim, false);
}
Tensor sum(In x, const std::vector<int>& dims, bool keepdim) {
  return summed_dims("sum", x, dims, keepdim, 1);
}

Tensor mean(In x) {
  return summed("mean", x, {}, {.count = x.numel()}, 1.0 / static_cast<double>(x.numel()));
}
Tensor mean(In x, int dim, bool keepdim) {
  return summed_dim("mean", x, dim, keepdim, true);
}
Tensor mean(In x, const std::vector<int>& dims, bool keepdim) {
  const int64_t count = count_of(x, named("mean", x, dims));
  return summed_dims("mean", x, dims, keepdim, 1.0 / static_cast<double>(count));
}

Tensor var(In x, bool unbiased) {
  return variance("var", all_in_a_row(x), {0}, unbiased, false);
}
Tensor var(In x, int dim, bool unbiased, bool keepdim) {
  return variance("var", x, {dim}, unbiased, keepdim);
}
Tensor var(In x, const std::vector<int>& dims, bool unbiased, bool keepdim) {
  return variance("var", x, dims, unbiased, keepdim);
}

Tensor std(In x, bool unbiased) {
  return root(variance("std", all_in_a_row(x), {0}, unbiased, false));
}
Tensor std(In x, int dim, bool unbiased, bool keepdim) {
  return root(variance("std", x, {dim}, unbiased, keepdim));
}
Tensor std(In x, const std::vector<int>& dims, bool unbiased, bool keepdim) {
  return root(variance("std", x, dims, unbiased, keepdim));
}

Tensor norm(In x, int dim, bool keepdim) {
  const int at = dimension_to_reduce("norm", x, dim);
  return root(In(sum(In(square(x), x.where), at, keepdim), x.where));
}

Tensor prod(In x, int dim, bool keepdim) {
  const int at = dimension_to_reduce("prod", x, dim);
  x = in_order(x);
  const Around sizes = around(x.shape(), at);
  Tensor out = empty(reduced(x.shape(), at, keepdim));
  kernels().product(
      {.x = x.address(), .y = out.address(), .outer = sizes.outer, .count = sizes.count, .inner = sizes.inner});
  return record(out, std::make_unique<op::Product>(x, sizes), x.where);
}

Tensor cumsum(In x, int dim) {
  const int at = dimension_to_reduce("cumsum", x, dim);
  x = in_order(x);
  const Around sizes = around(x.shape(), at);
  Tensor out = empty(x.shape());
  kernels().cumulative_sum(
      {.x = x.address(), .y = out.address(), .outer = sizes.outer, .count = sizes.count, .inner = sizes.inner});
  return record(out, std::make_unique<op::CumulativeSum>(x, sizes), x.where);
}

Tensor logsumexp(In x, int dim, bool keepdim) {
  const int at = dimension_to_reduce("logsumexp", x, dim);
  const Shape shape = reduced(x.shape(), at, keepdim);
  std::vector<int> order;  // the dimension comes last
  for (int i = 0; i < x.rank(); ++i)
    if (i != at) order.push_back(i);
  order.push_back(at);
  x = in_order(at + 1 == x.rank() ? x : In(permute(x, order), x.where));
  Tensor out = empty(shape);
  kernels().log_sum_exp({.x = x.address(), .y = out.address(), .rows = rows(x), .cols = cols(x)});
  return record(out, std::make_unique<op::LogSumExp>(x), x.where);
}

}  // namespace dikkat
