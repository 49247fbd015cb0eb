// The tables that wrap another one: checked, delayed, profiled.
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "kernels/check.h"
#include "kernels/memory.h"
#include "kernels/random.h"
#include "kernels/table.h"
#include "tests/messages.h"

namespace dikkat::test {
namespace {

// Numbers in the pool.
class Block {
 public:
  explicit Block(int64_t count, double value = 0)
      : buffer_(count * int64_t{sizeof(Real)}, Category::workspace), count_(count) {
    std::fill_n(numbers(), count, static_cast<Real>(value));
  }
  Real* numbers() const { return static_cast<Real*>(buffer_.address()); }
  Real& operator[](int64_t i) const { return numbers()[i]; }
  bool all(double value) const {
    return std::all_of(numbers(), numbers() + count_, [=](Real number) { return number == static_cast<Real>(value); });
  }

 private:
  Buffer buffer_;
  int64_t count_;
};

// checked ------------------------------------------------------------------------------------------------------------

// The reference with one row replaced.
template <class Args>
const KernelTable& planted(void (*KernelTable::*row)(const Args&), void (*kernel)(const Args&)) {
  static KernelTable table;
  table = reference_table();
  table.name = "planted";
  table.*row = kernel;
  return checked_table(table);
}

TEST(CheckedTable, NamesTheFirstWrongElement) {
  const Block x(12), p(12);
  const auto wrong = [](const SoftmaxArgs& args) {
    reference_table().softmax(args);
    args.p[5] += 0.5f;
    args.p[7] += 0.5f;
  };
  const std::string message = message_of([&] {
    planted<SoftmaxArgs>(&KernelTable::softmax, wrong)
        .softmax({.x = x.numbers(), .p = p.numbers(), .rows = 3, .cols = 4});
  });
  expect_parts(message, {"softmax", "rows 3", "cols 4", "p[5]", "0.75", "0.25", "planted", "reference"});
  EXPECT_EQ(message.find('\n'), std::string::npos);
}

TEST(CheckedTable, FindsNaNAndWhatWasLeftOut) {
  const Block x(12), y(12, 7);
  const auto not_a_number = [](const UnaryArgs& args) {
    reference_table().unary(args);
    args.y[3] = std::numeric_limits<Real>::quiet_NaN();
  };
  const auto all_but_one = [](const UnaryArgs& args) {
    UnaryArgs fewer = args;
    --fewer.size;
    reference_table().unary(fewer);
  };
  const UnaryArgs args{.function = Unary::exp, .x = x.numbers(), .y = y.numbers(), .size = 12};
  expect_parts(message_of([&] { planted<UnaryArgs>(&KernelTable::unary, not_a_number).unary(args); }), {"y[3]", "nan"});
  std::fill_n(y.numbers(), 12, Real{7});
  expect_parts(message_of([&] { planted<UnaryArgs>(&KernelTable::unary, all_but_one).unary(args); }), {"y[11]", "7"});
}

TEST(CheckedTable, FindsAnInputThatWasChanged) {
  const Block x(4, 1), y(4);
  const auto wrong = [](const UnaryArgs& args) {
    reference_table().unary(args);
    const_cast<Real*>(args.x)[2] = 5;
  };
  const std::string message = message_of([&] {
    planted<UnaryArgs>(&KernelTable::unary, wrong)
        .unary({.function = Unary::exp, .x = x.numbers(), .y = y.numbers(), .size = 4});
  });
  expect_parts(message, {"unary", "x", "changed"});
}

TEST(CheckedTable, ComparesIds) {
  const Block logits(8, 1);
  const Buffer ids(2 * int64_t{sizeof(int32_t)}, Category::workspace);
  const auto wrong = [](const SampleArgs& args) {
    reference_table().sample(args);
    args.ids[1] = 3;
  };
  const std::string message = message_of([&] {
    planted<SampleArgs>(&KernelTable::sample, wrong)
        .sample({.logits = logits.numbers(),
                 .ids = static_cast<int32_t*>(ids.address()),
                 .rows = 2,
                 .cols = 4,
                 .top_k = 1,
                 .stream = {}});
  });
  expect_parts(message, {"sample", "ids[1]", "3", "0"});
}

TEST(CheckedTable, ComparesNumbersOfSixteenBits) {
  const Block from(4, 1);
  const Buffer to(4 * int64_t{sizeof(uint16_t)}, Category::workspace);
  const auto wrong = [](const PackArgs& args) {
    reference_table().pack(args);
    args.to[2] = 0x3F81;
  };
  const std::string message = message_of([&] {
    planted<PackArgs>(&KernelTable::pack, wrong)
        .pack({.from = from.numbers(), .to = static_cast<uint16_t*>(to.address()), .count = 4});
  });
  expect_parts(message, {"pack", "to[2]", "16257", "16256"});
}

// Columns whose sums are 0 in exact arithmetic: what comes out is the rounding of so many terms, and no mistake. One
// term that is left out is one.
TEST(CheckedTable, AllowsLongSumsTheirRounding) {
  const int64_t rows = 4096, cols = 8;
  const Block dy(rows * cols), db(cols, 0);
  for (int64_t i = 0; i < rows * cols / 2; ++i) {
    dy[i] = static_cast<Real>(random_uniform({.seed = 1}, static_cast<uint64_t>(i)) - 0.5);
    dy[rows * cols - cols - i / cols * cols + i % cols] = -dy[i];
  }
  const BinaryBackwardArgs args{.function = Binary::add,
                                .dy = dy.numbers(),
                                .db = db.numbers(),
                                .rank = 2,
                                .shape = {rows, cols},
                                .a_steps = {cols, 1},
                                .b_steps = {0, 1}};
  // Adds up one number after the other in float, as no fast kernel would.
  const auto in_order = [](const BinaryBackwardArgs& a) {
    for (int64_t i = 0; i < a.shape[0] * a.shape[1]; ++i) a.db[i % a.shape[1]] += a.dy[i];
  };
  const auto all_but_the_first = [](const BinaryBackwardArgs& a) {
    for (int64_t i = a.shape[1]; i < a.shape[0] * a.shape[1]; ++i) a.db[i % a.shape[1]] += a.dy[i];
  };
  EXPECT_EQ(
      message_of([&] { planted<BinaryBackwardArgs>(&KernelTable::binary_backward, in_order).binary_backward(args); }),
      "");
  EXPECT_NE(db[0], 0);
  std::fill_n(db.numbers(), cols, Real{0});
  expect_parts(message_of([&] {
                 planted<BinaryBackwardArgs>(&KernelTable::binary_backward, all_but_the_first).binary_backward(args);
               }),
               {"binary_backward", "db[0]"});
}

// dq, dk and dv as parts of one tensor: their extents lie inside each other.
TEST(CheckedTable, TellsInterleavedOperandsApart) {
  const Block qkv(4 * 6), out(4 * 2), log_sum_exp(4), dout(4 * 2, 1), dqkv(4 * 6);
  for (int64_t i = 0; i < 24; ++i) qkv[i] = static_cast<Real>(i % 5) - 2;
  const HeadSteps wide{.batch = 24, .time = 6, .head = 2}, narrow{.batch = 8, .time = 2, .head = 2};
  const Real *q = qkv.numbers(), *k = q + 2, *v = q + 4;
  reference_table().attention({.q = q,
                               .k = k,
                               .v = v,
                               .out = out.numbers(),
                               .log_sum_exp = log_sum_exp.numbers(),
                               .q_steps = wide,
                               .k_steps = wide,
                               .v_steps = wide,
                               .out_steps = narrow,
                               .batch = 1,
                               .heads = 1,
                               .queries = 4,
                               .keys = 4,
                               .head_size = 2});
  const AttentionBackwardArgs args{.q = q,
                                   .k = k,
                                   .v = v,
                                   .out = out.numbers(),
                                   .log_sum_exp = log_sum_exp.numbers(),
                                   .dout = dout.numbers(),
                                   .dq = dqkv.numbers(),
                                   .dk = dqkv.numbers() + 2,
                                   .dv = dqkv.numbers() + 4,
                                   .q_steps = wide,
                                   .k_steps = wide,
                                   .v_steps = wide,
                                   .out_steps = narrow,
                                   .dout_steps = narrow,
                                   .dq_steps = wide,
                                   .dk_steps = wide,
                                   .dv_steps = wide,
                                   .batch = 1,
                                   .heads = 1,
                                   .queries = 4,
                                   .keys = 4,
                                   .head_size = 2};
  EXPECT_EQ(message_of([&] { checked_table(reference_table()).attention_backward(args); }), "");
  const auto wrong = [](const AttentionBackwardArgs& args) {
    reference_table().attention_backward(args);
    args.dv[3 * args.dv_steps.time + 1] += 1;  // the last element, which lies in dv alone
  };
  const std::string message = message_of(
      [&] { planted<AttentionBackwardArgs>(&KernelTable::attention_backward, wrong).attention_backward(args); });
  expect_parts(message, {"attention_backward", "dv[19]"});
}

TEST(CheckedTable, RefusesOperandsOutsideThePool) {
  const Block inside(4);
  std::vector<Real> outside(4);
  const KernelTable& table = checked_table(reference_table());
  expect_parts(message_of([&] { table.fill({.y = outside.data(), .size = 4}); }), {"fill", "y", "16 bytes", "pool"});
  expect_parts(message_of([&] { table.fill({.y = inside.numbers(), .size = 5}); }), {"fill", "y", "20 bytes", "pool"});
  EXPECT_EQ(message_of([&] { table.fill({.y = inside.numbers(), .size = 4}); }), "");
  EXPECT_EQ(message_of([&] { table.fill({.y = nullptr, .size = 0}); }), "");
}

TEST(CheckedTable, KeepsWhatTheKernelComputed) {
  const Block x(4, 2), total(1, 100), y(4);
  checked_table(reference_table()).sum_of_squares({.x = x.numbers(), .total = total.numbers(), .size = 4});
  EXPECT_EQ(total[0], 116);  // added once, though two kernels ran
  const auto slightly_off = [](const FillArgs& args) { std::fill_n(args.y, args.size, args.value * 1.00001f); };
  planted<FillArgs>(&KernelTable::fill, slightly_off).fill({.y = y.numbers(), .size = 4, .value = 1});
  EXPECT_TRUE(y.all(1.00001f));
}

// delayed ------------------------------------------------------------------------------------------------------------

TEST(DelayedTable, ComputesNothingBeforeWait) {
  const KernelTable& table = delayed_table(reference_table());
  const Block x(4, 1), y(4, -1);
  table.fill({.y = x.numbers(), .size = 4, .value = 3});
  table.unary({.function = Unary::affine, .x = x.numbers(), .y = y.numbers(), .size = 4, .alpha = 2});
  EXPECT_TRUE(x.all(1));
  EXPECT_TRUE(y.all(-1));
  table.wait();
  EXPECT_TRUE(x.all(3));
  EXPECT_TRUE(y.all(6));  // in the order in which they were asked for
  std::fill_n(y.numbers(), 4, Real{0});
  table.wait();
  EXPECT_TRUE(y.all(0));  // and only once
}

TEST(DelayedTable, HandsFreedMemoryOnInOrder) {
  const KernelTable& table = delayed_table(reference_table());
  const Block result(4);
  auto first = std::make_unique<Block>(4);
  const Real* address = first->numbers();
  table.fill({.y = first->numbers(), .size = 4, .value = 3});
  table.copy({.x = first->numbers(), .y = result.numbers(), .rank = 1, .shape = {4}, .x_steps = {1}, .y_steps = {1}});
  first.reset();
  const Buffer second(4 * int64_t{sizeof(Real)}, Category::workspace);
  EXPECT_EQ(second.address(), address);
  table.fill({.y = static_cast<Real*>(second.address()), .size = 4, .value = 9});
  table.wait();
  EXPECT_TRUE(result.all(3));
}

// profiled -----------------------------------------------------------------------------------------------------------

KernelProfile profile_of(const std::string& kernel) {
  for (const KernelProfile& entry : profile()) {
    if (entry.kernel == kernel) return entry;
  }
  return {};
}

TEST(ProfiledTable, Counts) {
  const KernelTable& table = profiled_table(reference_table());
  const Block a(6, 1), b(12, 1), c(8, 5);
  const KernelProfile fill = profile_of("fill"), matmul = profile_of("matmul");
  for (int i = 0; i < 3; ++i) table.fill({.y = a.numbers(), .size = 6, .value = 1});
  table.matmul({.a = a.numbers(),
                .b = b.numbers(),
                .c = c.numbers(),
                .bias = nullptr,
                .a_steps = {.row = 3},
                .b_steps = {.row = 4},
                .c_steps = {.row = 4},
                .m = 2,
                .n = 4,
                .k = 3,
                .accumulate = true});
  EXPECT_TRUE(c.all(8));
  EXPECT_EQ(profile_of("fill").calls - fill.calls, 3);
  EXPECT_EQ(profile_of("fill").bytes - fill.bytes, 3 * 6 * sizeof(Real));
  EXPECT_EQ(profile_of("matmul").calls - matmul.calls, 1);
  EXPECT_EQ(profile_of("matmul").flops - matmul.flops, 2 * 2 * 4 * 3);
  EXPECT_EQ(profile_of("matmul").bytes - matmul.bytes, (6 + 12 + 2 * 8) * sizeof(Real));  // c is read and written
  const auto entries = profile();
  EXPECT_TRUE(std::is_sorted(entries.begin(), entries.end(),
                             [](const KernelProfile& x, const KernelProfile& y) { return x.seconds > y.seconds; }));
}

// Which table is in force --------------------------------------------------------------------------------------------

TEST(Tables, UseDevice) {
  use_device("reference");
  EXPECT_STREQ(kernels().name, "reference");
  for (const std::string& name : device_names()) {
    if (name == "cpu" && !processor_fits()) continue;
    use_device(name);
    EXPECT_EQ(kernels().name, name);
  }
  expect_parts(message_of([] { use_device("abacus"); }), {"abacus", "reference", "cpu"});
  use_device("reference");
}

}  // namespace
}  // namespace dikkat::test
