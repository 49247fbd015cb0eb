// Token ids: whole numbers, which a Tensor does not hold.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "core/shape.h"
#include "kernels/memory.h"

namespace dikkat {

// A handle to 32-bit ids of shape (T), (B,T) ... Immutable, so the smallest and largest id are known for checks.
class Ids {
 public:
  Ids() = default;
  Ids(const std::vector<int32_t>& ids, const Shape& shape);
  explicit Ids(const std::vector<int32_t>& ids) : Ids(ids, {static_cast<int64_t>(ids.size())}) {}

  // What a kernel was asked to write into `numbers`: waits for it.
  static Ids written(std::shared_ptr<Buffer> numbers, const Shape& shape);

  const Shape& shape() const { return shape_; }
  int64_t numel() const { return shape_.numel(); }
  const int32_t* address() const {
    require(numbers_ != nullptr, "these ids hold nothing yet: give them a value first, such as Ids({1, 2, 3})");
    return static_cast<const int32_t*>(numbers_->address());
  }
  std::span<const int32_t> values() const { return {address(), static_cast<size_t>(numel())}; }

  // The same ids in another shape.
  Ids reshaped(const Shape& shape) const;

  // The first `count` along dimension `dim`, which has at least so many.
  Ids first(int64_t count, int dim) const;

  // With every id `before` replaced by `after`.
  Ids replaced(int32_t before, int32_t after) const;

  // Among the ids that are not ignore_index; smallest() > largest() if there is none.
  int32_t smallest() const { return smallest_; }
  int32_t largest() const { return largest_; }

  // Among all ids, those equal to ignore_index too.
  int32_t smallest_of_all() const { return smallest_of_all_; }

 private:
  void look_through();

  Shape shape_;
  std::shared_ptr<Buffer> numbers_;
  int32_t smallest_ = 0, largest_ = -1, smallest_of_all_ = 0;
};

// The numbers of `count` ids, not initialised, for a kernel to write.
std::shared_ptr<Buffer> ids_buffer(int64_t count);

}  // namespace dikkat
