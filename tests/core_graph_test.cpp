// Recomputation, given gradients, the graph in print, and what a computation consists of.
#include <gtest/gtest.h>

#include <sstream>

#include "core/autograd.h"
#include "core/graph.h"
#include "core/observe.h"
#include "core/ops.h"
#include "core/recompute.h"

namespace dikkat::test {
namespace {

std::vector<Real> numbers(const Tensor& x) {
  const Tensor y = contiguous(x);
  return {y.values().begin(), y.values().end()};
}

TEST(Backward, TakesAGivenGradient) {
  Tensor x = tensor({1, 2, 3, 4, 5, 6}, {2, 3});
  x.requires_grad_();
  const Tensor y = transpose(x * x);
  y.backward(transpose(tensor({1, 0, -1, 2, 0.5, 0}, {2, 3})));
  EXPECT_EQ(numbers(x.grad()), (std::vector<Real>{2, 0, -6, 16, 5, 0}));
}

TEST(Backward, NamesAGradientOfAnotherShape) {
  Tensor x = tensor({1, 2, 3});
  x.requires_grad_();
  const Tensor y = x * 2.0;
  EXPECT_THROW(y.backward(tensor({1, 2})), Error);
  EXPECT_THROW(y.backward(), Error);
}

// A layer with a parameter, dropout and more than one use of its input.
struct Layer {
  Tensor weight = tensor({0.5, -1, 2, 0.25, 1, -0.75, 0.1, 0.2, 0.3}, {3, 3});
  Layer() { weight.requires_grad_(); }
  Tensor operator()(const Tensor& x) const { return x + dropout(tanh(matmul(x, weight)), 0.5); }
};

std::vector<std::vector<Real>> result_and_gradients(bool again, bool through_input) {
  manual_seed(11);
  const Layer first, second;
  Tensor x = tensor({1, 2, 3, -1, 0.5, 2}, {2, 3});
  x.requires_grad_(through_input);
  const Tensor h = again ? recompute([&](const Tensor& t) { return first(t); }, x) : first(x);
  const Tensor y = again ? recompute([&](const Tensor& t) { return second(t); }, h) : second(h);
  const Tensor noise = randn({2, 3});  // the stream goes on as if nothing were computed twice
  const Tensor loss = sum(y * noise);
  loss.backward();
  std::vector<std::vector<Real>> results{numbers(y), numbers(first.weight.grad()), numbers(second.weight.grad()),
                                         numbers(randn({3}))};
  if (through_input) results.push_back(numbers(x.grad()));
  return results;
}

TEST(Recompute, GivesTheSameBits) {
  for (const bool through_input : {true, false})
    EXPECT_EQ(result_and_gradients(true, through_input), result_and_gradients(false, through_input));
}

TEST(Recompute, KeepsNoIntermediateResults) {
  const auto live_after = [](bool again) {
    Tensor x = ones({64, 64});
    x.requires_grad_();
    const auto deep = [](const Tensor& t) {
      Tensor y = t;
      for (int i = 0; i < 10; ++i) y = tanh(y);
      return y;
    };
    const int64_t before = memory_use().live_total;
    const Tensor y = again ? recompute(deep, x) : deep(x);
    return (memory_use().live_total - before) / (64 * 64 * static_cast<int64_t>(sizeof(Real)));
  };
  EXPECT_EQ(live_after(false), 10);
  EXPECT_EQ(live_after(true), 1);
}

TEST(Recompute, GoesBackInsideNoGradToo) {
  Tensor x = tensor({2, 3});
  x.requires_grad_();
  const Tensor y = sum(In(recompute([](const Tensor& t) { return t * t; }, x)));
  const NoGrad only_reading;
  y.backward();
  EXPECT_EQ(numbers(x.grad()), (std::vector<Real>{4, 6}));
}

TEST(Recompute, UnderNoGradIsTheFunction) {
  const NoGrad reading;
  Tensor x = tensor({2});
  EXPECT_FALSE(recompute([](const Tensor& t) { return t * t; }, x).requires_grad());
}

TEST(PrintGraph, ShowsEveryOperationOnce) {
  Tensor x = tensor({1, 2, 3}).named("x");
  const int first = __LINE__ + 1;
  x.requires_grad_();
  const Tensor y = x * x;
  const Tensor loss = sum(y + y);
  retain_grads(loss);
  loss.backward(Graph::keep);
  std::ostringstream out;
  print_graph(loss, out, true);
  const auto line = [&](int number) { return text("   core_graph_test.cpp:", first + number, "\n"); };
  EXPECT_EQ(out.str(), "#4 sum () = 28.0000   grad 1.0000" + line(2) +
                           "`- #3 add (3) = 2.0000 8.0000 18.0000   grad 1.0000 1.0000 1.0000" + line(2) +
                           "   +- #2 multiply (3) = 1.0000 4.0000 9.0000   grad 2.0000 2.0000 2.0000" + line(1) +
                           "   |  +- #1 leaf 'x' (3) = 1.0000 2.0000 3.0000   grad 4.0000 8.0000 12.0000" + line(0) +
                           "   |  `- #1 'x', see above\n"
                           "   `- #2 multiply, see above\n");
}

TEST(PrintGraph, IsDataToo) {
  Tensor x = tensor({1, 2, 3, 4, 5, 6, 7, 8, 9}, {3, 3}).named("x");
  x.requires_grad_();
  const Tensor y = exp(transpose(x));
  const Json json = graph_json(y);
  const std::vector<JsonView> nodes = json.at("nodes").elements();
  ASSERT_EQ(nodes.size(), 4u);
  EXPECT_EQ(nodes[0].at("operation").string(), "leaf");
  EXPECT_EQ(nodes[0].at("name").string(), "x");
  EXPECT_EQ(nodes[0].at("first").size(), 8u);
  EXPECT_EQ(nodes[0].at("gradient").size(), 0u);
  EXPECT_EQ(nodes[3].at("operation").string(), "exp");
  EXPECT_EQ(nodes[3].at("inputs").at(size_t{0}).integer(), 3);
  EXPECT_EQ(nodes[3].at("shape").at(size_t{1}).integer(), 3);
  EXPECT_NE(nodes[3].at("line").string().find("core_graph_test.cpp:"), std::string::npos);
}

TEST(PrintGraph, OfALongChainNeedsNoDeepStack) {
  Tensor x = tensor({1.0});
  x.requires_grad_();
  Tensor y = x;
  for (int i = 0; i < 20000; ++i) y = y + 1.0;
  EXPECT_EQ(graph_of(y).size(), 20001u);
}

TEST(Observe, CountsWorkAndMemory) {
  Tensor x = ones({8, 16}), weight = ones({4, 16});
  weight.requires_grad_();
  const std::vector<Observed> seen = observe([&] { sum(relu(linear(x, weight))); });
  ASSERT_EQ(seen.size(), 3u);
  EXPECT_EQ(seen[0].operation, "linear");
  EXPECT_EQ(seen[0].shape, (Shape{8, 4}));
  EXPECT_EQ(seen[0].multiply_adds, 8 * 4 * 16);
  EXPECT_EQ(seen[0].bytes, 8 * 4 * static_cast<int64_t>(sizeof(Real)));
  EXPECT_EQ(seen[1].operation, "relu");
  EXPECT_EQ(seen[1].multiply_adds, 0);
  EXPECT_EQ(&seen[0].inputs[1].node(), &weight.node());
}

}  // namespace
}  // namespace dikkat::test
