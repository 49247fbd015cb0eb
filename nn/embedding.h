// A table with one row of C numbers for each token id.   ids (B,T) -> (B,T,C)
#pragma once

#include "core/ops.h"
#include "nn/module.h"

namespace dikkat {

struct Embedding : Module {
  Embedding(int64_t count, int64_t channels, double deviation = 0.02)
      : weight(normal_parameter({count, channels}, deviation)) {}

  Tensor forward(const Ids& ids, std::source_location where = std::source_location::current()) {
    return embedding(In(weight, where), ids);
  }

  void visit(Visitor& v) override { v("weight", weight); }

  Tensor weight;  // (count, C)
};

}  // namespace dikkat
