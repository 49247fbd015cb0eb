#include "kernels/sample/args.h"

namespace dikkat {

void SampleArgs::operands(Operands& list) const {
  list.read("logits", logits, rows * cols);
  list.write("ids", ids, rows);
  list.size("rows", rows);
  list.size("cols", cols);
  list.size("top_k", top_k);
  list.flops = 4.0 * rows * cols;
}

}  // namespace dikkat
