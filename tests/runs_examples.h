// Runs for tests: as a lesson would leave them behind, with values that are easy to recognise.
#pragma once

#include <string>

#include "lessons/stage/runs.h"

namespace dikkat::test {

// A finished run of 100 steps whose losses fall to `loss`; day and second tell it from others.
inline Run example_run(int day, double loss, const std::string& data = "dialogues") {
  Run run;
  run.lesson = "11_baby_gpt";
  run.preset = "class";
  run.device = "cpu";
  run.precision = "f32";
  run.date = text("2026-11-", day < 10 ? "0" : "", day, "T21:40:05");
  run.data = data;
  run.seed = 18446744073709551615u;
  run.threads = 2;
  run.facts = {{"parameters", 934912}, {"n_layer", 4}, {"vocabulary", 1024},
               {"steps", 100},         {"rate", 0.5},  {"note", "x"}};
  for (int step = 1; step <= 100; ++step) run.training.push_back({step, loss + 4.0 / step});
  for (int step = 0; step <= 100; step += 20) run.validation.push_back({step, loss + (100 - step) * 0.03125});
  run.training_loss = loss + 0.0625;
  run.bits_per_character = loss / 2;
  run.ngram_loss = 4.25;
  run.tokens_per_second = 16000 + day;
  run.seconds_training = 64.5;
  run.peak_bytes = 37400000;
  return run;
}

}  // namespace dikkat::test
