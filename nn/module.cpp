#include "nn/module.h"

#include <unordered_set>
#include <utility>

#include "core/autograd.h"
#include "nn/linear.h"

namespace dikkat {

void Visitor::operator()(const std::string& name, Module& part) {
  const std::string outer = prefix_;
  prefix_ = full_name(name);
  part.visit(*this);
  prefix_ = outer;
}

void Visitor::operator()(const std::string& name, std::unique_ptr<Linear>& part) {
  (*this)(name, static_cast<Module&>(*part));
}

Tensor parameter(Tensor tensor) {
  return tensor.requires_grad_();
}

namespace {

bool draw_first_weights = true;

}  // namespace

NoFirstWeights::NoFirstWeights() : before_(std::exchange(draw_first_weights, false)) {}
NoFirstWeights::~NoFirstWeights() {
  draw_first_weights = before_;
}

Tensor normal_parameter(const Shape& shape, double deviation) {
  if (!draw_first_weights) return parameter(empty(shape, Category::weights));
  return parameter(randn(shape, 0, deviation, Category::weights));
}

Tensor constant_parameter(const Shape& shape, double value) {
  return parameter(full(shape, value, Category::weights));
}

namespace {

struct Collect : Visitor {
  using Visitor::operator();
  void operator()(const std::string& name, Tensor& tensor) override {
    if (seen.insert(&tensor.node()).second) found.push_back({full_name(name), tensor});
  }
  std::vector<Parameter> found;
  std::unordered_set<const Node*> seen;
};

}  // namespace

std::vector<Parameter> parameters(Module& module) {
  Collect collect;
  module.visit(collect);
  return collect.found;
}

int64_t parameter_count(Module& module) {
  int64_t count = 0;
  for (const Parameter& p : parameters(module)) count += p.tensor.numel();
  return count;
}

}  // namespace dikkat
