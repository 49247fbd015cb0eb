// Losses between numbers of one shape, and how many losses become one.
#include "core/ops/common.h"

namespace dikkat {

namespace {

void require_same_shape(const char* name, const In& x, const Tensor& y) {
  require(x.shape() == y.shape(), x.where, name, ": ", x.shape(), " and ", y.shape(), ": the shapes must be equal");
}

// Parabola near 0, straight lines from -beta and beta on, where slopes meet: with c = d held between -beta and beta,
// c (d - c/2) is d^2/2 inside and beta (|d| - beta/2) outside.
Tensor bent(const In& difference, double beta) {
  const Here here(difference);
  const In held = here(clamp(difference, -beta, beta));
  return held * here(difference - here(held * 0.5));
}

}  // namespace

Tensor reduce_losses(const char* name, In losses, Reduction reduction) {
  if (reduction == Reduction::none) return losses;
  if (reduction == Reduction::mean) return mean(losses);
  if (reduction == Reduction::sum) return sum(losses);
  require(losses.rank() >= 1, losses.where, name, ": Reduction::batchmean needs a batch, got a single loss");
  return In(sum(losses), losses.where) * (1 / static_cast<double>(losses.size(0)));
}

Tensor mse_loss(In x, In y, Reduction reduction) {
  require_same_shape("mse_loss", x, y);
  const Here here(x);
  return reduce_losses("mse_loss", here(square(here(x - y))), reduction);
}

Tensor l1_loss(In x, In y, Reduction reduction) {
  require_same_shape("l1_loss", x, y);
  const Here here(x);
  return reduce_losses("l1_loss", here(abs(here(x - y))), reduction);
}

Tensor smooth_l1_loss(In x, In y, double beta, Reduction reduction) {
  require_same_shape("smooth_l1_loss", x, y);
  require(beta > 0, x.where, "smooth_l1_loss: beta must be larger than 0, got ", beta, "; l1_loss has no bend");
  const Here here(x);
  return reduce_losses("smooth_l1_loss", here(here(bent(here(x - y), beta)) * (1 / beta)), reduction);
}

Tensor huber_loss(In x, In y, double delta, Reduction reduction) {
  require_same_shape("huber_loss", x, y);
  require(delta > 0, x.where, "huber_loss: delta must be larger than 0, got ", delta);
  const Here here(x);
  return reduce_losses("huber_loss", here(bent(here(x - y), delta)), reduction);
}

// -t log(sigmoid(x)) - (1 - t) log(1 - sigmoid(x)) = max(x, 0) - x t + log(1 + exp(-|x|)), which never overflows.
Tensor binary_cross_entropy_with_logits(In x, In targets, Reduction reduction) {
  require_same_shape("binary_cross_entropy_with_logits", x, targets);
  const Here here(x);
  const In straight = here(here(maximum(x, zeros({}))) - here(x * targets));  // at 0 the slopes' mean, as it should be
  const In bend = here(log1p(here(exp(here(-here(abs(x)))))));
  return reduce_losses("binary_cross_entropy_with_logits", here(straight + bend), reduction);
}

Tensor kl_div(In log_q, In p, Reduction reduction) {
  require_same_shape("kl_div", log_q, p);
  const Here here(log_q);
  const In zero = here(equal(p, zeros({})));  // there neither logarithm counts, be it infinite
  const In log_p = here(log(here(masked_fill(p, zero, 1))));
  const In losses = here(p * here(log_p - here(masked_fill(log_q, zero, 0))));
  return reduce_losses("kl_div", losses, reduction);
}

Tensor cosine_similarity(In a, In b, int dim, double eps) {
  const Shape shape = broadcast("cosine_similarity", a.shape(), b.shape(), a.where);
  const Here here(a);
  if (!(a.shape() == shape)) a = here(expand(a, shape));
  if (!(b.shape() == shape)) b = here(expand(b, shape));
  const int at = dimension_to_reduce("cosine_similarity", a, dim);
  const In product = here(sum(here(a * b), at));
  const auto length = [&](const In& x) { return here(maximum(here(norm(x, at)), full({}, eps))); };
  return product / here(length(a) * length(b));
}

}  // namespace dikkat
