#include <algorithm>
#include <cmath>
#include <limits>
#include <regex>

#include "tests/golden_ops.h"

namespace dikkat::test {

std::optional<JsonView> Attributes::find(const std::string& key) const {
  asked_.insert(key);
  return attrs_.find(key);
}

double Attributes::number(const std::string& key, double otherwise) const {
  const auto value = find(key);
  if (!value) return otherwise;
  if (value->kind() != JsonKind::string) return value->number();
  const std::string& word = value->string();  // what JSON cannot write as a number
  if (word == "inf") return INFINITY;
  if (word == "-inf") return -INFINITY;
  require(word == "nan", value->where(), " is no number");
  return NAN;
}

int64_t Attributes::integer(const std::string& key, int64_t otherwise) const {
  const auto value = find(key);
  return value ? value->integer() : otherwise;
}

int Attributes::dim(const std::string& key, int otherwise) const {
  return static_cast<int>(integer(key, otherwise));
}

bool Attributes::boolean(const std::string& key, bool otherwise) const {
  const auto value = find(key);
  return value ? value->boolean() : otherwise;
}

std::vector<int64_t> Attributes::integers(const std::string& key) const {
  const auto value = find(key);
  std::vector<int64_t> numbers;
  if (!value) return numbers;
  if (value->kind() != JsonKind::array) return {value->integer()};
  for (const JsonView& number : value->elements()) numbers.push_back(number.integer());
  return numbers;
}

std::vector<int> Attributes::dims(const std::string& key) const {
  const std::vector<int64_t> numbers = integers(key);
  return {numbers.begin(), numbers.end()};
}

Size2 Attributes::size2(const std::string& key, int64_t otherwise) const {
  const std::vector<int64_t> numbers = integers(key);
  if (numbers.empty()) return otherwise;
  return numbers.size() == 1 ? Size2(numbers[0]) : Size2(numbers.at(0), numbers.at(1));
}

Reduction Attributes::reduction() const {
  const auto value = find("reduction");
  const std::string word = value ? value->string() : "mean";
  if (word == "none") return Reduction::none;
  if (word == "sum") return Reduction::sum;
  if (word == "batchmean") return Reduction::batchmean;
  require(word == "mean", "the reduction '", word, "' is unknown");
  return Reduction::mean;
}

void Attributes::is_described_by(const std::string& key) const {
  if (const auto value = find(key)) value->string();
}

void Attributes::must_be(const std::string& key, const std::string& expected) const {
  const auto value = find(key);
  require(!value || value->string() == expected, "attribute '", key, "' is not '", expected, "'");
}

std::vector<std::string> Attributes::unknown() const {
  std::vector<std::string> keys;
  for (const auto& [key, value] : attrs_.members()) {
    if (!asked_.contains(std::string(key))) keys.emplace_back(key);
  }
  return keys;
}

namespace {

std::vector<std::string> names(const JsonView& entry, const std::string& key) {
  std::vector<std::string> all;
  if (const auto list = entry.find(key)) {
    for (const JsonView& name : list->elements()) all.push_back(name.string());
  }
  return all;
}

// ["transpose", dim, dim] or ["slice", dim, begin, end, step]: the view that an operand is used through.
Tensor view_of(const Tensor& stored, const JsonView& how) {
  const std::string& kind = how.at(size_t{0}).string();
  const auto number = [&](size_t place) { return how.at(place).integer(); };
  if (kind == "transpose") return transpose(stored, static_cast<int>(number(1)), static_cast<int>(number(2)));
  require(kind == "slice", how.where(), ": the view '", kind, "' is unknown");
  return slice(stored, static_cast<int>(number(1)), number(2), number(3), how.size() > 4 ? number(4) : 1);
}

}  // namespace

OpsCase::OpsCase(const JsonView& entry, const Safetensors& file)
    : attrs(entry.at("attrs")),
      file_(file),
      name_(entry.at("name").string()),
      op_(entry.at("op").string()),
      note_(entry.find("note") ? entry.at("note").string() : ""),
      inputs_(names(entry, "inputs")),
      outputs_(names(entry, "outputs")),
      grads_(names(entry, "grads")) {
  const auto pre = attrs.find("pre");
  for (const std::string& input : inputs_) {
    Tensor stored = tensor_of(file_, key(input));
    if (std::find(grads_.begin(), grads_.end(), input) != grads_.end()) stored.requires_grad_();
    stored_.emplace(input, stored);
    const auto how = pre ? pre->find(input) : std::nullopt;
    used_.emplace(input, how ? view_of(stored, *how) : stored);
  }
  if (pre) {
    for (const auto& [input, how] : pre->members()) {
      require(stored_.contains(std::string(input)), "attribute 'pre' names '", input, "', which is no input");
    }
  }
  for (const std::string& wanted : grads_) {
    require(stored_.contains(wanted), "the gradient of '", wanted, "' is wanted, which is no input");
  }
}

Tensor OpsCase::operator[](const std::string& input) const {
  const auto found = used_.find(input);
  require(found != used_.end(), "the case has no input '", input, "'");
  return found->second;
}

Tensor OpsCase::operator[](size_t place) const {
  require(place < inputs_.size(), "the case has ", inputs_.size(), " inputs");
  return used_.at(inputs_[place]);
}

bool OpsCase::has(const std::string& name) const {
  return test::has(file_, key(name));
}

Ids OpsCase::ids(const std::string& constant) const {
  return ids_of(file_, key(constant));
}

Tensor OpsCase::constant(const std::string& constant) const {
  return tensor_of(file_, key(constant));
}

bool OpsCase::is_mask(const std::string& constant) const {
  const Dtype dtype = file_.at(key(constant)).dtype;
  return is_whole(dtype);
}

Tensor OpsCase::upstream(const std::string& output) const {
  const std::string name = key("upstream." + output);
  if (test::has(file_, name)) return tensor_of(file_, name);
  require(shape_of(file_, key(output)).rank() == 0, "no upstream gradient is given for ", output);
  return ones({});
}

// 1e-5 of the norm, and besides no element far off: a norm of 1e38 must not hide that 88 is wrong. A note may set
// another one: "tolerance 1e-2", "tolerance 1e-1 absolute".
Tolerance OpsCase::tolerance() const {
  static const std::regex pattern(R"(tolerance ([0-9.]+(e[-+]?[0-9]+)?)( absolute)?)");
  std::smatch words;
  if (!std::regex_search(note_, words, pattern)) return {.of_norm = 1e-5, .relative = 1e-3, .of_largest = 1e-5};
  const double size = std::stod(words[1]);
  if (words[3].matched) return {.absolute = size};
  return {.of_norm = size, .absolute = size, .relative = size};
}

double OpsCase::norm_of(const std::string& name) const {
  if (!test::has(file_, key(name))) return 0;
  double norm = 0;
  for (const double number : numbers_of(file_, key(name))) {
    if (std::isfinite(number)) norm = std::hypot(norm, number);
  }
  return norm;
}

// The same. But where large terms cancel, what is left of the gradient is their rounding: two units in the last place
// of the terms, which are taken to be as large as the upstream gradient times its amplification, or as the largest
// gradient of the case. A gradient that is nearer than that to the expected one is as right as floats can be.
Tolerance OpsCase::gradient_tolerance(const std::string& input) const {
  double terms = 0;
  for (const std::string& output : outputs_) terms = std::max(terms, norm_of("upstream." + output));
  if (const auto found = amplification_.find(input); found != amplification_.end()) terms *= found->second;
  for (const std::string& other : grads_) terms = std::max(terms, norm_of("grad." + other));
  Tolerance with_noise = tolerance();
  with_noise.noise = 2 * std::numeric_limits<float>::epsilon() * terms;
  return with_noise;
}

void OpsCase::set_amplification(const std::string& input, double amplification) const {
  amplification_[input] = std::clamp(amplification, 1.0, 1e3);
}

void OpsCase::correct_gradient(const std::string& input, const Tensor& gradient) const {
  corrected_[input] = numbers_of(gradient);
}

std::string OpsCase::output_difference(const Output& found, const std::string& output) const {
  const Shape expected = shape_of(file_, key(output));
  if (const Ids* ids = std::get_if<Ids>(&found)) {
    if (!(ids->shape() == expected)) return text("has shape ", ids->shape(), " instead of ", expected);
    const std::vector<double> numbers(ids->values().begin(), ids->values().end());
    return compare(numbers, numbers_of(file_, key(output)), {}).difference;
  }
  const Tensor& tensor = std::get<Tensor>(found);
  if (!(tensor.shape() == expected)) return text("has shape ", tensor.shape(), " instead of ", expected);
  return compare(numbers_of(tensor), numbers_of(file_, key(output)), tolerance()).difference;
}

void OpsCase::go_back(const Outputs& found) const {
  for (size_t i = 0; i < outputs_.size(); ++i) {
    const Tensor* output = std::get_if<Tensor>(&found[i]);
    if (output != nullptr && !grads_.empty()) output->backward(upstream(outputs_[i]), Graph::keep);
  }
}

void OpsCase::forget_gradients() const {
  for (const auto& [input, tensor] : stored_) tensor.zero_grad();
}

std::vector<std::string> OpsCase::differences(const Outputs& found) const {
  std::vector<std::string> all;
  if (found.size() != outputs_.size()) {
    return {text(found.size(), " outputs were computed, ", outputs_.size(), " are expected")};
  }
  for (size_t i = 0; i < outputs_.size(); ++i) {
    const std::string difference = output_difference(found[i], outputs_[i]);
    if (!difference.empty()) all.push_back(outputs_[i] + ": " + difference);
  }
  if (!all.empty()) return all;  // its gradients would say nothing
  forget_gradients();
  go_back(found);
  for (const std::string& input : grads_) {
    const Tensor& stored = stored_.at(input);
    const auto corrected = corrected_.find(input);
    const std::vector<double> expected =
        corrected != corrected_.end() ? corrected->second : numbers_of(file_, key("grad." + input));
    const std::vector<double> gradient =
        stored.has_grad() ? numbers_of(stored.grad()) : std::vector<double>(expected.size(), 0.0);
    const Comparison comparison = compare(gradient, expected, gradient_tolerance(input));
    if (!comparison.difference.empty()) all.push_back("gradient of " + input + ": " + comparison.difference);
    if (comparison.noise) noise_.insert(input);
  }
  return all;
}

}  // namespace dikkat::test
