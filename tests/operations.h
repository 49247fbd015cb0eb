// The table of operations: a row or more for each declaration in core/ops.h, with everything that is known about it.
// It drives the tests of values, gradients, messages and kernel tables: adding an operation adds a row.
#pragma once

#include "tests/operations_basic.h"
#include "tests/operations_transformer.h"

namespace dikkat::test {

inline const std::vector<Operation>& operations() {
  static const std::vector<Operation> table = [] {
    std::vector<Operation> rows;
    add_views(rows);
    add_elementwise(rows);
    add_reductions(rows);
    add_products(rows);
    add_rows_of_numbers(rows);
    add_attention(rows);
    add_tokens(rows);
    return rows;
  }();
  return table;
}

}  // namespace dikkat::test
