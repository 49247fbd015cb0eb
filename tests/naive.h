// What operations must give, computed the slow way: arrays in double, index by index, without the library's kernels.
#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

#include "core/ids.h"
#include "core/shape.h"

namespace dikkat::test {

using Index = std::vector<int64_t>;

// Numbers in reading order.
struct Array {
  Shape shape;
  std::vector<double> numbers;

  double at(const Index& index) const {
    int64_t position = 0;
    for (int i = 0; i < shape.rank(); ++i) position = position * shape[i] + index[static_cast<size_t>(i)];
    return numbers[static_cast<size_t>(position)];
  }
};

// The array whose element at `index` is element(index).
inline Array make_array(const Shape& shape, const std::function<double(const Index&)>& element) {
  Array result{shape, {}};
  Index index(static_cast<size_t>(shape.rank()), 0);
  for (int64_t i = 0; i < shape.numel(); ++i) {
    result.numbers.push_back(element(index));
    for (int dim = shape.rank() - 1; dim >= 0; --dim) {
      if (++index[static_cast<size_t>(dim)] < shape[dim]) break;
      index[static_cast<size_t>(dim)] = 0;
    }
  }
  return result;
}

inline Shape shape_of(const std::vector<int64_t>& sizes) {
  Shape shape;
  for (const int64_t size : sizes) shape.append(size);
  return shape;
}

inline Index with(Index index, int dim, int64_t value) {
  index[dim < 0 ? index.size() - static_cast<size_t>(-dim) : static_cast<size_t>(dim)] = value;
  return index;
}

inline Array map(const Array& x, const std::function<double(double)>& function) {
  return make_array(x.shape, [&](const Index& index) { return function(x.at(index)); });
}

// Views --------------------------------------------------------------------------------------------------------------

inline Array reshaped(const Array& x, const Shape& shape) {
  return {shape, x.numbers};
}

inline Array permuted(const Array& x, const std::vector<int>& order) {
  Shape shape;
  for (const int dim : order) shape.append(x.shape[dim]);
  return make_array(shape, [&](const Index& index) {
    Index from(index.size());
    for (size_t i = 0; i < index.size(); ++i) from[static_cast<size_t>(order[i])] = index[i];
    return x.at(from);
  });
}

inline Array transposed(const Array& x) {
  std::vector<int> order;
  for (int i = 0; i < x.shape.rank(); ++i) order.push_back(i);
  std::swap(order[order.size() - 1], order[order.size() - 2]);
  return permuted(x, order);
}

inline Array sliced(const Array& x, int dim, int64_t begin, int64_t end, int64_t step = 1) {
  const Shape shape = x.shape.with(dim, (end - begin + step - 1) / step);
  const auto at = static_cast<size_t>(x.shape.index(dim));
  return make_array(shape, [&](Index index) {
    index[at] = begin + index[at] * step;
    return x.at(index);
  });
}

// Repeats dimensions of size 1, and adds dimensions before the first.
inline Array expanded(const Array& x, const Shape& shape) {
  const auto added = static_cast<size_t>(shape.rank() - x.shape.rank());
  return make_array(shape, [&](const Index& index) {
    Index from(index.begin() + static_cast<int64_t>(added), index.end());
    for (size_t i = 0; i < from.size(); ++i)
      if (x.shape[static_cast<int>(i)] == 1) from[i] = 0;
    return x.at(from);
  });
}

// Arithmetic ---------------------------------------------------------------------------------------------------------

inline Array combined(const Array& a, const Array& b, const std::function<double(double, double)>& function) {
  std::vector<int64_t> sizes = a.shape.rank() > b.shape.rank() ? a.shape.sizes() : b.shape.sizes();
  const Array& shorter = a.shape.rank() > b.shape.rank() ? b : a;
  for (int i = 1; i <= shorter.shape.rank(); ++i) {
    int64_t& size = sizes[sizes.size() - static_cast<size_t>(i)];
    if (size == 1) size = shorter.shape[-i];
  }
  const Shape shape = shape_of(sizes);
  const Array left = expanded(a, shape), right = expanded(b, shape);
  return make_array(shape, [&](const Index& index) { return function(left.at(index), right.at(index)); });
}

// Lines ---------------------------------------------------------------------------------------------------------------

using Numbers = std::vector<double>;

// The numbers along the named dimensions become one, function(numbers in reading order).
inline Array folded(const Array& x, const std::vector<int>& dims, bool keepdim,
                    const std::function<double(const Numbers&)>& function) {
  Shape gone, shape;  // sizes 1 but for the named ones; the result with size 1 in their places
  for (int i = 0; i < x.shape.rank(); ++i) gone.append(1);
  shape = x.shape;
  for (const int dim : dims) {
    gone = gone.with(dim, x.shape[dim]);
    shape = shape.with(dim, 1);
  }
  const Array kept = make_array(shape, [&](const Index& index) {
    Numbers numbers;
    make_array(gone, [&](const Index& offset) {
      Index place = index;
      for (size_t i = 0; i < place.size(); ++i) place[i] += offset[i];
      numbers.push_back(x.at(place));
      return 0;
    });
    return function(numbers);
  });
  if (keepdim) return kept;
  Shape left;
  for (int i = 0; i < x.shape.rank(); ++i)
    if (std::none_of(dims.begin(), dims.end(), [&](int dim) { return x.shape.index(dim) == i; })) left.append(shape[i]);
  return reshaped(kept, left);
}

// Every line along a dimension becomes another one, which may be longer or shorter; `size` says how long.
inline Array along(const Array& x, int dim, int64_t size, const std::function<Numbers(const Numbers&)>& function) {
  const int at = x.shape.index(dim);
  Shape shape = x.shape;
  shape = shape.with(at, size);
  return make_array(shape, [&](const Index& index) {
    Numbers line;
    for (int64_t i = 0; i < x.shape[at]; ++i) line.push_back(x.at(with(index, at, i)));
    return function(line)[static_cast<size_t>(index[static_cast<size_t>(at)])];
  });
}

inline double sum_of(const Numbers& numbers) {
  double total = 0;
  for (const double number : numbers) total += number;
  return total;
}
inline double mean_of(const Numbers& numbers) {
  return sum_of(numbers) / static_cast<double>(numbers.size());
}

// The parts of a transformer -----------------------------------------------------------------------------------------

inline double gelu_of(double x) {
  return 0.5 * x * (1 + std::tanh(std::sqrt(2 / std::acos(-1.0)) * (x + 0.044715 * x * x * x)));
}

inline Array rows_of(const Array& weight, const Ids& ids) {
  std::vector<int64_t> sizes = ids.shape().sizes();
  sizes.push_back(weight.shape[1]);
  size_t row = 0, column = 0;
  return make_array(shape_of(sizes), [&](const Index&) {
    const double element = weight.at({ids.values()[row], static_cast<int64_t>(column)});
    if (++column == static_cast<size_t>(weight.shape[1])) ++row, column = 0;
    return element;
  });
}

}  // namespace dikkat::test
