// A checkpoint: a safetensors file with the weights under their own names, the optimiser's moments under "optimizer.m."
// and "optimizer.v.", the losses so far, and in its metadata what is needed to build the model and to go on.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "nn/models/gpt.h"
#include "nn/optim/optimizer.h"

namespace dikkat {

struct Checkpoint {
  GPTConfig config;
  int64_t step = 0;   // steps taken
  int64_t steps = 0;  // steps planned: the learning rate depends on it
  int64_t batch = 0;
  int64_t warmup = 0;
  uint64_t seed = 0;
  int64_t validation_windows = 0;
  double peak_rate = 0, beta2 = 0, weight_decay = 0.1;
  Precision precision = Precision::f32;      // of the matrix products
  uint64_t data = 0;                         // fingerprint of the tokens
  std::map<std::string, std::string> notes;  // whatever the program that trains wants to find again
  std::vector<float> losses;
  std::vector<std::pair<int64_t, double>> validations;
};

// "4 layers, width 128, 4 heads, context 128, vocabulary 256, tied"
std::string describe(const GPTConfig& config);

// Throws Error if write_checkpoint() would replace something that is no checkpoint: a folder, somebody's book.
void require_replaceable(const std::string& path);

// Writes `path`; what stood there becomes `path`.previous. Throws Error if that fails; what stood
// there can then still be read with CheckpointFile(path).
void write_checkpoint(const std::string& path, const Checkpoint& checkpoint, const Optimizer& optimizer);

// The same with the weights alone, a third of the size: to use, not to train on. It replaces what stood at `path`.
void write_weights(const std::string& path, const Checkpoint& checkpoint, const std::vector<Parameter>& parameters);

// A checkpoint opened for reading. If `path` is missing because a run was killed in the middle of write_checkpoint(),
// the newest complete one beside it is taken. Throws Error naming the file and the reason if it is missing, damaged or
// no checkpoint.
class CheckpointFile {
 public:
  explicit CheckpointFile(const std::string& path);
  ~CheckpointFile();

  const std::string& name() const;
  const Checkpoint& checkpoint() const;

  // Copies weights, moments and steps. Everything is checked before the first number is written. Throws Error for a
  // file of write_weights().
  void read_into(Optimizer& optimizer) const;

  // Copies the weights alone: for a model that only talks.
  void read_into(const std::vector<Parameter>& parameters) const;

 private:
  struct Contents;
  std::unique_ptr<Contents> contents_;
};

}  // namespace dikkat
