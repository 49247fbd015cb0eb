#include "kernels/table.h"

#include "kernels/check.h"
#include "kernels/variants.h"

namespace dikkat {

namespace {

void nothing_is_waiting() {}

const KernelTable* in_force = nullptr;

}  // namespace

const KernelTable& reference_table() {
  static const KernelTable table = [] {
    KernelTable t;
    t.name = "reference";
    reference::add_matmul(t);
    reference::add_softmax(t);
    reference::add_layer_norm(t);
    reference::add_rms_norm(t);
    reference::add_rotary(t);
    reference::add_attention(t);
    reference::add_cross_entropy(t);
    reference::add_embedding(t);
    reference::add_elementwise(t);
    reference::add_reduce(t);
    reference::add_index(t);
    reference::add_unfold(t);
    reference::add_band(t);
    reference::add_adamw(t);
    reference::add_sample(t);
    t.wait = nothing_is_waiting;
    return t;
  }();
  return table;
}

#ifdef DIKKAT_DOUBLE

const KernelTable& cpu_table() {
  fail("device cpu: it computes in float; this build computes in double");
}

const KernelTable& kernels() {
  return in_force ? *in_force : reference_table();
}

#else

const KernelTable& cpu_table() {
  static const KernelTable table = [] {
    require(processor_fits(), "this program was built for ", built_level(),
            " processors, and this one is older; build it here (lessons/run), or use --device reference");
    KernelTable t = reference_table();
    t.name = "cpu";
    cpu::add_matmul(t);
    cpu::add_pack(t);
    cpu::add_softmax(t);
    cpu::add_layer_norm(t);
    cpu::add_rms_norm(t);
    cpu::add_rotary(t);
    cpu::add_attention(t);
    cpu::add_cross_entropy(t);
    cpu::add_embedding(t);
    cpu::add_elementwise(t);
    cpu::add_reduce(t);
    cpu::add_index(t);
    cpu::add_unfold(t);
    cpu::add_band(t);
    cpu::add_adamw(t);
    cpu::add_sample(t);
    return t;
  }();
  return table;
}

const KernelTable& kernels() {
  return in_force ? *in_force : cpu_table();
}

#endif

void use_table(const KernelTable& table) {
  in_force = &table;
}

std::vector<std::string> device_names() {
  return {"reference", "cpu"};
}

void use_device(const std::string& name) {
  if (name == "reference") return use_table(reference_table());
  if (name == "cpu") return use_table(cpu_table());
  fail("--device ", name, ": this build has reference and cpu");
}

}  // namespace dikkat
