// What stays of a run of lesson 11 when the screen is gone: a row for `lessons/run runs`, facts for the trained model.
#pragma once

#include "lessons/11_baby_gpt/results.h"
#include "lessons/11_baby_gpt/training_screen.h"
#include "lessons/models/baby_gpt.h"
#include "lessons/stage/runs.h"

namespace dikkat {

// Fills in what the training has come to, and stores the run. `run` is begin_run()'s.
void keep_run_of(Lesson& lesson, Run run, const TrainingScreen& screen, const Trainer& trainer,
                 const Baseline& baseline, const BabyGPTSetting& setting, const Corpus& corpus);

// What trained.json says of the model.
Json facts_of(const Lesson& lesson, const TrainingScreen& screen, const Trainer& trainer, const Baseline& baseline,
              const Corpus& corpus);

}  // namespace dikkat
