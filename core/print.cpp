#include "core/print.h"

#include <algorithm>
#include <iomanip>
#include <iostream>
#include <sstream>

#include "core/autograd.h"
#include "core/ops.h"

namespace dikkat {

namespace {

constexpr int64_t edge = 3;  // elements shown at each end of a long dimension
constexpr int64_t longest = 8;

std::string number(Real value) {
  std::ostringstream out;
  out << std::fixed << std::setprecision(4) << value;
  return out.str();
}

struct Printer {
  std::ostream& out;
  const Shape& shape;
  std::span<const Real> values;
  size_t width = 0;

  // Calls body(i, is_gap) for the indices of a dimension that are shown; a gap stands for those left out.
  template <class Body>
  static void shown(int64_t size, const Body& body) {
    for (int64_t i = 0; i < size; ++i) {
      const bool gap = size > longest && i == edge;
      body(i, gap);
      if (gap) i = size - edge - 1;
    }
  }

  void measure(int dim, int64_t offset) {
    shown(shape[dim], [&](int64_t i, bool gap) {
      const int64_t index = offset * shape[dim] + i;
      if (gap) return;
      if (dim + 1 == shape.rank())
        width = std::max(width, number(values[static_cast<size_t>(index)]).size());
      else
        measure(dim + 1, index);
    });
  }

  void write(int dim, int64_t offset) {
    out << '[';
    shown(shape[dim], [&](int64_t i, bool gap) {
      const bool last_dim = dim + 1 == shape.rank();
      if (i > 0) {
        if (last_dim)
          out << ' ';
        else
          out << std::string(static_cast<size_t>(shape.rank() - dim - 1), '\n')
              << std::string(static_cast<size_t>(dim) + 1, ' ');
      }
      const int64_t index = offset * shape[dim] + i;
      if (gap)
        out << "...";
      else if (last_dim)
        out << std::setw(static_cast<int>(width)) << number(values[static_cast<size_t>(index)]);
      else
        write(dim + 1, index);
    });
    out << ']';
  }
};

}  // namespace

std::ostream& operator<<(std::ostream& out, const Tensor& tensor) {
  const NoGrad reading;
  const Tensor x = contiguous(tensor);
  if (!tensor.name().empty()) out << tensor.name() << ' ';
  out << x.shape() << '\n';
  if (x.rank() == 0) return out << number(x.item());
  if (x.numel() == 0) return out << "[]";
  Printer printer{out, x.shape(), x.values()};
  printer.measure(0, 0);
  printer.write(0, 0);
  return out;
}

void print(const Tensor& tensor) {
  std::cout << tensor << std::endl;
}

}  // namespace dikkat
