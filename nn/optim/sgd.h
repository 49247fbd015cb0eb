// Stochastic gradient descent, with momentum if wanted.
#pragma once

#include "nn/optim/optimizer.h"

namespace dikkat {

// velocity = momentum velocity + (1 - dampening) g, at the first step g itself;  weight -= rate * velocity
// (Polyak, 1964). nesterov: weight -= rate * (g + momentum velocity) (Sutskever et al., "On the importance of
// initialization and momentum in deep learning", 2013). weight_decay: g += weight_decay weight, before all that.
struct SGDOptions {
  double momentum = 0, dampening = 0, weight_decay = 0;
  bool nesterov = false;
};

class SGD : public Optimizer {
 public:
  // Throws Error for nesterov without momentum, or with dampening.
  SGD(const std::vector<Parameter>& parameters, const SGDOptions& options = {});

 protected:
  void update(const Slot& slot, const Tensor& gradient, double rate) override;

 private:
  SGDOptions options_;
};

}  // namespace dikkat
