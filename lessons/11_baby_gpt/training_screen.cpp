#include "lessons/11_baby_gpt/training_screen.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "core/files/folders.h"
#include "lessons/11_baby_gpt/baby_gpt.h"

namespace dikkat {

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

std::string fixed(double value, int digits) {
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, "%.*f", digits, value);
  return buffer;
}

constexpr int64_t smoothing = 20;  // steps in the training loss that is reported

}  // namespace

TrainingScreen::TrainingScreen(Lesson& lesson, GPT& model, Trainer& trainer, const Corpus& corpus,
                               const Tokenizer& tokenizer, const std::string& checkpoint)
    : lesson_(lesson),
      model_(model),
      trainer_(trainer),
      corpus_(corpus),
      tokenizer_(tokenizer),
      checkpoint_(checkpoint) {
  const int64_t steps = std::max<int64_t>(1, trainer.options().steps);
  print_every_ =
      lesson.flags.given("print_every") ? lesson.flags.integer("print_every") : std::max<int64_t>(1, steps / 20);
  validate_every_ = std::max<int64_t>(1, steps / 20);
  sample_every_ = std::max<int64_t>(1, steps / 5);
  save_every_ = lesson.flags.integer("save_every");
  first_step_ = trainer.step();
  if (first_step_ > 0) lesson.line(about_step("resumed", first_step_));
  if (first_step_ >= trainer.options().steps) lesson.line(about_step("already", first_step_));
  progress_ = lesson.progress(trainer.options().steps, lesson.label("training"), lesson.label("token_rate"));
  progress_->start_at(first_step_);
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

// Vocabularies cut a text into more tokens or fewer, so their losses do not compare; bits for each character do:
// loss of a token, times tokens for each character, in bits (divided by ln 2).
double TrainingScreen::bits_per_character() const {
  const std::string& text = corpus_.parts.validation;
  const auto tokens = static_cast<double>(tokenizer_.encode(text, SpecialTokens::as_text).size());
  const auto begins_character = [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; };
  const auto characters = static_cast<double>(std::count_if(text.begin(), text.end(), begins_character));
  return trainer_.validations().back().second * tokens / characters / std::log(2.0);
}

void TrainingScreen::after_step() {
  seconds_training_ += seconds_since(step_began_);
  const int64_t step = trainer_.step(), done = step - first_step_;
  const int64_t tokens = done * trainer_.options().batch * model_.config.block_size;
  const bool last = step == trainer_.options().steps || Lesson::interrupted();
  if (step % print_every_ == 0 || last) {
    if (step % validate_every_ == 0 || last) trainer_.validate();
    print_losses();
  }
  if (step % sample_every_ == 0 && !last) write_sample();
  if (step % save_every_ == 0 && !last) save();
  progress_->update(step, tokens, lesson_.label("loss") + " " + fixed(training_loss(), 3));
  step_began_ = Clock::now();
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
  const std::string beginning = corpus_.is_dialogue ? "\n\nA:" : "\n";
  GenerateOptions options = writing_options(lesson_, static_cast<uint32_t>(trainer_.step()));
  options.max_new_tokens = 60;
  const std::vector<int32_t> written = generate(model_, tokenizer_.encode(beginning), options);
  const std::string text = (corpus_.is_dialogue ? "A:" : "") + tokenizer_.decode(written);
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
    if (!save_failed_)
      lesson_.warn(lesson_.label(training_goes_on ? "not_saved_yet" : "not_saved") + ": " + error.what());
    save_failed_ = true;
  }
  return !save_failed_;
}

void TrainingScreen::finish() {
  if (trainer_.validations().back().first != trainer_.step()) trainer_.validate();
  const bool saved = took_steps() && save();
  if (took_steps() && !Lesson::interrupted()) write_sample();
  progress_.reset();
  if (Lesson::interrupted())
    lesson_.line(about_step(saved ? "interrupted" : "interrupted_unsaved", trainer_.step()));
  else if (saved)
    lesson_.line(lesson_.label("saved") + ": " + checkpoint_);

  const auto& losses = trainer_.losses();
  const int64_t tokens = (trainer_.step() - first_step_) * trainer_.options().batch * model_.config.block_size;
  const double rate = seconds_training_ > 0 ? static_cast<double>(tokens) / seconds_training_ : 0;
  lesson_.record("steps", trainer_.step());
  lesson_.record("tokens_per_second", took_steps() ? Json(rate) : Json());
  lesson_.record("seconds_training", seconds_training_);
  lesson_.record("loss_first", losses.empty() ? Json() : Json(static_cast<double>(losses.front())));
  lesson_.record("loss_train", training_loss());
  lesson_.record("loss_validation",
                 trainer_.validations().empty() ? Json() : Json(trainer_.validations().back().second));
  lesson_.record("bits_per_character", bits_per_character());
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
  const double validation = trainer_.validations().back().second;
  lesson_.set("loss_first", static_cast<double>(losses.front()), 3);
  lesson_.set("loss_train", training_loss(), 3);
  lesson_.set("loss_validation", validation, 3);
  lesson_.set("percent", 100 * std::exp(-validation), 1);
  lesson_.set("percent_first", 100 * std::exp(-static_cast<double>(losses.front())), 1);
  lesson_.set("bits_per_character", bits_per_character());
  lesson_.set("tokens_per_second", static_cast<int64_t>(rate));
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
