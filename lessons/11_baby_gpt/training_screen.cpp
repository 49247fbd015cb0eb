#include "lessons/11_baby_gpt/training_screen.h"

#include <algorithm>
#include <cmath>

#include "core/files/folders.h"
#include "lessons/11_baby_gpt/options.h"
#include "lessons/models/turns.h"
#include "lessons/stage/figures.h"

namespace dikkat {

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

constexpr int64_t smoothing = 20;  // steps in the training loss that is reported

}  // namespace

TrainingScreen::TrainingScreen(Lesson& lesson, GPT& model, Trainer& trainer, const Tokenizer& tokenizer,
                               int64_t validate_every, const std::string& checkpoint)
    : lesson_(lesson),
      model_(model),
      trainer_(trainer),
      tokenizer_(tokenizer),
      checkpoint_(checkpoint),
      validate_every_(validate_every) {
  const int64_t steps = std::max<int64_t>(1, trainer.options().steps);
  print_every_ =
      lesson.flags.given("print_every") ? lesson.flags.integer("print_every") : std::max<int64_t>(1, steps / 20);
  sample_every_ = std::max<int64_t>(1, steps / 5);
  save_every_ = lesson.flags.integer("save_every");
  first_step_ = trainer.step();
  if (first_step_ > 0) lesson.line(about_step("resumed", first_step_));
  if (first_step_ >= trainer.options().steps) lesson.line(about_step("already", first_step_));
  progress_ = lesson.progress(trainer.options().steps, lesson.label("training"), lesson.label("token_rate"));
  progress_->start_at(first_step_);
  has_best_ = first_step_ > 0 && is_file(best_path());  // otherwise it is of another run
  if (trainer.validations().empty()) trainer.validate();
  step_began_ = Clock::now();
}

std::string TrainingScreen::about_step(const std::string& label, int64_t step) const {
  return lesson_.label(label, {{"step", std::to_string(step)}});
}

double TrainingScreen::training_loss() const {
  const auto& losses = trainer_.losses();
  const int64_t count = std::min<int64_t>(smoothing, static_cast<int64_t>(losses.size()));
  double total = 0;
  for (auto it = losses.end() - count; it != losses.end(); ++it) total += *it;
  return count ? total / static_cast<double>(count) : std::nan("");
}

double TrainingScreen::tokens_per_second() const {
  const int64_t tokens = (trainer_.step() - first_step_) * trainer_.options().batch * model_.config.block_size;
  return seconds_training_ > 0 ? static_cast<double>(tokens) / seconds_training_ : 0;
}

void TrainingScreen::after_step() {
  seconds_training_ += seconds_since(step_began_);
  const int64_t step = trainer_.step(), done = step - first_step_;
  const int64_t tokens = done * trainer_.options().batch * model_.config.block_size;
  const bool at_end = step == trainer_.options().steps, last = at_end || Lesson::interrupted();
  // However often it prints and wherever it is interrupted: the best weights depend on it.
  if (step % validate_every_ == 0 || at_end) validate();
  if (step % print_every_ == 0 || last) print_losses();
  if (step % sample_every_ == 0 && !last) write_sample();
  if (step % save_every_ == 0 && !last) save();
  progress_->update(step, tokens, lesson_.label("loss") + " " + fixed(training_loss(), 3));
  step_began_ = Clock::now();
}

// Keeps the weights if they are the best so far: a model that goes on to memorise gets worse on other texts.
void TrainingScreen::validate() {
  trainer_.validate();
  if (trainer_.best_validation().first != trainer_.step()) return;
  try {
    trainer_.save_weights(best_path());
    has_best_ = true;
  } catch (const Error& error) {
    has_best_ = false;
    warn_once("not_saved_yet", error.what());
  }
}

void TrainingScreen::take_best_weights() {
  const auto [best, loss] = trainer_.best_validation();
  if (best == held_.first || !has_best_) return;
  try {
    const CheckpointFile file(best_path());
    const Checkpoint& kept = file.checkpoint();
    if (kept.step != best || kept.validations.empty() || kept.validations.back().second != loss) return;  // of another
    file.read_into(parameters(model_));
    held_ = {best, loss};
    lesson_.line(about_step("best_weights", best));
  } catch (const Error& error) {
    warn_once("best_lost", error.what());
  }
}

void TrainingScreen::warn_once(const std::string& label, const std::string& reason) {
  if (!save_failed_) lesson_.warn(lesson_.label(label) + ": " + reason);
  save_failed_ = true;
}

void TrainingScreen::print_losses() {
  // Asked for by hand, the loss is printed with enough digits to tell any two float numbers apart.
  const int digits = lesson_.flags.given("print_every") ? 8 : 4;
  const auto& [at, validation] = trainer_.validations().back();
  std::string line = lesson_.label("step") + " " + std::to_string(trainer_.step()) + "  " + lesson_.label("loss") +
                     " " + fixed(trainer_.losses().back(), digits);
  if (at == trainer_.step()) line += "  " + lesson_.label("validation") + " " + fixed(validation, digits);
  lesson_.line(line);
}

