// The textbook matrix product: every element of c is the dot product of a row of a and a column of b.
#include "kernels/elementwise/reference_functions.h"
#include "kernels/half.h"
#include "kernels/variants.h"

namespace dikkat::reference {

namespace {

// The nearest bf16 number.
double bf16(double x) {
  return bfloat16_to_float(float_to_bfloat16(static_cast<float>(x)));
}

// x y as the precision sees the factors; the products of two bf16 numbers are exact. With bf16x3 an infinite factor
// gives NaN, for its low part is infinity - infinity.
double product(double x, double y, Precision precision) {
  if (precision == Precision::f32) return x * y;
  const double x_high = bf16(x), y_high = bf16(y);
  if (precision == Precision::bf16) return x_high * y_high;
  const double x_low = bf16(x - x_high), y_low = bf16(y - y_high);
  return x_high * y_high + x_high * y_low + x_low * y_high;
}

float unpacked(uint16_t bits, Storage storage) {
  return storage == Storage::f16 ? half_to_float(bits) : bfloat16_to_float(bits);
}

// Row `row` of a times column `column` of b, in the batch that begins at these elements.
double dot(const MatmulArgs& args, int64_t a_begin, int64_t b_begin) {
  double sum = 0;
  for (int64_t i = 0; i < args.k; ++i) {
    const int64_t b_index = b_begin + i * args.b_steps.row;
    const double left = args.a[a_begin + i * args.a_steps.column];
    const double right = args.b ? args.b[b_index] : unpacked(args.b_packed[b_index], args.b_storage);
    sum += product(left, right, args.precision);
  }
  return sum;
}

}  // namespace

void matmul(const MatmulArgs& args) {
  const Steps a_steps = args.a_steps, b_steps = args.b_steps, c_steps = args.c_steps;
  for (int64_t outer = 0; outer < args.outer; ++outer) {
    for (int64_t inner = 0; inner < args.inner; ++inner) {
      const int64_t a = outer * a_steps.outer + inner * a_steps.inner;
      const int64_t b = outer * b_steps.outer + inner * b_steps.inner;
      const int64_t c = outer * c_steps.outer + inner * c_steps.inner;
      for (int64_t row = 0; row < args.m; ++row) {
        for (int64_t column = 0; column < args.n; ++column) {
          const int64_t at = c + row * c_steps.row + column * c_steps.column;
          double z = dot(args, a + row * a_steps.row, b + column * b_steps.column);
          if (args.bias) z += args.bias[column];
          if (args.accumulate) z += args.c[at];
          args.c[at] = static_cast<Real>(z);
        }
      }
    }
  }
}

void pack(const PackArgs& args) {
  for (int64_t i = 0; i < args.count; ++i) {
    const auto number = static_cast<float>(args.from[i]);
    args.to[i] = args.storage == Storage::f16 ? float_to_half(number) : float_to_bfloat16(number);
  }
}

void unpack(const UnpackArgs& args) {
  for (int64_t i = 0; i < args.count; ++i) args.to[i] = static_cast<Real>(unpacked(args.from[i], args.storage));
}

void add_matmul(KernelTable& table) {
  table.matmul = matmul;
  table.pack = pack;
  table.unpack = unpack;
}

}  // namespace dikkat::reference
