#include <algorithm>
#include <cmath>

#include "nn/position.h"
#include "nn/rotary.h"
#include "tests/golden_ops.h"

namespace dikkat::test {
namespace {

Runner turned(Tensor (*operation)(In, In, In, bool), bool interleaved) {
  return [operation, interleaved](const OpsCase& one) -> Outputs {
    one.attrs.must_be("layout", "[B,H,T,D]");
    const Tensor x = transpose(one["x"], 1, 2);  // ours are (B,T,H,D)
    const RopeConfig rope{.theta = one.attrs.number("theta", 10000)};
    const RotaryAngles angles = rotary_angles(rotary_speeds(rope, x.size(-1)), one.constant("pos"));
    return {transpose(operation(x, angles.cos, angles.sin, interleaved), 1, 2)};
  };
}

using Attention = Tensor (*)(In, In, In, const AttentionOptions&);

// A mask of true and false says what may be seen; numbers are added to the scores.
Tensor added_mask(const OpsCase& one) {
  const Tensor mask = one.constant("mask");
  if (!one.is_mask("mask")) return mask;
  return where(mask, zeros({}), full({}, -INFINITY));
}

double largest(const Tensor& x) {
  double most = 0;
  for (const double number : numbers_of(x)) most = std::max(most, std::abs(number));
  return most;
}

// Does the mask bury a row: all of it so far below 0 that float scores beside it are all the same?
bool buries_a_row(const Tensor& mask) {
  constexpr double deep = -16777216;  // -2^24: the next float is 2 apart
  const std::vector<double> numbers = numbers_of(mask);
  const auto keys = static_cast<size_t>(mask.size(-1));
  for (size_t row = 0; row + keys <= numbers.size(); row += keys) {
    const auto begin = numbers.begin() + static_cast<std::ptrdiff_t>(row);
    const auto [low, high] = std::minmax_element(begin, begin + static_cast<std::ptrdiff_t>(keys));
    if (std::isfinite(*low) && *high < deep) return true;
  }
  return false;
}

// The gradients by their formulas, from scores rounded to float. q, k, v, and the gradient (B,H,T,D).
//   P = softmax(S)      dV = P^T dO      dS = P (dP - rowsum(P dP)), dP = dO V^T      dQ = dS K scale      dK = dS^T Q
//   scale
void correct_gradients(const OpsCase& one, double scale) {
  const Tensor q = one["q"].detach(), k = one["k"].detach(), v = one["v"].detach(), out = one.upstream("out");
  const Tensor weights = softmax(matmul(q, transpose(k)) * scale + added_mask(one));
  const Tensor to_weights = matmul(out, transpose(v));
  const Tensor to_scores = weights * (to_weights - sum(weights * to_weights, -1, true)) * scale;
  one.correct_gradient("q", matmul(to_scores, k));
  one.correct_gradient("k", matmul(transpose(to_scores), q));
  one.correct_gradient("v", matmul(transpose(weights), out));
}

Runner attended(Attention operation, bool fused) {
  return [operation, fused](const OpsCase& one) -> Outputs {
    const Tensor q = transpose(one["q"], 1, 2), k = transpose(one["k"], 1, 2), v = transpose(one["v"], 1, 2);
    AttentionOptions options;
    options.causal = one.attrs.boolean("causal", false);
    options.scale = one.attrs.number("scale", 0);
    options.window = one.attrs.integer("window", 0);
    if (one.has("mask")) options.mask = added_mask(one);
    one.attrs.is_described_by("mask");
    const int64_t groups = one.attrs.integer("groups", 1);
    require(q.size(2) == groups * k.size(2), "there are not ", groups, " query heads for each key head");
    if (fused && v.size(-1) != q.size(-1)) return {};  // that is what the plain one is for
    const double scale = options.scale != 0 ? options.scale : 1 / std::sqrt(static_cast<double>(q.size(-1)));
    one.set_amplification("q", scale * largest(v) * largest(k));
    one.set_amplification("k", scale * largest(v) * largest(q));
    // PyTorch's fused kernel goes back from exp(score - logsumexp), and beside -1e9 float cannot hold the logarithm:
    // its weights are then all 1 in place of 1/keys. Its outputs are right, its gradients there are not.
    if (one.has("mask") && !one.is_mask("mask") && buries_a_row(one.constant("mask"))) correct_gradients(one, scale);
    return {transpose(operation(q, k, v, options), 1, 2)};
  };
}

// x (B,T,C) with heads side by side in C; weights are (out,in).
Tensor multi_head(const OpsCase& one, const Tensor& x, Attention operation, bool causal) {
  const int64_t heads = one.attrs.integer("heads", 1), B = x.size(0), T = x.size(1), C = x.size(2);
  const auto in_heads = [&](const std::string& weight, const std::string& bias) {
    return reshape(linear(x, one[weight], one[bias]), {B, T, heads, C / heads});
  };
  const Tensor mixed = operation(in_heads("wq", "bq"), in_heads("wk", "bk"), in_heads("wv", "bv"), {.causal = causal});
  return linear(reshape(mixed, {B, T, C}), one["wo"], one["bo"]);
}

Runner multi_head_by(Attention operation) {
  return [operation](const OpsCase& one) -> Outputs {
    one.attrs.must_be("weights", "[out,in]");
    return {multi_head(one, one["x"], operation, one.attrs.boolean("causal", false))};
  };
}

// GPT-2's block: x + attention(norm(x)), then x + feed-forward(norm(x)).
Runner gpt_block_by(Attention operation) {
  return [operation](const OpsCase& one) -> Outputs {
    one.attrs.must_be("activation", "gelu_tanh");
    Tensor x = one["x"];
    x = x + multi_head(one, layer_norm(x, one["ln1w"], one["ln1b"]), operation, true);
    const Tensor wide = gelu(linear(layer_norm(x, one["ln2w"], one["ln2b"]), one["w1"], one["b1"]));
    return {x + linear(wide, one["w2"], one["b2"])};
  };
}

Tensor mask_or_nothing(const OpsCase& one) {
  return one.has("mask") ? one.constant("mask") : Tensor{};
}

}  // namespace

Runners attention_runners() {
  return {
      {"rope_rotate_half", turned(rotary, false)},
      {"rope_rotate_half", turned(rotary_plain, false)},
      {"rope_interleaved", turned(rotary, true)},
      {"rope_interleaved", turned(rotary_plain, true)},
      {"sdpa", attended(scaled_dot_product_attention, true)},
      {"sdpa", attended(scaled_dot_product_attention_plain, false)},
      {"sdpa_gqa", attended(scaled_dot_product_attention, true)},
      {"sdpa_gqa", attended(scaled_dot_product_attention_plain, false)},
      {"multi_head_attention", multi_head_by(scaled_dot_product_attention)},
      {"multi_head_attention", multi_head_by(scaled_dot_product_attention_plain)},
      {"gpt_block", gpt_block_by(scaled_dot_product_attention)},
      {"gpt_block", gpt_block_by(scaled_dot_product_attention_plain)},
      {"bahdanau_attention",
       [](const OpsCase& one) -> Outputs {
         one.attrs.must_be("score", "v . tanh(Wd dec + We enc_t)");
         const auto both =
             additive_attention(one["dec"], one["enc"], one["Wd"], one["We"], one["v"], mask_or_nothing(one));
         return {both.context, both.weights};
       }},
      {"luong_attention",
       [](const OpsCase& one) -> Outputs {
         one.attrs.must_be("score", "dec W enc_t");
         const auto both = dot_attention(one["dec"], one["enc"], one["W"], mask_or_nothing(one));
         return {both.context, both.weights};
       }},
  };
}

Runners position_runners() {
  return {
      {"sinusoidal_interleaved",
       [](const OpsCase& one) -> Outputs {
         return {sinusoidal_interleaved(one.attrs.integer("T", 1), one.attrs.integer("d", 2))};
       }},
      {"sinusoidal_halves",
       [](const OpsCase& one) -> Outputs {
         return {sinusoidal_halves(one.attrs.integer("T", 1), one.attrs.integer("d", 2))};
       }},
      {"alibi_slopes",
       [](const OpsCase& one) -> Outputs { return {tensor(alibi_slopes(one.attrs.integer("heads", 1)))}; }},
  };
}

}  // namespace dikkat::test
