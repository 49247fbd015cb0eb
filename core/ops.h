// The catalogue of operations. Each computes at once, records how to go back, and checks its operands first: an Error
// names the operation, the shapes, the rule and the line of the lesson. Names are PyTorch's where it has them.
//
// Legend: B batch, T time (tokens), C channels, H heads, D head size, V vocabulary.
#pragma once

#include "core/ids.h"
#include "core/ops/options.h"
#include "core/packed.h"
#include "core/tensor.h"

namespace dikkat {

// Views: the same numbers (and the same gradient) through another shape. ops/views.cpp
// reshape: as many elements in other sizes, of which one may be -1: whatever is left. A view that skips is copied.
Tensor reshape(In x, const std::vector<int64_t>& sizes);
Tensor flatten(In x, int start_dim = 0, int end_dim = -1);  // joins neighbouring dimensions to one
Tensor transpose(In x, int dim0 = -2, int dim1 = -1);       // (...,m,n) -> (...,n,m)
Tensor permute(In x, const std::vector<int>& order);        // dimension i of the result is dimension order[i] of x
Tensor slice(In x, int dim, int64_t begin, int64_t end,
             int64_t step = 1);               // begin, begin+step ... < end; negative begin and end count from the end
Tensor select(In x, int dim, int64_t index);  // one slice, its dimension taken away: select(x, 0, 2) is x[2]
Tensor unsqueeze(In x, int dim);              // a new dimension of size 1 before `dim`
Tensor squeeze(In x, int dim);                // takes away a dimension of size 1
Tensor expand(In x, const Shape& shape);      // repeats dimensions of size 1, without copying
Tensor diagonal(In x, int dim0 = 0, int dim1 = 1);           // x[i,i] along a new last dimension, without dim0 and dim1
std::vector<Tensor> split(In x, int64_t size, int dim = 0);  // parts of `size`; the last may be shorter
std::vector<Tensor> chunk(In x, int64_t count, int dim = 0);  // `count` parts of equal size
Tensor contiguous(In x);                                      // a copy in reading order, or x itself if it is already

// Joined and rearranged. ops/arrange.cpp
Tensor cat(const std::vector<In>& parts, int dim = 0);    // one after the other along a dimension that there is
Tensor stack(const std::vector<In>& parts, int dim = 0);  // side by side along a new dimension
Tensor flip(In x, const std::vector<int>& dims);          // each of them in reverse
Tensor roll(In x, int64_t shift, int dim);                // moved towards the end; what falls out comes in at the front
Tensor repeat(In x, const std::vector<int64_t>& times);   // the whole of it, again and again along each dimension
Tensor repeat_interleave(In x, int64_t times, int dim);   // each element, again and again: 1 1 2 2
// pad: so many of `value` before and after the last dimension, then around the one before it ...; a negative size cuts.
Tensor pad(In x, const std::vector<int64_t>& sizes, double value = 0);
Tensor tril(In x, int64_t diagonal = 0);  // keeps column - row <= diagonal of the last two dimensions, 0 elsewhere
Tensor triu(In x, int64_t diagonal = 0);  // keeps column - row >= diagonal

// Elementwise, with broadcasting: sizes are compared from the last; they are equal or one of them is 1.
// ops/elementwise.cpp
Tensor operator+(In a, In b);
Tensor operator-(In a, In b);
Tensor operator*(In a, In b);
Tensor operator/(In a, In b);
Tensor operator+(In x, double number);
Tensor operator-(In x, double number);
Tensor operator*(In x, double number);
Tensor operator/(In x, double number);
Tensor operator+(double number, In x);
Tensor operator-(double number, In x);
Tensor operator*(double number, In x);
Tensor operator/(double number, In x);
Tensor operator-(In x);
Tensor pow(In a, In b);
Tensor pow(In x, double exponent);
Tensor maximum(In a, In b);  // equal numbers share the gradient by halves
Tensor minimum(In a, In b);
Tensor less(In a, In b);                          // 1 where a < b, else 0; no gradient
Tensor equal(In a, In b);                         // 1 where a == b, else 0; no gradient
Tensor where(In condition, In a, In b);           // a where the condition is not 0, else b
Tensor masked_fill(In x, In mask, double value);  // value where the mask is not 0, else x; the mask is broadcast
Tensor exp(In x);
Tensor log(In x);
Tensor log1p(In x);  // log(1 + x), exact near 0
Tensor sqrt(In x);
Tensor rsqrt(In x);       // 1 / sqrt(x)
Tensor reciprocal(In x);  // 1 / x
Tensor square(In x);
Tensor abs(In x);   // slope 0 at 0
Tensor sign(In x);  // -1, 0 or 1; its gradient is 0
Tensor sin(In x);
Tensor cos(In x);
Tensor erf(In x);
Tensor clamp(In x, double low, double high);  // slope 1 between low and high, 0 at them

// Activations. ops/activations.cpp
Tensor tanh(In x);
Tensor sigmoid(In x);                          // 1 / (1 + exp(-x))
Tensor relu(In x);                             // max(0, x)
Tensor leaky_relu(In x, double slope = 0.01);  // x, or slope x below 0
Tensor elu(In x, double alpha = 1);            // x, or alpha (exp(x) - 1) below 0
Tensor relu_squared(In x);                     // max(0, x)^2
Tensor hardtanh(In x);                         // x held between -1 and 1; slope 0 at both
Tensor softplus(In x);                         // log(1 + exp(x))
Tensor logsigmoid(In x);                       // log(sigmoid(x)) = -softplus(-x)
Tensor mish(In x);                             // x tanh(softplus(x))
Tensor silu(In x);                             // x sigmoid(x)
Tensor silu_plain(In x);                       // the same, composed
Tensor quick_gelu(In x);                       // x sigmoid(1.702 x)
Tensor gelu(In x);                             // x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))), as in GPT-2
Tensor gelu_plain(In x);                       // the same, composed
Tensor gelu_erf(In x);                         // x/2 (1 + erf(x/sqrt(2))), as in BERT; NaN at inf, as in PyTorch
Tensor gelu_erf_plain(In x);                   // the same, composed; inf at inf
Tensor dropout(In x, double p,
               bool training = true);  // 0 with probability p, else x / (1 - p); x itself out of training

// Reductions: of all elements to a single number, shape (); or along some dimensions. ops/reduce.cpp, ops/order.cpp
Tensor sum(In x);
Tensor sum(In x, int dim, bool keepdim = false);
Tensor sum(In x, const std::vector<int>& dims, bool keepdim = false);
Tensor mean(In x);
Tensor mean(In x, int dim, bool keepdim = false);
Tensor mean(In x, const std::vector<int>& dims, bool keepdim = false);
Tensor var(In x, bool unbiased = true);  // sum((x - mean)^2) / (n - 1), or / n: NaN if that is 0
Tensor var(In x, int dim, bool unbiased = true, bool keepdim = false);
Tensor var(In x, const std::vector<int>& dims, bool unbiased = true, bool keepdim = false);
Tensor std(In x, bool unbiased = true);  // its square root; slope 0 at 0
Tensor std(In x, int dim, bool unbiased = true, bool keepdim = false);
Tensor std(In x, const std::vector<int>& dims, bool unbiased = true, bool keepdim = false);
Tensor norm(In x, int dim, bool keepdim = false);  // sqrt(sum(x^2)); slope 0 at 0
Tensor prod(In x, int dim, bool keepdim = false);  // x[0] x[1] ... along dim; 1 if there is none
Tensor cumsum(In x, int dim);                      // y[i] = x[0] + ... + x[i] along dim
Tensor max(In x);                                  // the gradient goes to the first of the largest
Tensor max(In x, int dim, bool keepdim = false);
Tensor min(In x);
Tensor min(In x, int dim, bool keepdim = false);
Tensor amax(In x, int dim, bool keepdim = false);       // as max, but equal elements share the gradient
Tensor logsumexp(In x, int dim, bool keepdim = false);  // log(sum(exp(x))) without overflow
Ids argmax(In x, int dim = -1);                         // where the largest stands: the first among equals, or a NaN
Ids argmin(In x, int dim = -1);
Ids argsort(In x, int dim = -1, bool descending = false);  // equal numbers keep their order; NaN is the largest
Ordered sort(In x, int dim = -1, bool descending = false);
Ordered topk(In x, int64_t k, int dim = -1);  // the k largest, from the largest on

// Elements chosen by whole numbers. ops/index.cpp
Tensor gather(In x, int dim, const Ids& index);  // y[i,j] = x[index[i,j],j] for dim 0; index may be smaller elsewhere
Tensor scatter(In x, int dim, const Ids& index, In source);        // x, but y[index[i,j],j] = source[i,j]
Tensor scatter_add(In x, int dim, const Ids& index, In source);    // x, and y[index[i,j],j] += source[i,j]
Tensor index_select(In x, int dim, const Ids& index);              // index (n): slices of x in this order
Tensor index_add(In x, int dim, const Ids& index, In source);      // x, and slice index[i] += slice i of source
Tensor one_hot(const Ids& ids, int64_t classes);                   // (...) -> (...,classes): 1 at each id
Tensor embedding(In weight, const Ids& ids);                       // (V,C), ids (...) -> (...,C)
Tensor embedding(In weight, const Ids& ids, int32_t padding_idx);  // this id's row gets no gradient

// Products. ops/matmul.cpp
Tensor matmul(In a, In b);                // (...,m,k) x (...,k,n) -> (...,m,n), the dimensions before them broadcast; a
                                          // vector (k) stands for a row on the left, for a column on the right
Tensor linear(In x, In weight, In bias);  // x weight^T + bias:  (...,in) (out,in) (out) -> (...,out)
Tensor linear(In x, In weight);           // without bias
Tensor linear_plain(In x, In weight, In bias);
// With a weight in another storage format; it is frozen and gets no gradient. ops/packed.cpp
Tensor matmul(In x, const Packed& weight);           // (...,in) (in,out) -> (...,out)
Tensor linear(In x, const Packed& weight, In bias);  // (...,in) (out,in) (out) -> (...,out)
Tensor linear(In x, const Packed& weight);

// Normalisation. ops/norm.cpp
Tensor layer_norm(In x, In weight, In bias, double eps = 1e-5);  // over the last dimensions, those that weight has
Tensor layer_norm(In x, double eps = 1e-5);                      // over the last dimension, without weight and bias
Tensor layer_norm_plain(In x, In weight, In bias, double eps = 1e-5);
Tensor rms_norm(In x, In weight, double eps = 1e-6);  // x / sqrt(mean(x^2) + eps) weight, over the last dimension
Tensor rms_norm_plain(In x, In weight, double eps = 1e-6);
Tensor batch_norm(In x, In weight, In bias, double eps = 1e-5);  // (B,C,...): each channel over all of the batch
Tensor group_norm(In x, int64_t groups, In weight, In bias, double eps = 1e-5);  // (B,C,...): groups of channels
Tensor normalize(In x, int dim = -1, double eps = 1e-12);                        // x / max(norm(x), eps)

// Softmax and masks. ops/softmax.cpp
Tensor softmax(In x, int dim = -1);      // exp(x) / sum(exp(x)) along dim, without overflow; all -inf: NaN
Tensor log_softmax(In x, int dim = -1);  // x - logsumexp(x) along dim
Tensor causal_mask(In scores);           // (...,Tq,Tk): -inf where a key lies in the future of its query
Tensor band_mask(In scores, int64_t before, int64_t after);  // -inf where key - query - (Tk - Tq) < -before, or > after

// Attention over heads: softmax(q k^T scale + mask) v.   q (B,Tq,H,D)  k, v (B,Tk,H/g,D) -> (B,Tq,H,D); g query heads
// share a key and value head. A query that may see nothing gives 0. ops/attention.cpp
// The fused one never holds the (Tq,Tk) weights; the plain one shows them as probe "attention.weights" (B,H,Tq,Tk),
// lets a gradient flow into the mask, and takes values of another size than the keys.
Tensor scaled_dot_product_attention(In q, In k, In v, const AttentionOptions& options = {});
Tensor scaled_dot_product_attention_plain(In q, In k, In v, const AttentionOptions& options = {});

// Positions turned into q and k: pairs (i, i + D/2) by the angles whose cos and sin are given, or pairs (2i, 2i+1) with
// interleaved.   x (B,T,H,D)  cos, sin (T,D/2) or (B,T,D/2). ops/rotary.cpp
Tensor rotary(In x, In cos, In sin, bool interleaved = false);
Tensor rotary_plain(In x, In cos, In sin, bool interleaved = false);

// Attention before the transformer: one query asks T keys, which are also the values.  query (B,Cq)  keys (B,T,Ck)
// mask (B,T): 0 where a key is padding; an empty Tensor hides nothing. ops/recurrent_attention.cpp
//   Bahdanau et al., 2015: score = v . tanh(Wq query + Wk key)     Luong et al., 2015: score = query . (W key)
ContextAndWeights additive_attention(In query, In keys, In query_weight, In key_weight, In v, const Tensor& mask = {});
ContextAndWeights dot_attention(In query, In keys, In weight, const Tensor& mask = {});

// Pictures and sequences of channels. ops/conv.cpp
Tensor unfold(In x, Size2 kernel, const PatchOptions& options = {});       // (B,C,H,W) -> (B,C,kernel,patches)
Tensor conv2d(In x, In weight, In bias, const ConvOptions& options = {});  // (B,C,H,W) (O,C/groups,kh,kw) (O)
Tensor conv2d(In x, In weight, const ConvOptions& options = {});
Tensor conv1d(In x, In weight, In bias, const ConvOptions& options = {});  // (B,C,T) (O,C/groups,k) (O); widths count
// Pools: the largest and the mean of each patch.  (B,C,H,W) -> (B,C,H',W'); stride 0: that of the kernel; the padding
// is at most half of the kernel. For max_pool2d it does not count, and no patch may lie in it alone; for avg_pool2d it
// counts as zeros.
Tensor max_pool2d(In x, Size2 kernel, const PatchOptions& options = {.stride = 0});
Tensor avg_pool2d(In x, Size2 kernel, const PatchOptions& options = {.stride = 0});

// Losses. ops/loss.cpp, ops/cross_entropy.cpp
// The mean of -log softmax(logits)[target] over the targets that are not ignore_index (-100).  logits (...,V), targets
// (...). NaN if all are ignored.
Tensor cross_entropy(In logits, const Ids& targets);
Tensor cross_entropy(In logits, const Ids& targets, const CrossEntropyOptions& options);
Tensor cross_entropy_plain(In logits, const Ids& targets, const CrossEntropyOptions& options = {});
// cross_entropy_soft: -sum(targets log softmax(logits)) over V, for targets that are probabilities.  Both (...,V).
Tensor cross_entropy_soft(In logits, In targets, Reduction reduction = Reduction::mean);
// nll_loss: -log_probabilities[target], (...,V) for targets (...); a target -100 does not count.
Tensor nll_loss(In log_probabilities, const Ids& targets, Reduction reduction = Reduction::mean);
// The losses from here to kl_div are between x and y of one shape.
Tensor mse_loss(In x, In y, Reduction reduction = Reduction::mean);  // (x - y)^2
Tensor l1_loss(In x, In y, Reduction reduction = Reduction::mean);   // |x - y|
// smooth_l1_loss, d = x - y: d^2 / (2 beta) where |d| < beta, |d| - beta/2 elsewhere.
Tensor smooth_l1_loss(In x, In y, double beta = 1, Reduction reduction = Reduction::mean);
// huber_loss, d = x - y: d^2 / 2 where |d| < delta, delta (|d| - delta/2) elsewhere (Huber, 1964).
Tensor huber_loss(In x, In y, double delta = 1, Reduction reduction = Reduction::mean);
// With t = targets: -t log(sigmoid(x)) - (1 - t) log(1 - sigmoid(x)), without overflow.
Tensor binary_cross_entropy_with_logits(In x, In targets, Reduction reduction = Reduction::mean);
Tensor kl_div(In log_q, In p, Reduction reduction = Reduction::batchmean);  // p (log p - log q); 0 where p is 0
Tensor cosine_similarity(In a, In b, int dim = -1, double eps = 1e-8);      // a . b / (max(|a|, eps) max(|b|, eps))

}  // namespace dikkat
