// The cases of <golden>/ops: what a manifest says, and what to run for each operation that it names.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "core/files/json.h"
#include "core/ops.h"
#include "tests/golden.h"

namespace dikkat::test {

// The "attrs" of a case. Every key that nobody asked for is a failure: an option that we do not know.
class Attributes {
 public:
  explicit Attributes(const JsonView& attrs) : attrs_(attrs) {}

  std::optional<JsonView> find(const std::string& key) const;  // nothing if it is missing or null
  double number(const std::string& key, double otherwise) const;
  int64_t integer(const std::string& key, int64_t otherwise) const;
  int dim(const std::string& key, int otherwise = -1) const;
  bool boolean(const std::string& key, bool otherwise) const;
  std::vector<int64_t> integers(const std::string& key) const;  // a single one counts as a list of one
  std::vector<int> dims(const std::string& key) const;
  Size2 size2(const std::string& key, int64_t otherwise) const;
  Reduction reduction() const;

  // A text for readers, such as a formula; or one that must be exactly this.
  void is_described_by(const std::string& key) const;
  void must_be(const std::string& key, const std::string& value) const;

  std::vector<std::string> unknown() const;

 private:
  JsonView attrs_;
  mutable std::set<std::string> asked_;
};

using Output = std::variant<Tensor, Ids>;
using Outputs = std::vector<Output>;

// One case: its tensors, of which "grads" names those whose gradient is compared.
class OpsCase {
 public:
  OpsCase(const JsonView& entry, const Safetensors& file);

  const std::string& name() const { return name_; }
  const std::string& op() const { return op_; }
  const std::vector<std::string>& outputs() const { return outputs_; }

  // Operands, by name or by place. What "pre" says was done to them: views of the stored ones.
  Tensor operator[](const std::string& input) const;
  Tensor operator[](size_t place) const;
  size_t inputs() const { return inputs_.size(); }
  bool has(const std::string& name) const;  // an input or a constant

  // Constants: ids, and numbers; a mask is 1 or 0 whatever format it has.
  Ids ids(const std::string& constant) const;
  Tensor constant(const std::string& constant) const;
  bool is_mask(const std::string& constant) const;   // true and false, not numbers
  Tensor upstream(const std::string& output) const;  // its gradient; 1 for a single number

  // The numbers that end the name of the operation, "clamp_-0.5_0.7", in order.
  const std::vector<double>& suffixes() const { return suffixes_; }
  void set_suffixes(const std::vector<double>& suffixes) { suffixes_ = suffixes; }

  // The terms that the gradient of this input is summed from are as many times larger than the upstream gradient: 1 at
  // first and 1000 at most. Where they cancel, their rounding is all that is left.
  void set_amplification(const std::string& input, double amplification) const;

  // What a gradient must be equal to instead of the stored numbers, and why.
  void correct_gradient(const std::string& input, const Tensor& gradient) const;

  // Compares what an operation gave, and the gradients that it leaves; the differences, one text each.
  std::vector<std::string> differences(const Outputs& found) const;

  // The inputs whose gradients were near enough only as rounding noise, so far.
  const std::set<std::string>& noise() const { return noise_; }

  Attributes attrs;

 private:
  std::string key(const std::string& name) const { return name_ + "." + name; }
  Tolerance tolerance() const;
  double norm_of(const std::string& name) const;  // 0 if there is none
  Tolerance gradient_tolerance(const std::string& input) const;
  std::string output_difference(const Output& found, const std::string& output) const;
  void go_back(const Outputs& found) const;
  void forget_gradients() const;

  const Safetensors& file_;
  std::string name_, op_, note_;
  std::vector<std::string> inputs_, outputs_, grads_;
  std::map<std::string, Tensor> stored_, used_;
  std::vector<double> suffixes_;
  mutable std::map<std::string, double> amplification_;
  mutable std::set<std::string> noise_;
  mutable std::map<std::string, std::vector<double>> corrected_;
};

// What runs a case; several where an operation is there twice, fused and plain. None of the outputs: this variant does
// not take such operands.
using Runner = std::function<Outputs(const OpsCase&)>;
using Runners = std::multimap<std::string, Runner>;

Runners elementwise_runners();
Runners matmul_runners();
Runners reduce_runners();
Runners norm_runners();
Runners loss_runners();
Runners index_runners();
Runners shape_runners();
Runners conv_runners();
Runners attention_runners();
Runners position_runners();

}  // namespace dikkat::test
