// Layers, models, optimisers, batches, training and writing.
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <set>

#include "core/autograd.h"
#include "core/print.h"
#include "core/probe.h"
#include "core/update.h"
#include "kernels/parallel.h"
#include "kernels/scan.h"
#include "nn/generate/generate.h"
#include "nn/models/gpt.h"
#include "nn/optim/adamw.h"
#include "nn/optim/schedule.h"
#include "nn/train/token_data.h"

namespace dikkat {
namespace {

const GPTConfig tiny{.vocab_size = 11, .block_size = 8, .n_layer = 2, .n_head = 2, .n_embd = 12};

Ids some_ids(int64_t batch, int64_t time, uint64_t seed = 1) {
  std::vector<int32_t> ids;
  for (int64_t i = 0; i < batch * time; ++i)
    ids.push_back(static_cast<int32_t>(random_below({.seed = seed}, static_cast<uint64_t>(i), 11)));
  return Ids(ids, {batch, time});
}

double difference(const Tensor& a, const Tensor& b) {
  const Tensor x = contiguous(a), y = contiguous(b);
  EXPECT_EQ(x.shape(), y.shape());
  return largest_difference(x.values().data(), y.values().data(), x.numel());
}

TEST(Module, NamesAndCountsOfGPT) {
  manual_seed(0);
  GPT model(tiny);
  std::set<std::string> names;
  for (const Parameter& p : parameters(model)) EXPECT_TRUE(names.insert(p.name).second) << p.name;
  EXPECT_TRUE(names.count("token_embedding.weight"));
  EXPECT_TRUE(names.count("blocks.1.attention.query.weight"));
  EXPECT_TRUE(names.count("blocks.0.feed_forward.contract.bias"));
  EXPECT_FALSE(names.count("lm_head.weight"));
  const int64_t C = 12, block = 4 * (C * C + C) + (4 * C * C + 4 * C) + (4 * C * C + C) + 4 * C;
  EXPECT_EQ(parameter_count(model), 11 * C + 8 * C + 2 * block + 2 * C);
  GPTConfig untied = tiny;
  untied.tie_word_embeddings = false;
  GPT other(untied);
  EXPECT_EQ(parameter_count(other), parameter_count(model) + 11 * C);
}

TEST(GPTConfig, CountsTheParametersThatAModelOfItHas) {
  for (const bool tied : {true, false}) {
    for (const int64_t n_inner : {0, 7, 100}) {
      for (const int64_t n_layer : {1, 3}) {
        const GPTConfig config{.vocab_size = 11,
                               .block_size = 5,
                               .n_layer = n_layer,
                               .n_head = 3,
                               .n_embd = 12,
                               .tie_word_embeddings = tied,
                               .n_inner = n_inner};
        GPT model(config);
        EXPECT_EQ(config.parameter_count(), parameter_count(model)) << tied << " " << n_inner << " " << n_layer;
      }
    }
  }
  // GPT-2 itself, which nobody wants to build for this: the published 124 M.
  const GPTConfig gpt2{.vocab_size = 50257, .block_size = 1024, .n_layer = 12, .n_head = 12, .n_embd = 768};
  EXPECT_EQ(gpt2.parameter_count(), 124'439'808);
}

TEST(Module, EveryLeafThatReceivedAGradientIsANamedParameterAndTheOtherWayRound) {
  for (const bool tied : {true, false}) {
    GPTConfig config = tiny;
    config.tie_word_embeddings = tied;
    manual_seed(0);
    GPT model(config);
    std::set<const Node*> named;
    for (const Parameter& p : parameters(model)) named.insert(&p.tensor.node());
    const Tensor loss = cross_entropy(model.forward(some_ids(2, 8)), some_ids(2, 8, 2));
    std::vector<Node*> open{&loss.node()};
    std::set<Node*> seen;
    std::set<const Node*> leaves;
    while (!open.empty()) {
      Node* node = open.back();
      open.pop_back();
      if (!seen.insert(node).second) continue;
      if (node->is_leaf() && node->requires_grad) leaves.insert(node);
      if (node->op)
        for (const Tensor& input : node->op->inputs) open.push_back(&input.node());
    }
    EXPECT_EQ(leaves, named);
    Tensor(loss).backward();
    for (const Parameter& p : parameters(model)) EXPECT_TRUE(p.tensor.has_grad()) << p.name;
  }
}

// Any Linear may be replaced by another struct that is a Linear: what LoRA will do.
struct TwiceLinear : Linear {
  using Linear::Linear;
  Tensor forward(In x) override { return Linear::forward(x) * 2.0; }
};
struct ReplaceQueries : Visitor {
  using Visitor::operator();
  void operator()(const std::string& name, Tensor&) override { (void)name; }
  void operator()(const std::string& name, std::unique_ptr<Linear>& part) override {
    if (name != "query") return;
    auto twice = std::make_unique<TwiceLinear>(part->weight.size(1), part->weight.size(0));
    twice->weight = part->weight;
    twice->bias = part->bias;
    part = std::move(twice);
    ++replaced;
  }
  int replaced = 0;
};

TEST(Module, ALinearCanBeReplaced) {
  manual_seed(0);
  GPT model(tiny);
  const NoGrad reading;
  const Tensor before = model.forward(some_ids(1, 8));
  ReplaceQueries replace;
  model.visit(replace);
  EXPECT_EQ(replace.replaced, 2);
  EXPECT_GT(difference(before, model.forward(some_ids(1, 8))), 1e-9);
}

TEST(GPT, PlainAndFusedAttentionAgree) {
  manual_seed(3);
  GPT model(tiny);
  for (const Parameter& p : parameters(model))  // away from the small first weights, where attention hardly matters
    if (p.tensor.rank() == 2)
      for (Real& weight : p.tensor.values()) weight *= 10;
  const Ids ids = some_ids(2, 8), targets = some_ids(2, 8, 2);
  const auto run = [&](bool plain) {
    model.use_plain_attention(plain);
    Tensor loss = cross_entropy(model.forward(ids), targets);
    loss.backward();
    std::vector<Tensor> results{loss.detach()};
    for (const Parameter& p : parameters(model)) {
      results.push_back(p.tensor.grad());
      p.tensor.zero_grad();
    }
    return results;
  };
  const std::vector<Tensor> fused = run(false), plain = run(true);
  for (size_t i = 0; i < fused.size(); ++i) EXPECT_LT(difference(fused[i], plain[i]), 2e-5);
}

TEST(GPT, PlainAttentionShowsItsWeights) {
  manual_seed(0);
  GPT model(tiny);
  model.use_plain_attention(true);
  const NoGrad reading;
  const Probes seen;
  model.forward(some_ids(1, 5));
  ASSERT_EQ(seen.all("attention.weights").size(), 2u);
  const Tensor weights = seen.last("attention.weights");
  EXPECT_EQ(weights.shape(), (Shape{1, 2, 5, 5}));
  EXPECT_EQ(weights.values()[1], 0);  // the first token cannot see the second
  EXPECT_THROW(seen.last("attention.wieghts"), Error);
}

TEST(GPT, TheFutureDoesNotLeak) {
  manual_seed(1);
  GPT model(tiny);
  const NoGrad reading;
  for (int64_t changed = 1; changed < 8; ++changed) {
    std::vector<int32_t> ids{1, 2, 3, 4, 5, 6, 7, 8}, other = ids;
    other[static_cast<size_t>(changed)] = 0;
    const Tensor a = model.forward(Ids(ids, {1, 8})), b = model.forward(Ids(other, {1, 8}));
    EXPECT_EQ(difference(slice(a, 1, 0, changed), slice(b, 1, 0, changed)), 0);
    EXPECT_GT(difference(slice(a, 1, changed, 8), slice(b, 1, changed, 8)), 0);
  }
}

TEST(GPT, LastPositionAloneIsTheSame) {
  manual_seed(1);
  GPT model(tiny);
  const NoGrad reading;
  const Tensor all = model.forward(some_ids(2, 6)), last = model.forward_last(some_ids(2, 6));
  EXPECT_LT(difference(squeeze(slice(all, 1, 5, 6), 1), last), 1e-6);
}

TEST(GPT, ErrorsNameTheLine) {
  GPT model(tiny);
  try {
    model.forward(some_ids(1, 9));
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("9 tokens do not fit into block_size 8"), std::string::npos)
        << error.what();
    EXPECT_NE(std::string(error.what()).find("nn_test.cpp:"), std::string::npos) << error.what();
  }
  try {
    model.forward(Ids({1, 2, 11}, {1, 3}));
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("nn_test.cpp:"), std::string::npos) << error.what();
  }
  EXPECT_THROW(GPT({.vocab_size = 5, .block_size = 4, .n_layer = 1, .n_head = 3, .n_embd = 8}), Error);
  EXPECT_THROW(GPT({.vocab_size = 5, .block_size = 4, .n_layer = 0, .n_head = 2, .n_embd = 8}), Error);
}

