// AdamW (Loshchilov & Hutter, "Decoupled weight decay regularization", 2019) in one kernel, with clipping of the
// gradient's norm. adam.h has the same formula step by step, and its relatives.
#pragma once

#include "nn/optim/optimizer.h"

namespace dikkat {

struct AdamWOptions {
  double beta1 = 0.9, beta2 = 0.95, eps = 1e-8;
  double weight_decay = 0.1;   // on matrices only; biases and norms are left alone ...
  bool decay_vectors = false;  // ... unless this is set
  double max_norm = 1;         // gradients longer than this together are shortened to it; 0: never
};

class AdamW : public Optimizer {
 public:
  AdamW(const std::vector<Parameter>& parameters, const AdamWOptions& options = {});

  // The length of all gradients together, before clipping, at the last step.
  double grad_norm() const;

 protected:
  void before_updates() override;
  void update(const Slot& slot, const Tensor& gradient, double rate) override;

 private:
  AdamWOptions options_;
  Tensor squared_norm_;  // ()
};

}  // namespace dikkat
