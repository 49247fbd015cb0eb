#include "kernels/cross_entropy/args.h"

namespace dikkat {

void CrossEntropyArgs::operands(Operands& list) const {
  list.read("logits", logits, rows * cols);
  list.read("targets", targets, rows);
  list.write("row_loss", row_loss, rows);
  list.write("log_sum_exp", log_sum_exp, rows);
  list.write("loss", loss, 1);
  list.write("count", count, 1);
  list.size("rows", rows);
  list.size("cols", cols);
  list.flops = 4.0 * rows * cols;
}

void CrossEntropyBackwardArgs::operands(Operands& list) const {
  list.read("logits", logits, rows * cols);
  list.read("targets", targets, rows);
  list.read("log_sum_exp", log_sum_exp, rows);
  list.read("count", count, 1);
  list.read("dloss", dloss, 1);
  list.update("dlogits", dlogits, rows * cols);
  list.size("rows", rows);
  list.size("cols", cols);
  list.flops = 4.0 * rows * cols;
}

}  // namespace dikkat
