// Elements chosen by whole numbers: reading from chosen places, and writing to them.
#pragma once

#include "kernels/operands.h"

namespace dikkat {

// y[p] = x[p, but with index[p] along dimension dim] for every place p of `shape`; += with accumulate.
// shape: of index and y. `count`: how many elements x has along dim; every index lies in 0 ... count-1 (checked by the
// caller). An index step of 0 uses one list of indices for many places. The elements of y must be distinct.
struct GatherArgs {
  const Real* x = nullptr;
  const int32_t* index = nullptr;
  Real* y = nullptr;
  int rank = 0, dim = 0;
  int64_t count = 0;
  int64_t shape[max_rank] = {}, x_steps[max_rank] = {}, index_steps[max_rank] = {}, y_steps[max_rank] = {};
  bool accumulate = false;
  void operands(Operands& list) const;
};

// y[p, but with index[p] along dimension dim] = x[p], or += x[p] with accumulate, places in order: of several that
// write to the same element the last one counts. Only places that differ in nothing but dim may meet in an element.
// x may be null: then `value` is written.
// shape: of index and x. `count`: how many elements y has along dim.
struct ScatterArgs {
  const Real* x = nullptr;
  const int32_t* index = nullptr;
  Real* y = nullptr;
  int rank = 0, dim = 0;
  int64_t count = 0;
  int64_t shape[max_rank] = {}, x_steps[max_rank] = {}, index_steps[max_rank] = {}, y_steps[max_rank] = {};
  Real value = 0;
  bool accumulate = false;
  void operands(Operands& list) const;
};

}  // namespace dikkat