TEST(TokenData, EveryTenthPassageIsKeptBack) {
  std::string text;
  for (int i = 0; i < 40; ++i) text += "passage number " + std::to_string(i) + "\n\n";
  const SplitText split = split_text(text);
  EXPECT_NE(split.validation.find("number 9\n"), std::string::npos);
  EXPECT_EQ(split.training.find("number 9\n"), std::string::npos);
  EXPECT_EQ(split.training.size() + split.validation.size(), text.size());
  const SplitText few = split_text("0123456789 one passage");
  EXPECT_EQ(few.training, "0123456789 one passa");
  EXPECT_EQ(few.validation, "ge");
  EXPECT_EQ(split_text("").training, "");
}

TEST(TokenData, FingerprintTellsTokensApart) {
  const TokenData data{{1, 2, 3}, {4}};
  EXPECT_EQ(data.fingerprint(), (TokenData{{1, 2, 3}, {4}}.fingerprint()));
  EXPECT_NE(data.fingerprint(), (TokenData{{1, 2}, {3, 4}}.fingerprint()));
  EXPECT_NE(data.fingerprint(), (TokenData{{1, 2, 3}, {5}}.fingerprint()));
}

TEST(TokenData, TargetsAreTheSameTextOneTokenLater) {
  std::vector<int32_t> tokens(26);
  std::iota(tokens.begin(), tokens.end(), 0);
  const Batch batch = random_batch(tokens, 50, 5, {.seed = 4});
  std::set<int32_t> starts;
  for (int64_t row = 0; row < 50; ++row) {
    const auto inputs = batch.inputs.values(), targets = batch.targets.values();
    for (int64_t i = 0; i < 5; ++i)
      EXPECT_EQ(inputs[static_cast<size_t>(row * 5 + i)] + 1, targets[static_cast<size_t>(row * 5 + i)]);
    starts.insert(inputs[static_cast<size_t>(row * 5)]);
  }
  EXPECT_GT(starts.size(), 10u);
  EXPECT_EQ(windows_in_order(tokens, 0, 100, 5).inputs.shape(), (Shape{5, 5}));
  EXPECT_EQ(windows_in_order(tokens, 1, 3, 5).inputs.shape(), (Shape{2, 5}));
  EXPECT_EQ(random_batch(tokens, 1, 25, {}).inputs.shape(), (Shape{1, 25}));
  EXPECT_THROW(random_batch(tokens, 1, 26, {}), Error);
}

