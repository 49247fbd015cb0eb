// Whole training steps of a small transformer written in operations: the same bits whoever computes, and no memory
// lost.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/autograd.h"
#include "core/ops.h"
#include "kernels/memory.h"
#include "kernels/parallel.h"
#include "kernels/table.h"

namespace dikkat::test {
namespace {

// Puts a table in force, and the one before back.
class UseTable {
 public:
  explicit UseTable(const KernelTable& table) : before_(kernels()) { use_table(table); }
  ~UseTable() {
    kernels().wait();
    use_table(before_);
  }

 private:
  const KernelTable& before_;
};

constexpr int64_t batch = 3, time = 7, channels = 24, heads = 3, vocabulary = 19;

// One block between an embedding and a head, its parameters in a list.
struct SmallModel {
  std::vector<Tensor> parameters;
  std::vector<std::pair<Tensor, Tensor>> moments;  // of AdamW

  Tensor weight(const Shape& shape) {
    parameters.push_back(randn(shape, 0, 0.2, Category::weights).requires_grad_());
    moments.push_back({zeros(shape, Category::optimizer), zeros(shape, Category::optimizer)});
    return parameters.back();
  }

  Tensor tokens = weight({vocabulary, channels}), positions = weight({time, channels});
  Tensor norm_weight = weight({channels}), norm_bias = weight({channels});
  Tensor query_key_value = weight({3 * channels, channels}), projection = weight({channels, channels});
  Tensor up = weight({4 * channels, channels}), up_bias = weight({4 * channels}),
         down = weight({channels, 4 * channels});

  Tensor loss(const Ids& input, const Ids& target) const {
    const Tensor x = embedding(tokens, input) + positions;                              // (B,T,C)
    const Tensor all = linear(layer_norm(x, norm_weight, norm_bias), query_key_value);  // (B,T,3C)
    const auto part = [&](int64_t i) {                                                  // (B,T,H,D)
      return slice(reshape(all, {batch, time, 3 * heads, channels / heads}), 2, i * heads, (i + 1) * heads);
    };
    const Tensor seen = scaled_dot_product_attention(part(0), part(1), part(2), {.causal = true});  // (B,T,H,D)
    const Tensor y = x + linear(reshape(seen, {batch, time, channels}), projection);                // (B,T,C)
    const Tensor z = y + linear(gelu(linear(y, up, up_bias)), down);                                // (B,T,C)
    return cross_entropy(matmul(z, transpose(tokens)), target);
  }

  void update(int64_t step) {
    const Tensor squared_norm = zeros({});
    for (const Tensor& p : parameters)
      kernels().sum_of_squares({.x = p.grad().address(), .total = squared_norm.address(), .size = p.numel()});
    for (size_t i = 0; i < parameters.size(); ++i) {
      kernels().adamw({.weight = parameters[i].address(),
                       .gradient = parameters[i].grad().address(),
                       .m = moments[i].first.address(),
                       .v = moments[i].second.address(),
                       .squared_norm = squared_norm.address(),
                       .size = parameters[i].numel(),
                       .step = step,
                       .rate = 0.01});
      parameters[i].zero_grad();
    }
  }
};

Ids ids_of_step(int64_t step, int64_t shift) {
  std::vector<int32_t> ids;
  for (int64_t i = 0; i < batch * time; ++i)
    ids.push_back(static_cast<int32_t>((i * i * 3 + step * 5 + shift) % vocabulary));
  return Ids(ids, {batch, time});
}

// Three steps. Returns the losses and every parameter afterwards.
std::vector<Real> train(uint64_t seed) {
  manual_seed(seed);
  SmallModel model;
  std::vector<Tensor> losses;
  for (int64_t step = 1; step <= 3; ++step) {
    losses.push_back(model.loss(ids_of_step(step, 0), ids_of_step(step, 1)));
    losses.back().backward();
    model.update(step);
  }
  std::vector<Real> numbers;
  for (const Tensor& loss : losses) numbers.push_back(loss.item());
  for (const Tensor& p : model.parameters) numbers.insert(numbers.end(), p.values().begin(), p.values().end());
  return numbers;
}

std::vector<Real> train_on(const KernelTable& table, uint64_t seed) {
  const UseTable use(table);
  return train(seed);
}

// A freed block still holds what was computed last; other numbers must lie there when equal bits are to prove
// something.
void leave_other_numbers_behind() {
  train_on(cpu_table(), 999);
}

TEST(Step, LearnsSomething) {
  const std::vector<Real> numbers = train_on(cpu_table(), 1);
  EXPECT_NEAR(numbers[0], std::log(static_cast<double>(vocabulary)), 1);
  EXPECT_NE(numbers[0], numbers[1]);
  EXPECT_TRUE(std::all_of(numbers.begin(), numbers.end(), [](Real number) { return std::isfinite(number); }));
  EXPECT_NE(numbers, train_on(cpu_table(), 2));
}

// Nothing is computed before somebody asks, and still every bit is the same: no operation reads through address().
TEST(Step, HasTheSameBitsWhenEveryKernelWaits) {
  const std::vector<Real> expected = train_on(cpu_table(), 1);
  leave_other_numbers_behind();
  EXPECT_EQ(train_on(delayed_table(cpu_table()), 1), expected);
}

TEST(Step, WouldShowAnOperationThatReadsTooEarly) {
  const UseTable use(delayed_table(cpu_table()));
  full({3}, 777).values();  // computed, then freed: the next tensor of this size takes its place
  const Tensor x = full({3}, 3);
  EXPECT_NE(*x.address(), 3);
  EXPECT_EQ(x.values()[0], 3);
}

TEST(Step, HasTheSameBitsUnderCheckAndProfile) {
  const std::vector<Real> expected = train_on(cpu_table(), 1);
  leave_other_numbers_behind();
  EXPECT_EQ(train_on(checked_table(cpu_table()), 1), expected);
  leave_other_numbers_behind();
  EXPECT_EQ(train_on(profiled_table(cpu_table()), 1), expected);
}

TEST(Step, HasTheSameBitsForAnyNumberOfThreads) {
  const std::vector<Real> expected = train_on(cpu_table(), 1);
  const int before = threads();
  for (const int count : {1, 2, 5}) {
    leave_other_numbers_behind();
    set_threads(count);
    EXPECT_EQ(train_on(cpu_table(), 1), expected) << count << " threads";
  }
  set_threads(before);
}

// Losses of three steps: each sums some hundred roundings of 6e-8, relative to numbers near 3.
TEST(Step, IsCloseToTheReference) {
  const std::vector<Real> cpu = train_on(cpu_table(), 1), reference = train_on(reference_table(), 1);
  EXPECT_NEAR(cpu[0], reference[0], 1e-5);
  EXPECT_NEAR(cpu[2], reference[2], 1e-4);  // AdamW's first steps divide by gradients that may be tiny
}

TEST(Step, GivesItsMemoryBack) {
  manual_seed(1);
  SmallModel model;
  std::vector<int64_t> live, reserved;
  for (int64_t step = 1; step <= 5; ++step) {
    Tensor loss = model.loss(ids_of_step(step, 0), ids_of_step(step, 1));
    loss.backward();
    model.update(step);
    loss = Tensor();
    live.push_back(memory_use().live_total);
    reserved.push_back(memory_use().reserved);
  }
  for (size_t i = 1; i < live.size(); ++i) EXPECT_EQ(live[i], live[0]) << "after round " << i + 1;
  for (size_t i = 2; i < reserved.size(); ++i) EXPECT_EQ(reserved[i], reserved[1]) << "after round " << i + 1;
}

}  // namespace
}  // namespace dikkat::test
