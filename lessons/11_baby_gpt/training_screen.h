// What one sees while lesson 11 trains: progress, losses, samples; and the checkpoints that are written on the way.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "lessons/models/baby_gpt.h"
#include "lessons/stage/lesson.h"
#include "nn/train/trainer.h"

namespace dikkat {

class TrainingScreen {
 public:
  // Validates every `validate_every` steps.
  TrainingScreen(Lesson& lesson, GPT& model, Trainer& trainer, const Tokenizer& tokenizer, int64_t validate_every,
                 const std::string& checkpoint);

  // Draws the bar; prints losses, validates, writes a sample and saves when it is time for them.
  void after_step();

  // After the last step or Ctrl-C: saves, writes a last sample, and fills the placeholders of the section `result`.
  // After the last step the model gets back the weights that were best on the validation text.
  void finish();

  // The (step, validation loss) of the weights that the model has after finish().
  std::pair<int64_t, double> held() const { return held_; }

  // Was there anything to do, or had the resumed model taken all its steps already?
  bool took_steps() const { return trainer_.step() > first_step_; }

  // The loss curves and the memory.
  void show_curves();

  double training_loss() const;  // mean of the last steps: one step alone jumps about
  double seconds_training() const { return seconds_training_; }
  double tokens_per_second() const;

 private:
  void print_losses();
  void write_sample();
  void validate();
  bool save();
  void warn_once(const std::string& label, const std::string& reason);
  void take_best_weights();
  std::string best_path() const { return checkpoint_ + ".best"; }
  std::string about_step(const std::string& label, int64_t step) const;

  Lesson& lesson_;
  GPT& model_;
  Trainer& trainer_;
  const Tokenizer& tokenizer_;
  std::string checkpoint_;
  int64_t print_every_, validate_every_, sample_every_, save_every_, first_step_;
  double seconds_training_ = 0;  // without validation, samples and saving
  std::chrono::steady_clock::time_point step_began_;
  Json samples_ = Json::array();
  std::unique_ptr<Progress> progress_;
  bool saved_once_ = false, save_failed_ = false;
  std::pair<int64_t, double> held_ = {0, 0};
  bool has_best_ = false;  // the best weights so far are at best_path()
};

}  // namespace dikkat
