#include "core/ids.h"

#include <cstring>
#include <limits>

#include "kernels/scan.h"

namespace dikkat {

Ids::Ids(const std::vector<int32_t>& ids, const Shape& shape) : shape_(shape) {
  require(static_cast<int64_t>(ids.size()) == shape.numel(), "ids: ", ids.size(), " ids do not fill shape ", shape);
  numbers_ = std::make_shared<Buffer>(static_cast<int64_t>(ids.size() * sizeof(int32_t)), Category::activations);
  kernels().wait();  // the block may be one that a waiting kernel still reads
  if (!ids.empty()) std::memcpy(numbers_->address(), ids.data(), ids.size() * sizeof(int32_t));
  const auto [smallest, largest] = id_range(ids.data(), shape.numel(), ignore_index);
  smallest_ = smallest;
  largest_ = largest;
  smallest_of_all_ = id_range(ids.data(), shape.numel(), std::numeric_limits<int32_t>::max()).first;
}

}  // namespace dikkat
