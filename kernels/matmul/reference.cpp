// The textbook matrix product: every element of c is the dot product of a row of a and a column of b.
#include "kernels/variants.h"

namespace dikkat::reference {

void matmul(const MatmulArgs& args) {
  const Steps a_steps = args.a_steps, b_steps = args.b_steps, c_steps = args.c_steps;
  for (int64_t outer = 0; outer < args.outer; ++outer) {
    for (int64_t inner = 0; inner < args.inner; ++inner) {
      const Real* a = args.a + outer * a_steps.outer + inner * a_steps.inner;
      const Real* b = args.b + outer * b_steps.outer + inner * b_steps.inner;
      Real* c = args.c + outer * c_steps.outer + inner * c_steps.inner;
      for (int64_t row = 0; row < args.m; ++row) {
        for (int64_t column = 0; column < args.n; ++column) {
          double sum = args.bias ? args.bias[column] : 0;
          for (int64_t i = 0; i < args.k; ++i) {
            const double left = a[row * a_steps.row + i * a_steps.column];
            const double right = b[i * b_steps.row + column * b_steps.column];
            sum += left * right;
          }
          Real& element = c[row * c_steps.row + column * c_steps.column];
          element = static_cast<Real>(args.accumulate ? element + sum : sum);
        }
      }
    }
  }
}

void add_matmul(KernelTable& table) {
  table.matmul = matmul;
}

}  // namespace dikkat::reference
