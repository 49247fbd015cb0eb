// What one sees while lesson 11 trains: progress, losses, samples; and the checkpoints that are written on the way.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "lessons/11_baby_gpt/corpus.h"
#include "lessons/stage/lesson.h"
#include "nn/train/trainer.h"

namespace dikkat {

class TrainingScreen {
 public:
  TrainingScreen(Lesson& lesson, GPT& model, Trainer& trainer, const Corpus& corpus, const Tokenizer& tokenizer,
                 const std::string& checkpoint);

  // Draws the bar; prints losses, validates, writes a sample and saves when it is time for them.
  void after_step();

  // After the last step or Ctrl-C: saves, writes a last sample, and fills the placeholders of the section `result`.
  void finish();

  // Was there anything to do, or had the resumed model taken all its steps already?
  bool took_steps() const { return trainer_.step() > first_step_; }

  // The loss curves and the memory.
  void show_curves();

 private:
  void print_losses();
  void write_sample();
  bool save();
  std::string about_step(const std::string& label, int64_t step) const;
  double training_loss() const;  // mean of the last steps: one step alone jumps about
  double bits_per_character() const;

  Lesson& lesson_;
  GPT& model_;
  Trainer& trainer_;
  const Corpus& corpus_;
  const Tokenizer& tokenizer_;
  std::string checkpoint_;
  int64_t print_every_, validate_every_, sample_every_, save_every_, first_step_;
  double seconds_training_ = 0;  // without validation, samples and saving
  std::chrono::steady_clock::time_point step_began_;
  Json samples_ = Json::array();
  std::unique_ptr<Progress> progress_;
  bool saved_once_ = false, save_failed_ = false;
};

}  // namespace dikkat
