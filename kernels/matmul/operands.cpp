#include "kernels/matmul/args.h"

namespace dikkat {

void MatmulArgs::operands(Operands& list) const {
  const auto reach = [&](int64_t rows, int64_t columns, const Steps& steps) {
    return extent({{outer, steps.outer}, {inner, steps.inner}, {rows, steps.row}, {columns, steps.column}});
  };
  list.read("a", a, reach(m, k, a_steps));
  list.read("b", b, reach(k, n, b_steps));
  list.read("b", b_packed, reach(k, n, b_steps));
  list.read("bias", bias, n);
  if (accumulate) {
    list.update("c", c, reach(m, n, c_steps));
  } else {
    list.write("c", c, reach(m, n, c_steps));
  }
  list.size("m", m);
  list.size("n", n);
  list.size("k", k);
  list.size("outer", outer);
  list.size("inner", inner);
  list.flops = 2.0 * m * n * k * outer * inner;
}

void PackArgs::operands(Operands& list) const {
  list.read("from", from, count);
  list.write("to", to, count);
  list.size("count", count);
}

void UnpackArgs::operands(Operands& list) const {
  list.read("from", from, count);
  list.write("to", to, count);
  list.size("count", count);
}

}  // namespace dikkat
