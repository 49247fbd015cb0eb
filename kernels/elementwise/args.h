// Everything that goes element by element: functions of one number and of two, choices, copies, constants,
// random numbers.
#pragma once

#include "kernels/operands.h"
#include "kernels/random.h"

namespace dikkat {

// y = f(x), element by element.
//   affine      alpha x + beta                    relu        max(0, x)
//   divide      x / alpha, and dx = dy / alpha    leaky_relu  x, or alpha x below 0
//   power       x^alpha                           elu         x, or alpha (exp(x) - 1) below 0
//   sigmoid     1 / (1 + exp(-x))                 clamp       x held between alpha and beta
//   erf         2/sqrt(pi) integral exp(-t^2)     silu        x sigmoid(alpha x)
//   softplus    log(1 + exp(x))
//   gelu        x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))   (Hendrycks & Gimpel, 2016)
//   gelu_erf    x/2 (1 + erf(x / sqrt(2)))
enum class Unary {
  affine,
  divide,
  power,
  exp,
  log,
  log1p,
  sqrt,
  abs,
  sign,
  sin,
  cos,
  tanh,
  sigmoid,
  erf,
  relu,
  leaky_relu,
  elu,
  clamp,
  softplus,
  silu,
  gelu,
  gelu_erf
};
struct UnaryArgs {
  Unary function = Unary::affine;
  const Real* x = nullptr;
  Real* y = nullptr;
  int64_t size = 0;
  Real alpha = 1, beta = 0;
  void operands(Operands& list) const;
};

// dx += dy * f'(x); y = f(x) is given because some derivatives are shorter in it.
struct UnaryBackwardArgs {
  Unary function = Unary::affine;
  const Real* x = nullptr;
  const Real* y = nullptr;
  const Real* dy = nullptr;
  Real* dx = nullptr;
  int64_t size = 0;
  Real alpha = 1, beta = 0;
  void operands(Operands& list) const;
};

// y = a op b with broadcasting: along a dimension where an operand is repeated its step is 0.   y is contiguous.
//   power    a^b                                less, equal      1 where it holds, else 0; no gradient
//   maximum, minimum: equal numbers share the gradient by halves; a NaN in either gives NaN
enum class Binary { add, subtract, multiply, divide, power, maximum, minimum, less, equal };
struct BinaryArgs {
  Binary function = Binary::add;
  const Real* a = nullptr;
  const Real* b = nullptr;
  Real* y = nullptr;
  int rank = 0;
  int64_t shape[max_rank] = {}, a_steps[max_rank] = {}, b_steps[max_rank] = {};
  void operands(Operands& list) const;
};

// da += dy * dy/da, db += dy * dy/db, summed over the dimensions along which the operand was repeated.
// da and db have the steps of a and b; each may be null. For add and subtract, which do not look at them, a and b may
// be.
struct BinaryBackwardArgs {
  Binary function = Binary::add;
  const Real* a = nullptr;
  const Real* b = nullptr;
  const Real* dy = nullptr;
  Real* da = nullptr;
  Real* db = nullptr;
  int rank = 0;
  int64_t shape[max_rank] = {}, a_steps[max_rank] = {}, b_steps[max_rank] = {};
  void operands(Operands& list) const;
};

// y = a where condition is not 0, else b.   a may be null: then y = value there.
struct WhereArgs {
  const Real* condition = nullptr;
  const Real* a = nullptr;
  const Real* b = nullptr;
  Real* y = nullptr;
  int64_t size = 0;
  Real value = 0;
  void operands(Operands& list) const;
};

// da += dy where condition is not 0,  db += dy elsewhere; each may be null.
struct WhereBackwardArgs {
  const Real* condition = nullptr;
  const Real* dy = nullptr;
  Real* da = nullptr;
  Real* db = nullptr;
  int64_t size = 0;
  void operands(Operands& list) const;
};

// y = x, or y += x with accumulate, between any two strided layouts of one shape. The elements of y must be distinct.
struct CopyArgs {
  const Real* x = nullptr;
  Real* y = nullptr;
  int rank = 0;
  int64_t shape[max_rank] = {}, x_steps[max_rank] = {}, y_steps[max_rank] = {};
  bool accumulate = false;
  void operands(Operands& list) const;
};

// y = value
struct FillArgs {
  Real* y = nullptr;
  int64_t size = 0;
  Real value = 0;
  void operands(Operands& list) const;
};

// uniform: low + (high - low) * u.   normal: mean + deviation * z with the pair (z0, z1) of Box and Muller (1958) made
// of the uniforms of elements 2j and 2j+1:  sqrt(-2 ln(1 - u0)) * (cos, sin)(2 pi u1).   u as in random.h.
enum class Distribution { uniform, normal };
struct RandomArgs {
  Distribution distribution = Distribution::uniform;
  Real* y = nullptr;
  int64_t size = 0;
  Real first = 0, second = 1;  // low and high, or mean and deviation
  RandomStream stream = {};
  void operands(Operands& list) const;
};

}  // namespace dikkat
