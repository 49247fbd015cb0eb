// AdamW (Loshchilov & Hutter, "Decoupled weight decay regularization", 2019) with clipping of the gradient's norm.
#pragma once

#include <vector>

#include "nn/module.h"

namespace dikkat {

struct AdamWOptions {
  double beta1 = 0.9, beta2 = 0.95, eps = 1e-8;
  double weight_decay = 0.1;  // on matrices only; biases and norms are left alone
  double max_norm = 1;        // gradients longer than this together are shortened to it; 0: never
};

class AdamW {
 public:
  AdamW(const std::vector<Parameter>& parameters, const AdamWOptions& options = {});

  // One update with learning rate `rate`; clears the gradients. A parameter without a gradient stays as it is.
  void step(double rate);

  // The length of all gradients together, before clipping, at the last step.
  double grad_norm() const;

  int64_t steps() const { return steps_; }

  // First and second moments, in the order of the parameters, for checkpoints.
  struct Moments {
    std::string name;
    Tensor weight, m, v;
  };
  const std::vector<Moments>& moments() const { return moments_; }
  void set_steps(int64_t steps) { steps_ = steps; }

 private:
  AdamWOptions options_;
  std::vector<Moments> moments_;
  Tensor squared_norm_;  // ()
  int64_t steps_ = 0;
};

}  // namespace dikkat
