// Tensors as such: their numbers, creation, text, random numbers, memory, and the line in every message.
#include <gtest/gtest.h>

#include <cmath>
#include <sstream>

#include "core/autograd.h"
#include "core/ops.h"
#include "core/print.h"
#include "kernels/memory.h"
#include "kernels/parallel.h"
#include "tests/messages.h"

namespace dikkat::test {
namespace {

using Values = std::vector<Real>;

Values values_of(const Tensor& x) {
  return {x.values().begin(), x.values().end()};
}

std::string printed(const Tensor& x) {
  std::ostringstream out;
  out << x;
  return out.str();
}

TEST(Views, AViewThatBecomesALeafHasAGradientOfItsOwn) {
  const Tensor x = tensor({1, 2, 3});
  Tensor a = slice(x, 0, 0, 2).detach().requires_grad_();
  const NoGrad not_recorded;
  Tensor b = slice(x, 0, 0, 2), c = slice(x, 0, 1, 3);
  b.requires_grad_();
  c.requires_grad_();
  b.grad_sum();
  EXPECT_TRUE(b.has_grad());
  EXPECT_FALSE(c.has_grad());
  EXPECT_FALSE(a.has_grad());
}

TEST(Shape, CountsFromBothEnds) {
  const Shape shape{2, 3, 5};
  EXPECT_EQ(shape.rank(), 3);
  EXPECT_EQ(shape[0], 2);
  EXPECT_EQ(shape[-1], 5);
  EXPECT_EQ(shape.numel(), 30);
  EXPECT_EQ(Shape{}.numel(), 1);
  EXPECT_EQ((Shape{3, 0}).numel(), 0);
  EXPECT_FALSE((Shape{2, 3}) == (Shape{2, 3, 1}));
  expect_parts(message_of([&] { shape[3]; }), {"dimension 3", "(2,3,5)"});
  expect_parts(message_of([&] { shape[-4]; }), {"dimension -4", "(2,3,5)"});
}

TEST(Shape, RefusesWhatCannotBe) {
  expect_parts(message_of([] { Shape{2, -1}; }), {"negative size -1"});
  expect_parts(message_of([] { Shape{1, 1, 1, 1, 1, 1, 1, 1, 1}; }), {"at most 8 dimensions"});
  expect_parts(message_of([] { Shape{1 << 30, 1 << 30}; }), {"too large"});
  expect_parts(message_of([] { Shape{int64_t{1} << 62, 4}; }), {"too large"});
  // Nothing in a dimension does not make room for others: their strides would overflow.
  expect_parts(message_of([] { Shape{0, int64_t{1} << 40, int64_t{1} << 40}; }), {"too large"});
  expect_parts(message_of([] { Shape{int64_t{1} << 40, 0, 2}; }), {"too large"});
  EXPECT_EQ((Shape{0, int64_t{1} << 20, int64_t{1} << 20}).numel(), 0);
}

TEST(Shape, ChangesOneSizeOnly) {
  const Shape shape{2, 3, 5};
  EXPECT_EQ(shape.with(1, 7), (Shape{2, 7, 5}));
  EXPECT_EQ(shape.with(-1, 0), (Shape{2, 3, 0}));
  EXPECT_EQ(shape, (Shape{2, 3, 5}));
  EXPECT_EQ((Shape{0, 8}).with(0, int64_t{1} << 37)[0], int64_t{1} << 37);
  expect_parts(message_of([&] { shape.with(3, 1); }), {"dimension 3", "(2,3,5)"});
  expect_parts(message_of([&] { shape.with(0, -1); }), {"negative size -1"});
  expect_parts(message_of([&] { shape.with(1, int64_t{1} << 40); }), {"(2,3,5)", "dimension 1", "too large"});
  expect_parts(message_of([] { Shape({1, 0, int64_t{1} << 40}).with(0, 2); }), {"too large"});
}

// What a view repeats takes no memory, so that a shape can be as large as shapes get.
TEST(Shape, OperationsRefuseWhatBecomesTooLarge) {
  constexpr int64_t most = int64_t{1} << 40;
  const Tensor x = expand(ones({1, 1}), {1, most}), tall = expand(ones({1, 1}), {most, 1}), nothing = zeros({0});
  const Ids twice({0, 0});
  const auto expect_refused = [](int line, const char* name, const std::function<void()>& mistake) {
    const std::string message = message_of(mistake);
    expect_parts(message, {name, "too large"});
    EXPECT_TRUE(message.ends_with(text("   core_tensor_test.cpp:", line))) << message;
  };
  expect_refused(__LINE__, "index_select", [&] { index_select(x, 0, twice); });
  expect_refused(__LINE__, "index_add", [&] { index_add(x, 0, twice, x); });
  expect_refused(__LINE__, "cat", [&] { cat({x, x}, 0); });
  expect_refused(__LINE__, "stack", [&] { stack({x, x}, 0); });
  expect_refused(__LINE__, "add", [&] { x + ones({2, 1}); });
  expect_refused(__LINE__, "matmul", [&] { matmul(tall, ones({1, 2})); });
  expect_refused(__LINE__, "linear", [&] { linear(tall, ones({2, 1})); });
  expect_refused(__LINE__, "reshape", [&] { reshape(nothing, {0, most, most}); });
  expect_refused(__LINE__, "repeat", [&] { repeat(x, {2, 1}); });
  expect_refused(__LINE__, "unfold", [&] { unfold(ones({1, 1, 1, 1}), 1, {.padding = int64_t{1} << 30}); });
  expect_parts(message_of([&] { one_hot(twice, most); }), {"one_hot", "too large"});
}

TEST(Tensor, GivesItsNumbers) {
  EXPECT_EQ(full({}, 2.5).item(), 2.5);
  EXPECT_EQ(tensor({7}, {1, 1}).item(), 7);
  EXPECT_EQ(values_of(tensor({1, 2, 3, 4}, {2, 2})), (Values{1, 2, 3, 4}));
  EXPECT_EQ(zeros({0}).values().size(), 0u);
  EXPECT_EQ(values_of(eye(3)), (Values{1, 0, 0, 0, 1, 0, 0, 0, 1}));
  EXPECT_EQ(values_of(arange(3)), (Values{0, 1, 2}));
  EXPECT_EQ(eye(0).numel(), 0);
}

TEST(Tensor, RefusesWrongQuestions) {
  const Tensor x = tensor({1, 2, 3, 4, 5, 6}, {2, 3});
  expect_parts(message_of([&] { x.item(); }), {"item", "one element", "(2,3)"});
  expect_parts(message_of([&] { transpose(x).values(); }), {"values", "(3,2)", "contiguous()"});
  expect_parts(message_of([&] { x.grad(); }), {"grad", "(2,3)", "requires_grad_()"});
  expect_parts(message_of([] { tensor({1, 2, 3}, {2, 2}); }), {"tensor", "3 numbers", "(2,2)", "4"});
  expect_parts(message_of([] { Tensor().shape(); }), {"holds nothing yet"});
  expect_parts(message_of([] { Tensor() + 1.0; }), {"holds nothing yet"});
  EXPECT_EQ(message_of([&] { slice(x, 0, 1, 2).values(); }), "");  // rows lie together
  EXPECT_EQ(slice(slice(x, 0, 1, 2), 1, 1, 2).item(), 5);
}

TEST(Tensor, CopiesShareNumbers) {
  const Tensor a = ones({2});
  const Tensor b = a;
  b.values()[0] = 5;
  EXPECT_EQ(a.values()[0], 5);
}

TEST(Ids, KnowTheirRange) {
  const Ids ids({3, ignore_index, 7, 5}, {2, 2});
  EXPECT_EQ(ids.smallest(), 3);
  EXPECT_EQ(ids.largest(), 7);
  EXPECT_EQ(ids.smallest_of_all(), ignore_index);
  const Ids none(std::vector<int32_t>{ignore_index});
  EXPECT_GT(none.smallest(), none.largest());
  expect_parts(message_of([] { Ids({1, 2, 3}, {2, 2}); }), {"ids", "3 ids", "(2,2)"});
  expect_parts(message_of([] { cross_entropy(ones({4}), Ids()); }), {"ids hold nothing yet"});
}

// Every form in which a lesson may write an operation leads its message back to the lesson's line.
TEST(Messages, NameTheLineOfTheCaller) {
  const Tensor a = ones({2, 3}), b = ones({4, 5}), bias = ones({7});
  const auto expect_line = [](int line, const std::function<void()>& mistake) {
    const std::string message = message_of(mistake);
    EXPECT_TRUE(message.ends_with(text("   core_tensor_test.cpp:", line))) << message;
  };
  expect_line(__LINE__, [&] { a + b; });
  expect_line(__LINE__, [&] { a - b; });
  expect_line(__LINE__, [&] { a* b; });
  expect_line(__LINE__, [&] { a / b; });
  expect_line(__LINE__, [&] { exp(a) * (b + 1.0); });
  expect_line(__LINE__, [&] { matmul(a, b); });
  expect_line(__LINE__, [&] { matmul(a * 2.0, transpose(b)); });
  expect_line(__LINE__, [&] { matmul(ones({2, 2, 3}), b); });
  expect_line(__LINE__, [&] { linear(a, b, bias); });
  expect_line(__LINE__, [&] { linear_plain(a, b, bias); });
  expect_line(__LINE__, [&] { softmax(sum(a)); });
  expect_line(__LINE__, [&] { layer_norm(a, bias, bias); });
  expect_line(__LINE__, [&] { layer_norm_plain(a, bias, bias); });
  expect_line(__LINE__, [&] { sum(a, 2); });
  expect_line(__LINE__, [&] { reshape(a, {4, -1}); });
  expect_line(__LINE__, [&] { embedding(a, Ids({5})); });
  expect_line(__LINE__, [&] { cross_entropy_plain(a, Ids({5})); });
  expect_line(__LINE__, [&] { scaled_dot_product_attention_plain(a, a, a, {.causal = true}); });
}

TEST(Print, SmallTensors) {
  EXPECT_EQ(printed(tensor({0.1234, 1, -2.5, 100, 0, 3.00004}, {2, 3}).named("scores")),
            "scores (2,3)\n"
            "[[  0.1234   1.0000  -2.5000]\n"
            " [100.0000   0.0000   3.0000]]");
  EXPECT_EQ(printed(full({}, 0.5)), "()\n0.5000");
  EXPECT_EQ(printed(tensor({1, 2})), "(2)\n[1.0000 2.0000]");
  EXPECT_EQ(printed(zeros({0})), "(0)\n[]");
  EXPECT_EQ(printed(zeros({3, 0})), "(3,0)\n[]");
}

TEST(Print, ThreeDimensions) {
  EXPECT_EQ(printed(reshape(arange(8), {2, 2, 2})),
            "(2,2,2)\n"
            "[[[0.0000 1.0000]\n"
            "  [2.0000 3.0000]]\n"
            "\n"
            " [[4.0000 5.0000]\n"
            "  [6.0000 7.0000]]]");
}

TEST(Print, LongDimensionsWithGaps) {
  EXPECT_EQ(printed(arange(8)), "(8)\n[0.0000 1.0000 2.0000 3.0000 4.0000 5.0000 6.0000 7.0000]");
  EXPECT_EQ(printed(arange(1000)), "(1000)\n[  0.0000   1.0000   2.0000 ... 997.0000 998.0000 999.0000]");
  EXPECT_EQ(printed(reshape(arange(20), {10, 2})),
            "(10,2)\n"
            "[[ 0.0000  1.0000]\n"
            " [ 2.0000  3.0000]\n"
            " [ 4.0000  5.0000]\n"
            " ...\n"
            " [14.0000 15.0000]\n"
            " [16.0000 17.0000]\n"
            " [18.0000 19.0000]]");
}

TEST(Print, ViewsAndOddNumbers) {
  EXPECT_EQ(printed(transpose(tensor({1, 2, 3, 4}, {2, 2}))), "(2,2)\n[[1.0000 3.0000]\n [2.0000 4.0000]]");
  EXPECT_EQ(printed(log(tensor({0, 1, -1}))).substr(0, 21), "(3)\n[  -inf 0.0000   ");
  Tensor x = ones({2}).requires_grad_();
  printed(x * 2.0);
  EXPECT_EQ(x.shared_node().use_count(), 1);  // printing records nothing
}

TEST(Random, RepeatsWithTheSeed) {
  manual_seed(7);
  const Values first = values_of(randn({17})), second = values_of(randn({17})), third = values_of(rand({3}));
  EXPECT_NE(first, second);
  manual_seed(7);
  EXPECT_EQ(values_of(randn({17})), first);
  EXPECT_EQ(values_of(randn({17})), second);
  EXPECT_EQ(values_of(rand({3})), third);
  manual_seed(8);
  EXPECT_NE(values_of(randn({17})), first);
}

// Mean and deviation of n numbers err by deviation / sqrt(n): five times that is allowed.
TEST(Random, HasMeanAndDeviation) {
  manual_seed(1);
  const int64_t n = 100000;
  const Tensor normal = randn({n}, 3, 2), uniform = rand({n}, -1, 5);
  const double allowed = 5 * 2 / std::sqrt(static_cast<double>(n));
  EXPECT_NEAR(mean(normal).item(), 3, allowed);
  EXPECT_NEAR(std::sqrt(mean((normal - 3.0) * (normal - 3.0)).item()), 2, allowed);
  EXPECT_NEAR(mean(uniform).item(), 2, allowed);
  for (const Real number : uniform.values()) ASSERT_TRUE(number >= -1 && number <= 5) << number;
}

TEST(Memory, CountsWhatTensorsHold) {
  const auto live = [](Category category) { return memory_use().live[static_cast<size_t>(category)]; };
  const int64_t weights = live(Category::weights), gradients = live(Category::gradients);
  {
    Tensor w = ones({10, 10}, Category::weights);
    EXPECT_EQ(live(Category::weights) - weights, 100 * int64_t{sizeof(Real)});
    sum(w.requires_grad_() * 2.0).backward();
    EXPECT_EQ(live(Category::gradients) - gradients, 100 * int64_t{sizeof(Real)});
    w.zero_grad();
    EXPECT_EQ(live(Category::gradients), gradients);
  }
  EXPECT_EQ(live(Category::weights), weights);
}

}  // namespace
}  // namespace dikkat::test
