// The sizes of a tensor, in the reader's order: (2,3) is two rows of three.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <ostream>
#include <vector>

#include "kernels/check.h"
#include "kernels/kernels.h"

namespace dikkat {

// At most max_rank (8) sizes. A shape without sizes, (), is a single number.
class Shape {
 public:
  Shape() = default;
  Shape(std::initializer_list<int64_t> sizes) {
    for (const int64_t size : sizes) append(size);
  }

  int rank() const { return rank_; }

  // The size of dimension `dim`; negative counts from the end: shape[-1] is the last. Throws Error out of range.
  int64_t operator[](int dim) const { return sizes_[static_cast<size_t>(index(dim))]; }

  // The number of elements: the product of the sizes, 1 for ().
  int64_t numel() const {
    int64_t product = 1;
    for (int i = 0; i < rank_; ++i) product *= sizes_[static_cast<size_t>(i)];
    return product;
  }

  // `dim` counted from the front, in 0 ... rank-1. Throws Error out of range.
  int index(int dim) const {
    require(dim >= -rank_ && dim < rank_, "dimension ", dim, " does not exist in shape ", *this);
    return dim < 0 ? dim + rank_ : dim;
  }

  // False if a further dimension of `size` would make this too large: then a size went wrong.
  bool has_room_for(int64_t size) const { return size <= most / bound(rank_); }

  // False if `size` in place of dimension `dim` would.
  bool has_room_for(int64_t size, int dim) const { return size <= most / bound(index(dim)); }

  void append(int64_t size) {
    require(rank_ < max_rank, "a shape has at most ", max_rank, " dimensions");
    require(size >= 0, "a shape cannot have the negative size ", size);
    require(has_room_for(size), "shape ", *this, " with a further dimension of ", size, " is too large");
    sizes_[static_cast<size_t>(rank_++)] = size;
  }

  // The same shape, but with `size` as dimension `dim`. Throws Error where append() would.
  Shape with(int dim, int64_t size) const {
    require(size >= 0, "a shape cannot have the negative size ", size);
    require(has_room_for(size, dim), "shape ", *this, " with ", size, " as dimension ", dim, " is too large");
    Shape changed = *this;
    changed.sizes_[static_cast<size_t>(index(dim))] = size;
    return changed;
  }

  std::vector<int64_t> sizes() const { return {sizes_.begin(), sizes_.begin() + rank_}; }

  bool operator==(const Shape& other) const {
    if (rank_ != other.rank_) return false;
    for (int i = 0; i < rank_; ++i)
      if (sizes_[static_cast<size_t>(i)] != other.sizes_[static_cast<size_t>(i)]) return false;
    return true;
  }

  // "(2,3)"
  friend std::ostream& operator<<(std::ostream& out, const Shape& shape) {
    out << '(';
    for (int i = 0; i < shape.rank_; ++i) out << (i ? "," : "") << shape.sizes_[static_cast<size_t>(i)];
    return out << ')';
  }

 private:
  static constexpr int64_t most = int64_t{1} << 40;  // elements; products stay exact

  // The product of all sizes but that of `left_out`, where a size of 0 counts as 1: strides are products as well, of a
  // part of the sizes, and must stay exact even where nothing lies at them. At most `most`.
  int64_t bound(int left_out) const {
    int64_t product = 1;
    for (int i = 0; i < rank_; ++i)
      if (i != left_out && sizes_[static_cast<size_t>(i)] > 0) product *= sizes_[static_cast<size_t>(i)];
    return product;
  }

  std::array<int64_t, max_rank> sizes_{};
  int rank_ = 0;
};

// Distances, in elements, between neighbours along each dimension.
using Strides = std::array<int64_t, max_rank>;

// The strides of a tensor whose elements lie one after the other, last dimension fastest: (2,3) -> {3,1}.
inline Strides contiguous_strides(const Shape& shape) {
  Strides strides{};
  int64_t step = 1;
  for (int i = shape.rank() - 1; i >= 0; --i) {
    strides[static_cast<size_t>(i)] = step;
    step *= shape[i];
  }
  return strides;
}

// True if elements with these strides lie one after the other. How far apart a single one is does not matter.
inline bool lie_in_order(const Shape& shape, const Strides& strides) {
  int64_t expected = 1;
  for (int i = shape.rank() - 1; i >= 0; --i) {
    if (shape[i] != 1 && strides[static_cast<size_t>(i)] != expected) return false;
    expected *= shape[i];
  }
  return true;
}

// Where the elements of a tensor lie in its buffer.
struct Layout {
  int64_t offset = 0;
  Strides strides{};
};

}  // namespace dikkat
