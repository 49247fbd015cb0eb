// The textbook of everything that goes element by element.
#include <cmath>
#include <limits>

#include "kernels/variants.h"

namespace dikkat::reference {
namespace {

constexpr double pi = 3.14159265358979323846;

// How many elements a tensor of this shape has.
int64_t element_count(int rank, const int64_t* shape) {
  int64_t count = 1;
  for (int d = 0; d < rank; ++d) count *= shape[d];
  return count;
}

// Where element number i of this shape lies, counted row by row, when neighbours along dimension d are steps[d] apart.
int64_t offset(int64_t i, int rank, const int64_t* shape, const int64_t* steps) {
  int64_t where = 0;
  for (int d = rank - 1; d >= 0; --d) {
    where += (i % shape[d]) * steps[d];
    i /= shape[d];
  }
  return where;
}

// The argument of the tanh in gelu, and its derivative.
double gelu_inner(double x) {
  return std::sqrt(2 / pi) * (x + 0.044715 * x * x * x);
}
double gelu_inner_slope(double x) {
  return std::sqrt(2 / pi) * (1 + 3 * 0.044715 * x * x);
}

double value(const UnaryArgs& args, double x) {
  switch (args.function) {
    case Unary::affine:
      return args.alpha * x + args.beta;
    case Unary::exp:
      return std::exp(x);
    case Unary::log:
      return std::log(x);
    case Unary::sqrt:
      return std::sqrt(x);
    case Unary::tanh:
      return std::tanh(x);
    case Unary::relu:
      return x < 0 ? 0 : x;  // in this order a NaN stays a NaN
    case Unary::gelu:
      return x / 2 * (1 + std::tanh(gelu_inner(x)));
  }
  return 0;
}

// f'(x) of element i.
double slope(const UnaryBackwardArgs& args, int64_t i) {
  switch (args.function) {
    case Unary::affine:
      return args.alpha;
    case Unary::exp:
      return args.y[i];
    case Unary::log:
      return 1.0 / args.x[i];
    case Unary::sqrt:
      return 0.5 / args.y[i];
    case Unary::tanh:
      return 1 - static_cast<double>(args.y[i]) * args.y[i];
    case Unary::relu:
      return args.x[i] > 0 ? 1 : 0;
    case Unary::gelu: {
      const double x = args.x[i], t = std::tanh(gelu_inner(x));
      return (1 + t) / 2 + x / 2 * (1 - t * t) * gelu_inner_slope(x);
    }
  }
  return 0;
}

double value(Binary function, double a, double b) {
  switch (function) {
    case Binary::add:
      return a + b;
    case Binary::subtract:
      return a - b;
    case Binary::multiply:
      return a * b;
    case Binary::divide:
      return a / b;
  }
  return 0;
}

// dy/da and dy/db where a and b lie at these offsets.
double slope_a(const BinaryBackwardArgs& args, int64_t b) {
  switch (args.function) {
    case Binary::add:
      return 1;
    case Binary::subtract:
      return 1;
    case Binary::multiply:
      return args.b[b];
    case Binary::divide:
      return 1.0 / args.b[b];
  }
  return 0;
}
double slope_b(const BinaryBackwardArgs& args, int64_t a, int64_t b) {
  switch (args.function) {
    case Binary::add:
      return 1;
    case Binary::subtract:
      return -1;
    case Binary::multiply:
      return args.a[a];
    case Binary::divide:
      return -static_cast<double>(args.a[a]) / args.b[b] / args.b[b];
  }
  return 0;
}

// The gradient of one operand, a or b. Each of its elements takes the sum over the dimensions along which it was
// repeated: those where its step is 0.
void add_operand_gradient(const BinaryBackwardArgs& args, bool for_a) {
  const int rank = args.rank;
  const int64_t* own_steps = for_a ? args.a_steps : args.b_steps;
  int64_t own_shape[max_rank], repeats[max_rank], y_steps[max_rank];
  int64_t y_step = 1;
  for (int d = rank - 1; d >= 0; --d) {
    own_shape[d] = own_steps[d] == 0 ? 1 : args.shape[d];
    repeats[d] = own_steps[d] == 0 ? args.shape[d] : 1;
    y_steps[d] = y_step;
    y_step *= args.shape[d];
  }
  for (int64_t i = 0; i < element_count(rank, own_shape); ++i) {
    double sum = 0;
    for (int64_t r = 0; r < element_count(rank, repeats); ++r) {
      const int64_t a = offset(i, rank, own_shape, args.a_steps) + offset(r, rank, repeats, args.a_steps);
      const int64_t b = offset(i, rank, own_shape, args.b_steps) + offset(r, rank, repeats, args.b_steps);
      const int64_t y = offset(i, rank, own_shape, y_steps) + offset(r, rank, repeats, y_steps);
      sum += args.dy[y] * (for_a ? slope_a(args, b) : slope_b(args, a, b));
    }
    Real& gradient = (for_a ? args.da : args.db)[offset(i, rank, own_shape, own_steps)];
    gradient = static_cast<Real>(gradient + sum);
  }
}

}  // namespace

void unary(const UnaryArgs& args) {
  for (int64_t i = 0; i < args.size; ++i) args.y[i] = static_cast<Real>(value(args, args.x[i]));
}

void unary_backward(const UnaryBackwardArgs& args) {
  for (int64_t i = 0; i < args.size; ++i) {
    args.dx[i] = static_cast<Real>(args.dx[i] + args.dy[i] * slope(args, i));
  }
}

void binary(const BinaryArgs& args) {
  const int64_t size = element_count(args.rank, args.shape);
  for (int64_t i = 0; i < size; ++i) {
    const double a = args.a[offset(i, args.rank, args.shape, args.a_steps)];
    const double b = args.b[offset(i, args.rank, args.shape, args.b_steps)];
    args.y[i] = static_cast<Real>(value(args.function, a, b));
  }
}

void binary_backward(const BinaryBackwardArgs& args) {
  if (args.da) add_operand_gradient(args, true);
  if (args.db) add_operand_gradient(args, false);
}

void copy(const CopyArgs& args) {
  const int64_t size = element_count(args.rank, args.shape);
  for (int64_t i = 0; i < size; ++i) {
    const Real x = args.x[offset(i, args.rank, args.shape, args.x_steps)];
    Real& y = args.y[offset(i, args.rank, args.shape, args.y_steps)];
    y = args.accumulate ? y + x : x;
  }
}

void causal_mask(const CausalMaskArgs& args) {
  for (int64_t row = 0; row < args.batch * args.queries; ++row) {
    const int64_t last = row % args.queries + args.keys - args.queries;  // the last key that this query may see
    for (int64_t key = 0; key < args.keys; ++key) {
      const int64_t i = row * args.keys + key;
      args.y[i] = key > last ? -std::numeric_limits<Real>::infinity() : args.x[i];
    }
  }
}

void causal_mask_backward(const CausalMaskBackwardArgs& args) {
  for (int64_t row = 0; row < args.batch * args.queries; ++row) {
    const int64_t last = row % args.queries + args.keys - args.queries;
    for (int64_t key = 0; key < args.keys && key <= last; ++key) {
      const int64_t i = row * args.keys + key;
      args.dx[i] += args.dy[i];
    }
  }
}

void fill(const FillArgs& args) {
  for (int64_t i = 0; i < args.size; ++i) args.y[i] = args.value;
}

void random(const RandomArgs& args) {
  const double first = args.first, second = args.second;
  for (int64_t i = 0; i < args.size; ++i) {
    if (args.distribution == Distribution::uniform) {
      args.y[i] = static_cast<Real>(first + (second - first) * random_uniform(args.stream, i));
    } else {
      const int64_t even = i - i % 2;  // elements 2j and 2j+1 are made of the same two uniforms
      const double radius = std::sqrt(-2 * std::log(1 - random_uniform(args.stream, even)));
      const double angle = 2 * pi * random_uniform(args.stream, even + 1);
      args.y[i] = static_cast<Real>(first + second * radius * (i == even ? std::cos(angle) : std::sin(angle)));
    }
  }
}

}  // namespace dikkat::reference
