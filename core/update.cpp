#include "core/update.h"

#include "core/autograd.h"
#include "core/ops.h"
#include "core/strided_copy.h"
#include "kernels/kernels.h"

namespace dikkat {

void assign(const Tensor& target, const Tensor& x) {
  require(x.shape() == target.shape(), "assign: a tensor of ", target.shape(), " cannot take the numbers of ",
          x.shape());
  copy_strided(x.shape(), x.address(), x.strides(), target.address(), target.strides());
}

void add_squares(const Tensor& x, const Tensor& total) {
  require(x.is_contiguous() && total.numel() == 1, "add_squares: needs a contiguous tensor and a single number, got ",
          x.shape(), " and ", total.shape());
  kernels().sum_of_squares({.x = x.address(), .total = total.address(), .size = x.numel()});
}

void adamw_update(const Tensor& weight, const Tensor& m, const Tensor& v, const Tensor* squared_norm,
                  const AdamWStep& step) {
  require(weight.is_contiguous() && m.shape() == weight.shape() && v.shape() == weight.shape(), "adamw: weight ",
          weight.shape(), " needs moments of its own shape, got ", m.shape(), " and ", v.shape());
  kernels().adamw({.weight = weight.address(),
                   .gradient = weight.grad().address(),
                   .m = m.address(),
                   .v = v.address(),
                   .squared_norm = squared_norm ? squared_norm->address() : nullptr,
                   .size = weight.numel(),
                   .step = step.step,
                   .rate = step.rate,
                   .beta1 = step.beta1,
                   .beta2 = step.beta2,
                   .eps = step.eps,
                   .weight_decay = step.weight_decay,
                   .max_norm = step.max_norm});
}

std::vector<int32_t> sample(const Tensor& logits, double temperature, int64_t top_k, const RandomStream& stream) {
  require(logits.rank() == 2 && logits.size(1) > 0, "sample: logits must have the shape (rows, vocabulary), got ",
          logits.shape());
  require(temperature >= 0 && top_k >= 0, "sample: temperature and top_k must not be negative, got ", temperature,
          " and ", top_k);
  const NoGrad reading;
  const Tensor x = contiguous(logits);
  const Buffer ids(x.size(0) * static_cast<int64_t>(sizeof(int32_t)), Category::workspace);
  kernels().sample({.logits = x.address(),
                    .ids = static_cast<int32_t*>(ids.address()),
                    .rows = x.size(0),
                    .cols = x.size(1),
                    .top_k = top_k,
                    .temperature = static_cast<Real>(temperature),
                    .stream = stream});
  kernels().wait();
  const auto* first = static_cast<const int32_t*>(ids.address());
  return {first, first + x.size(0)};
}

}  // namespace dikkat
