#include "kernels/adamw/args.h"

namespace dikkat {

void AdamWArgs::operands(Operands& list) const {
  list.update("weight", weight, size);
  list.read("gradient", gradient, size);
  list.update("m", m, size);
  list.update("v", v, size);
  list.read("squared_norm", squared_norm, 1);
  list.size("size", size);
  list.size("step", step);
  list.flops = 14.0 * size;
}

}  // namespace dikkat
