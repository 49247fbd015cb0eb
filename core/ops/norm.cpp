// Normalisation: numbers brought to mean 0 and variance 1, or to length 1.
#include <limits>

#include "core/ops/common.h"

namespace dikkat {

namespace op {

// y = h * weight + bias with h = (x - mean) * rstd.
// dx = rstd * (g - mean(g) - h * mean(g * h)) with g = dy * weight;   dweight = sum(dy * h),  dbias = sum(dy) over rows
struct LayerNorm : Op {
  LayerNorm(std::vector<Tensor> inputs, Tensor weight, Tensor mean, Tensor rstd)
      : Op("layer_norm", std::move(inputs)), weight(weight), mean(mean), rstd(rstd) {}
  void backward(Node& out) override {
    Tensor& x = inputs[0];
    const bool has_weight = inputs.size() == 3;
    kernels().layer_norm_backward({.x = x.address(),
                                   .weight = weight.address(),
                                   .mean = mean.address(),
                                   .rstd = rstd.address(),
                                   .dy = out.grad_address(),
                                   .dx = x.grad_sum(),
                                   .dweight = has_weight ? inputs[1].grad_sum() : nullptr,
                                   .dbias = has_weight ? inputs[2].grad_sum() : nullptr,
                                   .rows = mean.numel(),
                                   .cols = weight.numel()});
  }
  Tensor weight, mean, rstd;
};

// y = h * weight with h = x * rstd.      dx = rstd * (g - h * mean(g * h)) with g = dy * weight,  dweight = sum(dy * h)
struct RmsNorm : Op {
  RmsNorm(Tensor x, Tensor weight, Tensor rstd) : Op("rms_norm", {x, weight}), rstd(rstd) {}
  void backward(Node& out) override {
    Tensor &x = inputs[0], &weight = inputs[1];
    kernels().rms_norm_backward({.x = x.address(),
                                 .weight = weight.address(),
                                 .rstd = rstd.address(),
                                 .dy = out.grad_address(),
                                 .dx = x.grad_sum(),
                                 .dweight = weight.grad_sum(),
                                 .rows = rows(x),
                                 .cols = cols(x)});
  }
  Tensor rstd;
};

}  // namespace op

namespace {

// Layer normalisation, Ba, Kiros & Hinton, 2016 -----------------------------------------------------------------------

void check_layer_norm(const In& x, const In& weight, const In& bias) {
  bool fits = weight.rank() >= 1 && weight.rank() <= x.rank() && bias.shape() == weight.shape();
  for (int i = 1; fits && i <= weight.rank(); ++i) fits = weight.size(-i) == x.size(-i);
  require(fits, x.where, "layer_norm: ", x.shape(), " needs a weight and a bias as large as its last dimensions, got ",
          weight.shape(), " and ", bias.shape());
}

// x is given as rows of `weight`.
Tensor layer_norm_of_rows(const In& x, const Tensor& weight, const Tensor* bias, double eps) {
  int64_t count = 1;
  for (int i = 0; i < x.rank() - weight.rank(); ++i) count *= x.size(i);
  Tensor out = empty(x.shape());
  Tensor mean = empty({count}), rstd = empty({count});
  kernels().layer_norm({.x = x.address(),
                        .weight = weight.address(),
                        .bias = bias ? bias->address() : nullptr,
                        .y = out.address(),
                        .mean = mean.address(),
                        .rstd = rstd.address(),
                        .rows = count,
                        .cols = weight.numel(),
                        .eps = static_cast<Real>(eps)});
  std::vector<Tensor> inputs{x};
  if (bias) inputs.insert(inputs.end(), {weight, *bias});
  return record(out, std::make_unique<op::LayerNorm>(std::move(inputs), weight, mean, rstd), x.where);
}

// (x - mean) / sqrt(variance + eps) over these dimensions, by its definition.
Tensor standardised(const In& x, const std::vector<int>& dims, double eps) {
  const Here here(x);
  const In centred = here(x - here(mean(x, dims, true)));
  const In variance = here(mean(here(square(centred)), dims, true));
  return centred / here(sqrt(here(variance + eps)));
}

// (C) as (C,1,...): one number for each channel of (B,C,...).
In for_channels(const In& numbers, int rank) {
  std::vector<int64_t> sizes(static_cast<size_t>(rank - 1), 1);
  sizes[0] = numbers.size(0);
  return In(reshape(numbers, sizes), numbers.where);
}

void check_channels(const char* name, const In& x, const In& weight, const In& bias) {
  require(x.rank() >= 2, x.where, name, ": needs (batch, channels, ...), got ", x.shape());
  require(weight.shape() == Shape{x.size(1)} && bias.shape() == weight.shape(), x.where, name, ": ", x.shape(),
          " needs a weight and a bias of (", x.size(1), "), one number for each channel, got ", weight.shape(), " and ",
          bias.shape());
}

}  // namespace

Tensor layer_norm(In x, In weight, In bias, double eps) {
  check_layer_norm(x, weight, bias);
  const Tensor ordered_bias = contiguous(bias);
  return layer_norm_of_rows(in_order(x), contiguous(weight), &ordered_bias, eps);
}

Tensor layer_norm(In x, double eps) {
  require(x.rank() >= 1, x.where, "layer_norm: needs at least one dimension, got ", x.shape());
  return layer_norm_of_rows(in_order(x), ones({x.size(-1)}), nullptr, eps);
}

Tensor layer_norm_plain(In x, In weight, In bias, double eps) {
  check_layer_norm(x, weight, bias);
  const Here here(x);
  std::vector<int> dims;
  for (int i = 1; i <= weight.rank(); ++i) dims.push_back(-i);
  return here(here(standardised(x, dims, eps)) * weight) + bias;
}

// Root mean square normalisation, Zhang & Sennrich, 2019 --------------------------------------------------------------

namespace {

void check_rms_norm(const In& x, const In& weight) {
  require(x.rank() >= 1 && weight.shape() == Shape{x.size(-1)}, x.where, "rms_norm: ", x.shape(),
          " needs a weight as long as its last dimension, got ", weight.shape());
}

}  // namespace

Tensor rms_norm(In x, In weight, double eps) {
  check_rms_norm(x, weight);
  x = in_order(x);
  weight = in_order(weight);
  Tensor out = empty(x.shape()), rstd = empty({rows(x)});
  kernels().rms_norm({.x = x.address(),
                      .weight = weight.address(),
                      .y = out.address(),
                      .rstd = rstd.address(),
                      .rows = rows(x),
                      .cols = cols(x),
                      .eps = static_cast<Real>(eps)});
  return record(out, std::make_unique<op::RmsNorm>(x, weight, rstd), x.where);
}

Tensor rms_norm_plain(In x, In weight, double eps) {
  check_rms_norm(x, weight);
  const Here here(x);
  const In mean_square = here(mean(here(square(x)), -1, true));  // (...,1)
  return here(x * here(rsqrt(here(mean_square + eps)))) * weight;
}

// Over a batch (Ioffe & Szegedy, 2015), over groups of channels (Wu & He, 2018), to length 1 --------------------------

Tensor batch_norm(In x, In weight, In bias, double eps) {
  check_channels("batch_norm", x, weight, bias);
  const Here here(x);
  std::vector<int> dims{0};
  for (int i = 2; i < x.rank(); ++i) dims.push_back(i);
  const In normal = here(standardised(x, dims, eps));
  return here(normal * for_channels(here(weight), x.rank())) + for_channels(here(bias), x.rank());
}

Tensor group_norm(In x, int64_t groups, In weight, In bias, double eps) {
  check_channels("group_norm", x, weight, bias);
  require(groups >= 1 && x.size(1) % groups == 0, x.where, "group_norm: the ", x.size(1), " channels of ", x.shape(),
          " cannot be divided among ", groups, " groups");
  const Here here(x);
  int64_t together = x.size(1) / groups;
  for (int i = 2; i < x.rank(); ++i) together *= x.size(i);
  const In grouped = here(reshape(x, {x.size(0), groups, together}));
  const In normal = here(reshape(here(layer_norm(grouped, eps)), x.shape().sizes()));
  return here(normal * for_channels(here(weight), x.rank())) + for_channels(here(bias), x.rank());
}

Tensor normalize(In x, int dim, double eps) {
  const int at = dimension_to_reduce("normalize", x, dim);
  const Here here(x);
  const In length = here(norm(x, at, true));
  return x / here(clamp(length, eps, std::numeric_limits<double>::infinity()));
}

}  // namespace dikkat
