#include "lessons/11_baby_gpt/records.h"

#include "lessons/models/words.h"

namespace dikkat {

namespace {

// A list of many files is no name.
std::string shortened(const std::string& name) {
  constexpr size_t most_letters = 300;
  return letter_count(name) <= most_letters ? name : first_letters(name, most_letters) + "…";
}

}  // namespace

void keep_run_of(Lesson& lesson, Run run, const TrainingScreen& screen, const Trainer& trainer,
                 const Baseline& baseline, const BabyGPTSetting& setting, const Corpus& corpus) {
  const GPTConfig& config = setting.config;
  run.data = shortened(corpus.name);
  run.facts = {{"parameters", config.parameter_count()},
               {"n_layer", config.n_layer},
               {"n_head", config.n_head},
               {"n_embd", config.n_embd},
               {"block_size", config.block_size},
               {"vocabulary", config.vocab_size},
               {"batch", setting.training.batch},
               {"steps", trainer.step()}};
  if (!config.tie_word_embeddings) run.facts.emplace_back("lm_head", "untied");
  run.training = thinned(trainer.losses());
  for (const auto& [step, loss] : trainer.validations()) run.validation.push_back({step, loss});
  run.training_loss = screen.training_loss();
  run.bits_per_character = baseline.bits_per_character(trainer.validations().back().second);
  run.ngram_loss = baseline.best.loss;
  run.tokens_per_second = screen.tokens_per_second();
  run.seconds_training = screen.seconds_training();
  keep_run(lesson, run);
}

Json facts_of(const Lesson& lesson, const TrainingScreen& screen, const Trainer& trainer, const Baseline& baseline,
              const Corpus& corpus) {
  const auto [step, loss] = screen.held();
  return Json::object({{"lesson", "11_baby_gpt"},
                       {"preset", lesson.flags.word("preset")},
                       {"seed", lesson.seed},
                       {"precision", name_of(precision())},
                       {"data", corpus.name},
                       {"dialogue", corpus.is_dialogue},
                       {"batch", trainer.options().batch},
                       {"steps", trainer.step()},
                       {"step_best", step},
                       {"loss_validation", loss},
                       {"bits_per_character", baseline.bits_per_character(loss)},
                       {"seconds_training", screen.seconds_training()}});
}

}  // namespace dikkat
