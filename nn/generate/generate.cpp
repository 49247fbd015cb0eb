#include "nn/generate/generate.h"

#include <algorithm>
#include <cmath>

#include "core/autograd.h"
#include "core/ops.h"
#include "core/update.h"

namespace dikkat {

namespace {

// Far from the numbers that next_random_stream() counts up for weights, and from the trainer's.
constexpr uint32_t writing_operation = 0x40000000u;

}  // namespace

std::vector<int32_t> generate(LanguageModel& model, std::vector<int32_t> ids, const GenerateOptions& options,
                              const std::function<bool(int32_t)>& on_token) {
  require(!ids.empty(), "generate: needs at least one token to continue");
  const NoGrad only_reading;
  const Evaluating without_dropout(model);
  std::vector<int32_t> written;
  RandomStream stream{.seed = options.seed, .operation = writing_operation + options.draw};
  for (int64_t i = 0; i < options.max_new_tokens; ++i) {
    const auto seen = std::min<int64_t>(static_cast<int64_t>(ids.size()), model.context_length());
    const std::vector<int32_t> context(ids.end() - seen, ids.end());
    const Tensor logits = model.forward_last(Ids(context, {1, seen}));  // (1,V)
    require(!std::isnan(max(logits).item()), "generate: the model's scores for token ", i + 1,
            " are not numbers (NaN); its weights are damaged, or its training ran away");
    stream.step = static_cast<uint32_t>(i);
    const int32_t next = sample(logits, options.temperature, options.top_k, stream).front();
    ids.push_back(next);
    written.push_back(next);
    if (on_token && !on_token(next)) break;
  }
  return written;
}

}  // namespace dikkat
