#include "kernels/reduce/args.h"

namespace dikkat {

void SumArgs::operands(Operands& list) const {
  list.read("x", x, outer * count * inner);
  list.write("y", y, outer * inner);
  list.size("outer", outer);
  list.size("count", count);
  list.size("inner", inner);
  list.flops = 1.0 * outer * count * inner;
}

void SumBackwardArgs::operands(Operands& list) const {
  list.read("dy", dy, outer * inner);
  list.update("dx", dx, outer * count * inner);
  list.size("outer", outer);
  list.size("count", count);
  list.size("inner", inner);
  list.flops = 2.0 * outer * count * inner;
}

void SumOfSquaresArgs::operands(Operands& list) const {
  list.read("x", x, size);
  list.update("total", total, 1);
  list.size("size", size);
  list.flops = 2.0 * size;
}

void ProductArgs::operands(Operands& list) const {
  list.read("x", x, outer * count * inner);
  list.write("y", y, outer * inner);
  list.size("outer", outer);
  list.size("count", count);
  list.size("inner", inner);
  list.flops = 1.0 * outer * count * inner;
}

void ProductBackwardArgs::operands(Operands& list) const {
  list.read("x", x, outer * count * inner);
  list.read("dy", dy, outer * inner);
  list.update("dx", dx, outer * count * inner);
  list.size("outer", outer);
  list.size("count", count);
  list.size("inner", inner);
  list.flops = 4.0 * outer * count * inner;
}

void CumulativeSumArgs::operands(Operands& list) const {
  list.read("x", x, outer * count * inner);
  if (accumulate) {
    list.update("y", y, outer * count * inner);
  } else {
    list.write("y", y, outer * count * inner);
  }
  list.size("outer", outer);
  list.size("count", count);
  list.size("inner", inner);
  list.flops = 1.0 * outer * count * inner;
}

void ArgMaxArgs::operands(Operands& list) const {
  list.read("x", x, outer * count * inner);
  list.write("index", index, outer * inner);
  list.size("outer", outer);
  list.size("count", count);
  list.size("inner", inner);
  list.flops = 1.0 * outer * count * inner;
}

void ArgSortArgs::operands(Operands& list) const {
  list.read("x", x, outer * count * inner);
  list.write("index", index, outer * count * inner);
  list.size("outer", outer);
  list.size("count", count);
  list.size("inner", inner);
  list.flops = 1.0 * outer * count * inner;
}

}  // namespace dikkat
