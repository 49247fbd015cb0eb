#include "nn/train/trainer.h"

#include <algorithm>

#include "core/autograd.h"

namespace dikkat {

namespace {

// The stream of random numbers that places windows: far from those that next_random_stream() counts up.
constexpr uint32_t batch_operation = 0x80000000u;

// From here on dropout counts in every step.
constexpr uint32_t dropout_operation = 0x20000000u;

CosineSchedule schedule_of(const TrainerOptions& options) {
  return {.peak = options.peak_rate,
          .floor = options.peak_rate / 10,
          .warmup = {std::min(options.warmup, std::max<int64_t>(1, options.steps / 10))},
          .total = options.steps};
}

}  // namespace

Trainer::Trainer(GPT& model, TokenData data, const TrainerOptions& options)
    : model_(model),
      data_(std::move(data)),
      options_(options),
      schedule_(schedule_of(options)),
      optimizer_(parameters(model), options.adamw),
      fingerprint_(data_.fingerprint()) {
  require(options.steps >= 0 && options.batch > 0 && options.validation_windows > 0,
          "trainer: steps must not be negative and batch and validation_windows must be positive, got ", options.steps,
          ", ", options.batch, " and ", options.validation_windows);
  model_.train();
}

Batch Trainer::next_batch() const {
  const auto step = static_cast<uint32_t>(optimizer_.steps());
  set_random_state({.seed = options_.seed, .operation = dropout_operation, .step = step});
  const RandomStream stream{.seed = options_.seed, .operation = batch_operation, .step = step};
  return random_batch(data_.training, options_.batch, model_.config.block_size, stream);
}

void Trainer::update(const Tensor& loss) {
  losses_.push_back(static_cast<float>(loss.item()));
  optimizer_.step(schedule_.rate(step()));
}

double Trainer::validate() {
  const NoGrad only_reading;
  const Evaluating without_dropout(model_);
  const std::vector<int32_t>& text = data_.validation;
  const int64_t block_size = model_.config.block_size;
  const int64_t windows = std::min(options_.validation_windows, count_windows(text, block_size));
  double total = 0;
  for (int64_t first = 0; first < windows; first += options_.batch) {  // no more memory than a training step
    const int64_t end = std::min(first + options_.batch, windows);
    const Batch part = windows_in_order(text, first, end, block_size);
    total += static_cast<double>(end - first) *
             static_cast<double>(cross_entropy(model_.forward(part.inputs), part.targets).item());
  }
  validations_.emplace_back(step(), total / static_cast<double>(windows));
  return validations_.back().second;
}

Checkpoint Trainer::checkpoint() const {
  return {.config = model_.config,
          .step = step(),
          .steps = options_.steps,
          .batch = options_.batch,
          .warmup = options_.warmup,
          .seed = options_.seed,
          .validation_windows = options_.validation_windows,
          .peak_rate = options_.peak_rate,
          .beta2 = options_.adamw.beta2,
          .weight_decay = options_.adamw.weight_decay,
          .precision = precision(),
          .data = fingerprint_,
          .notes = options_.notes,
          .losses = losses_,
          .validations = validations_};
}

void Trainer::save(const std::string& path) const {
  write_checkpoint(path, checkpoint(), optimizer_);
}

void Trainer::save_weights(const std::string& path) const {
  write_weights(path, checkpoint(), parameters(model_));
}

std::pair<int64_t, double> Trainer::best_validation() const {
  require(!validations_.empty(), "trainer: nothing was validated yet");
  return *std::min_element(validations_.begin(), validations_.end(),
                           [](const auto& a, const auto& b) { return a.second < b.second; });
}

void Trainer::resume(const std::string& path) {
  const CheckpointFile file(path);
  const Checkpoint& saved = file.checkpoint();
  require(saved.config == model_.config, file.name(), ": its model (", describe(saved.config),
          ") is another than this one (", describe(model_.config), "); give the same sizes, or another --checkpoint");
  require(saved.data == fingerprint_, file.name(),
          ": it was trained on other data; give the same --data, or another --checkpoint");
  require(saved.seed == options_.seed && saved.batch == options_.batch, file.name(), ": it was trained with --seed ",
          saved.seed, " --batch ", saved.batch, ", not --seed ", options_.seed, " --batch ", options_.batch,
          "; they must be the same to go on");
  require(saved.precision == precision(), file.name(), ": it was trained with --precision ", name_of(saved.precision),
          ", not --precision ", name_of(precision()), "; it must be the same to go on");
  file.read_into(optimizer_);
  losses_ = saved.losses;
  validations_ = saved.validations;
}

}  // namespace dikkat
