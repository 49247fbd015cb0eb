// What the operations of a transformer must give, computed the slow way (see naive.h).
#pragma once

#include <limits>

#include "tests/naive.h"

namespace dikkat::test {

inline constexpr double infinite = std::numeric_limits<double>::infinity();

// Elements chosen by whole numbers ------------------------------------------------------------------------------------

// Calls visit(index, id) for every id, in reading order.
inline void for_each_id(const Ids& ids, const std::function<void(const Index&, int64_t)>& visit) {
  size_t position = 0;
  make_array(ids.shape(), [&](const Index& index) {
    visit(index, ids.values()[position++]);
    return 0.0;
  });
}

inline int64_t position_of(const Shape& shape, const Index& index) {
  int64_t position = 0;
  for (int i = 0; i < shape.rank(); ++i) position = position * shape[i] + index[static_cast<size_t>(i)];
  return position;
}

// y[p] = x[p, with ids[p] along dim]
inline Array gathered(const Array& x, int dim, const Ids& ids) {
  Array y{ids.shape(), {}};
  for_each_id(ids, [&](const Index& index, int64_t id) { y.numbers.push_back(x.at(with(index, dim, id))); });
  return y;
}

// x, but y[p, with ids[p] along dim] = source[p], or += with add
inline Array scattered(Array x, int dim, const Ids& ids, const Array& source, bool add) {
  for_each_id(ids, [&](const Index& index, int64_t id) {
    double& element = x.numbers[static_cast<size_t>(position_of(x.shape, with(index, dim, id)))];
    element = add ? element + source.at(index) : source.at(index);
  });
  return x;
}

// A list of ids for whole slices, as ids for each element.
inline Ids for_each_slice(const Ids& list, Shape shape, int dim) {
  const auto at = static_cast<size_t>(shape.index(dim));
  shape = shape.with(dim, list.numel());
  std::vector<int32_t> ids;
  make_array(shape, [&](const Index& index) {
    ids.push_back(list.values()[static_cast<size_t>(index[at])]);
    return 0.0;
  });
  return Ids(ids, shape);
}

// Products ------------------------------------------------------------------------------------------------------------

// A vector is a row on the left, a column on the right; the sizes before the last two are broadcast.
inline Array matrix_product(Array a, Array b) {
  const bool row = a.shape.rank() == 1, column = b.shape.rank() == 1;
  if (row) a.shape = {1, a.shape[0]};
  if (column) b.shape = {b.shape[0], 1};
  const int rank = std::max(a.shape.rank(), b.shape.rank());
  std::vector<int64_t> sizes, left, right;
  for (int i = -rank; i < -2; ++i) {
    const int64_t of_a = -i > a.shape.rank() ? 1 : a.shape[i], of_b = -i > b.shape.rank() ? 1 : b.shape[i];
    sizes.push_back(of_a == 1 ? of_b : of_a);
  }
  left = right = sizes;
  left.insert(left.end(), {a.shape[-2], a.shape[-1]});
  right.insert(right.end(), {b.shape[-2], b.shape[-1]});
  sizes.insert(sizes.end(), {a.shape[-2], b.shape[-1]});
  const Array whole_a = expanded(a, shape_of(left)), whole_b = expanded(b, shape_of(right));
  Array c = make_array(shape_of(sizes), [&](const Index& index) {
    double total = 0;
    for (int64_t k = 0; k < a.shape[-1]; ++k) total += whole_a.at(with(index, -1, k)) * whole_b.at(with(index, -2, k));
    return total;
  });
  if (column) sizes.pop_back();
  if (row) sizes.erase(sizes.end() - (column ? 1 : 2));
  c.shape = shape_of(sizes);
  return c;
}

// Rows ----------------------------------------------------------------------------------------------------------------

// f over the numbers along `dim`: row(numbers of one line) gives the line of the result.
using Row = std::function<std::vector<double>(const std::vector<double>&)>;
inline Array along(const Array& x, int dim, const Row& row) {
  const auto at = static_cast<size_t>(x.shape.index(dim));
  return make_array(x.shape, [&](const Index& index) {
    std::vector<double> line;
    for (int64_t i = 0; i < x.shape[dim]; ++i) line.push_back(x.at(with(index, dim, i)));
    return row(line)[static_cast<size_t>(index[at])];
  });
}

// A line of -inf alone gives zeros.
inline std::vector<double> softmax_of_line(std::vector<double> line) {
  double largest = -infinite, total = 0;
  for (const double x : line) largest = std::max(largest, x);
  for (const double x : line) total += std::exp(x - largest);
  for (double& x : line) x = largest == -infinite ? 0 : std::exp(x - largest) / total;
  return line;
}

// The logarithm of the same.
inline std::vector<double> log_softmax_of_line(std::vector<double> line) {
  double total = 0;
  for (const double x : line) total += std::exp(x);
  for (double& x : line) x -= std::log(total);
  return line;
}

// -inf where key - query - (Tk - Tq) lies outside of -before ... after
inline Array band_of(const Array& scores, int64_t before, int64_t after) {
  return make_array(scores.shape, [&](const Index& index) {
    const size_t last = index.size() - 1;
    const int64_t distance = index[last] - index[last - 1] - (scores.shape[-1] - scores.shape[-2]);
    return distance < -before || distance > after ? -infinite : scores.at(index);
  });
}

// (x - mean) / sqrt(variance + eps) where mean and variance are those of the elements whose group is the same.
using Group = std::function<int64_t(const Index&)>;
inline Array standardised(const Array& x, double eps, const Group& group) {
  return make_array(x.shape, [&](const Index& index) {
    double count = 0, total = 0, squares = 0;
    const auto add_up = [&](double& sum, double shift, int power) {
      make_array(x.shape, [&](const Index& other) {
        if (group(other) == group(index)) sum += std::pow(x.at(other) - shift, power);
        return 0.0;
      });
    };
    add_up(count, 0, 0);
    add_up(total, 0, 1);
    add_up(squares, total / count, 2);
    return (x.at(index) - total / count) / std::sqrt(squares / count + eps);
  });
}

// x / sqrt(mean(x^2) + eps) weight
inline Array rms_norm_of(const Array& x, const Array& weight, double eps) {
  return make_array(x.shape, [&](const Index& index) {
    double squares = 0;
    for (int64_t i = 0; i < x.shape[-1]; ++i) squares += std::pow(x.at(with(index, -1, i)), 2);
    return x.at(index) / std::sqrt(squares / static_cast<double>(x.shape[-1]) + eps) * weight.at({index.back()});
  });
}

// Attention -----------------------------------------------------------------------------------------------------------

struct NaiveOptions {
  bool causal = false;
  double scale = 0;
  int64_t window = 0;
  const Array* mask = nullptr;
};

// q (B,Tq,H,D)  k (B,Tk,H/g,D)  v (B,Tk,H/g,Dv)
inline Array attention_of(const Array& q, const Array& k, const Array& v, const NaiveOptions& options) {
  const int64_t queries = q.shape[1], keys = k.shape[1], heads = q.shape[2], size = q.shape[3];
  const int64_t group = heads / k.shape[2];
  const double scale = options.scale != 0 ? options.scale : 1 / std::sqrt(static_cast<double>(size));
  const Array mask = options.mask ? expanded(*options.mask, {q.shape[0], heads, queries, keys}) : Array{};
  return make_array({q.shape[0], queries, heads, v.shape[3]}, [&](const Index& index) {
    const int64_t b = index[0], query = index[1], head = index[2];
    std::vector<double> scores;
    for (int64_t key = 0; key < keys; ++key) {
      double score = 0;
      for (int64_t i = 0; i < size; ++i) score += q.at({b, query, head, i}) * k.at({b, key, head / group, i});
      const int64_t ahead = key - query - (keys - queries);
      const bool hidden = (options.causal && ahead > 0) || (options.window > 0 && ahead <= -options.window);
      const double more = options.mask ? mask.at({b, head, query, key}) : 0;
      scores.push_back(hidden ? -infinite : score * scale + more);
    }
    const std::vector<double> weights = softmax_of_line(scores);
    double total = 0;
    for (int64_t key = 0; key < keys; ++key)
      total += weights[static_cast<size_t>(key)] * v.at({b, key, head / group, index[3]});
    return total;
  });
}

// Pairs (i, i + D/2), or (2i, 2i + 1), turned by the angles of their time step.
inline Array rotary_of(const Array& x, const Array& cos, const Array& sin, bool interleaved) {
  const int64_t half = x.shape[3] / 2;
  return make_array(x.shape, [&](const Index& index) {
    const int64_t i = index[3], pair = interleaved ? i / 2 : i % half;
    const bool second = interleaved ? i % 2 == 1 : i >= half;
    const int64_t other = interleaved ? i + (second ? -1 : 1) : i + (second ? -half : half);
    Index angle{index[0], index[1], pair};
    if (cos.shape.rank() == 2) angle.erase(angle.begin());
    const double sign = second ? 1 : -1;
    return x.at(index) * cos.at(angle) + sign * x.at(with(index, 3, other)) * sin.at(angle);
  });
}

// Weights (B,T) of the scores (b, t), where mask (B,T) is not 0; and the keys' mean by these weights.
inline std::pair<Array, Array> weights_and_context(const std::function<double(int64_t, int64_t)>& score,
                                                   const Array& keys, const Array* mask) {
  const int64_t batch = keys.shape[0], time = keys.shape[1];
  const Array scores = make_array({batch, time}, [&](const Index& index) {
    return mask && mask->at(index) == 0 ? -infinite : score(index[0], index[1]);
  });
  const Array weights = along(scores, 1, softmax_of_line);
  const Array context = make_array({batch, keys.shape[2]}, [&](const Index& index) {
    double total = 0;
    for (int64_t t = 0; t < time; ++t) total += weights.at({index[0], t}) * keys.at({index[0], t, index[1]});
    return total;
  });
  return {weights, context};
}

// Pictures ------------------------------------------------------------------------------------------------------------

struct NaiveWindow {
  int64_t height, width, stride_height = 1, stride_width = 1, padding_height = 0, padding_width = 0,
                         dilation_height = 1, dilation_width = 1;

