// Module: a part of a model that lists its own parts. Names, counts, saving, loading and replacing all come from there.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/tensor.h"

namespace dikkat {

struct Module;
struct Linear;

// Walks over the parts of a module. A walk overrides what it cares about; the rest goes on to the parts below.
struct Visitor {
  virtual ~Visitor() = default;

  virtual void operator()(const std::string& name, Tensor& parameter) = 0;
  virtual void operator()(const std::string& name, Module& part);

  // A Linear that may be replaced by another struct that is a Linear (LoRA, quantised ...).
  virtual void operator()(const std::string& name, std::unique_ptr<Linear>& part);

  // A list of equal parts: blocks.0, blocks.1 ...
  template <class Part>
  void operator()(const std::string& name, std::vector<std::unique_ptr<Part>>& parts) {
    for (size_t i = 0; i < parts.size(); ++i) (*this)(name + "." + std::to_string(i), static_cast<Module&>(*parts[i]));
  }

 protected:
  std::string full_name(const std::string& name) const { return prefix_.empty() ? name : prefix_ + "." + name; }

 private:
  std::string prefix_;  // "blocks.0.attention"
};

struct Module {
  Module() = default;
  Module(const Module&) = delete;  // a copy would share its numbers with the original, to everybody's surprise
  Module& operator=(const Module&) = delete;
  virtual ~Module() = default;

  // Lists the parts once:   v("query", query);  v("key", key);  ...
  virtual void visit(Visitor& v) = 0;
};

// A parameter: a leaf whose gradient is wanted, counted under weights.
struct Parameter {
  std::string name;
  Tensor tensor;
};
Tensor parameter(Tensor tensor);
Tensor normal_parameter(const Shape& shape, double deviation);
Tensor constant_parameter(const Shape& shape, double value);

// While one of these lives, normal_parameter() draws nothing and leaves the numbers as they are: for a model whose
// weights are read from a file as soon as it is built.
class NoFirstWeights {
 public:
  NoFirstWeights();
  ~NoFirstWeights();
  NoFirstWeights(const NoFirstWeights&) = delete;
  NoFirstWeights& operator=(const NoFirstWeights&) = delete;

 private:
  bool before_;
};

// Every parameter with its full name ("blocks.0.attention.query.weight"), in the order of the visit; one that occurs
// twice (a tied head) is listed once.
std::vector<Parameter> parameters(Module& module);

// The number of numbers in them.
int64_t parameter_count(Module& module);

}  // namespace dikkat
