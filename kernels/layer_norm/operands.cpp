#include "kernels/layer_norm/args.h"

namespace dikkat {

void LayerNormArgs::operands(Operands& list) const {
  list.read("x", x, rows * cols);
  list.read("weight", weight, cols);
  list.read("bias", bias, cols);
  list.write("y", y, rows * cols);
  list.write("mean", mean, rows);
  list.write("rstd", rstd, rows);
  list.size("rows", rows);
  list.size("cols", cols);
  list.flops = 8.0 * rows * cols;
}

void LayerNormBackwardArgs::operands(Operands& list) const {
  list.read("x", x, rows * cols);
  list.read("weight", weight, cols);
  list.read("mean", mean, rows);
  list.read("rstd", rstd, rows);
  list.read("dy", dy, rows * cols);
  list.update("dx", dx, rows * cols);
  list.update("dweight", dweight, cols);
  list.update("dbias", dbias, cols);
  list.size("rows", rows);
  list.size("cols", cols);
  list.flops = 14.0 * rows * cols;
}

}  // namespace dikkat