void TrainingScreen::write_sample() {
  const bool has_turns = knows_turns(tokenizer_);
  const std::string beginning(has_turns ? first_speaker : "\n");
  GenerateOptions options = writing_options(lesson_, static_cast<uint32_t>(trainer_.step()));
  options.max_new_tokens = 60;
  const std::vector<int32_t> start = tokenizer_.encode(beginning, SpecialTokens::allowed);
  const auto goes_on = [&](int32_t token) { return !has_turns || tokenizer_.token(token) != "\n"; };  // the end
  const std::vector<int32_t> written = generate(model_, start, options, goes_on);
  std::string text = (has_turns ? beginning.substr(1) : "") + tokenizer_.decode(written);
  text.resize(text.find_last_not_of('\n') + 1);
  Json sample = Json::object();
  sample.set("step", trainer_.step());
  sample.set("text", harmless(text, true));
  samples_.append(sample);
  lesson_.quote(about_step("sample", trainer_.step()), text);
}

bool TrainingScreen::save() {
  const bool training_goes_on = trainer_.step() < trainer_.options().steps && !Lesson::interrupted();
  try {
    // The model of an earlier run is kept under another name: this run's checkpoints shall not push it out.
    if (first_step_ == 0 && !saved_once_ && is_file(checkpoint_)) rename_file(checkpoint_, checkpoint_ + ".old");
    saved_once_ = true;
    trainer_.save(checkpoint_);
    save_failed_ = false;
  } catch (const Error& error) {
    warn_once(training_goes_on ? "not_saved_yet" : "not_saved", error.what());
  }
  return !save_failed_;
}

void TrainingScreen::finish() {
  const bool at_end = trainer_.step() >= trainer_.options().steps;
  if (at_end && trainer_.validations().back().first != trainer_.step()) validate();
  const bool saved = took_steps() && save();
  held_ = trainer_.validations().back();
  if (!Lesson::interrupted()) take_best_weights();
  if (took_steps() && !Lesson::interrupted()) write_sample();
  progress_.reset();
  if (Lesson::interrupted())
    lesson_.line(about_step(saved ? "interrupted" : "interrupted_unsaved", trainer_.step()));
  else if (saved)
    lesson_.line(lesson_.label("saved") + ": " + checkpoint_);

  const auto& losses = trainer_.losses();
  lesson_.record("steps", trainer_.step());
  lesson_.record("tokens_per_second", took_steps() ? Json(tokens_per_second()) : Json());
  lesson_.record("seconds_training", seconds_training_);
  lesson_.record("loss_first", losses.empty() ? Json() : Json(static_cast<double>(losses.front())));
  lesson_.record("loss_train", training_loss());
  lesson_.record("loss_validation",
                 trainer_.validations().empty() ? Json() : Json(trainer_.validations().back().second));
  lesson_.record("step_best", held_.first);
  lesson_.record("loss_best", held_.second);
  Json every = Json::array(), validations = Json::array();
  for (const float loss : losses) every.append(static_cast<double>(loss));
  for (const auto& [step, loss] : trainer_.validations()) {
    Json entry = Json::object();
    entry.set("step", step);
    entry.set("loss", loss);
    validations.append(entry);
  }
  lesson_.record("losses", every);
  lesson_.record("validation_losses", validations);
  lesson_.record("samples", samples_);
  if (!took_steps()) return;
  const double validation = held_.second;
  lesson_.set("loss_first", static_cast<double>(losses.front()), 3);
  lesson_.set("loss_train", training_loss(), 3);
  lesson_.set("loss_validation", validation, 3);
  lesson_.set("percent", 100 * std::exp(-validation), 1);
  lesson_.set("percent_first", 100 * std::exp(-static_cast<double>(losses.front())), 2);
  lesson_.set("tokens_per_second", static_cast<int64_t>(tokens_per_second()));
  lesson_.set("seconds", seconds_training_, 1);
}

void TrainingScreen::show_curves() {
  Curve training{lesson_.label("training"), {}, {}}, validation{lesson_.label("validation"), {}, {}};
  const auto& losses = trainer_.losses();
  for (size_t i = 0; i < losses.size(); ++i) {
    training.x.push_back(static_cast<double>(i + 1));
    training.y.push_back(losses[i]);
  }
  for (const auto& [step, loss] : trainer_.validations()) {
    validation.x.push_back(static_cast<double>(step));
    validation.y.push_back(loss);
  }
  lesson_.chart(lesson_.label("losses"), {training, validation});
  lesson_.memory();
}

}  // namespace dikkat
