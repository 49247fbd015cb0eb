#include "kernels/elementwise/args.h"

namespace dikkat {

void UnaryArgs::operands(Operands& list) const {
  list.read("x", x, size);
  list.write("y", y, size);
  list.size("function", static_cast<int>(function));
  list.size("size", size);
  list.flops = 2.0 * size;
}

void UnaryBackwardArgs::operands(Operands& list) const {
  list.read("x", x, size);
  list.read("y", y, size);
  list.read("dy", dy, size);
  list.update("dx", dx, size);
  list.size("function", static_cast<int>(function));
  list.size("size", size);
  list.flops = 4.0 * size;
}

void BinaryArgs::operands(Operands& list) const {
  const int64_t elements = element_count(rank, shape);
  list.read("a", a, extent(rank, shape, a_steps));
  list.read("b", b, extent(rank, shape, b_steps));
  list.write("y", y, elements);
  list.size("function", static_cast<int>(function));
  list.shape(rank, shape);
  list.flops = 1.0 * elements;
}

void BinaryBackwardArgs::operands(Operands& list) const {
  const int64_t elements = element_count(rank, shape);
  list.read("a", a, extent(rank, shape, a_steps));
  list.read("b", b, extent(rank, shape, b_steps));
  list.read("dy", dy, elements);
  list.update("da", da, extent(rank, shape, a_steps));
  list.update("db", db, extent(rank, shape, b_steps));
  list.size("function", static_cast<int>(function));
  list.shape(rank, shape);
  list.flops = 4.0 * elements;
}

void WhereArgs::operands(Operands& list) const {
  list.read("condition", condition, size);
  list.read("a", a, size);
  list.read("b", b, size);
  list.write("y", y, size);
  list.size("size", size);
}

void WhereBackwardArgs::operands(Operands& list) const {
  list.read("condition", condition, size);
  list.read("dy", dy, size);
  list.update("da", da, size);
  list.update("db", db, size);
  list.size("size", size);
  list.flops = 1.0 * size;
}

void CopyArgs::operands(Operands& list) const {
  list.read("x", x, extent(rank, shape, x_steps));
  if (accumulate) {
    list.update("y", y, extent(rank, shape, y_steps));
  } else {
    list.write("y", y, extent(rank, shape, y_steps));
  }
  list.shape(rank, shape);
  list.flops = accumulate ? 1.0 * element_count(rank, shape) : 0;
}

void FillArgs::operands(Operands& list) const {
  list.write("y", y, size);
  list.size("size", size);
}

void RandomArgs::operands(Operands& list) const {
  list.write("y", y, size);
  list.size("size", size);
  list.flops = 2.0 * size;
}

}  // namespace dikkat
