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

inline Array sliced(const Array& x, int dim, int64_t begin, int64_t end) {
  Shape shape = x.shape;
  shape[dim] = end - begin;
  const auto at = static_cast<size_t>(x.shape.index(dim));
  return make_array(shape, [&](Index index) {
    index[at] += begin;
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

inline Array summed(const Array& x, int dim, bool keepdim, bool average) {
  const int at = x.shape.index(dim);
  Shape shape;
  for (int i = 0; i < x.shape.rank(); ++i)
    if (i != at || keepdim) shape.append(i == at ? 1 : x.shape[i]);
  return make_array(shape, [&](Index index) {
    if (!keepdim) index.insert(index.begin() + at, 0);
    double total = 0;
    for (int64_t i = 0; i < x.shape[at]; ++i) total += x.at(with(index, at, i));
    return average ? total / static_cast<double>(x.shape[at]) : total;
  });
}

inline Array summed(const Array& x, bool average) {
  double total = 0;
  for (const double number : x.numbers) total += number;
  return {Shape{}, {average ? total / static_cast<double>(x.numbers.size()) : total}};
}

// (...,m,k) x (...,k,n), b also (k,n).
inline Array product(const Array& a, const Array& b) {
  std::vector<int64_t> sizes = a.shape.sizes();
  sizes.back() = b.shape[-1];
  return make_array(shape_of(sizes), [&](const Index& index) {
    const Index of_b = b.shape.rank() == 2 ? Index(index.end() - 2, index.end()) : index;
    double total = 0;
    for (int64_t k = 0; k < a.shape[-1]; ++k) total += a.at(with(index, -1, k)) * b.at(with(of_b, -2, k));
    return total;
  });
}

// x weight^T + bias
inline Array linear_of(const Array& x, const Array& weight, const Array& bias) {
  std::vector<int64_t> sizes = x.shape.sizes();
  sizes.back() = weight.shape[0];
  return make_array(shape_of(sizes), [&](const Index& index) {
    double total = bias.at({index.back()});
    for (int64_t k = 0; k < x.shape[-1]; ++k) total += x.at(with(index, -1, k)) * weight.at({index.back(), k});
    return total;
  });
}

// The parts of a transformer -----------------------------------------------------------------------------------------

inline double gelu_of(double x) {
  return 0.5 * x * (1 + std::tanh(std::sqrt(2 / std::acos(-1.0)) * (x + 0.044715 * x * x * x)));
}

inline Array softmax_of(const Array& x) {
  return make_array(x.shape, [&](const Index& index) {
    double largest = -std::numeric_limits<double>::infinity(), total = 0;
    for (int64_t i = 0; i < x.shape[-1]; ++i) largest = std::max(largest, x.at(with(index, -1, i)));
    for (int64_t i = 0; i < x.shape[-1]; ++i) total += std::exp(x.at(with(index, -1, i)) - largest);
    return std::exp(x.at(index) - largest) / total;
  });
}

inline Array masked(const Array& x) {
  const int64_t more_keys = x.shape[-1] - x.shape[-2];
  return make_array(x.shape, [&](const Index& index) {
    const bool future = index[index.size() - 1] > index[index.size() - 2] + more_keys;
    return future ? -std::numeric_limits<double>::infinity() : x.at(index);
  });
}

inline Array layer_norm_of(const Array& x, const Array& weight, const Array& bias, double eps) {
  const auto size = static_cast<double>(x.shape[-1]);
  return make_array(x.shape, [&](const Index& index) {
    double mean = 0, variance = 0;
    for (int64_t i = 0; i < x.shape[-1]; ++i) mean += x.at(with(index, -1, i)) / size;
    for (int64_t i = 0; i < x.shape[-1]; ++i) variance += std::pow(x.at(with(index, -1, i)) - mean, 2) / size;
    return (x.at(index) - mean) / std::sqrt(variance + eps) * weight.at({index.back()}) + bias.at({index.back()});
  });
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

inline Array attention_of(const Array& q, const Array& k, const Array& v, bool causal) {
  const Array queries = permuted(q, {0, 2, 1, 3}), keys = permuted(k, {0, 2, 3, 1}), values = permuted(v, {0, 2, 1, 3});
  const double scale = 1 / std::sqrt(static_cast<double>(q.shape[3]));
  const Array scores = map(product(queries, keys), [&](double score) { return score * scale; });
  return permuted(product(softmax_of(causal ? masked(scores) : scores), values), {0, 2, 1, 3});
}

inline Array cross_entropy_of(const Array& logits, const Ids& targets) {
  const int64_t classes = logits.shape[-1];
  double total = 0, count = 0;
  for (size_t row = 0; row < targets.values().size(); ++row) {
    const int32_t target = targets.values()[row];
    if (target == ignore_index) continue;
    const double* numbers = &logits.numbers[row * static_cast<size_t>(classes)];
    double sum = 0;
    for (int64_t i = 0; i < classes; ++i) sum += std::exp(numbers[i]);
    total += std::log(sum) - numbers[target];
    count += 1;
  }
  return {Shape{}, {total / count}};
}

}  // namespace dikkat::test