  Shape out(const Shape& picture) const {  // (rows, columns)
    return {(picture[2] + 2 * padding_height - dilation_height * (height - 1) - 1) / stride_height + 1,
            (picture[3] + 2 * padding_width - dilation_width * (width - 1) - 1) / stride_width + 1};
  }
  // Element (a,b) of the patch at (row, column); `outside` beyond the picture.
  double at(const Array& x, int64_t n, int64_t c, int64_t row, int64_t column, int64_t a, int64_t b,
            double outside = 0) const {
    const int64_t y = row * stride_height + a * dilation_height - padding_height;
    const int64_t z = column * stride_width + b * dilation_width - padding_width;
    const bool inside = y >= 0 && y < x.shape[2] && z >= 0 && z < x.shape[3];
    return inside ? x.at({n, c, y, z}) : outside;
  }
};

// (B,C,H,W) -> (B,C,kernel,patches)
inline Array unfolded(const Array& x, const NaiveWindow& window) {
  const Shape out = window.out(x.shape);
  return make_array({x.shape[0], x.shape[1], window.height * window.width, out.numel()}, [&](const Index& index) {
    return window.at(x, index[0], index[1], index[3] / out[1], index[3] % out[1], index[2] / window.width,
                     index[2] % window.width);
  });
}

inline Array convolution(const Array& x, const Array& weight, const Array* bias, const NaiveWindow& window,
                         int64_t groups) {
  const Shape out = window.out(x.shape);
  const int64_t channels = weight.shape[1], together = weight.shape[0] / groups;
  return make_array({x.shape[0], weight.shape[0], out[0], out[1]}, [&](const Index& index) {
    double total = bias ? bias->at({index[1]}) : 0;
    for (int64_t c = 0; c < channels; ++c)
      for (int64_t a = 0; a < window.height; ++a)
        for (int64_t b = 0; b < window.width; ++b)
          total += weight.at({index[1], c, a, b}) *
                   window.at(x, index[0], index[1] / together * channels + c, index[2], index[3], a, b);
    return total;
  });
}

// The largest, or the mean, of each patch.
inline Array pooled(const Array& x, const NaiveWindow& window, bool largest) {
  const Shape out = window.out(x.shape);
  return make_array({x.shape[0], x.shape[1], out[0], out[1]}, [&](const Index& index) {
    double best = -infinite, total = 0;
    for (int64_t a = 0; a < window.height; ++a)
      for (int64_t b = 0; b < window.width; ++b) {
        best = std::max(best, window.at(x, index[0], index[1], index[2], index[3], a, b, -infinite));
        total += window.at(x, index[0], index[1], index[2], index[3], a, b);
      }
    return largest ? best : total / static_cast<double>(window.height * window.width);
  });
}

}  // namespace dikkat::test
