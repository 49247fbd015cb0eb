// Embedding: a table of rows, looked up by token id.
#include "core/ops/common.h"

namespace dikkat {

namespace op {

// y[i] = weight[ids[i]].      dweight[ids[i]] += dy[i], but nothing for the row of padding
struct Embedding : Op {
  Embedding(Tensor weight, Ids ids, int64_t padding) : Op("embedding", {weight}), ids(ids), padding(padding) {}
  void backward(Node& out) override {
    Tensor& weight = inputs[0];
    const int64_t cols = weight.size(1);
    const auto copy_row = [&](const Real* from, Real* to) { copy_strided({cols}, from, {1}, to, {1}); };
    const Tensor before = empty({cols});  // the padding row's gradient, which is put back
    if (padding >= 0) copy_row(weight.grad_sum() + padding * cols, before.address());
    kernels().embedding_backward({.ids = ids.address(),
                                  .dy = out.grad_address(),
                                  .dweight = weight.grad_sum(),
                                  .rows = ids.numel(),
                                  .cols = cols,
                                  .vocabulary = weight.size(0)});
    if (padding >= 0) copy_row(before.address(), weight.grad_sum() + padding * cols);
  }
  Ids ids;
  int64_t padding;  // -1: none
};

}  // namespace op

namespace {

Tensor look_up(In weight, const Ids& ids, int64_t padding) {
  require(ids.numel() == 0 || (ids.smallest_of_all() >= 0 && ids.largest() < weight.size(0)), weight.where,
          "embedding: ids reach from ", ids.smallest_of_all(), " to ", ids.largest(), "; with the table ",
          weight.shape(), " they must lie in 0 to ", weight.size(0) - 1);
  weight = in_order(weight);
  Tensor out = empty(extended("embedding", weight, ids.shape(), weight.size(1)));
  kernels().embedding({.weight = weight.address(),
                       .ids = ids.address(),
                       .y = out.address(),
                       .rows = ids.numel(),
                       .cols = weight.size(1),
                       .vocabulary = weight.size(0)});
  return record(out, std::make_unique<op::Embedding>(weight, ids, padding), weight.where);
}

void check_table(const In& weight) {
  require(weight.rank() == 2, weight.where, "embedding: the table is (vocabulary, channels), got ", weight.shape());
}

}  // namespace

Tensor embedding(In weight, const Ids& ids) {
  check_table(weight);
  return look_up(weight, ids, -1);
}

Tensor embedding(In weight, const Ids& ids, int32_t padding_idx) {
  check_table(weight);
  require(padding_idx >= 0 && padding_idx < weight.size(0), weight.where, "embedding: padding_idx ", padding_idx,
          " is no row of the table ", weight.shape());
  return look_up(weight, ids, padding_idx);
}

}  // namespace dikkat
