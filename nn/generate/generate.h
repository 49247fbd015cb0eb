// Writing with a language model: score the next token, draw one, append it, again.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "nn/models/language_model.h"

namespace dikkat {

struct GenerateOptions {
  int64_t max_new_tokens = 100;
  double temperature = 0.8;  // below 1 bolder about its favourites, 0 always the favourite, above 1 more adventurous
  int64_t top_k = 40;        // only the k best may be drawn; 0: all
  uint64_t seed = 0;
  uint32_t draw = 0;  // which text of this seed: another number, another text
};

// Continues `ids` (not empty; the last context_length() of them are looked at). `on_token` sees every new token and
// stops the writing by returning false. Returns the new tokens, the one that it stopped at included. Throws Error if
// the model's scores are NaN, as they are after a training that ran away or with damaged weights.
std::vector<int32_t> generate(LanguageModel& model, std::vector<int32_t> ids, const GenerateOptions& options,
                              const std::function<bool(int32_t)>& on_token = {});

}  // namespace dikkat
