#include "kernels/softmax/args.h"

namespace dikkat {

void SoftmaxArgs::operands(Operands& list) const {
  list.read("x", x, rows * cols);
  list.write("p", p, rows * cols);
  list.size("rows", rows);
  list.size("cols", cols);
  list.flops = 4.0 * rows * cols;
}

void SoftmaxBackwardArgs::operands(Operands& list) const {
  list.read("p", p, rows * cols);
  list.read("dp", dp, rows * cols);
  list.update("dx", dx, rows * cols);
  list.size("rows", rows);
  list.size("cols", cols);
  list.flops = 5.0 * rows * cols;
}

void LogSoftmaxArgs::operands(Operands& list) const {
  list.read("x", x, rows * cols);
  list.write("y", y, rows * cols);
  list.size("rows", rows);
  list.size("cols", cols);
  list.flops = 4.0 * rows * cols;
}

void LogSoftmaxBackwardArgs::operands(Operands& list) const {
  list.read("y", y, rows * cols);
  list.read("dy", dy, rows * cols);
  list.update("dx", dx, rows * cols);
  list.size("rows", rows);
  list.size("cols", cols);
  list.flops = 5.0 * rows * cols;
}

void LogSumExpArgs::operands(Operands& list) const {
  list.read("x", x, rows * cols);
  list.write("y", y, rows);
  list.size("rows", rows);
  list.size("cols", cols);
  list.flops = 3.0 * rows * cols;
}

void LogSumExpBackwardArgs::operands(Operands& list) const {
  list.read("x", x, rows * cols);
  list.read("y", y, rows);
  list.read("dy", dy, rows);
  list.update("dx", dx, rows * cols);
  list.size("rows", rows);
  list.size("cols", cols);
  list.flops = 4.0 * rows * cols;
}

}  // namespace dikkat
