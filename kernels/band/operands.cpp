#include "kernels/band/args.h"

namespace dikkat {

void BandArgs::operands(Operands& list) const {
  list.read("x", x, batch * rows * cols);
  list.write("y", y, batch * rows * cols);
  list.size("batch", batch);
  list.size("rows", rows);
  list.size("cols", cols);
  list.size("lower", lower);
  list.size("upper", upper);
}

void BandBackwardArgs::operands(Operands& list) const {
  list.read("dy", dy, batch * rows * cols);
  list.update("dx", dx, batch * rows * cols);
  list.size("batch", batch);
  list.size("rows", rows);
  list.size("cols", cols);
  list.size("lower", lower);
  list.size("upper", upper);
  list.flops = 1.0 * batch * rows * cols;
}

}  // namespace dikkat
