// The catalogue of kernels: what can be computed on raw memory. Every family has a folder: args.h says what is
// computed, one Args struct for each kernel, with formula and shapes; every table (reference, cpu, later vulkan) offers
// the same functions on the same Args.
//
// Conventions. Addresses come from the pool (memory.h). Matrices are row-major and contiguous unless steps are given.
// "update" means += : gradients always accumulate. A null gradient address means that nobody wants it.
#pragma once

#include "kernels/adamw/args.h"
#include "kernels/attention/args.h"
#include "kernels/band/args.h"
#include "kernels/cross_entropy/args.h"
#include "kernels/elementwise/args.h"
#include "kernels/embedding/args.h"
#include "kernels/index/args.h"
#include "kernels/layer_norm/args.h"
#include "kernels/matmul/args.h"
#include "kernels/reduce/args.h"
#include "kernels/rms_norm/args.h"
#include "kernels/rotary/args.h"
#include "kernels/sample/args.h"
#include "kernels/softmax/args.h"
#include "kernels/unfold/args.h"

namespace dikkat {

// One way to compute: a function for each kernel. See table.h for the tables there are.
struct KernelTable {
  const char* name = nullptr;
  void (*matmul)(const MatmulArgs&) = nullptr;
  void (*pack)(const PackArgs&) = nullptr;
  void (*unpack)(const UnpackArgs&) = nullptr;
  void (*softmax)(const SoftmaxArgs&) = nullptr;
  void (*softmax_backward)(const SoftmaxBackwardArgs&) = nullptr;
  void (*log_softmax)(const LogSoftmaxArgs&) = nullptr;
  void (*log_softmax_backward)(const LogSoftmaxBackwardArgs&) = nullptr;
  void (*log_sum_exp)(const LogSumExpArgs&) = nullptr;
  void (*log_sum_exp_backward)(const LogSumExpBackwardArgs&) = nullptr;
  void (*layer_norm)(const LayerNormArgs&) = nullptr;
  void (*layer_norm_backward)(const LayerNormBackwardArgs&) = nullptr;
  void (*rms_norm)(const RmsNormArgs&) = nullptr;
  void (*rms_norm_backward)(const RmsNormBackwardArgs&) = nullptr;
  void (*rotary)(const RotaryArgs&) = nullptr;
  void (*attention)(const AttentionArgs&) = nullptr;
  void (*attention_backward)(const AttentionBackwardArgs&) = nullptr;
  void (*cross_entropy)(const CrossEntropyArgs&) = nullptr;
  void (*cross_entropy_backward)(const CrossEntropyBackwardArgs&) = nullptr;
  void (*embedding)(const EmbeddingArgs&) = nullptr;
  void (*embedding_backward)(const EmbeddingBackwardArgs&) = nullptr;
  void (*unary)(const UnaryArgs&) = nullptr;
  void (*unary_backward)(const UnaryBackwardArgs&) = nullptr;
  void (*binary)(const BinaryArgs&) = nullptr;
  void (*binary_backward)(const BinaryBackwardArgs&) = nullptr;
  void (*where)(const WhereArgs&) = nullptr;
  void (*where_backward)(const WhereBackwardArgs&) = nullptr;
  void (*copy)(const CopyArgs&) = nullptr;
  void (*sum)(const SumArgs&) = nullptr;
  void (*sum_backward)(const SumBackwardArgs&) = nullptr;
  void (*product)(const ProductArgs&) = nullptr;
  void (*product_backward)(const ProductBackwardArgs&) = nullptr;
  void (*cumulative_sum)(const CumulativeSumArgs&) = nullptr;
  void (*arg_max)(const ArgMaxArgs&) = nullptr;
  void (*arg_sort)(const ArgSortArgs&) = nullptr;
  void (*gather)(const GatherArgs&) = nullptr;
  void (*scatter)(const ScatterArgs&) = nullptr;
  void (*unfold)(const UnfoldArgs&) = nullptr;
  void (*unfold_backward)(const UnfoldBackwardArgs&) = nullptr;
  void (*band)(const BandArgs&) = nullptr;
  void (*band_backward)(const BandBackwardArgs&) = nullptr;
  void (*fill)(const FillArgs&) = nullptr;
  void (*random)(const RandomArgs&) = nullptr;
  void (*sum_of_squares)(const SumOfSquaresArgs&) = nullptr;
  void (*adamw)(const AdamWArgs&) = nullptr;
  void (*sample)(const SampleArgs&) = nullptr;
  void (*wait)() = nullptr;  // returns when everything asked for so far has been computed
};

// The table in force.
const KernelTable& kernels();

}  // namespace dikkat
