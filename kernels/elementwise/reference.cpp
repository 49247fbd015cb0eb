// The textbook of everything that goes element by element.
#include <cmath>

#include "kernels/elementwise/reference_functions.h"
#include "kernels/variants.h"

namespace dikkat::reference {
namespace {

// Where element number i of this shape lies, counted row by row, when neighbours along dimension d are steps[d] apart.
int64_t offset(int64_t i, int rank, const int64_t* shape, const int64_t* steps) {
  int64_t where = 0;
  for (int d = rank - 1; d >= 0; --d) {
    where += (i % shape[d]) * steps[d];
    i /= shape[d];
  }
  return where;
}

// The gradient of one operand, a or b. Each of its elements takes the sum over the dimensions along which it was
// repeated: those where its step is 0.
void add_operand_gradient(const BinaryBackwardArgs& args, bool for_a) {
  const int rank = args.rank;
  const bool needs_operands = args.function != Binary::add && args.function != Binary::subtract;
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
      const double left = needs_operands ? args.a[a] : 0, right = needs_operands ? args.b[b] : 0;
      sum += args.dy[y] * (for_a ? slope_a(args.function, left, right) : slope_b(args.function, left, right));
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
    const double dy = args.dy[i];
    const double change = args.function == Unary::divide ? dy / args.alpha : dy * slope(args, i);
    args.dx[i] = static_cast<Real>(args.dx[i] + change);
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
  if (args.function == Binary::less || args.function == Binary::equal) return;  // no gradient
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

void where(const WhereArgs& args) {
  for (int64_t i = 0; i < args.size; ++i) {
    args.y[i] = args.condition[i] == 0 ? args.b[i] : args.a ? args.a[i] : args.value;
  }
}

void where_backward(const WhereBackwardArgs& args) {
  for (int64_t i = 0; i < args.size; ++i) {
    Real* gradient = args.condition[i] == 0 ? args.db : args.da;
    if (gradient) gradient[i] += args.dy[i];
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

void add_elementwise(KernelTable& table) {
  table.unary = unary;
  table.unary_backward = unary_backward;
  table.binary = binary;
  table.binary_backward = binary_backward;
  table.where = where;
  table.where_backward = where_backward;
  table.copy = copy;
  table.fill = fill;
  table.random = random;
}

}  // namespace dikkat::reference
