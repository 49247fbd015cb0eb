// Where tables get their rows: kernels/<family>/reference.cpp and kernels/<family>/cpu.cpp each put theirs into a
// table.
#pragma once

#include "kernels/kernels.h"

namespace dikkat {

namespace reference {
void add_matmul(KernelTable& table);
void add_softmax(KernelTable& table);
void add_layer_norm(KernelTable& table);
void add_rms_norm(KernelTable& table);
void add_rotary(KernelTable& table);
void add_attention(KernelTable& table);
void add_cross_entropy(KernelTable& table);
void add_embedding(KernelTable& table);
void add_elementwise(KernelTable& table);
void add_reduce(KernelTable& table);
void add_index(KernelTable& table);
void add_unfold(KernelTable& table);
void add_band(KernelTable& table);
void add_adamw(KernelTable& table);
void add_sample(KernelTable& table);
}  // namespace reference

namespace cpu {
void add_matmul(KernelTable& table);
void add_pack(KernelTable& table);
void add_softmax(KernelTable& table);
void add_layer_norm(KernelTable& table);
void add_rms_norm(KernelTable& table);
void add_rotary(KernelTable& table);
void add_attention(KernelTable& table);
void add_cross_entropy(KernelTable& table);
void add_embedding(KernelTable& table);
void add_elementwise(KernelTable& table);
void add_reduce(KernelTable& table);
void add_index(KernelTable& table);
void add_unfold(KernelTable& table);
void add_band(KernelTable& table);
void add_adamw(KernelTable& table);
void add_sample(KernelTable& table);
}  // namespace cpu

}  // namespace dikkat
