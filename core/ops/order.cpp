// The largest, the smallest, the order. Kernels find out where they stand; gather() fetches them, and takes the
// gradient back.
#include <limits>

#include "core/ops/common.h"

namespace dikkat {

namespace op {

// y = the largest of x, s = the sum of x * share, share = 1/n for each of the n that equal y and 0 elsewhere. y and s
// are the same number, but y is exact and s has the gradient:      ds = dy
struct AMax : Op {
  explicit AMax(Tensor s) : Op("amax", {s}) {}
  void backward(Node& out) override {
    Tensor& s = inputs[0];
    const int64_t size = s.numel();
    kernels().copy({.x = out.grad_address(),
                    .y = s.grad_sum(),
                    .rank = 1,
                    .shape = {size},
                    .x_steps = {1},
                    .y_steps = {1},
                    .accumulate = true});
  }
};

}  // namespace op

namespace {

// An element is counted along `dim` in 32 bits.
int countable(const char* name, const In& x, int dim) {
  const int at = dimension_to_reduce(name, x, dim);
  require(x.size(at) <= std::numeric_limits<int32_t>::max(), x.where, name, ": dimension ", dim, " of ", x.shape(),
          " is too long to be counted with 32 bits");
  return at;
}

Ids extreme(const char* name, In x, int dim, bool smallest, bool keepdim) {
  const int at = countable(name, x, dim);
  require(x.size(at) > 0, x.where, name, ": dimension ", dim, " of ", x.shape(),
          " is empty: there is nothing to choose from");
  x = in_order(In(x.detach(), x.where));
  const Around sizes = around(x.shape(), at);
  const Shape shape = reduced(x.shape(), at, keepdim);
  const std::shared_ptr<Buffer> index = ids_buffer(shape.numel());
  kernels().arg_max({.x = x.address(),
                     .index = static_cast<int32_t*>(index->address()),
                     .outer = sizes.outer,
                     .count = sizes.count,
                     .inner = sizes.inner,
                     .smallest = smallest});
  return Ids::written(index, shape);
}

Tensor extreme_value(const char* name, In x, int dim, bool smallest, bool keepdim) {
  const Ids index = extreme(name, x, dim, smallest, true);
  const Tensor value = gather(x, dim, index);
  return keepdim ? value : squeeze(In(value, x.where), dim);
}

Ids order_of(const char* name, In x, int dim, bool descending) {
  const int at = countable(name, x, dim);
  x = in_order(In(x.detach(), x.where));
  const Around sizes = around(x.shape(), at);
  const std::shared_ptr<Buffer> index = ids_buffer(x.numel());
  kernels().arg_sort({.x = x.address(),
                      .index = static_cast<int32_t*>(index->address()),
                      .outer = sizes.outer,
                      .count = sizes.count,
                      .inner = sizes.inner,
                      .descending = descending});
  return Ids::written(index, x.shape());
}

}  // namespace

Ids argmax(In x, int dim) {
  return extreme("argmax", x, dim, false, false);
}
Ids argmin(In x, int dim) {
  return extreme("argmin", x, dim, true, false);
}

Tensor max(In x) {
  return extreme_value("max", In(reshape(x, {-1}), x.where), 0, false, false);
}
Tensor max(In x, int dim, bool keepdim) {
  return extreme_value("max", x, dim, false, keepdim);
}
Tensor min(In x) {
  return extreme_value("min", In(reshape(x, {-1}), x.where), 0, true, false);
}
Tensor min(In x, int dim, bool keepdim) {
  return extreme_value("min", x, dim, true, keepdim);
}

Tensor amax(In x, int dim, bool keepdim) {
  const Here here(x);
  const In without_history = here(x.detach());
  const In largest = here(extreme_value("amax", without_history, dim, false, true));
  const In hit = here(equal(x, largest));
  const In share = here(hit / here(sum(hit, dim, true)));
  const In values = here(where(hit, x, zeros({})));  // an infinity elsewhere times 0 would be NaN
  const In sum_of_shares = here(sum(here(values * share), dim, keepdim));
  const Tensor value = contiguous(keepdim ? largest : here(squeeze(largest, dim)));
  const Tensor out = tensor_over(value.node().numbers, value.shape(), value.node().layout);
  return record(out, std::make_unique<op::AMax>(sum_of_shares), x.where);
}

Ids argsort(In x, int dim, bool descending) {
  return order_of("argsort", x, dim, descending);
}

Ordered sort(In x, int dim, bool descending) {
  const Ids order = order_of("sort", x, dim, descending);
  return {gather(x, dim, order), order};
}

Ordered topk(In x, int64_t k, int dim) {
  const int at = countable("topk", x, dim);
  require(k >= 0 && k <= x.size(at), x.where, "topk: k must lie in 0 to ", x.size(at), " for dimension ", dim, " of ",
          x.shape(), ", got ", k);
  const Ids largest = order_of("topk", x, at, true).first(k, at);
  return {gather(x, at, largest), largest};
}

}  // namespace dikkat
