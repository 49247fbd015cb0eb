// Everything around the training step that the lesson writes itself: batches, update, schedule, validation,
// checkpoints.
//
//   while (trainer.step() < trainer.options().steps) {
//     Batch batch = trainer.next_batch();
//     Tensor loss = cross_entropy(model.forward(batch.inputs), batch.targets);
//     loss.backward();
//     trainer.update(loss);
//   }
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "nn/models/gpt.h"
#include "nn/optim/adamw.h"
#include "nn/optim/schedule.h"
#include "nn/train/checkpoint.h"
#include "nn/train/token_data.h"

namespace dikkat {

struct TrainerOptions {
  int64_t steps = 500;
  int64_t batch = 16;  // windows in a step
  double peak_rate =
      1e-3;  // the learning rate: rises to it over `warmup` steps (a tenth of all at most), falls to a tenth of it
  int64_t warmup = 50;
  int64_t validation_windows = 64;
  uint64_t seed = 0;
  AdamWOptions adamw = {};
  std::map<std::string, std::string> notes = {};  // kept in the checkpoint
};

class Trainer {
 public:
  Trainer(GPT& model, TokenData data, const TrainerOptions& options);

  const TrainerOptions& options() const { return options_; }
  int64_t step() const { return optimizer_.steps(); }  // steps taken

  // The windows of the step to come. They, and what dropout draws after this, depend on seed and step alone, so a
  // resumed run sees the same.
  Batch next_batch() const;

  // Clips, updates the parameters, clears the gradients, and notes the loss.
  void update(const Tensor& loss);

  // The mean loss over fixed windows of the validation text; notes it.
  double validate();

  double learning_rate() const { return schedule_.rate(step()); }
  double grad_norm() const { return optimizer_.grad_norm(); }

  // The loss of every step, and (step, loss) of every validation.
  const std::vector<float>& losses() const { return losses_; }
  const std::vector<std::pair<int64_t, double>>& validations() const { return validations_; }

  // The (step, loss) of the lowest loss, the first of several equal ones. Error before the first validation.
  std::pair<int64_t, double> best_validation() const;

  // Writes weights, moments, step and losses to `path`, beside it first and then renamed; the file that stood there is
  // kept as `path`.previous. Throws Error if it cannot be written; the earlier checkpoint can then still be read.
  void save(const std::string& path) const;

  // The weights alone, for a model that only talks: CheckpointFile reads them.
  void save_weights(const std::string& path) const;

  // Goes on from such a file: next_batch(), update() and the losses continue to the same bits. Throws Error, leaving
  // the model as it was, if the file is damaged, of another shape, or was trained on other data or with another seed,
  // batch or precision.
  void resume(const std::string& path);

 private:
  Checkpoint checkpoint() const;

  GPT& model_;
  TokenData data_;
  TrainerOptions options_;
  CosineSchedule schedule_;
  AdamW optimizer_;
  uint64_t fingerprint_;
  std::vector<float> losses_;
  std::vector<std::pair<int64_t, double>> validations_;
};

}  // namespace dikkat
