// Training that is stopped and goes on, with everything a configuration may ask for.
#include <gtest/gtest.h>

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

}  // namespace
}  // namespace dikkat::test
