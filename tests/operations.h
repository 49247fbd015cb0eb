// The table of operations: a row or more for each declaration in core/ops.h, with everything that is known about it.
// It drives the tests of values, gradients, messages and kernel tables: adding an operation adds a row.
#pragma once

#include "tests/operation.h"

namespace dikkat::test {

void add_views(std::vector<Operation>& table);        // operations_views.cpp
void add_arranged(std::vector<Operation>& table);     // operations_arrange.cpp
void add_elementwise(std::vector<Operation>& table);  // operations_elementwise.cpp
void add_activations(std::vector<Operation>& table);  // operations_activations.cpp
void add_reductions(std::vector<Operation>& table);   // operations_reduce.cpp
void add_order(std::vector<Operation>& table);        // operations_order.cpp
void add_losses(std::vector<Operation>& table);       // operations_loss.cpp
void add_indexing(std::vector<Operation>& table);     // operations_index.cpp
void add_products(std::vector<Operation>& table);     // operations_matmul.cpp
void add_norms(std::vector<Operation>& table);        // operations_norm.cpp
void add_softmax(std::vector<Operation>& table);      // operations_softmax.cpp
void add_attention(std::vector<Operation>& table);    // operations_attention.cpp
void add_pictures(std::vector<Operation>& table);     // operations_conv.cpp

inline const std::vector<Operation>& operations() {
  static const std::vector<Operation> table = [] {
    std::vector<Operation> rows;
    add_views(rows);
    add_arranged(rows);
    add_elementwise(rows);
    add_activations(rows);
    add_reductions(rows);
    add_order(rows);
    add_losses(rows);
    add_indexing(rows);
    add_products(rows);
    add_norms(rows);
    add_softmax(rows);
    add_attention(rows);
    add_pictures(rows);
    return rows;
  }();
  return table;
}

}  // namespace dikkat::test
