// Runs: what a training left behind, one JSON file for each in the folder "runs", so that two of them can be compared
// long after the screen has scrolled away (`lessons/run runs`).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/files/json.h"
#include "lessons/stage/lesson.h"

namespace dikkat {

struct LossPoint {
  int64_t step = 0;
  double loss = 0;  // nan where a training has diverged
};

struct Run {
  int number = 0;    // given by append_run, and kept whatever else is removed; 1 is the oldest
  std::string file;  // its name in the folder

  std::string lesson, preset, device, precision;  // "11_baby_gpt", "class", "cpu", "f32"
  std::string date;                               // when it began, local time: "2026-11-21T21:40:05"
  std::string data;                               // what it learned from, in words or as a file name
  uint64_t seed = 0;
  int threads = 0;

  // The model and the plan, in the order in which they are shown: parameters, n_layer, n_head, n_embd, block_size,
  // vocabulary, batch, steps ... Whole numbers, numbers or texts.
  std::vector<Json::Member> facts;

  std::vector<LossPoint> training;      // thinned()
  std::vector<LossPoint> validation;    // every one that was measured
  std::optional<double> training_loss;  // as the lesson reports it: a mean over the last steps
  std::optional<double> bits_per_character;
  std::optional<double> ngram_loss;  // what counting reaches on the same validation text, in nats for each token
  std::optional<double> tokens_per_second, seconds_training;
  std::optional<int64_t> peak_bytes;
  bool is_finished = true;  // false: interrupted

  const Json* fact(const std::string& name) const;   // null if there is none
  std::optional<double> validation_loss() const;     // the last
  std::optional<double> bits_for_each_loss() const;  // bits per character = loss times this, on the validation text
};

// A loss of every step from `first_step` on as at most `most` points: the mean of each stretch, at its middle step.
std::vector<LossPoint> thinned(const std::vector<float>& losses, int64_t first_step = 1, size_t most = 400);

// In a lesson ---------------------------------------------------------------------------------------------------------

// A run that begins now, with what the lesson's flags say about it.
Run begin_run(const std::string& folder_of_lesson, const Lesson& lesson);

// Stores a run that has ended, with the peak of memory and whether it was interrupted, in Lesson::home()/runs. Returns
// its number; if it cannot be stored, warns and returns 0.
int keep_run(Lesson& lesson, Run run);

// The folder ----------------------------------------------------------------------------------------------------------

std::string runs_folder();  // Lesson::home()/runs

// Writes 2026-11-21_21-40-05_11_baby_gpt_7.json and returns the number at its end: one more than the largest that is
// there. (The name is taken first and the content comes at once: who is killed between leaves an empty file.) Two
// programs that store at the same moment get two files. Error if it cannot be written, or if the run has no proper date
// or lesson.
int append_run(const std::string& folder, const Run& run);

struct Runs {
  std::vector<Run> runs;              // by number: newest last
  std::vector<std::string> problems;  // files that are no runs, and why; the names of hidden files are not among them
};

// All runs of a folder; none if it does not exist. What cannot be read is skipped and named.
Runs read_runs(const std::string& folder);

void remove_run(const std::string& folder, const Run& run);

// A run's file; reading throws Error for anything that no program of ours has written.
Json run_to_json(const Run& run);
Run run_from_json(const Json& json);

}  // namespace dikkat
