#include "lessons/models/baby_gpt.h"

#include <algorithm>

#include "core/autograd.h"
#include "core/files/json.h"
#include "lessons/models/turns.h"
#include "lessons/stage/embedded.h"
#include "lessons/stage/figures.h"
#include "lessons/stage/progress.h"

namespace dikkat {

namespace {

std::string name_of(Preset preset) {
  return preset == Preset::test ? "test" : preset == Preset::full ? "full" : "class";
}

// The weights of one step, to come back to.
class BestWeights {
 public:
  explicit BestWeights(GPT& model) : parameters_(parameters(model)) {}

  void keep() {
    kept_.clear();
    for (const Parameter& p : parameters_) kept_.emplace_back(p.tensor.values().begin(), p.tensor.values().end());
  }
  void put_back() const {
    for (size_t i = 0; i < kept_.size(); ++i) std::ranges::copy(kept_[i], parameters_[i].tensor.values().begin());
  }

 private:
  std::vector<Parameter> parameters_;
  std::vector<std::vector<Real>> kept_;
};

}  // namespace

BabyGPTSetting baby_gpt_setting(Preset preset) {
  switch (preset) {
    case Preset::test:
      return {.config = {.block_size = 64, .n_layer = 2, .n_head = 2, .n_embd = 32},
              .training = {.steps = 120, .batch = 8, .peak_rate = 5e-3, .validation_windows = 16},
              .vocab_size = 320,
              .variants = 1};
    case Preset::full:
      return {.config = {.block_size = 192, .n_layer = 6, .n_head = 6, .n_embd = 384},
              .training = {.steps = 5000, .batch = 12, .peak_rate = 1e-3, .warmup = 100, .validation_windows = 64},
              .vocab_size = 4096,
              .variants = 8};
    case Preset::class_room:
      break;
  }
  // GPT-2's first weights have a deviation of 0.02 = 0.55 / sqrt(768), its width; this is the same for a width of 128.
  // With 0.02 the model learns nothing for a while, and is 0.1 nats behind at the end.
  return {.config = {.block_size = 128, .n_layer = 2, .n_head = 4, .n_embd = 128, .initializer_range = 0.05},
          .training = {.steps = 2400,
                       .batch = 8,
                       .peak_rate = 4e-3,
                       .validation_windows = 128,
                       .adamw = {.beta2 = 0.99, .weight_decay = 0.4}},
          .vocab_size = 4096,
          .variants = 8};
}

TrainedKey baby_gpt_key(Preset preset, const BabyGPTSetting& setting, const Corpus& corpus,
                        const std::string& given_vocabulary) {
  const GPTConfig& config = setting.config;
  const TrainerOptions& training = setting.training;
  const Json sizes = Json::object({{"block_size", config.block_size},
                                   {"n_layer", config.n_layer},
                                   {"n_head", config.n_head},
                                   {"n_embd", config.n_embd},
                                   {"tie_word_embeddings", config.tie_word_embeddings},
                                   {"initializer_range", config.initializer_range},
                                   {"embd_pdrop", config.embd_pdrop},
                                   {"resid_pdrop", config.resid_pdrop},
                                   {"vocab_size", setting.vocab_size}});
  const Json plan = Json::object({{"steps", training.steps},
                                  {"batch", training.batch},
                                  {"peak_rate", training.peak_rate},
                                  {"warmup", training.warmup},
                                  {"validation_windows", training.validation_windows},
                                  {"beta2", training.adamw.beta2},
                                  {"weight_decay", training.adamw.weight_decay}});
  const Json recipe = Json::object({{"source", fingerprint_of(embedded("11_baby_gpt/lesson.cpp"))},
                                    {"sizes", sizes},
                                    {"plan", plan},
                                    {"seed", training.seed},
                                    {"precision", name_of(precision())},
                                    {"training_text", fingerprint_of(corpus.training)},
                                    {"validation_text", fingerprint_of(corpus.validation)},
                                    {"given_vocabulary", fingerprint_of(given_vocabulary)}});
  return {.name = "baby_gpt_" + name_of(preset) + (corpus.is_own ? "_own" : ""), .recipe = recipe.dump()};
}

BabyGPT trained_baby_gpt(Lesson& lesson, Preset preset) {
  if (preset != Preset::test) lesson.prefer_bf16();
  BabyGPTSetting setting = baby_gpt_setting(preset);
  setting.training.seed = lesson.seed;
  const Corpus corpus = course_corpus(setting.variants);
  const TrainedKey key = baby_gpt_key(preset, setting, corpus);
  std::string reason;
  if (std::optional<TrainedModel> found = find_trained(key, reason)) {
    require(dynamic_cast<GPT*>(found->model.get()) != nullptr, found->folder, ": this is no GPT");
    return {std::unique_ptr<GPT>(static_cast<GPT*>(found->model.release())), Tokenizer(std::move(found->vocabulary))};
  }
  Tokenizer tokenizer(learn_vocabulary(corpus.training, setting.vocab_size, corpus.is_dialogue));
  setting.config.vocab_size = tokenizer.vocab_size();
  manual_seed(lesson.seed);
  auto model = std::make_unique<GPT>(setting.config);
  Trainer trainer(*model, corpus.tokens(tokenizer, setting.config.block_size), setting.training);
  const auto progress = lesson.progress(setting.training.steps, "Baby GPT", lesson.turkish ? "adım/s" : "steps/s");
  BestWeights best(*model);
  while (trainer.step() < setting.training.steps && !Lesson::interrupted()) {
    const Batch batch = trainer.next_batch();
    const Tensor loss = cross_entropy(model->forward(batch.inputs), batch.targets);
    loss.backward();
    trainer.update(loss);
    const int64_t step = trainer.step();
    if (step % setting.validate_every() == 0 || step == setting.training.steps) {
      trainer.validate();
      if (trainer.best_validation().first == step) best.keep();
    }
    progress->update(step, step, fixed(trainer.losses().back(), 3));
  }
  require(!Lesson::interrupted(), lesson.turkish ? "eğitim kesildi: bu ders eğitilmiş bir Baby GPT ile başlar"
                                                 : "interrupted: this lesson begins with a trained Baby GPT");
  best.put_back();
  try {
    const Json facts = Json::object({{"lesson", "11_baby_gpt"},
                                     {"preset", name_of(preset)},
                                     {"seed", lesson.seed},
                                     {"precision", name_of(precision())},
                                     {"dialogue", true},
                                     {"batch", setting.training.batch},
                                     {"steps", trainer.step()},
                                     {"step_best", trainer.best_validation().first},
                                     {"loss_validation", trainer.best_validation().second}});
    save_trained(key, *model, tokenizer.vocabulary(), facts);
  } catch (const Error& error) {
    lesson.warn(error.what());
  }
  return {std::move(model), std::move(tokenizer)};
}

}  // namespace dikkat
