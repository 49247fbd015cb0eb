// Changing numbers in place, outside the graph: what optimisers and samplers need of the kernels.
#pragma once

#include "core/ids.h"
#include "core/tensor.h"

namespace dikkat {

// target = x, number by number; x has the shape of target, and must not overlap it in another order.
void assign(const Tensor& target, const Tensor& x);

// total += sum(x * x).   total ()
void add_squares(const Tensor& x, const Tensor& total);

// One step of AdamW on `weight` with its gradient; see AdamWArgs in kernels/kernels.h for the formula.
struct AdamWStep {
  double rate, beta1, beta2, eps, weight_decay, max_norm;
  int64_t step;  // counted from 1
};
void adamw_update(const Tensor& weight, const Tensor& m, const Tensor& v, const Tensor* squared_norm,
                  const AdamWStep& step);

// One id for each row of logits (rows,V), drawn from softmax(logits / temperature) among the top_k largest (0: all);
// temperature 0 takes the largest. Waits, since the caller goes on with the ids.
std::vector<int32_t> sample(const Tensor& logits, double temperature, int64_t top_k, const RandomStream& stream);

}  // namespace dikkat
