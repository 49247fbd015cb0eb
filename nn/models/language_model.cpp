#include "nn/models/language_model.h"

#include <limits>
#include <vector>

#include "core/ops.h"

namespace dikkat {

Ids positions_in(const Ids& attention_mask) {
  require(attention_mask.shape().rank() == 2, "positions_in: the mask must have the shape (batch, time), got ",
          attention_mask.shape());
  const int64_t time = attention_mask.shape()[1];
  std::vector<int32_t> positions;
  int32_t tokens = 0;
  for (const int32_t is_token : attention_mask.values()) {
    if (static_cast<int64_t>(positions.size()) % time == 0) tokens = 0;
    positions.push_back(is_token != 0 ? tokens++ : 0);
  }
  return Ids(positions, attention_mask.shape());
}

Tensor LanguageModel::forward(const Ids& ids, std::source_location where) {
  return scores(In(hidden(ids, Padding{}, where), where));
}

Tensor LanguageModel::forward(const Ids& ids, const Padding& padding, std::source_location where) {
  return scores(In(hidden(ids, padding, where), where));
}

Tensor LanguageModel::forward_last(const Ids& ids, std::source_location where) {
  return forward_last(ids, Padding{}, where);
}

Tensor LanguageModel::forward_last(const Ids& ids, const Padding& padding, std::source_location where) {
  const Tensor x = hidden(ids, padding, where);
  require(x.size(1) > 0, where, "forward_last: there is no last position in ids of shape ", ids.shape());
  const Tensor last = slice(In(x, where), 1, x.size(1) - 1, x.size(1));  // (B,1,C)
  return scores(In(reshape(In(last, where), {x.size(0), x.size(2)}), where));
}

void LanguageModel::check(const char* model, const Ids& ids, const Padding& padding,
                          const std::source_location& where) {
  require(ids.shape().rank() == 2, where, model, ": ids must have the shape (batch, time), got ", ids.shape());
  if (padding.has_mask()) {
    const Ids& mask = padding.attention_mask;
    require(mask.shape() == ids.shape(), where, model, ": the attention mask ", mask.shape(),
            " must have the shape of the ids ", ids.shape());
    require(mask.numel() == 0 || (mask.smallest_of_all() >= 0 && mask.largest() <= 1), where, model,
            ": the attention mask holds 1 for tokens and 0 for padding, found numbers from ", mask.smallest_of_all(),
            " to ", mask.largest());
  }
  if (padding.has_positions()) {
    const Ids& positions = padding.position_ids;
    require(positions.shape() == ids.shape(), where, model, ": the position ids ", positions.shape(),
            " must have the shape of the ids ", ids.shape());
    require(positions.numel() == 0 || positions.smallest_of_all() >= 0, where, model,
            ": positions cannot be negative, found ", positions.smallest_of_all());
  }
}

namespace {

// The same numbers as a tensor.
Tensor as_tensor(const Ids& ids, const Shape& shape) {
  const std::vector<double> numbers(ids.values().begin(), ids.values().end());
  return tensor(numbers, shape);
}

}  // namespace

Tensor LanguageModel::score_mask(const Padding& padding) {
  if (!padding.has_mask()) return {};
  const Shape& shape = padding.attention_mask.shape();
  const Tensor hidden = 1.0 - as_tensor(padding.attention_mask, {shape[0], 1, 1, shape[1]});
  return masked_fill(hidden, hidden, -std::numeric_limits<double>::infinity());  // 0 where nothing is hidden
}

Tensor LanguageModel::positions(const Ids& ids, const Padding& padding) {
  return padding.has_positions() ? as_tensor(padding.position_ids, ids.shape()) : arange(ids.shape()[1]);
}

}  // namespace dikkat
