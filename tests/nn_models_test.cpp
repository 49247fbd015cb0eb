// The Llama family, and what all language models share: padding, dropout, hidden states, writing.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <set>

#include "core/autograd.h"
#include "core/ops.h"
#include "core/probe.h"
#include "kernels/scan.h"
#include "nn/activation.h"
#include "nn/generate/generate.h"
#include "nn/models/gpt.h"
#include "nn/models/llama.h"
#include "tests/messages.h"

namespace dikkat {
namespace {

using test::expect_parts;
using test::message_of;

const GPTConfig tiny_gpt{.vocab_size = 13, .block_size = 16, .n_layer = 2, .n_head = 2, .n_embd = 12};
const LlamaConfig tiny{.vocab_size = 13,
                       .hidden_size = 16,
                       .intermediate_size = 20,
                       .num_hidden_layers = 2,
                       .num_attention_heads = 4,
                       .num_key_value_heads = 2,
                       .max_position_embeddings = 64};

// One of everything that the family can be.
std::vector<LlamaConfig> variants() {
  std::vector<LlamaConfig> all(6, tiny);
  all[1].tie_word_embeddings = true;
  all[1].num_key_value_heads = 1;
  all[2].head_dim = 6;
  all[2].qkv_bias = all[2].output_bias = all[2].mlp_bias = true;
  all[3].windows = {3, 0};
  all[3].rope = {.theta = 500, .type = RopeType::yarn, .factor = 4, .original_context = 16};
  all[4].qk_norm = true;
  all[4].num_key_value_heads = 0;
  all[5].qkv_bias = true;
  all[5].hidden_act = "gelu_pytorch_tanh";
  all[5].rope = {.type = RopeType::llama3, .factor = 2, .original_context = 8};
  return all;
}

Ids some_ids(int64_t batch, int64_t time, uint64_t seed = 1) {
  std::vector<int32_t> ids;
  for (int64_t i = 0; i < batch * time; ++i)
    ids.push_back(static_cast<int32_t>(random_below({.seed = seed}, static_cast<uint64_t>(i), 13)));
  return Ids(ids, {batch, time});
}

double difference(const Tensor& a, const Tensor& b) {
  const Tensor x = contiguous(a), y = contiguous(b);
  EXPECT_EQ(x.shape(), y.shape());
  return largest_difference(x.values().data(), y.values().data(), x.numel());
}

// Away from the small first weights, where attention hardly matters, and from norms and biases that do nothing.
void shake(Module& model) {
  for (const Parameter& p : parameters(model)) {
    const Tensor noise = randn(p.tensor.shape(), 0, p.tensor.rank() == 2 ? 0.3 : 0.2);
    for (size_t i = 0; i < noise.values().size(); ++i) p.tensor.values()[i] += noise.values()[i];
  }
}

std::unique_ptr<Llama> llama(const LlamaConfig& config) {
  manual_seed(4);
  auto model = std::make_unique<Llama>(config);
  shake(*model);
  return model;
}

TEST(Llama, NamesAndCounts) {
  Llama model(tiny);
  std::set<std::string> names;
  for (const Parameter& p : parameters(model)) EXPECT_TRUE(names.insert(p.name).second) << p.name;
  for (const char* name : {"token_embedding.weight", "blocks.0.norm_1.weight", "blocks.1.attention.key.weight",
                           "blocks.0.feed_forward.gate.weight", "final_norm.weight", "lm_head.weight"})
    EXPECT_TRUE(names.count(name)) << name;
  const int64_t C = 16, kv = 8, block = 2 * C * C + 2 * C * kv + 3 * C * 20 + 2 * C;
  EXPECT_EQ(parameter_count(model), 2 * 13 * C + 2 * block + C);
}

TEST(Llama, EveryLeafThatReceivedAGradientIsANamedParameterAndTheOtherWayRound) {
  for (const LlamaConfig& config : variants()) {
    const auto model = llama(config);
    std::set<const Node*> named, leaves;
    for (const Parameter& p : parameters(*model)) named.insert(&p.tensor.node());
    const Tensor loss = cross_entropy(model->forward(some_ids(2, 8)), some_ids(2, 8, 2));
    for (const auto& node : recorded_graph(loss))
      if (node->is_leaf() && node->requires_grad) leaves.insert(node.get());
    EXPECT_EQ(leaves, named);
    loss.backward();
    for (const Parameter& p : parameters(*model)) EXPECT_TRUE(p.tensor.has_grad()) << p.name;
  }
}

TEST(Llama, PlainAndFusedAttentionAgree) {
  for (const LlamaConfig& config : variants()) {
    const auto model = llama(config);
    const Padding padding{.attention_mask = Ids({1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 1, 1, 1, 1, 1, 1}, {2, 8})};
    const auto run = [&](bool plain) {
      model->use_plain_attention(plain);
      Tensor loss = cross_entropy(model->forward(some_ids(2, 8), padding), some_ids(2, 8, 2));
      loss.backward();
      std::vector<Tensor> results{loss.detach()};
      for (const Parameter& p : parameters(*model)) {
        results.push_back(p.tensor.grad());
        p.tensor.zero_grad();
      }
      return results;
    };
    const std::vector<Tensor> fused = run(false), plain = run(true);
    for (size_t i = 0; i < fused.size(); ++i) EXPECT_LT(difference(fused[i], plain[i]), 2e-5);
  }
}

TEST(Llama, TheFutureDoesNotLeakAndTheLastPositionAloneIsTheSame) {
  for (const LlamaConfig& config : variants()) {
    const auto model = llama(config);
    const NoGrad reading;
    const std::vector<int32_t> ids{1, 2, 3, 4, 5, 6};
    const Tensor whole = model->forward(Ids(ids, {1, 6}));
    std::vector<int32_t> other = ids;
    other[4] = 9;
    const Tensor changed = model->forward(Ids(other, {1, 6}));
    EXPECT_EQ(difference(slice(whole, 1, 0, 4), slice(changed, 1, 0, 4)), 0);
    EXPECT_GT(difference(slice(whole, 1, 4, 6), slice(changed, 1, 4, 6)), 0);
    EXPECT_LT(difference(squeeze(slice(whole, 1, 5, 6), 1), model->forward_last(Ids(ids, {1, 6}))), 1e-5);
  }
}

TEST(Llama, OnlyDistancesMatter) {
  const auto model = llama(tiny);
  const NoGrad reading;
  const Tensor here = model->forward(some_ids(1, 6));
  const Tensor later = model->forward(some_ids(1, 6), {.position_ids = Ids({7, 8, 9, 10, 11, 12}, {1, 6})});
  const Tensor wider = model->forward(some_ids(1, 6), {.position_ids = Ids({0, 2, 4, 6, 8, 10}, {1, 6})});
  EXPECT_LT(difference(here, later), 2e-5);
  EXPECT_GT(difference(here, wider), 1e-3);
}

TEST(Llama, AWindowOfTwoSeesTwoTokens) {
  LlamaConfig config = tiny;
  config.num_hidden_layers = 1;
  config.windows = {2};
  const auto model = llama(config);
  const NoGrad reading;
  const Tensor a = model->forward(Ids({1, 2, 3, 4}, {1, 4})), b = model->forward(Ids({9, 2, 3, 4}, {1, 4}));
  EXPECT_GT(difference(slice(a, 1, 1, 2), slice(b, 1, 1, 2)), 1e-4);
  EXPECT_EQ(difference(slice(a, 1, 2, 4), slice(b, 1, 2, 4)), 0);
}

TEST(Llama, SharedHeadsAreRepeatedHeads) {
  LlamaConfig config = tiny;
  const auto shared = llama(config);
  config.num_key_value_heads = 4;
  Llama repeated(config);
  const auto from = parameters(*shared), to = parameters(repeated);
  for (size_t i = 0; i < from.size(); ++i) {
    Tensor source = from[i].tensor.detach();
    if (source.shape() != to[i].tensor.shape())  // key and value: each head twice
      source = flatten(repeat_interleave(reshape(source, {2, 4, 16}), 2, 0), 0, 1);
    const Tensor in_order = contiguous(source);
    std::copy(in_order.values().begin(), in_order.values().end(), to[i].tensor.values().begin());
  }
  const NoGrad reading;
  EXPECT_LT(difference(shared->forward(some_ids(2, 7)), repeated.forward(some_ids(2, 7))), 1e-5);
}

TEST(Llama, RefusesWhatCannotBeBuilt) {
  const auto message = [](auto change) {
    LlamaConfig config = tiny;
    change(config);
    return message_of([&] { Llama model(config); });
  };
  expect_parts(message([](LlamaConfig& c) { c.num_key_value_heads = 3; }), {"num_key_value_heads 3", "4"});
  expect_parts(message([](LlamaConfig& c) { c.num_attention_heads = c.num_key_value_heads = 3; }),
               {"multiple of num_attention_heads 3"});
  expect_parts(message([](LlamaConfig& c) { c.head_dim = 5; }), {"head size of 5", "even"});
  expect_parts(message([](LlamaConfig& c) { c.windows = {1}; }), {"1 windows for 2 layers"});
  expect_parts(message([](LlamaConfig& c) { c.hidden_size = 0; }), {"must be positive"});
  expect_parts(message([](LlamaConfig& c) { c.hidden_act = "gelo"; }), {"'gelo'", "silu"});
  expect_parts(message([](LlamaConfig& c) { c.rope.theta = -1; }), {"theta", "-1"});
  expect_parts(message([](LlamaConfig& c) { c.attention_dropout = 1; }), {"attention_dropout", "below 1"});
}

// Padding ------------------------------------------------------------------------------------------------------------

std::vector<std::unique_ptr<LanguageModel>> models() {
  std::vector<std::unique_ptr<LanguageModel>> all;
  manual_seed(4);
  all.push_back(std::make_unique<GPT>(tiny_gpt));
  shake(*all.back());
  for (const LlamaConfig& config : variants()) all.push_back(llama(config));
  return all;
}

TEST(Padding, OnTheRightAndOnTheLeftNothingChanges) {
  for (const auto& model : models()) {
    const NoGrad reading;
    const Tensor alone = model->forward(Ids({5, 6, 7, 8}, {1, 4}));  // (1,4,V)
    // The other row is longer; the padding holds a token like any other.
    const Ids right({5, 6, 7, 8, 3, 3, 1, 2, 3, 4, 5, 6}, {2, 6}), left({3, 3, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6}, {2, 6});
    const Ids right_mask({1, 1, 1, 1, 0, 0, 1, 1, 1, 1, 1, 1}, {2, 6});
    const Ids left_mask({0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, {2, 6});
    const Tensor on_right = model->forward(right, {.attention_mask = right_mask});
    EXPECT_LT(difference(alone, slice(slice(on_right, 0, 0, 1), 1, 0, 4)), 2e-5);
    const Padding padding{.attention_mask = left_mask, .position_ids = positions_in(left_mask)};
    const Tensor on_left = model->forward(left, padding);
    EXPECT_LT(difference(alone, slice(slice(on_left, 0, 0, 1), 1, 2, 6)), 2e-5);
    EXPECT_LT(difference(slice(on_right, 0, 1, 2), slice(on_left, 0, 1, 2)), 2e-5);
    for (const Real score : contiguous(on_left).values()) EXPECT_TRUE(std::isfinite(score));
    EXPECT_LT(difference(select(select(on_left, 0, 0), 0, 5), select(model->forward_last(left, padding), 0, 0)), 1e-5);
  }
}

TEST(Padding, GradientsComeFromTokensAlone) {
  for (const auto& model : models()) {
    const Ids mask({0, 0, 1, 1, 1}, {1, 5});
    const auto gradient = [&](int32_t padding, const Ids& targets) {
      const Tensor logits = model->forward(Ids({padding, padding, 5, 6, 7}, {1, 5}),
                                           {.attention_mask = mask, .position_ids = positions_in(mask)});
      cross_entropy(logits, targets).backward();
      const Tensor result = parameters(*model)[0].tensor.grad();
      for (const Parameter& p : parameters(*model)) p.tensor.zero_grad();
      return result;
    };
    const Ids targets({-100, -100, 6, 7, 8}, {1, 5});
    EXPECT_LT(difference(gradient(3, targets), gradient(9, targets)), 1e-6);
  }
}

TEST(Padding, PositionsCountTheTokensOfEachRow) {
  const Ids positions = positions_in(Ids({0, 0, 1, 1, 1, 1, 1, 0}, {2, 4}));
  const std::vector<int32_t> expected{0, 0, 0, 1, 0, 1, 2, 0};
  EXPECT_EQ(std::vector<int32_t>(positions.values().begin(), positions.values().end()), expected);
  EXPECT_THROW(positions_in(Ids({1, 1})), Error);
}

TEST(Padding, ErrorsNameTheLine) {
  for (const auto& model : models()) {
    expect_parts(message_of([&] { model->forward(Ids({1, 2, 3})); }), {"(batch, time)", "(3)", "nn_models_test.cpp:"});
    expect_parts(message_of([&] {
                   model->forward(some_ids(1, 3), {.attention_mask = Ids({1, 1}, {1, 2})});
                 }),
                 {"attention mask (1,2)", "(1,3)", "nn_models_test.cpp:"});
    expect_parts(message_of([&] {
                   model->forward(some_ids(1, 2), {.attention_mask = Ids({1, 2}, {1, 2})});
                 }),
                 {"1 for tokens and 0 for padding", "from 1 to 2"});
    expect_parts(message_of([&] {
                   model->forward(some_ids(1, 2), {.position_ids = Ids({-1, 2}, {1, 2})});
                 }),
                 {"positions cannot be negative, found -1"});
    expect_parts(message_of([&] {
                   model->forward(some_ids(1, 2), {.position_ids = Ids({1, 2}, {2, 1})});
                 }),
                 {"position ids (2,1)", "(1,2)"});
  }
}

// Hidden states, dropout, activations, writing
// -------------------------------------------------------------------------

TEST(LanguageModel, HiddenStatesCanBeSeen) {
  for (const auto& model : models()) {
    const NoGrad reading;
    const Probes seen;
    const Tensor logits = model->forward(some_ids(2, 5));
    const std::vector<Tensor> states = seen.all("hidden_states");
    ASSERT_EQ(states.size(), 3u);  // embeddings, the first of two blocks, the last norm
    for (const Tensor& state : states) EXPECT_EQ(state.rank(), 3);
    const Tensor table = parameters(*model)[0].tensor;
    if (const auto* untied = dynamic_cast<const Llama*>(model.get()); untied && untied->lm_head)
      EXPECT_EQ(difference(logits, linear(states[2], untied->lm_head->weight)), 0);
    else
      EXPECT_EQ(difference(logits, linear(states[2], table)), 0);
  }
}

TEST(Dropout, OnlyInTrainingAndOnlyWhereAsked) {
  const std::vector<double GPTConfig::*> rates{&GPTConfig::embd_pdrop, &GPTConfig::attn_pdrop, &GPTConfig::resid_pdrop};
  manual_seed(4);
  GPT model(tiny_gpt);
  shake(model);
  const Tensor plain = model.forward(some_ids(2, 6));
  model.train();
  EXPECT_EQ(difference(plain, model.forward(some_ids(2, 6))), 0);  // rates of 0
  for (const auto rate : rates) {
    GPTConfig config = tiny_gpt;
    config.*rate = 0.4;
    manual_seed(4);
    GPT dropping(config);
    shake(dropping);
    EXPECT_EQ(difference(plain, dropping.forward(some_ids(2, 6))), 0);
    dropping.train();
    manual_seed(1);
    const Tensor first = dropping.forward(some_ids(2, 6));
    EXPECT_GT(difference(plain, first), 1e-3);
    EXPECT_GT(difference(first, dropping.forward(some_ids(2, 6))), 1e-3);
    manual_seed(1);
    EXPECT_EQ(difference(first, dropping.forward(some_ids(2, 6))), 0);
    cross_entropy(first, some_ids(2, 6, 2)).backward();
    for (const Parameter& p : parameters(dropping)) EXPECT_TRUE(p.tensor.has_grad()) << p.name;
    dropping.train(false);
    EXPECT_EQ(difference(plain, dropping.forward(some_ids(2, 6))), 0);
  }
  GPTConfig config = tiny_gpt;
  config.resid_pdrop = 1;
  EXPECT_THROW(GPT{config}, Error);
}

// Many draws of attention with dropped weights have the attention without dropping as their mean.
TEST(Dropout, AttentionKeepsItsMean) {
  manual_seed(2);
  const Tensor q = randn({400, 3, 1, 4}), k = randn({400, 3, 1, 4}), v = expand(tensor({1, 2, 3, 4}), {400, 3, 1, 4});
  const NoGrad reading;
  const Tensor dropped = scaled_dot_product_attention(q, k, contiguous(v), {.causal = true, .dropout = 0.5});
  const Tensor averages = mean(dropped, std::vector<int>{0, 2});  // (3,4)
  for (size_t i = 0; i < 12; ++i) EXPECT_NEAR(averages.values()[i] / static_cast<Real>(i % 4 + 1), 1, 0.2);
  EXPECT_GT(difference(dropped, contiguous(v)), 0.5);
}

TEST(Activation, ByName) {
  const Tensor x = tensor({-3, -1, -0.1, 0, 0.2, 1, 4});
  const auto expect = [&](const char* name, auto function) {
    const Tensor y = activation_named(name)(x);
    for (size_t i = 0; i < 7; ++i)
      EXPECT_NEAR(y.values()[i], function(static_cast<double>(x.values()[i])), 1e-5) << name << " " << i;
  };
  for (const char* name : {"gelu_new", "gelu_pytorch_tanh", "gelu_fast"})
    expect(name, [](double a) { return a / 2 * (1 + std::tanh(0.7978845608 * (a + 0.044715 * a * a * a))); });
  expect("gelu", [](double a) { return a / 2 * (1 + std::erf(a / std::sqrt(2.0))); });
  expect("quick_gelu", [](double a) { return a / (1 + std::exp(-1.702 * a)); });
  for (const char* name : {"silu", "swish"}) expect(name, [](double a) { return a / (1 + std::exp(-a)); });
  expect("relu", [](double a) { return a > 0 ? a : 0; });
  expect("relu2", [](double a) { return a > 0 ? a * a : 0; });
  expect("leaky_relu", [](double a) { return a > 0 ? a : 0.01 * a; });
  expect("mish", [](double a) { return a * std::tanh(std::log1p(std::exp(a))); });
  expect("sigmoid", [](double a) { return 1 / (1 + std::exp(-a)); });
  expect("tanh", [](double a) { return std::tanh(a); });
  expect_parts(message_of([] { activation_named("GELU"); }), {"'GELU'", "gelu_new", "silu", "tanh"});
}

TEST(SwiGLU, IsItsFormula) {
  manual_seed(0);
  SwiGLU layer(3, 5, 0.02, true);
  shake(layer);
  const Tensor x = randn({2, 3});
  const Tensor gate = linear(x, layer.gate->weight, layer.gate->bias), up = linear(x, layer.up->weight, layer.up->bias);
  const Tensor expected = linear(gate * sigmoid(gate) * up, layer.down->weight, layer.down->bias);
  EXPECT_LT(difference(expected, layer.forward(x)), 1e-6);
}

TEST(Generate, WorksWithAnyLanguageModel) {
  for (const auto& model : models()) {
    const auto greedy = generate(*model, {1, 2, 3}, {.max_new_tokens = 8, .temperature = 0});
    ASSERT_EQ(greedy.size(), 8u);
    std::vector<int32_t> ids{1, 2, 3};
    for (const int32_t next : greedy) {
      const NoGrad reading;
      const Ids all(ids, {1, static_cast<int64_t>(ids.size())});
      EXPECT_EQ(next, argmax(model->forward_last(all)).values()[0]);
      ids.push_back(next);
    }
  }
}

TEST(Generate, StopsAtScoresThatAreNoNumbers) {
  const auto model = llama(tiny);
  model->token_embedding.weight.values()[2 * 16] = std::numeric_limits<Real>::quiet_NaN();
  expect_parts(message_of([&] { generate(*model, {1, 2}, {.temperature = 0}); }), {"token 1", "NaN", "weights"});
}

}  // namespace
}  // namespace dikkat
