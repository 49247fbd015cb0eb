// What every model that scores the next token can do.
#pragma once

#include <memory>
#include <source_location>

#include "core/ids.h"
#include "core/recompute.h"
#include "nn/attention.h"
#include "nn/module.h"

namespace dikkat {

struct HuggingFaceOrigin;  // nn/hugging_face/hugging_face.h

// For batches of texts of unequal length, which are padded on the left or on the right.
struct Padding {
  Ids attention_mask = {};  // (B,T): 1 where a token is, 0 where padding is, which nobody sees; empty: all are tokens
  Ids position_ids = {};    // (B,T): which place in its text each token has; empty: 0 1 2 ... in every row

  bool has_mask() const { return attention_mask.shape().rank() > 0; }
  bool has_positions() const { return position_ids.shape().rank() > 0; }
};

// The places of the tokens of a padded batch: 0 1 2 ... from the first token of each row on; 0 where padding is.
Ids positions_in(const Ids& attention_mask);

struct LanguageModel : Module {
  // Scores for the token that follows each position.   ids (B,T) -> (B,T,V)
  // Scores at padding mean nothing. Probe "hidden_states": the embeddings, what each block but the last gives, and what
  // the head reads, behind the last norm.
  Tensor forward(const Ids& ids, std::source_location where = std::source_location::current());
  Tensor forward(const Ids& ids, const Padding& padding, std::source_location where = std::source_location::current());

  // The same for the last position alone, which is all that writing needs: (B,T) -> (B,V). With padding: on the left.
  Tensor forward_last(const Ids& ids, std::source_location where = std::source_location::current());
  Tensor forward_last(const Ids& ids, const Padding& padding,
                      std::source_location where = std::source_location::current());

  virtual int64_t context_length() const = 0;  // the longest text that it was made for, in tokens
  virtual int64_t vocab_size() const = 0;

  // In training, dropout is applied where the configuration asks for it. Off at first.
  void train(bool on = true) { training = on; }

  // In training, what each block computes on the way is not kept but computed again by backward() (core/recompute.h,
  // "gradient checkpointing"): about a third more time for a fraction of the activations.
  void recompute_activations(bool on = true) { recomputing = on; }

  bool training = false, recomputing = false;
  std::shared_ptr<const HuggingFaceOrigin> origin;  // what a Hugging Face folder said besides, if it came from one

 protected:
  // block.forward(x, context), with its activations kept or not.   (B,T,C)
  template <class Block>
  Tensor through(Block& block, In x, const AttentionContext& context) const {
    if (!recomputing) return block.forward(x, context);
    const auto again = [&block, context, where = x.where](const Tensor& t) {
      return block.forward(In(t, where), context);
    };
    return recompute(again, x);
  }

  // What the head reads.   ids (B,T) -> (B,T,C)
  virtual Tensor hidden(const Ids& ids, const Padding& padding, const std::source_location& where) = 0;
  virtual Tensor scores(In x) = 0;  // (...,C) -> (...,V)

  // Throws Error, in the name of `model`, unless ids and padding are (B,T) and fit together.
  static void check(const char* model, const Ids& ids, const Padding& padding, const std::source_location& where);

  // What is added to the scores of attention, so that nobody sees padding: (B,1,1,T); an empty Tensor without a mask.
  static Tensor score_mask(const Padding& padding);

  // The place of each token, for positions that are computed: (T), or (B,T) where they are given.
  static Tensor positions(const Ids& ids, const Padding& padding);
};

// While one of these lives, the model is not in training: for validation and writing.
class Evaluating {
 public:
  explicit Evaluating(LanguageModel& model) : model_(model), before_(model.training) { model.train(false); }
  ~Evaluating() { model_.train(before_); }
  Evaluating(const Evaluating&) = delete;
  Evaluating& operator=(const Evaluating&) = delete;

 private:
  LanguageModel& model_;
  bool before_;
};

}  // namespace dikkat
