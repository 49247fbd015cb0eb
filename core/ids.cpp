#include "core/ids.h"

#include <algorithm>
#include <limits>

#include "kernels/scan.h"

namespace dikkat {

std::shared_ptr<Buffer> ids_buffer(int64_t count) {
  return std::make_shared<Buffer>(count * static_cast<int64_t>(sizeof(int32_t)), Category::activations);
}

Ids::Ids(const std::vector<int32_t>& ids, const Shape& shape) : shape_(shape) {
  require(static_cast<int64_t>(ids.size()) == shape.numel(), "ids: ", ids.size(), " ids do not fill shape ", shape);
  numbers_ = ids_buffer(shape.numel());
  kernels().wait();  // the block may be one that a waiting kernel still reads
  std::copy(ids.begin(), ids.end(), static_cast<int32_t*>(numbers_->address()));
  look_through();
}

Ids Ids::written(std::shared_ptr<Buffer> numbers, const Shape& shape) {
  require(numbers->bytes() >= shape.numel() * static_cast<int64_t>(sizeof(int32_t)), "ids: a block of ",
          numbers->bytes(), " bytes does not hold shape ", shape);
  Ids ids;
  ids.shape_ = shape;
  ids.numbers_ = std::move(numbers);
  kernels().wait();
  ids.look_through();
  return ids;
}

void Ids::look_through() {
  const auto [smallest, largest] = id_range(address(), numel(), ignore_index);
  smallest_ = smallest;
  largest_ = largest;
  smallest_of_all_ = id_range(address(), numel(), std::numeric_limits<int32_t>::max()).first;
}

Ids Ids::reshaped(const Shape& shape) const {
  require(shape.numel() == numel(), "ids: ", shape_, " has ", numel(), " ids and ", shape, " has ", shape.numel(),
          "; they must be equal");
  Ids same = *this;
  same.shape_ = shape;
  return same;
}

Ids Ids::first(int64_t count, int dim) const {
  const int at = shape_.index(dim);
  require(count >= 0 && count <= shape_[at], "ids: ", shape_, " has no ", count, " ids along dimension ", dim);
  const Shape shape = shape_.with(at, count);
  int64_t outer = 1, inner = 1;
  for (int i = 0; i < at; ++i) outer *= shape_[i];
  for (int i = at + 1; i < shape_.rank(); ++i) inner *= shape_[i];
  std::vector<int32_t> ids;
  ids.reserve(static_cast<size_t>(shape.numel()));
  for (int64_t i = 0; i < outer; ++i) {
    const int32_t* from = address() + i * shape_[at] * inner;
    ids.insert(ids.end(), from, from + count * inner);
  }
  return Ids(ids, shape);
}

Ids Ids::replaced(int32_t before, int32_t after) const {
  std::vector<int32_t> ids(values().begin(), values().end());
  std::replace(ids.begin(), ids.end(), before, after);
  return Ids(ids, shape_);
}

}  // namespace dikkat
