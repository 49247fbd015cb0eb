#include "core/observe.h"

#include <algorithm>
#include <string_view>

#include "core/autograd.h"
#include "kernels/memory.h"
#include "kernels/table.h"

namespace dikkat {

namespace {

// Two floating-point operations are one multiplication with its addition.
double multiply_adds_so_far() {
  double flops = 0;
  for (const KernelProfile& kernel : profile())
    if (kernel.kernel == "matmul" || kernel.kernel == "attention") flops += kernel.flops;
  return flops / 2;
}

int64_t activation_bytes() {
  return memory_use().live[static_cast<size_t>(Category::activations)];
}

// Counts what kernels do while it lives. With --profile that is done already.
class Counting {
 public:
  Counting() : before_(kernels()) {
    if (std::string_view(before_.name) != "profiled") use_table(profiled_table(before_));
  }
  ~Counting() { use_table(before_); }

 private:
  const KernelTable& before_;
};

}  // namespace

std::vector<Observed> observe(const std::function<void()>& computation) {
  const Counting counting;
  double work = multiply_adds_so_far();
  int64_t bytes = activation_bytes();
  std::vector<Observed> seen;
  const Observer observer([&](const Node& out, const Op& op) {
    if (!out.owns_gradient) {
      seen.push_back({.operation = op.name, .shape = out.shape, .inputs = op.inputs, .is_view = true});
      return;
    }
    const double work_now = multiply_adds_so_far();
    const int64_t bytes_now = activation_bytes();
    seen.push_back({.operation = op.name,
                    .shape = out.shape,
                    .inputs = op.inputs,
                    .multiply_adds = work_now - work,
                    .bytes = std::max<int64_t>(0, bytes_now - bytes)});
    work = work_now;
    bytes = bytes_now;
  });
  computation();
  return seen;
}

}  // namespace dikkat
