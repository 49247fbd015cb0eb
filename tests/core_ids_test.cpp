// Ids that are computed: where the largest stands, the order; and what else Ids can do.
#include <gtest/gtest.h>

#include <limits>

#include "core/ops.h"
#include "kernels/table.h"
#include "tests/messages.h"

namespace dikkat::test {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double inf = std::numeric_limits<double>::infinity();

std::vector<int32_t> list(const Ids& ids) {
  return {ids.values().begin(), ids.values().end()};
}
using List = std::vector<int32_t>;

TEST(Ids, Reshaped) {
  const Ids ids({1, 2, 3, 4, 5, 6}, {2, 3});
  EXPECT_EQ(ids.reshaped({3, 2}).shape(), Shape({3, 2}));
  EXPECT_EQ(list(ids.reshaped({6})), list(ids));
  expect_parts(message_of([&] { ids.reshaped({5}); }), {"(2,3)", "6", "(5)", "must be equal"});
}

TEST(Ids, First) {
  const Ids ids({1, 2, 3, 4, 5, 6}, {2, 3});
  EXPECT_EQ(list(ids.first(2, 1)), (List{1, 2, 4, 5}));
  EXPECT_EQ(list(ids.first(1, 0)), (List{1, 2, 3}));
  EXPECT_EQ(ids.first(0, -1).shape(), Shape({2, 0}));
  EXPECT_EQ(ids.first(2, 1).largest(), 5);
  expect_parts(message_of([&] { ids.first(4, 1); }), {"(2,3)", "no 4 ids", "dimension 1"});
}

TEST(Ids, Replaced) {
  const Ids ids({1, -100, 3, -100});
  EXPECT_EQ(list(ids.replaced(-100, 7)), (List{1, 7, 3, 7}));
  EXPECT_EQ(ids.replaced(-100, 7).largest(), 7);
  EXPECT_EQ(list(ids), (List{1, -100, 3, -100}));
}

TEST(ArgMax, FirstAmongEquals) {
  const Tensor x = tensor({1, 3, 3, 2, 2, 2}, {2, 3});
  EXPECT_EQ(list(argmax(x)), (List{1, 0}));
  EXPECT_EQ(list(argmax(x, 0)), (List{1, 0, 0}));
  EXPECT_EQ(list(argmin(x)), (List{0, 0}));
  EXPECT_EQ(list(argmin(x, 0)), (List{0, 1, 1}));
  EXPECT_EQ(argmax(x, 0).shape(), Shape({3}));
  EXPECT_EQ(argmax(tensor({1, 5, 2})).shape(), Shape{});
}

TEST(ArgMax, TheFirstNaN) {
  const Tensor x = tensor({1, nan, inf, nan});
  EXPECT_EQ(list(argmax(x)), List{1});
  EXPECT_EQ(list(argmin(x)), List{1});
  EXPECT_EQ(list(argmax(tensor({-inf, -inf}))), List{0});
}

TEST(ArgMax, OfNothingInTheOtherDimensions) {
  EXPECT_EQ(argmax(zeros({0, 3}), 1).shape(), Shape({0}));
}

TEST(ArgMax, ReadsThroughViews) {
  const Tensor x = tensor({1, 4, 2, 5, 3, 0}, {2, 3});
  EXPECT_EQ(list(argmax(transpose(x), -1)), (List{1, 0, 0}));
  EXPECT_EQ(list(argmax(slice(x, 1, 1, 3))), (List{0, 0}));
}

TEST(ArgSort, EqualNumbersKeepTheirOrder) {
  const Tensor x = tensor({2, 1, 2, 1, 3});
  EXPECT_EQ(list(argsort(x)), (List{1, 3, 0, 2, 4}));
  EXPECT_EQ(list(argsort(x, 0, true)), (List{4, 0, 2, 1, 3}));
}

TEST(ArgSort, NaNIsTheLargest) {
  const Tensor x = tensor({nan, 1, inf, -inf});
  EXPECT_EQ(list(argsort(x)), (List{3, 1, 2, 0}));
  EXPECT_EQ(list(argsort(x, 0, true)), (List{0, 2, 1, 3}));
}

TEST(TopK, OfAMiddleDimension) {
  const Tensor x = tensor({1, 6, 2, 5, 3, 4}, {3, 2});
  const Ordered top = topk(x, 2, 0);
  EXPECT_EQ(top.values.shape(), Shape({2, 2}));
  EXPECT_EQ(list(top.indices), (List{2, 0, 1, 1}));
  EXPECT_EQ(top.values.values()[0], 3);
  EXPECT_EQ(topk(x, 0, 0).values.shape(), Shape({0, 2}));
}

// A GPU computes later: Ids wait for it.
TEST(ArgMax, WaitsForTheKernel) {
  const KernelTable& before = kernels();
  kernels().wait();
  use_table(delayed_table(before));
  const Ids index = argmax(tensor({1, 5, 2}) * 2.0);
  const List result = list(index);
  kernels().wait();
  use_table(before);
  EXPECT_EQ(result, List{1});
  EXPECT_EQ(index.largest(), 1);
}

}  // namespace
}  // namespace dikkat::test
