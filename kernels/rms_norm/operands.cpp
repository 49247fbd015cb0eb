#include "kernels/rms_norm/args.h"

namespace dikkat {

void RmsNormArgs::operands(Operands& list) const {
  list.read("x", x, rows * cols);
  list.read("weight", weight, cols);
  list.write("y", y, rows * cols);
  list.write("rstd", rstd, rows);
  list.size("rows", rows);
  list.size("cols", cols);
  list.flops = 4.0 * rows * cols;
}

void RmsNormBackwardArgs::operands(Operands& list) const {
  list.read("x", x, rows * cols);
  list.read("weight", weight, cols);
  list.read("rstd", rstd, rows);
  list.read("dy", dy, rows * cols);
  list.update("dx", dx, rows * cols);
  list.update("dweight", dweight, cols);
  list.size("rows", rows);
  list.size("cols", cols);
  list.flops = 10.0 * rows * cols;
}

}  // namespace dikkat
