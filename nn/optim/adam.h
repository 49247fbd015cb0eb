// Optimisers with a step size of their own for every number, each written as its formula: Adam and its relatives.
// They are for reading and comparing; the training loop uses adamw.h, which is one kernel.
#pragma once

#include "nn/optim/optimizer.h"

namespace dikkat {

// Adam (Kingma & Ba, "Adam: a method for stochastic optimization", 2015):
//   m = beta1 m + (1 - beta1) g      v = beta2 v + (1 - beta2) g^2
//   weight -= rate * (m / (1 - beta1^step)) / (sqrt(v / (1 - beta2^step)) + eps)
struct AdamOptions {
  double beta1 = 0.9, beta2 = 0.999, eps = 1e-8;
  double weight_decay = 0;
  bool decoupled_weight_decay = false;  // as AdamW: weight *= 1 - rate weight_decay. Otherwise g += weight_decay weight
  bool amsgrad =
      false;  // divides by the largest v so far (Reddi et al., "On the convergence of Adam and beyond", 2018)
};
class Adam : public Optimizer {
 public:
  Adam(const std::vector<Parameter>& parameters, const AdamOptions& options = {});

 protected:
  void update(const Slot& slot, const Tensor& gradient, double rate) override;

 private:
  AdamOptions options_;
};

// Lion (Chen et al., "Symbolic discovery of optimization algorithms", 2023):
//   weight *= 1 - rate weight_decay      weight -= rate * sign(beta1 m + (1 - beta1) g)      m = beta2 m + (1 - beta2)
//   g
struct LionOptions {
  double beta1 = 0.9, beta2 = 0.99, weight_decay = 0;
};
class Lion : public Optimizer {
 public:
  Lion(const std::vector<Parameter>& parameters, const LionOptions& options = {});

 protected:
  void update(const Slot& slot, const Tensor& gradient, double rate) override;

 private:
  LionOptions options_;
};

// RMSprop (Tieleman & Hinton, lecture 6.5 of "Neural networks for machine learning", 2012):
//   v = alpha v + (1 - alpha) g^2      weight -= rate * g / (sqrt(v) + eps)
// centered: v - mean(g)^2 under the root.   momentum: the quotient is gathered in a velocity first.
struct RMSpropOptions {
  double alpha = 0.99, eps = 1e-8, weight_decay = 0, momentum = 0;
  bool centered = false;
};
class RMSprop : public Optimizer {
 public:
  RMSprop(const std::vector<Parameter>& parameters, const RMSpropOptions& options = {});

 protected:
  void update(const Slot& slot, const Tensor& gradient, double rate) override;

 private:
  RMSpropOptions options_;
};

// Adagrad (Duchi, Hazan & Singer, "Adaptive subgradient methods", 2011):
//   total += g^2      weight -= rate / (1 + (step - 1) rate_decay) * g / (sqrt(total) + eps)
struct AdagradOptions {
  double rate_decay = 0, eps = 1e-10, weight_decay = 0, initial_total = 0;
};
class Adagrad : public Optimizer {
 public:
  Adagrad(const std::vector<Parameter>& parameters, const AdagradOptions& options = {});

 protected:
  void update(const Slot& slot, const Tensor& gradient, double rate) override;

 private:
  AdagradOptions options_;
};

}  // namespace dikkat
