// The graph behind the tensors: who made what, from what, and the rule that sends a gradient back.
#pragma once

#include <functional>

#include "core/tensor.h"

namespace dikkat {

// A recorded operation. Each is a small struct whose backward() stands directly above the function that records it.
struct Op {
  Op(const char* name, std::vector<Tensor> inputs) : name(name), inputs(std::move(inputs)) {}
  virtual ~Op() = default;

  // Adds this operation's share to the gradients of its inputs. `out` is the result; it must not be stored.
  virtual void backward(Node& out) = 0;

  const char* name;
  std::vector<Tensor> inputs;
};

// The sum of what arrives during backward(). A tensor and its views share one, as they share their numbers.
struct Gradient {
  std::shared_ptr<Buffer> numbers;  // none until something arrives
  int64_t size = 0;                 // elements
  Category category = Category::activations;
  bool retain = false;  // keep it after backward(), though it belongs to an intermediate result
};

struct Node {
  Shape shape;
  Layout layout;
  std::shared_ptr<Buffer> numbers;

  Layout gradient_layout;
  std::shared_ptr<Gradient> gradient;
  bool owns_gradient = true;  // false for a view: its gradient is a window onto that of its base
  bool requires_grad = false;

  std::unique_ptr<Op> op;    // none for a leaf
  bool graph_freed = false;  // backward() has been here
  int64_t order = 0;         // creation order is the topological order
  const char* made_by = "leaf";
  std::source_location where;
  std::string name;

  ~Node();
  Real* address() const { return static_cast<Real*>(numbers->address()) + layout.offset; }
  bool is_leaf() const { return !op && !graph_freed; }

  // The gradient's numbers; zeros if nothing has arrived yet. Never waits.
  Real* grad_address();
};

// Ends an operation: notes who made `out`, on which line, and from what if a gradient will be wanted.
Tensor record(Tensor out, std::unique_ptr<Op> op, const std::source_location& where);

// A tensor over numbers that exist already, with a gradient of its own.
Tensor tensor_over(std::shared_ptr<Buffer> numbers, const Shape& shape, const Layout& layout);

// A tensor that sees the numbers of `base`, and its gradient, through another shape and layout.
Tensor window(const Tensor& base, const Shape& shape, const Layout& layout, const Layout& gradient_layout);

// While one of these lives, nothing is recorded: for generation, validation and updates.
class NoGrad {
 public:
  NoGrad();
  ~NoGrad();
  NoGrad(const NoGrad&) = delete;
  NoGrad& operator=(const NoGrad&) = delete;

 private:
  bool before_;
};
bool grad_enabled();

// While one of these lives, operations are recorded, also inside a NoGrad.
class EnableGrad {
 public:
  EnableGrad();
  ~EnableGrad();
  EnableGrad(const EnableGrad&) = delete;
  EnableGrad& operator=(const EnableGrad&) = delete;

 private:
  bool before_;
};

// While one of these lives, `see` is told of every operation: its result, and the operation with its inputs.
class Observer {
 public:
  using See = std::function<void(const Node& out, const Op& op)>;
  explicit Observer(See see);
  ~Observer();
  Observer(const Observer&) = delete;
  Observer& operator=(const Observer&) = delete;

 private:
  See before_;
};

// Every node that `root` was computed from, root first, as far as operations were recorded: latest first.
std::vector<std::shared_ptr<Node>> recorded_graph(const Tensor& root);

// --trace: after every operation, forward and backward, looks for the first NaN and throws Error with operation and
// line.
void set_trace(bool on);

}  // namespace dikkat
