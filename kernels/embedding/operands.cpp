#include "kernels/embedding/args.h"

namespace dikkat {

void EmbeddingArgs::operands(Operands& list) const {
  list.read("weight", weight, vocabulary * cols);
  list.read("ids", ids, rows);
  list.write("y", y, rows * cols);
  list.size("rows", rows);
  list.size("cols", cols);
  list.size("vocabulary", vocabulary);
}

void EmbeddingBackwardArgs::operands(Operands& list) const {
  list.read("ids", ids, rows);
  list.read("dy", dy, rows * cols);
  list.update("dweight", dweight, vocabulary * cols);
  list.size("rows", rows);
  list.size("cols", cols);
  list.size("vocabulary", vocabulary);
  list.flops = 1.0 * rows * cols;
}

}  // namespace dikkat
