// Attention before the transformer: a recurrent decoder's state asks the encoder's states, one for each source token.
#include <limits>

#include "core/ops/heads.h"

namespace dikkat {

namespace {

void check(const char* name, const In& query, const In& keys, const Tensor& mask) {
  require(query.rank() == 2 && keys.rank() == 3 && query.size(0) == keys.size(0), query.where, name, ": needs a query ",
          "(batch, size) and keys (batch, time, size), got ", query.shape(), " and ", keys.shape());
  require(!mask.defined() || mask.shape() == Shape{keys.size(0), keys.size(1)}, query.where, name, ": keys ",
          keys.shape(), " need a mask of (", keys.size(0), ",", keys.size(1), "), got ",
          mask.defined() ? mask.shape() : Shape{});
}

// The keys' mean, weighted by softmax(scores) over those that are no padding.   scores (B,T)
ContextAndWeights weighted_mean(In scores, const In& keys, const Tensor& mask) {
  const Here here(keys);
  if (mask.defined()) {
    const In hidden = here(full({}, -std::numeric_limits<double>::infinity()));
    scores = here(where(here(mask.detach()), scores, hidden));
  }
  const In weights = here(mask.defined() ? weights_of(scores) : softmax(scores));  // (B,T)
  const In context = here(matmul(here(unsqueeze(weights, 1)), keys));              // (B,1,T) x (B,T,C)
  return {.context = squeeze(context, 1), .weights = weights};                     // (B,C), (B,T)
}

}  // namespace

// Bahdanau, Cho & Bengio, "Neural machine translation by jointly learning to align and translate", 2015, A.1.2
ContextAndWeights additive_attention(In query, In keys, In query_weight, In key_weight, In v, const Tensor& mask) {
  check("additive_attention", query, keys, mask);
  const int64_t size = v.rank() == 1 ? v.size(0) : -1;
  require(query_weight.rank() == 2 && key_weight.rank() == 2 && query_weight.size(0) == size &&
              key_weight.size(0) == size && query_weight.size(1) == query.size(1) && key_weight.size(1) == keys.size(2),
          query.where, "additive_attention: the weights for a query ", query.shape(), " and keys ", keys.shape(),
          " are (A,", query.size(1), "), (A,", keys.size(2), ") and (A), got ", query_weight.shape(), ", ",
          key_weight.shape(), " and ", v.shape());
  const Here here(query);
  const In asked = here(unsqueeze(here(linear(query, query_weight)), 1));  // (B,1,A)
  const In offered = here(linear(here(keys), key_weight));                 // (B,T,A)
  const In scores = here(matmul(here(tanh(here(asked + offered))), v));    // (B,T)
  return weighted_mean(scores, here(keys), mask);
}

// Luong, Pham & Manning, "Effective approaches to attention-based neural machine translation", 2015: "general"
ContextAndWeights dot_attention(In query, In keys, In weight, const Tensor& mask) {
  check("dot_attention", query, keys, mask);
  require(weight.shape() == Shape{query.size(1), keys.size(2)}, query.where, "dot_attention: the weight for a query ",
          query.shape(), " and keys ", keys.shape(), " is (", query.size(1), ",", keys.size(2), "), got ",
          weight.shape());
  const Here here(query);
  const In asked = here(unsqueeze(here(matmul(query, weight)), 2));     // (B,Ck,1)
  const In scores = here(squeeze(here(matmul(here(keys), asked)), 2));  // (B,T)
  return weighted_mean(scores, here(keys), mask);
}

}  // namespace dikkat
