#include <algorithm>
#include <cmath>

#include "tests/golden_ops.h"

namespace dikkat::test {
namespace {

// sum, mean: over the dimensions of "dims", or over all.
Runner over_dims(Tensor (*all)(In), Tensor (*some)(In, const std::vector<int>&, bool)) {
  return [all, some](const OpsCase& one) -> Outputs {
    const bool keepdim = one.attrs.boolean("keepdim", false);
    if (one.attrs.find("dims")) return {some(one[0], one.attrs.dims("dims"), keepdim)};
    require(!keepdim, "keepdim without dims");
    return {all(one[0])};
  };
}

// var, std.
Runner spread(Tensor (*all)(In, bool), Tensor (*some)(In, const std::vector<int>&, bool, bool)) {
  return [all, some](const OpsCase& one) -> Outputs {
    const bool unbiased = one.attrs.boolean("unbiased", true), keepdim = one.attrs.boolean("keepdim", false);
    if (one.attrs.find("dims")) return {some(one[0], one.attrs.dims("dims"), unbiased, keepdim)};
    require(!keepdim, "keepdim without dims");
    return {all(one[0], unbiased)};
  };
}

Runner over_dim(Tensor (*operation)(In, int, bool)) {
  return [operation](const OpsCase& one) -> Outputs {
    return {operation(one[0], one.attrs.dim("dim"), one.attrs.boolean("keepdim", false))};
  };
}

// max and min: the values, and where they stood if that is asked for.
Runner extreme(Tensor (*values)(In, int, bool), Ids (*indices)(In, int)) {
  return [values, indices](const OpsCase& one) -> Outputs {
    const int dim = one.attrs.dim("dim");
    Outputs found = {values(one[0], dim, one.attrs.boolean("keepdim", false))};
    if (one.outputs().size() > 1) found.emplace_back(indices(one[0], dim));
    return found;
  };
}

Outputs in_parts(const OpsCase& one, const Ordered& ordered) {
  Outputs found = {ordered.values};
  if (one.outputs().size() > 1) found.emplace_back(ordered.indices);
  return found;
}

}  // namespace

Runners reduce_runners() {
  return {
      {"sum", over_dims(sum, sum)},
      {"mean", over_dims(mean, mean)},
      {"var", spread(var, var)},
      {"std", spread(std, std)},
      {"max_dim", extreme(max, argmax)},
      {"min_dim", extreme(min, argmin)},
      {"max_all", [](const OpsCase& one) -> Outputs { return {max(one[0])}; }},
      {"min_all", [](const OpsCase& one) -> Outputs { return {min(one[0])}; }},
      {"amax", over_dim(amax)},
      {"logsumexp", over_dim(logsumexp)},
      {"prod", over_dim(prod)},
      {"cumsum", [](const OpsCase& one) -> Outputs { return {cumsum(one[0], one.attrs.dim("dim"))}; }},
      {"norm",
       [](const OpsCase& one) -> Outputs {
         require(one.attrs.number("p", 2) == 2, "only the 2-norm is there");
         return {norm(one[0], one.attrs.dim("dim"), one.attrs.boolean("keepdim", false))};
       }},
      {"argmax", [](const OpsCase& one) -> Outputs { return {argmax(one[0], one.attrs.dim("dim"))}; }},
      {"argmin", [](const OpsCase& one) -> Outputs { return {argmin(one[0], one.attrs.dim("dim"))}; }},
      {"topk",
       [](const OpsCase& one) -> Outputs {
         return in_parts(one, topk(one[0], one.attrs.integer("k", 1), one.attrs.dim("dim")));
       }},
      {"sort",
       [](const OpsCase& one) -> Outputs {
         return in_parts(one, sort(one[0], one.attrs.dim("dim"), one.attrs.boolean("descending", false)));
       }},
      {"softmax",
       [](const OpsCase& one) -> Outputs {
         const Tensor x = one.attrs.find("temperature") ? one[0] / one.attrs.number("temperature", 1) : one[0];
         return {softmax(x, one.attrs.dim("dim"))};
       }},
      {"log_softmax", [](const OpsCase& one) -> Outputs { return {log_softmax(one[0], one.attrs.dim("dim"))}; }},
  };
}

namespace {

// The largest 1/sqrt(mean((x - mean)^2) + eps) of a row, times the largest weight: rounding is felt so many times.
double amplification(const Tensor& x, const Tensor& weight, double eps, bool centred) {
  const Tensor rows = reshape(x.detach(), {-1, weight.numel()});
  const Tensor from_mean = centred ? rows - mean(rows, -1, true) : rows;
  const Tensor inverse = rsqrt(mean(square(from_mean), -1) + eps);
  double factor = 1, largest = 1;
  for (const double number : numbers_of(inverse)) factor = std::max(factor, number);
  for (const double number : numbers_of(weight)) largest = std::max(largest, std::abs(number));
  return factor * largest;
}

Runner rms_norm_by(Tensor (*operation)(In, In, double)) {
  return [operation](const OpsCase& one) -> Outputs {
    const double eps = one.attrs.number("eps", 1e-6);
    if (one["x"].numel() > 0) one.set_amplification("x", amplification(one["x"], one["w"], eps, false));
    return {operation(one["x"], one["w"], eps)};
  };
}

using LayerNorm = Tensor (*)(In, In, In, double);

// Weight and bias have the last "normalized_dims" dimensions of x; a case may have none.
Runner layer_norm_by(LayerNorm operation, bool plain) {
  return [operation, plain](const OpsCase& one) -> Outputs {
    const Tensor x = one["x"];
    const int64_t dims = one.attrs.integer("normalized_dims", 1);
    const double eps = one.attrs.number("eps", 1e-5);
    if (one.has("w")) {
      const Tensor w = one["w"];
      require(w.rank() == dims, "the weight has ", w.rank(), " dimensions, not ", dims);
      if (x.numel() > 0) one.set_amplification("x", amplification(x, w, eps, true));
      // A row of one number is its own mean: it is normalised to 0 exactly. PyTorch's weight gradient is rounding
      // noise.
      if (w.numel() == 1) one.correct_gradient("w", zeros(w.shape()));
      return {operation(x, w, one["b"], eps)};
    }
    if (plain) return {};
    require(dims == 1, "without a weight only the last dimension is normalised");
    return {layer_norm(x, eps)};
  };
}

}  // namespace

Runners norm_runners() {
  return {
      {"layer_norm", layer_norm_by(layer_norm, false)},
      {"layer_norm", layer_norm_by(layer_norm_plain, true)},
      {"rms_norm", rms_norm_by(rms_norm)},
      {"rms_norm", rms_norm_by(rms_norm_plain)},
      {"batch_norm",
       [](const OpsCase& one) -> Outputs {
         require(one.attrs.boolean("training", true), "batch_norm is there for training only");
         return {batch_norm(one["x"], one["w"], one["b"], one.attrs.number("eps", 1e-5))};
       }},
      {"group_norm",
       [](const OpsCase& one) -> Outputs {
         return {
             group_norm(one["x"], one.attrs.integer("groups", 1), one["w"], one["b"], one.attrs.number("eps", 1e-5))};
       }},
      {"normalize",
       [](const OpsCase& one) -> Outputs {
         require(one.attrs.number("p", 2) == 2, "only the 2-norm is there");
         return {normalize(one[0], one.attrs.dim("dim"), one.attrs.number("eps", 1e-12))};
       }},
  };
}

}  // namespace dikkat::test
