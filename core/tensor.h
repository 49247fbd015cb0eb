// Tensor: a handle to numbers, their shape, and how they came to be.
#pragma once

#include <memory>
#include <source_location>
#include <span>
#include <string>
#include <vector>

#include "core/shape.h"
#include "kernels/memory.h"

namespace dikkat {

struct Node;

enum class Graph { free, keep };  // what backward() leaves behind

// Copying a Tensor copies the handle: both see the same numbers, as in NumPy and PyTorch.
class Tensor {
 public:
  Tensor() = default;  // holds nothing; every use throws Error
  explicit Tensor(std::shared_ptr<Node> node) : node_(std::move(node)) {}

  // Shape -----------------------------------------------------------------------------------------------------------
  const Shape& shape() const;
  int rank() const { return shape().rank(); }
  int64_t size(int dim) const { return shape()[dim]; }
  int64_t numel() const { return shape().numel(); }
  const Strides& strides() const;
  bool is_contiguous() const;
  bool defined() const { return node_ != nullptr; }

  // Numbers ---------------------------------------------------------------------------------------------------------
  // The only way for host code to read or write numbers: waits for whoever computes them. Needs a contiguous tensor.
  std::span<Real> values() const;

  // The single number of a tensor with one element.
  Real item() const;

  // For the Args of kernels and nothing else: never waits.
  Real* address() const;

  // Gradients -------------------------------------------------------------------------------------------------------
  bool requires_grad() const;

  // Makes this tensor a leaf whose gradient is wanted. Returns itself.
  Tensor& requires_grad_(bool wanted = true, std::source_location where = std::source_location::current());

  // Computes the gradient of this single number for every tensor that it depends on and that requires one, from the
  // last operation back to the first. Gradients add up until zero_grad(). The graph is freed on the way, unless kept.
  // From a tensor of any other shape its own gradient must be given; then it is that of sum(this * gradient).
  void backward(const Tensor& gradient = {}, Graph graph = Graph::free,
                std::source_location where = std::source_location::current()) const;
  void backward(Graph graph, std::source_location where = std::source_location::current()) const {
    backward({}, graph, where);
  }

  bool has_grad() const;
  Tensor grad() const;       // shares the gradient's numbers; Error where there is none
  void zero_grad() const;    // gives the gradient's memory back
  void retain_grad() const;  // keeps the gradient of an intermediate result after backward()

  // Where a kernel adds to this tensor's gradient (+=); null when nobody wants it. Never waits.
  Real* grad_sum() const;
  const Strides& grad_strides() const;

  // The same numbers without their history.
  Tensor detach() const;

  // Name, for printing and probes. Returns itself.
  Tensor& named(const std::string& name);
  const std::string& name() const;

  Node& node() const;
  const std::shared_ptr<Node>& shared_node() const { return node_; }

 private:
  std::shared_ptr<Node> node_;
};

// An operand that remembers the line of the lesson that wrote the expression.
struct In : Tensor {
  std::source_location where;
  In(const Tensor& tensor, std::source_location where = std::source_location::current())
      : Tensor(tensor), where(where) {}
};

// Creation ------------------------------------------------------------------------------------------------------------
Tensor empty(const Shape& shape, Category category = Category::activations);  // not initialised
Tensor full(const Shape& shape, double value, Category category = Category::activations);
Tensor zeros(const Shape& shape, Category category = Category::activations);
Tensor ones(const Shape& shape, Category category = Category::activations);
Tensor eye(int64_t size);      // (size,size): 1 on the diagonal
Tensor arange(int64_t count);  // (count): 0 1 2 ...
Tensor tensor(const std::vector<double>& numbers, const Shape& shape);
Tensor tensor(const std::vector<double>& numbers);  // (numbers.size())

// Random numbers: each call takes the next operation number of the stream that manual_seed() starts.
void manual_seed(uint64_t seed);
RandomStream next_random_stream();

// The stream as it stands, and back to it: whoever computes something again draws the same numbers again.
RandomStream random_state();
void set_random_state(const RandomStream& state);
Tensor randn(const Shape& shape, double mean = 0, double deviation = 1, Category category = Category::activations);
Tensor rand(const Shape& shape, double low = 0, double high = 1, Category category = Category::activations);

}  // namespace dikkat
