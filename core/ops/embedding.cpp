// Embedding: a table of rows, looked up by token id.
#include "core/ops/common.h"

namespace dikkat {

namespace op {

// y[i] = weight[ids[i]].      dweight[ids[i]] += dy[i]
struct Embedding : Op {
  Embedding(Tensor weight, Ids ids) : Op("embedding", {weight}), ids(ids) {}
  void backward(Node& out) override {
    Tensor& weight = inputs[0];
    kernels().embedding_backward({.ids = ids.address(),
                                  .dy = out.grad_address(),
                                  .dweight = weight.grad_sum(),
                                  .rows = ids.numel(),
                                  .cols = weight.size(1),
                                  .vocabulary = weight.size(0)});
  }
  Ids ids;
};

}  // namespace op

Tensor embedding(In weight, const Ids& ids) {
  require(weight.rank() == 2, weight.where, "embedding: the table is (vocabulary, channels), got ", weight.shape());
  require(ids.numel() == 0 || (ids.smallest_of_all() >= 0 && ids.largest() < weight.size(0)), weight.where,
          "embedding: ids reach from ", ids.smallest_of_all(), " to ", ids.largest(), "; with the table ",
          weight.shape(), " they must lie in 0 to ", weight.size(0) - 1);
  weight = in_order(weight);
  Shape shape = ids.shape();
  shape.append(weight.size(1));
  Tensor out = empty(shape);
  kernels().embedding({.weight = weight.address(),
                       .ids = ids.address(),
                       .y = out.address(),
                       .rows = ids.numel(),
                       .cols = weight.size(1),
                       .vocabulary = weight.size(0)});
  return record(out, std::make_unique<op::Embedding>(weight, ids), weight.where);
}

}  // namespace dikkat
