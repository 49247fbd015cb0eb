// Training that is stopped and goes on, with everything a configuration may ask for.
#include <gtest/gtest.h>

#include <algorithm>

#include "core/autograd.h"
#include "core/files/atomic_file.h"
#include "core/files/mapped_file.h"
#include "core/ops.h"
#include "nn/train/checkpoint.h"
#include "nn/train/trainer.h"
#include "tests/messages.h"
#include "tests/temporary_folder.h"

namespace dikkat::test {
namespace {

GPTConfig unusual_config() {
  return {.vocab_size = 7,
          .block_size = 6,
          .n_layer = 2,
          .n_head = 2,
          .n_embd = 8,
          .tie_word_embeddings = false,
          .n_inner = 12,
          .activation_function = "relu",
          .layer_norm_epsilon = 1e-3,
          .embd_pdrop = 0.1,
          .attn_pdrop = 0.2,
          .resid_pdrop = 0.3};
}

TokenData some_data() {
  TokenData data;
  for (int32_t i = 0; i < 400; ++i) data.training.push_back(i * i % 7);
  for (int32_t i = 0; i < 80; ++i) data.validation.push_back(i * 3 % 7);
  return data;
}

void train(GPT& model, Trainer& trainer, int64_t until) {
  while (trainer.step() < until) {
    const Batch batch = trainer.next_batch();
    const Tensor loss = cross_entropy(model.forward(batch.inputs), batch.targets);
    loss.backward();
    trainer.update(loss);
    if (trainer.step() % 3 == 0) trainer.validate();
  }
}

TEST(Trainer, GoesOnToTheSameBitsWithDropout) {
  const TemporaryFolder folder;
  const TrainerOptions options{.steps = 8, .batch = 3, .validation_windows = 4, .seed = 5};
  manual_seed(1);
  GPT whole(unusual_config());
  Trainer in_one_go(whole, some_data(), options);
  train(whole, in_one_go, 8);

  manual_seed(1);
  GPT first(unusual_config());
  Trainer stopped(first, some_data(), options);
  train(first, stopped, 4);
  stopped.save(folder / "half.safetensors");
  manual_seed(99);  // another process draws other first weights, and has drawn other numbers since
  GPT second(unusual_config());
  rand({17});
  Trainer resumed(second, some_data(), options);
  resumed.resume(folder / "half.safetensors");
  train(second, resumed, 8);

  EXPECT_EQ(resumed.losses(), in_one_go.losses());
  EXPECT_EQ(resumed.validations(), in_one_go.validations());
}

// One tensor of another format, found last: nothing of the model has changed by then.
TEST(Trainer, ARefusedCheckpointLeavesTheModelAsItWas) {
  const TemporaryFolder folder;
  const std::string path = folder / "model.safetensors";
  GPT model(unusual_config());
  Trainer trainer(model, some_data(), {.steps = 2, .batch = 3, .validation_windows = 4});
  trainer.save(path);
  std::string bytes = read_text(path, 1 << 24);
  const size_t entry = bytes.find("\"lm_head.weight\""), dtype = bytes.find("\"F32\"", entry);
  bytes.replace(dtype, 5, "\"I32\"");
  write_file(path, bytes);
  const std::vector<Real> before(model.token_embedding.weight.values().begin(),
                                 model.token_embedding.weight.values().end());
  train(model, trainer, 1);
  const std::vector<Real> trained(model.token_embedding.weight.values().begin(),
                                  model.token_embedding.weight.values().end());
  ASSERT_NE(before, trained);
  EXPECT_THROW(trainer.resume(path), Error);
  EXPECT_EQ(
      std::vector<Real>(model.token_embedding.weight.values().begin(), model.token_embedding.weight.values().end()),
      trained);
}

// The bits depend on it, so a run goes on as it began.
TEST(Trainer, GoesOnWithTheSamePrecisionAlone) {
  const TemporaryFolder folder;
  const std::string path = folder / "model.safetensors";
  GPT model(unusual_config());
  Trainer trainer(model, some_data(), {.steps = 2, .batch = 3, .validation_windows = 4});
  use_precision(Precision::bf16);
  trainer.save(path);
  EXPECT_EQ(CheckpointFile(path).checkpoint().precision, Precision::bf16);
  EXPECT_NO_THROW(trainer.resume(path));
  use_precision(Precision::f32);
  const std::string message = message_of([&] { trainer.resume(path); });
  EXPECT_NE(message.find("it was trained with --precision bf16, not --precision f32"), std::string::npos) << message;
}

TEST(Checkpoint, WithoutAPrecisionIsFromAnOlderBuildThatHadF32Alone) {
  const TemporaryFolder folder;
  const std::string path = folder / "model.safetensors", field = "\\\"precision\\\":\\\"f32\\\",";
  GPT model(unusual_config());
  Trainer trainer(model, some_data(), {.steps = 2, .batch = 3, .validation_windows = 4});
  trainer.save(path);
  std::string bytes = read_text(path, 1 << 24);
  ASSERT_NE(bytes.find(field), std::string::npos);
  bytes.replace(bytes.find(field), field.size(), std::string(field.size(), ' '));
  write_file(path, bytes);
  EXPECT_EQ(CheckpointFile(path).checkpoint().precision, Precision::f32);
  EXPECT_NO_THROW(trainer.resume(path));
}

TEST(Trainer, DropoutIsForTrainingAlone) {
  manual_seed(1);
  GPT model(unusual_config());
  Trainer trainer(model, some_data(), {.steps = 2, .batch = 3, .validation_windows = 4});
  EXPECT_TRUE(model.training);
  EXPECT_EQ(trainer.validate(), trainer.validate());
  EXPECT_TRUE(model.training);
  const Batch batch = trainer.next_batch();
  const auto loss = [&] { return cross_entropy(model.forward(batch.inputs), batch.targets).item(); };
  EXPECT_NE(loss(), loss());
}

TEST(Checkpoint, KeepsTheWholeConfiguration) {
  const TemporaryFolder folder;
  GPT model(unusual_config());
  const Trainer trainer(model, some_data(), {.steps = 2});
  trainer.save(folder / "model.safetensors");
  EXPECT_EQ(CheckpointFile(folder / "model.safetensors").checkpoint().config, unusual_config());
}

// No more memory than a training step takes, and the same mean as all windows at once.
TEST(Trainer, ValidatesInPartsAsInOnePass) {
  const TokenData data = some_data();  // 80 tokens kept back: 13 windows of 6
  for (const int64_t windows : {int64_t{1}, int64_t{7}, int64_t{13}, int64_t{1000}}) {
    manual_seed(3);
    GPT model(unusual_config());
    const double expected = [&] {
      const NoGrad only_reading;
      const Evaluating without_dropout(model);
      const Batch all = windows_in_order(data.validation, 0, windows, 6);
      EXPECT_EQ(all.inputs.shape(), (Shape{std::min<int64_t>(windows, 13), 6}));
      return static_cast<double>(cross_entropy(model.forward(all.inputs), all.targets).item());
    }();
    for (const int64_t batch : {1, 2, 3, 5, 7, 13, 100}) {
      Trainer trainer(model, data, {.steps = 2, .batch = batch, .validation_windows = windows});
      EXPECT_NEAR(trainer.validate(), expected, 1e-6) << windows << " windows, batch " << batch;
    }
  }
}

TEST(TokenData, WindowsInOrderAreTheTextItself) {
  std::vector<int32_t> text;
  for (int32_t i = 0; i < 20; ++i) text.push_back(i);
  EXPECT_EQ(count_windows(text, 6), 3);  // a fourth would need tokens 18 ... 24
  const Batch last = windows_in_order(text, 1, 100, 6);
  EXPECT_EQ(last.inputs.shape(), (Shape{2, 6}));
  for (int64_t i = 0; i < 12; ++i) {
    EXPECT_EQ(last.inputs.values()[static_cast<size_t>(i)], 6 + i);
    EXPECT_EQ(last.targets.values()[static_cast<size_t>(i)], 7 + i);
  }
  EXPECT_EQ(count_windows({1, 2}, 1), 1);
  expect_parts(message_of([] { count_windows({1, 2}, 2); }), {"2 tokens are too few for windows of 2"});
}

TEST(Trainer, TheBestValidationIsTheFirstOfTheLowest) {
  manual_seed(1);
  GPT model(unusual_config());
  Trainer still(model, some_data(), {.steps = 9, .batch = 3, .peak_rate = 0, .validation_windows = 4});
  expect_parts(message_of([&] { still.best_validation(); }), {"nothing was validated yet"});
  const double loss = still.validate();
  train(model, still, 9);
  ASSERT_EQ(still.validations().size(), 4u);
  EXPECT_EQ(still.best_validation(), (std::pair<int64_t, double>{0, loss})) << "without a learning rate all are equal";

  TokenData data = some_data();
  data.validation = data.training;  // something that can be learned
  Trainer learning(model, data, {.steps = 30, .batch = 3, .peak_rate = 0.01, .validation_windows = 4});
  learning.validate();
  train(model, learning, 30);
  const auto [step, best] = learning.best_validation();
  EXPECT_GT(step, 0);
  for (const auto& [at, other] : learning.validations()) {
    EXPECT_GE(other, best);
    EXPECT_TRUE(other > best || at >= step);
  }
}

TEST(Checkpoint, OfWeightsAloneIsToTalkWith) {
  const TemporaryFolder folder;
  const std::string path = folder / "model.best", whole = folder / "model";
  manual_seed(1);
  GPT model(unusual_config());
  Trainer trainer(model, some_data(), {.steps = 6, .batch = 3, .validation_windows = 4, .notes = {{"a", "b"}}});
  train(model, trainer, 3);
  trainer.save_weights(path);
  trainer.save(whole);
  EXPECT_LT(read_text(path, 1 << 24).size() * 2, read_text(whole, 1 << 24).size());

  const CheckpointFile file(path);
  EXPECT_EQ(file.checkpoint().config, unusual_config());
  EXPECT_EQ(file.checkpoint().step, 3);
  EXPECT_EQ(file.checkpoint().notes.at("a"), "b");
  EXPECT_EQ(file.checkpoint().losses, trainer.losses());
  EXPECT_EQ(file.checkpoint().validations, trainer.validations());
  manual_seed(2);
  GPT other(unusual_config());
  file.read_into(parameters(other));
  const std::vector<Parameter> written = parameters(model), read = parameters(other);
  for (size_t i = 0; i < written.size(); ++i) {
    EXPECT_TRUE(std::ranges::equal(written[i].tensor.values(), read[i].tensor.values())) << written[i].name;
  }

  Trainer goes_on(other, some_data(), {.steps = 6, .batch = 3, .validation_windows = 4});
  expect_parts(message_of([&] { goes_on.resume(path); }), {"model.best", "weights alone", "moments"});
  EXPECT_EQ(goes_on.step(), 0);
  EXPECT_NO_THROW(goes_on.resume(whole));
  trainer.save_weights(path);  // replaces its own kind, nothing else
  write_file(folder / "book", "chapter one");
  expect_parts(message_of([&] { trainer.save_weights(folder / "book"); }), {"book", "no checkpoint"});
  EXPECT_EQ(read_text(folder / "book", 100), "chapter one");
}

TEST(Checkpoint, KeepsTheWeightDecay) {
  const TemporaryFolder folder;
  const std::string path = folder / "model.safetensors", field = ",\\\"weight_decay\\\":0.5";
  GPT model(unusual_config());
  const Trainer trainer(model, some_data(), {.steps = 2, .adamw = {.weight_decay = 0.5}});
  trainer.save(path);
  EXPECT_EQ(CheckpointFile(path).checkpoint().weight_decay, 0.5);
  std::string bytes = read_text(path, 1 << 24);
  ASSERT_NE(bytes.find(field), std::string::npos);
  bytes.replace(bytes.find(field), field.size(), std::string(field.size(), ' '));
  write_file(path, bytes);
  EXPECT_EQ(CheckpointFile(path).checkpoint().weight_decay, 0.1) << "older files do not say it: it was always so";
}

}  // namespace
}  // namespace dikkat::test