TEST(Generate, GreedyIsTheLargestAndSeedsRepeat) {
  manual_seed(5);
  GPT model(tiny);
  const auto greedy = generate(model, {1, 2, 3}, {.max_new_tokens = 20, .temperature = 0});
  EXPECT_EQ(greedy, generate(model, {1, 2, 3}, {.max_new_tokens = 20, .temperature = 5, .top_k = 1, .seed = 9}));
  const GenerateOptions hot{.max_new_tokens = 20, .temperature = 3, .top_k = 0, .seed = 1};
  EXPECT_EQ(generate(model, {1, 2, 3}, hot), generate(model, {1, 2, 3}, hot));
  GenerateOptions other = hot;
  other.draw = 1;
  EXPECT_NE(generate(model, {1, 2, 3}, hot), generate(model, {1, 2, 3}, other));
  EXPECT_EQ(generate(model, {1}, hot, [](int32_t) { return false; }).size(), 1u);
  EXPECT_THROW(generate(model, {}, hot), Error);
}

TEST(Generate, ReachesBeyondTheContext) {
  manual_seed(5);
  GPT model(tiny);
  EXPECT_EQ(generate(model, std::vector<int32_t>(30, 2), {.max_new_tokens = 12}).size(), 12u);
}

}  // namespace
}  // namespace dikkat
