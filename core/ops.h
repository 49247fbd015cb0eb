// The catalogue of operations. Each computes at once, records how to go back, and checks its operands first: an Error
// names the operation, the shapes, the rule and the line of the lesson.
//
// Legend: B batch, T time (tokens), C channels, H heads, D head size, V vocabulary.
#pragma once

#include "core/ids.h"
#include "core/tensor.h"

namespace dikkat {

// Views: the same numbers (and the same gradient) through another shape. ops/views.cpp
Tensor reshape(In x,
               const std::vector<int64_t>& sizes);     // one size may be -1: whatever is left; copies a view that skips
Tensor transpose(In x, int dim0 = -2, int dim1 = -1);  // (...,m,n) -> (...,n,m)
Tensor permute(In x, const std::vector<int>& order);   // dimension i of the result is dimension order[i] of x
Tensor slice(In x, int dim, int64_t begin, int64_t end);  // begin <= index < end; negative counts from the end
Tensor unsqueeze(In x, int dim);                          // a new dimension of size 1 before `dim`
Tensor squeeze(In x, int dim);                            // takes away a dimension of size 1
Tensor expand(In x, const Shape& shape);                  // repeats dimensions of size 1, without copying
Tensor contiguous(In x);                                  // a copy in reading order, or x itself if it is already

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
Tensor operator-(In x);
Tensor exp(In x);
Tensor log(In x);
Tensor sqrt(In x);
Tensor tanh(In x);
Tensor relu(In x);        // max(0, x)
Tensor gelu(In x);        // x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))), one kernel
Tensor gelu_plain(In x);  // the same, composed

// Reductions. ops/reduce.cpp
Tensor sum(In x);                                 // of all elements: a single number, shape ()
Tensor sum(In x, int dim, bool keepdim = false);  // along one dimension
Tensor mean(In x);
Tensor mean(In x, int dim, bool keepdim = false);

// Products. ops/matmul.cpp
Tensor matmul(In a, In b);                // (...,m,k) x (...,k,n) -> (...,m,n); b may be (k,n) for every batch
Tensor linear(In x, In weight, In bias);  // x weight^T + bias:  (...,in) (out,in) (out) -> (...,out)
Tensor linear(In x, In weight);           // without bias
Tensor linear_plain(In x, In weight, In bias);

// The parts of a transformer. ops/softmax.cpp, layer_norm.cpp, attention.cpp, cross_entropy.cpp, embedding.cpp
Tensor softmax(In x);           // over the last dimension
Tensor causal_mask(In scores);  // (...,Tq,Tk): -inf where a key lies in the future of its query
Tensor layer_norm(In x, In weight, In bias, double eps = 1e-5);  // over the last dimension
Tensor layer_norm_plain(In x, In weight, In bias, double eps = 1e-5);
Tensor embedding(In weight, const Ids& ids);  // (V,C), ids (...) -> (...,C)

// Attention over heads: softmax(q k^T / sqrt(D)) v.   q (B,Tq,H,D)  k, v (B,Tk,H,D) -> (B,Tq,H,D).
// The fused one never holds the (Tq,Tk) weights; the plain one shows them as probe "attention.weights" (B,H,Tq,Tk).
Tensor scaled_dot_product_attention(In q, In k, In v, bool causal);
Tensor scaled_dot_product_attention_plain(In q, In k, In v, bool causal);

// The mean of -log softmax(logits)[target] over the targets that are not ignore_index (-100).  logits (...,V), targets
// (...)
Tensor cross_entropy(In logits, const Ids& targets);
Tensor cross_entropy_plain(In logits, const Ids& targets);  // no target may be ignored

}  // namespace dikkat
