// A model that computes its activations again has the same loss and gradients, in less memory.
#include <gtest/gtest.h>

#include "core/autograd.h"
#include "core/ops.h"
#include "kernels/memory.h"
#include "nn/models/gpt.h"
#include "nn/models/llama.h"

namespace dikkat::test {
namespace {

struct Outcome {
  std::vector<std::vector<Real>> numbers;  // the loss, then every gradient
  int64_t activations = 0;                 // bytes that live between forward and backward
};

Outcome outcome_of(LanguageModel& model, bool recomputing) {
  model.train();
  model.recompute_activations(recomputing);
  manual_seed(3);
  const Ids ids({1, 2, 3, 4, 5, 6, 7, 8, 0, 1, 2, 3}, {2, 6}), targets({2, 3, 4, 5, 6, 7, 8, 0, 1, 2, 3, 4}, {2, 6});
  const auto live = [] { return memory_use().live[static_cast<size_t>(Category::activations)]; };
  const int64_t before = live();
  const Tensor loss = cross_entropy(model.forward(ids), targets);
  Outcome outcome;
  outcome.activations = live() - before;
  loss.backward();
  outcome.numbers.push_back({loss.item()});
  for (const Parameter& p : parameters(model)) {
    const Tensor gradient = p.tensor.grad();
    outcome.numbers.emplace_back(gradient.values().begin(), gradient.values().end());
    p.tensor.zero_grad();
  }
  return outcome;
}

void expect_the_same_in_less_memory(LanguageModel& model) {
  const Outcome kept = outcome_of(model, false), again = outcome_of(model, true);
  EXPECT_EQ(again.numbers, kept.numbers);
  EXPECT_LT(again.activations, kept.activations / 2);
}

TEST(Recompute, GptHasTheSameGradients) {
  GPT model({.vocab_size = 9,
             .block_size = 8,
             .n_layer = 3,
             .n_head = 2,
             .n_embd = 16,
             .embd_pdrop = 0.2,
             .attn_pdrop = 0.2,
             .resid_pdrop = 0.2});
  expect_the_same_in_less_memory(model);
}

TEST(Recompute, LlamaHasTheSameGradients) {
  Llama model(
      {.vocab_size = 9, .hidden_size = 16, .intermediate_size = 24, .num_hidden_layers = 3, .num_attention_heads = 2});
  expect_the_same_in_less_memory(model);
}

}  // namespace
}  // namespace dikkat::test
