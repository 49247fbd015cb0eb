// Tensors from nothing: constants, given numbers, random numbers.
#include <limits>

#include "core/autograd.h"
#include "core/strided_copy.h"
#include "core/tensor.h"
#include "kernels/kernels.h"

namespace dikkat {

namespace {

RandomStream stream;

}  // namespace

Tensor empty(const Shape& shape, Category category) {
  constexpr auto bytes = static_cast<int64_t>(sizeof(Real));
  require(shape.numel() <= std::numeric_limits<int64_t>::max() / bytes, "empty: shape ", shape, " is too large");
  auto numbers = std::make_shared<Buffer>(shape.numel() * bytes, category);
  return tensor_over(std::move(numbers), shape, {0, contiguous_strides(shape)});
}

Tensor full(const Shape& shape, double value, Category category) {
  Tensor out = empty(shape, category);
  kernels().fill({.y = out.address(), .size = out.numel(), .value = static_cast<Real>(value)});
  return out;
}

Tensor zeros(const Shape& shape, Category category) {
  return full(shape, 0, category);
}
Tensor ones(const Shape& shape, Category category) {
  return full(shape, 1, category);
}

Tensor eye(int64_t size) {
  Tensor out = zeros({size, size});
  const Tensor one = ones({size});
  copy_strided({size}, one.address(), {1}, out.address(), {size + 1});
  return out;
}

Tensor tensor(const std::vector<double>& numbers, const Shape& shape) {
  require(static_cast<int64_t>(numbers.size()) == shape.numel(), "tensor: ", numbers.size(),
          " numbers do not fill shape ", shape, ", which has ", shape.numel());
  Tensor out = empty(shape);
  std::copy(numbers.begin(), numbers.end(), out.values().begin());
  return out;
}

Tensor tensor(const std::vector<double>& numbers) {
  return tensor(numbers, {static_cast<int64_t>(numbers.size())});
}

Tensor arange(int64_t count) {
  std::vector<double> numbers;
  for (int64_t i = 0; i < count; ++i) numbers.push_back(static_cast<double>(i));
  return tensor(numbers);
}

void manual_seed(uint64_t seed) {
  stream = {.seed = seed};
}

RandomStream next_random_stream() {
  const RandomStream current = stream;
  ++stream.operation;
  return current;
}

RandomStream random_state() {
  return stream;
}
void set_random_state(const RandomStream& state) {
  stream = state;
}

Tensor randn(const Shape& shape, double mean, double deviation, Category category) {
  Tensor out = empty(shape, category);
  kernels().random({.distribution = Distribution::normal,
                    .y = out.address(),
                    .size = out.numel(),
                    .first = static_cast<Real>(mean),
                    .second = static_cast<Real>(deviation),
                    .stream = next_random_stream()});
  return out;
}

Tensor rand(const Shape& shape, double low, double high, Category category) {
  Tensor out = empty(shape, category);
  kernels().random({.distribution = Distribution::uniform,
                    .y = out.address(),
                    .size = out.numel(),
                    .first = static_cast<Real>(low),
                    .second = static_cast<Real>(high),
                    .stream = next_random_stream()});
  return out;
}

}  // namespace dikkat
