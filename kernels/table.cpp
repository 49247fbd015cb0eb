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
    t.matmul = reference::matmul;
    t.softmax = reference::softmax;
    t.softmax_backward = reference::softmax_backward;
    t.layer_norm = reference::layer_norm;
    t.layer_norm_backward = reference::layer_norm_backward;
    t.attention = reference::attention;
    t.attention_backward = reference::attention_backward;
    t.cross_entropy = reference::cross_entropy;
    t.cross_entropy_backward = reference::cross_entropy_backward;
    t.embedding = reference::embedding;
    t.embedding_backward = reference::embedding_backward;
    t.unary = reference::unary;
    t.unary_backward = reference::unary_backward;
    t.binary = reference::binary;
    t.binary_backward = reference::binary_backward;
    t.copy = reference::copy;
    t.sum = reference::sum;
    t.sum_backward = reference::sum_backward;
    t.causal_mask = reference::causal_mask;
    t.causal_mask_backward = reference::causal_mask_backward;
    t.fill = reference::fill;
    t.random = reference::random;
    t.sum_of_squares = reference::sum_of_squares;
    t.adamw = reference::adamw;
    t.sample = reference::sample;
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
    t.matmul = cpu::matmul;
    t.softmax = cpu::softmax;
    t.softmax_backward = cpu::softmax_backward;
    t.layer_norm = cpu::layer_norm;
    t.layer_norm_backward = cpu::layer_norm_backward;
    t.attention = cpu::attention;
    t.attention_backward = cpu::attention_backward;
    t.cross_entropy = cpu::cross_entropy;
    t.cross_entropy_backward = cpu::cross_entropy_backward;
    t.embedding = cpu::embedding;
    t.embedding_backward = cpu::embedding_backward;
    t.unary = cpu::unary;
    t.unary_backward = cpu::unary_backward;
    t.binary = cpu::binary;
    t.binary_backward = cpu::binary_backward;
    t.copy = cpu::copy;
    t.sum = cpu::sum;
    t.sum_backward = cpu::sum_backward;
    t.causal_mask = cpu::causal_mask;
    t.causal_mask_backward = cpu::causal_mask_backward;
    t.fill = cpu::fill;
    t.random = cpu::random;
    t.sum_of_squares = cpu::sum_of_squares;
    t.adamw = cpu::adamw;
    t.sample = cpu::sample;
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
