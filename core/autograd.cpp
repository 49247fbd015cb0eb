#include "core/autograd.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "core/strided_copy.h"
#include "kernels/kernels.h"
#include "kernels/scan.h"

namespace dikkat {

namespace {

bool recording = true;
bool tracing = false;
int64_t created = 0;
Observer::See observer;

std::string describe(const Node& node) {
  return text(node.made_by, " ", node.shape, node.name.empty() ? "" : " '" + node.name + "'");
}

void stop_at_nan(const Buffer& numbers, const std::string& what, const std::source_location& where) {
  kernels().wait();
  const int64_t count = numbers.bytes() / static_cast<int64_t>(sizeof(Real));
  const int64_t index = first_nan(static_cast<const Real*>(numbers.address()), count);
  require(index < 0, where, what, ": element ", index, " is the first NaN");
}

// Every node that `root` was computed from, latest first; only those that a gradient flows through where asked.
std::vector<std::shared_ptr<Node>> reachable(const std::shared_ptr<Node>& root, bool with_gradient) {
  std::vector<std::shared_ptr<Node>> found, open{root};
  std::unordered_set<const Node*> seen{root.get()};
  while (!open.empty()) {
    std::shared_ptr<Node> node = std::move(open.back());
    open.pop_back();
    if (node->op)
      for (const Tensor& input : node->op->inputs)
        if ((input.requires_grad() || !with_gradient) && seen.insert(&input.node()).second)
          open.push_back(input.shared_node());
    found.push_back(std::move(node));
  }
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a->order > b->order; });
  return found;
}

}  // namespace

// Long graphs (a recurrent network over thousands of steps) are taken apart in a loop: the destructors of a chain of
// shared pointers would call each other until the stack overflows.
Node::~Node() {
  if (!op) return;
  static thread_local std::vector<Tensor>* open = nullptr;
  if (open) {
    open->insert(open->end(), op->inputs.begin(), op->inputs.end());
    op->inputs.clear();
    return;
  }
  std::vector<Tensor> rest = std::move(op->inputs);
  open = &rest;
  while (!rest.empty()) {
    const Tensor next = std::move(rest.back());
    rest.pop_back();
  }
  open = nullptr;
}

Real* Node::grad_address() {
  if (!gradient->numbers) {
    gradient->numbers =
        std::make_shared<Buffer>(gradient->size * static_cast<int64_t>(sizeof(Real)), gradient->category);
    kernels().fill({.y = static_cast<Real*>(gradient->numbers->address()), .size = gradient->size, .value = 0});
  }
  return static_cast<Real*>(gradient->numbers->address()) + gradient_layout.offset;
}

Tensor record(Tensor out, std::unique_ptr<Op> op, const std::source_location& where) {
  Node& node = out.node();
  node.order = ++created;
  node.made_by = op->name;
  node.where = where;
  if (recording)
    for (const Tensor& input : op->inputs) node.requires_grad = node.requires_grad || input.requires_grad();
  if (observer) observer(node, *op);
  if (tracing) stop_at_nan(*node.numbers, describe(node), where);
  if (node.requires_grad) node.op = std::move(op);
  return out;
}

Tensor tensor_over(std::shared_ptr<Buffer> numbers, const Shape& shape, const Layout& layout) {
  auto node = std::make_shared<Node>();
  node->shape = shape;
  node->layout = layout;
  node->numbers = std::move(numbers);
  node->gradient = std::make_shared<Gradient>();
  node->gradient->size = shape.numel();
  node->gradient_layout = {0, contiguous_strides(shape)};
  return Tensor(node);
}

Tensor window(const Tensor& base, const Shape& shape, const Layout& layout, const Layout& gradient_layout) {
  Tensor view = tensor_over(base.node().numbers, shape, layout);
  view.node().gradient = base.node().gradient;
  view.node().gradient_layout = gradient_layout;
  view.node().owns_gradient = false;
  return view;
}

void Tensor::backward(const Tensor& gradient, Graph graph, std::source_location where) const {
  require(gradient.defined() || numel() == 1, where,
          "backward: starts from a single number, such as a loss, or from a given gradient; got shape ", shape());
  require(!gradient.defined() || gradient.shape() == shape(), where, "backward: the gradient of ", shape(),
          " must have its shape, got ", gradient.defined() ? gradient.shape() : Shape{});
  require(requires_grad(), where,
          "backward: no gradient is wanted here: nothing that this number depends on was marked "
          "with requires_grad_()");
  require(!node().graph_freed, where, "backward: the graph of this ", describe(node()),
          " was already used and freed; compute it again, or call backward(Graph::keep) the first time");
  std::vector<std::shared_ptr<Node>> nodes = reachable(node_, true);
  for (const auto& node : nodes)
    require(!node->graph_freed, where, "backward: the graph behind ", describe(*node), " made at ", place(node->where),
            " was already used and freed; compute it again, or call backward(Graph::keep) the first time");
  for (const auto& node : nodes)  // what an earlier backward() left in a kept graph does not count again
    if (node->op && node->owns_gradient) node->gradient->numbers.reset();
  const Tensor first = gradient.defined() ? gradient : ones(shape());
  copy_strided(shape(), first.address(), first.strides(), node().grad_address(), grad_strides(), true);
  for (std::shared_ptr<Node>& node : nodes) {
    if (!node->op) continue;
    node->op->backward(*node);
    if (tracing)
      for (const Tensor& input : node->op->inputs)
        if (input.has_grad())
          stop_at_nan(*input.node().gradient->numbers, text("backward of ", describe(*node)), node->where);
    if (node->owns_gradient && !node->gradient->retain) node->gradient->numbers.reset();
    if (graph == Graph::keep) continue;
    node->op.reset();
    node->graph_freed = true;
    node.reset();
  }
}

NoGrad::NoGrad() : before_(recording) {
  recording = false;
}
NoGrad::~NoGrad() {
  recording = before_;
}
EnableGrad::EnableGrad() : before_(recording) {
  recording = true;
}
EnableGrad::~EnableGrad() {
  recording = before_;
}
bool grad_enabled() {
  return recording;
}

Observer::Observer(See see) : before_(std::exchange(observer, std::move(see))) {}
Observer::~Observer() {
  observer = std::move(before_);
}

std::vector<std::shared_ptr<Node>> recorded_graph(const Tensor& root) {
  return reachable(root.shared_node(), false);
}

void set_trace(bool on) {
  tracing = on;
}

}  // namespace dikkat
