// The implementations that tables are filled with: kernels/<family>/reference.cpp and kernels/<family>/cpu.cpp.
#pragma once

#include "kernels/kernels.h"

namespace dikkat {

namespace reference {
void matmul(const MatmulArgs& args);
void softmax(const SoftmaxArgs& args);
void softmax_backward(const SoftmaxBackwardArgs& args);
void layer_norm(const LayerNormArgs& args);
void layer_norm_backward(const LayerNormBackwardArgs& args);
void attention(const AttentionArgs& args);
void attention_backward(const AttentionBackwardArgs& args);
void cross_entropy(const CrossEntropyArgs& args);
void cross_entropy_backward(const CrossEntropyBackwardArgs& args);
void embedding(const EmbeddingArgs& args);
void embedding_backward(const EmbeddingBackwardArgs& args);
void unary(const UnaryArgs& args);
void unary_backward(const UnaryBackwardArgs& args);
void binary(const BinaryArgs& args);
void binary_backward(const BinaryBackwardArgs& args);
void copy(const CopyArgs& args);
void sum(const SumArgs& args);
void sum_backward(const SumBackwardArgs& args);
void causal_mask(const CausalMaskArgs& args);
void causal_mask_backward(const CausalMaskBackwardArgs& args);
void fill(const FillArgs& args);
void random(const RandomArgs& args);
void sum_of_squares(const SumOfSquaresArgs& args);
void adamw(const AdamWArgs& args);
void sample(const SampleArgs& args);
}  // namespace reference

namespace cpu {
void matmul(const MatmulArgs& args);
void softmax(const SoftmaxArgs& args);
void softmax_backward(const SoftmaxBackwardArgs& args);
void layer_norm(const LayerNormArgs& args);
void layer_norm_backward(const LayerNormBackwardArgs& args);
void attention(const AttentionArgs& args);
void attention_backward(const AttentionBackwardArgs& args);
void cross_entropy(const CrossEntropyArgs& args);
void cross_entropy_backward(const CrossEntropyBackwardArgs& args);
void embedding(const EmbeddingArgs& args);
void embedding_backward(const EmbeddingBackwardArgs& args);
void unary(const UnaryArgs& args);
void unary_backward(const UnaryBackwardArgs& args);
void binary(const BinaryArgs& args);
void binary_backward(const BinaryBackwardArgs& args);
void copy(const CopyArgs& args);
void sum(const SumArgs& args);
void sum_backward(const SumBackwardArgs& args);
void causal_mask(const CausalMaskArgs& args);
void causal_mask_backward(const CausalMaskBackwardArgs& args);
void fill(const FillArgs& args);
void random(const RandomArgs& args);
void sum_of_squares(const SumOfSquaresArgs& args);
void adamw(const AdamWArgs& args);
void sample(const SampleArgs& args);
}  // namespace cpu

}  // namespace dikkat
