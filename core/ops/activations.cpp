// Activations: what stands between two linear maps. Element by element, but for dropout's draw.
#include <cmath>
#include <numbers>

#include "core/ops/common.h"

namespace dikkat {

Tensor tanh(In x) {
  return unary("tanh", x, Unary::tanh);
}
Tensor sigmoid(In x) {
  return unary("sigmoid", x, Unary::sigmoid);
}
Tensor relu(In x) {
  return unary("relu", x, Unary::relu);
}
Tensor leaky_relu(In x, double slope) {
  return unary("leaky_relu", x, Unary::leaky_relu, slope);
}
Tensor elu(In x, double alpha) {
  return unary("elu", x, Unary::elu, alpha);
}

Tensor relu_squared(In x) {
  return square(In(relu(x), x.where));
}

Tensor hardtanh(In x) {
  const Here here(x);
  const In inside = here(less(here(abs(x)), ones({})));
  return where(inside, x, clamp(here(x.detach()), -1, 1));
}

Tensor softplus(In x) {
  return unary("softplus", x, Unary::softplus);
}
Tensor logsigmoid(In x) {
  const Here here(x);
  return -here(softplus(here(-x)));
}
Tensor mish(In x) {
  const Here here(x);
  return x * tanh(here(softplus(x)));
}

Tensor silu(In x) {
  return unary("silu", x, Unary::silu);
}
Tensor silu_plain(In x) {
  return x * sigmoid(x);
}
Tensor quick_gelu(In x) {
  return unary("quick_gelu", x, Unary::silu, 1.702);
}

Tensor gelu(In x) {
  return unary("gelu", x, Unary::gelu);
}
Tensor gelu_plain(In x) {
  const Here here(x);
  const double slope = std::sqrt(2 / std::numbers::pi);
  const In cube = here(here(x * x) * x);
  const In inner = here(here(x + here(cube * 0.044715)) * slope);
  return here(x * here(1.0 + here(tanh(inner)))) * 0.5;
}

Tensor gelu_erf(In x) {
  return unary("gelu_erf", x, Unary::gelu_erf);
}
Tensor gelu_erf_plain(In x) {
  const Here here(x);
  const In share = here(1.0 + here(erf(here(x * (std::numbers::sqrt2 / 2)))));
  return here(x * share) * 0.5;
}

// Srivastava et al., 2014; scaled while training, so that nothing has to be done afterwards.
Tensor dropout(In x, double p, bool training) {
  require(p >= 0 && p <= 1, x.where, "dropout: the probability must lie in 0 to 1, got ", p);
  if (!training || p == 0) return x;
  const Here here(x);
  const In dropped = here(less(here(rand(x.shape())), full({}, p)));  // random numbers lie below 1: p = 1 drops all
  const In kept = here(masked_fill(x, dropped, 0));
  if (p == 1) return kept;
  return kept * (1 / (1 - p));
}

}  // namespace dikkat
