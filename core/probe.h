// Looking into a model: an operation or layer names an intermediate result, and whoever listens gets it.
#pragma once

#include <string>
#include <vector>

#include "core/tensor.h"

namespace dikkat {

// Names a result. Costs nothing while nobody listens.
void probe(const std::string& name, const Tensor& tensor);

// Listens while it lives:   Probes seen;  model.forward(x);  seen.all("attention.weights")[0] ...
class Probes {
 public:
  Probes();
  ~Probes();
  Probes(const Probes&) = delete;
  Probes& operator=(const Probes&) = delete;

  std::vector<Tensor> all(const std::string& name) const;  // in the order they were computed
  Tensor last(const std::string& name) const;              // Error, naming what was seen, if there is none

 private:
  friend void probe(const std::string& name, const Tensor& tensor);
  Probes* before_;
  std::vector<std::pair<std::string, Tensor>> seen_;
};

}  // namespace dikkat
