#include "kernels/rotary/args.h"

namespace dikkat {

void RotaryArgs::operands(Operands& list) const {
  const int64_t angles = extent({{batch, angle_batch}, {time, size / 2}, {size / 2, 1}});
  const int64_t reach = extent({{batch, y_batch}, {time, y_time}, {heads, y_head}, {size, 1}});
  list.read("x", x, extent({{batch, x_batch}, {time, x_time}, {heads, x_head}, {size, 1}}));
  list.read("cos", cos, angles);
  list.read("sin", sin, angles);
  if (accumulate) {
    list.update("y", y, reach);
  } else {
    list.write("y", y, reach);
  }
  list.size("batch", batch);
  list.size("time", time);
  list.size("heads", heads);
  list.size("size", size);
  list.flops = 3.0 * batch * time * heads * size;
}

}  // namespace dikkat
