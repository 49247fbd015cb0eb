#include "core/tensor.h"

#include "core/autograd.h"
#include "kernels/kernels.h"

namespace dikkat {

Node& Tensor::node() const {
  require(node_ != nullptr, "this tensor holds nothing yet: give it a value first, such as zeros({2,3})");
  return *node_;
}

const Shape& Tensor::shape() const {
  return node().shape;
}
const Strides& Tensor::strides() const {
  return node().layout.strides;
}
const Strides& Tensor::grad_strides() const {
  return node().gradient_layout.strides;
}

bool Tensor::is_contiguous() const {
  return lie_in_order(shape(), strides());
}

std::span<Real> Tensor::values() const {
  require(is_contiguous(), "values: the tensor ", shape(), " is a view that skips elements; use contiguous() first");
  kernels().wait();
  return {address(), static_cast<size_t>(numel())};
}

Real Tensor::item() const {
  require(numel() == 1, "item: needs a tensor with one element, got shape ", shape());
  kernels().wait();
  return *address();
}

Real* Tensor::address() const {
  return node().address();
}

bool Tensor::requires_grad() const {
  return node().requires_grad;
}

Tensor& Tensor::requires_grad_(bool wanted, std::source_location where) {
  require(node().is_leaf(), "requires_grad_: ", node().made_by,
          " made this tensor; only a leaf can be changed. Use detach()");
  if (!node().owns_gradient) {  // a view that becomes a leaf no longer shares the gradient of what it was cut from
    node().gradient = std::make_shared<Gradient>();
    node().gradient->size = numel();
    node().gradient_layout = {0, contiguous_strides(shape())};
    node().owns_gradient = true;
  }
  node().requires_grad = wanted;
  node().where = where;
  node().gradient->category = Category::gradients;
  return *this;
}

bool Tensor::has_grad() const {
  return node().gradient->numbers != nullptr;
}

Tensor Tensor::grad() const {
  require(has_grad(), "grad: this tensor ", shape(),
          " has no gradient. Was it marked with requires_grad_(), did the loss "
          "depend on it, and did backward() run? An intermediate result needs retain_grad() before backward()");
  Tensor gradient = tensor_over(node().gradient->numbers, shape(), node().gradient_layout);
  gradient.node().made_by = "gradient";
  return gradient;
}

void Tensor::zero_grad() const {
  node().gradient->numbers.reset();
}
void Tensor::retain_grad() const {
  node().gradient->retain = true;
}

Real* Tensor::grad_sum() const {
  return requires_grad() ? node().grad_address() : nullptr;
}

Tensor Tensor::detach() const {
  Tensor same = tensor_over(node().numbers, shape(), node().layout);
  same.node().name = node().name;
  return same;
}

Tensor& Tensor::named(const std::string& name) {
  node().name = name;
  return *this;
}
const std::string& Tensor::name() const {
  return node().name;
}

}  // namespace dikkat
