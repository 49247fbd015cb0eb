// Layer normalisation (Ba, Kiros & Hinton, 2016).
#include "core/ops/common.h"

namespace dikkat {

namespace op {

// y = h * weight + bias with h = (x - mean) * rstd.
// dx = rstd * (g - mean(g) - h * mean(g * h)) with g = dy * weight;   dweight = sum(dy * h),  dbias = sum(dy) over rows
struct LayerNorm : Op {
  LayerNorm(Tensor x, Tensor weight, Tensor bias, Tensor mean, Tensor rstd)
      : Op("layer_norm", {x, weight, bias}), mean(mean), rstd(rstd) {}
  void backward(Node& out) override {
    Tensor &x = inputs[0], &weight = inputs[1], &bias = inputs[2];
    kernels().layer_norm_backward({.x = x.address(),
                                   .weight = weight.address(),
                                   .mean = mean.address(),
                                   .rstd = rstd.address(),
                                   .dy = out.grad_address(),
                                   .dx = x.grad_sum(),
                                   .dweight = weight.grad_sum(),
                                   .dbias = bias.grad_sum(),
                                   .rows = rows(x),
                                   .cols = cols(x)});
  }
  Tensor mean, rstd;
};

}  // namespace op

namespace {

void check(const In& x, const In& weight, const In& bias) {
  require(x.rank() >= 1 && weight.shape() == Shape{x.size(-1)} && bias.shape() == weight.shape(), x.where,
          "layer_norm: ", x.shape(), " needs a weight and a bias as long as its last dimension, got ", weight.shape(),
          " and ", bias.shape());
}

}  // namespace

Tensor layer_norm(In x, In weight, In bias, double eps) {
  check(x, weight, bias);
  x = in_order(x);
  weight = in_order(weight);
  bias = in_order(bias);
  Tensor out = empty(x.shape());
  Tensor mean = empty({rows(x)}), rstd = empty({rows(x)});
  kernels().layer_norm({.x = x.address(),
                        .weight = weight.address(),
                        .bias = bias.address(),
                        .y = out.address(),
                        .mean = mean.address(),
                        .rstd = rstd.address(),
                        .rows = rows(x),
                        .cols = cols(x),
                        .eps = static_cast<Real>(eps)});
  return record(out, std::make_unique<op::LayerNorm>(x, weight, bias, mean, rstd), x.where);
}

Tensor layer_norm_plain(In x, In weight, In bias, double eps) {
  check(x, weight, bias);
  const auto here = [&](const Tensor& t) { return In(t, x.where); };
  const In centred = here(x - here(mean(x, -1, true)));               // (...,C) - (...,1)
  const In variance = here(mean(here(centred * centred), -1, true));  // (...,1)
  return here(here(centred / here(sqrt(here(variance + eps)))) * weight) + bias;
}

}  // namespace dikkat
