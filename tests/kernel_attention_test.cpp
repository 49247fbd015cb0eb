// Attention with masks, windows and groups, against numbers worked out by hand. Every test runs on both tables.
#include "tests/kernel_values.h"

namespace dikkat::test {
namespace {

using KernelAttention = KernelValues;
INSTANTIATE_TEST_SUITE_P(On, KernelAttention, testing::Values("reference", "cpu"),
                         [](const auto& info) { return std::string(info.param); });

// One batch, forward and backward. Everything lies in (T,H,D).
struct Attention {
  int64_t queries, keys, heads = 1, group = 1, size = 1, window = 0;
  bool causal = false;
  double scale = 1;
  Numbers q = {}, k = {}, v = {}, dout = {}, mask = {};  // mask (Tq,Tk), the same for all heads
  Numbers out = {}, log_sum_exp = {}, dq = {}, dk = {}, dv = {};

  void run(const KernelTable& table) {
    const int64_t kv_heads = heads / group;
    const HeadSteps q_steps{.batch = queries * heads * size, .time = heads * size, .head = size};
    const HeadSteps k_steps{.batch = keys * kv_heads * size, .time = kv_heads * size, .head = size};
    const MaskSteps mask_steps{.query = keys, .key = 1};
    const Real* mask_start = mask.empty() ? nullptr : mask.data();
    out.assign(q.size(), 7), dq.assign(q.size(), 0);
    dk.assign(k.size(), 0), dv.assign(v.size(), 0);
    log_sum_exp.assign(heads * queries, 7);
    table.attention({.q = q.data(),
                     .k = k.data(),
                     .v = v.data(),
                     .out = out.data(),
                     .log_sum_exp = log_sum_exp.data(),
                     .mask = mask_start,
                     .q_steps = q_steps,
                     .k_steps = k_steps,
                     .v_steps = k_steps,
                     .out_steps = q_steps,
                     .mask_steps = mask_steps,
                     .batch = 1,
                     .heads = heads,
                     .group = group,
                     .queries = queries,
                     .keys = keys,
                     .head_size = size,
                     .window = window,
                     .scale = real(scale),
                     .causal = causal});
    table.attention_backward({.q = q.data(),
                              .k = k.data(),
                              .v = v.data(),
                              .out = out.data(),
                              .log_sum_exp = log_sum_exp.data(),
                              .dout = dout.data(),
                              .dq = dq.data(),
                              .dk = dk.data(),
                              .dv = dv.data(),
                              .mask = mask_start,
                              .q_steps = q_steps,
                              .k_steps = k_steps,
                              .v_steps = k_steps,
                              .out_steps = q_steps,
                              .mask_steps = mask_steps,
                              .dout_steps = q_steps,
                              .dq_steps = q_steps,
                              .dk_steps = k_steps,
                              .dv_steps = k_steps,
                              .batch = 1,
                              .heads = heads,
                              .group = group,
                              .queries = queries,
                              .keys = keys,
                              .head_size = size,
                              .window = window,
                              .scale = real(scale),
                              .causal = causal});
  }
};

// Two keys whose scores are 0 and ln 3: probabilities 1/4 and 3/4.
TEST_P(KernelAttention, MaskHidesAndShifts) {
  const double ln3 = std::log(3), hidden = -infinity;
  Attention a{
      .queries = 4, .keys = 3, .q = {1, 1, 1, 1}, .k = {0, real(ln3), 5}, .v = {4, 8, 100}, .dout = {1, 1, 1, 1}};
  a.mask = {0,
            0,
            real(hidden),  // the third key is hidden
            0,
            real(-ln3),
            real(hidden),  // both count the same
            real(hidden),
            0,
            real(hidden),  // one key alone
            real(hidden),
            real(hidden),
            real(hidden)};
  a.run(*table);
  expect_near(a.out, {7, 6, 8, 0});
  expect_near(a.log_sum_exp, {std::log(4), std::log(2), ln3, -infinity});
  expect_near(a.dv, {0.25 + 0.5, 0.75 + 0.5 + 1, 0});
  // ds = p (v - out): (-3/4, 3/4), (-1, 1), (0), nothing.
  expect_near(a.dq, {0.75 * ln3, ln3, 0, 0});
  expect_near(a.dk, {-1.75, 1.75, 0});
}

// Every score is the same, so that a query takes the mean of the values that it sees.
TEST_P(KernelAttention, WindowOfTheLastKeys) {
  Attention a{.queries = 4, .keys = 5, .window = 2, .causal = true, .q = {1, 1, 1, 1}, .k = {0, 0, 0, 0, 0}};
  a.v = {1, 3, 7, 15, 31}, a.dout = {1, 2, 4, 8};
  a.run(*table);
  expect_near(a.out, {2, 5, 11, 23});  // query 0 stands at key 1
  expect_near(a.log_sum_exp, std::vector<double>(4, std::log(2)));
  expect_near(a.dv, {0.5, 1.5, 3, 6, 4});
  a.window = 1;
  a.run(*table);
  expect_near(a.out, {3, 7, 15, 31});
  expect_near(a.dv, {0, 1, 2, 4, 8});
}

TEST_P(KernelAttention, GroupsShareKeysAndValues) {
  const double ln3 = std::log(3);
  Attention a{.queries = 1, .keys = 2, .heads = 4, .group = 2, .q = {0, 1, 0, 1}, .k = {0, 0, real(ln3), 0}};
  a.v = {4, 10, 8, 20}, a.dout = {1, 2, 4, 8};  // head by head
  a.run(*table);
  expect_near(a.out, {6, 7, 15, 15});
  // Heads 0 and 1 give key head 0:  dv = 1 (1/2, 1/2) + 2 (1/4, 3/4);  ds = (-1, 1), 2 (-3/4, 3/4), times q = 0 and 1.
  expect_near(a.dv, {1, 4 * 0.5 + 8 * 0.5, 2, 4 * 0.5 + 8 * 0.5});
  expect_near(a.dk, {-1.5, 8 * -2.5, 1.5, 8 * 2.5});
  expect_near(a.dq, {ln3, 1.5 * ln3, 0, 0});
}

// All keys hidden by a large number instead of -inf: beside it no score counts, so all are seen alike. The rounding of
// log_sum_exp must not show in the gradients.
TEST_P(KernelAttention, FiniteMaskOverWholeRows) {
  for (const double large : {-1e9, -3.4e38}) {
    for (const int64_t keys : {3, 67}) {
      Attention a{.queries = 2, .keys = keys, .q = {1, 1}, .dout = {3, 0}};
      double mean = 0;
      std::vector<double> dv, dk, p;
      for (int64_t key = 0; key < keys; ++key) {
        a.k.push_back(real(key % 5));
        a.v.push_back(real(key));
        mean += static_cast<double>(key) / static_cast<double>(keys);
      }
      a.mask.assign(2 * keys, real(large));
      a.run(*table);
      expect_near(a.out, {mean, mean}, 1e-5);
      for (int64_t key = 0; key < keys; ++key) {
        dv.push_back(3.0 / static_cast<double>(keys));
        dk.push_back(3.0 / static_cast<double>(keys) * (static_cast<double>(key) - mean));
      }
      expect_near(a.dv, dv, 1e-5);
      expect_near(a.dk, dk, 1e-5);
    }
  }
}

TEST_P(KernelAttention, HugeScores) {
  Attention a{.queries = 1, .keys = 3, .q = {100}, .k = {90, 100, 100}, .v = {1, 2, 4}, .dout = {1}};
  a.run(*table);
  expect_near(a.out, {3});
  expect_near(a.log_sum_exp, {10000 + std::log(2)});
  expect_near(a.dv, {0, 0.5, 0.5});
  expect_near(a.dk, {0, -50, 50});
  expect_near(a.dq, {0});
}

TEST_P(KernelAttention, NoKeys) {
  Attention a{.queries = 2, .keys = 0, .size = 3, .q = Numbers(6, 1), .dout = Numbers(6, 1)};
  a.run(*table);
  expect_near(a.out, std::vector<double>(6, 0));
  expect_near(a.log_sum_exp, {-infinity, -infinity});
  expect_near(a.dq, std::vector<double>(6, 0));
}

// Two long sequences of the same numbers, but one has NaN and infinity in keys and values that are hidden.
class InvisibleKeys {
 public:
  InvisibleKeys() {
    for (int64_t i = 0; i < tokens * size; ++i) {
      clean.q.push_back(real(std::sin(i * 0.7)));
      clean.k.push_back(real(std::sin(i * 1.3 + 1)));
      clean.v.push_back(real(std::sin(i * 2.1 + 2)));
      clean.dout.push_back(real(std::sin(i * 0.9 + 3)));
    }
  }
  // Compares a run on `clean` with one where `spoiled` keys hold anything.
  void expect_same(const KernelTable& table, const std::vector<int64_t>& spoiled) {
    Attention dirty = clean;
    for (const int64_t key : spoiled) {
      for (int64_t i = 0; i < size; ++i) {
        dirty.k[key * size + i] = real(i % 2 == 0 ? not_a_number : infinity);
        dirty.v[key * size + i] = real(i % 2 == 0 ? -infinity : not_a_number);
      }
    }
    clean.run(table);
    dirty.run(table);
    const auto same = [](const Numbers& a, const Numbers& b) { expect_near(a, {b.begin(), b.end()}, 1e-5); };
    same(dirty.out, clean.out);
    same(dirty.log_sum_exp, clean.log_sum_exp);
    same(dirty.dq, clean.dq);
    same(dirty.dk, clean.dk);
    same(dirty.dv, clean.dv);
  }
  static constexpr int64_t tokens = 70, size = 16;
  Attention clean{.queries = tokens, .keys = tokens, .size = size};
};

TEST_P(KernelAttention, HiddenKeysCanHoldAnything) {
  for (const bool causal : {false, true}) {
    InvisibleKeys test;
    test.clean.causal = causal;
    test.clean.mask.assign(test.tokens * test.tokens, 0);
    for (int64_t query = 0; query < test.tokens; ++query) {
      for (const int64_t key : {3, 40, 69}) test.clean.mask[query * test.tokens + key] = real(-infinity);
    }
    test.expect_same(*table, {3, 40, 69});
  }
}

TEST_P(KernelAttention, KeysBeforeTheWindowCanHoldAnything) {
  InvisibleKeys test;
  test.clean.queries = 20;  // at keys 50 ... 69
  test.clean.causal = true;
  test.clean.window = 10;
  test.clean.q.resize(20 * test.size), test.clean.dout.resize(20 * test.size);
  test.expect_same(*table, {0, 17, 39, 40});
}

// A NaN in a query or its gradient reaches no key that it does not see.
TEST_P(KernelAttention, ABadQueryTouchesOnlyTheKeysItSees) {
  InvisibleKeys test;
  Attention& a = test.clean;
  a.causal = true, a.window = 7;
  a.q[30 * test.size] = real(not_a_number);
  a.dout[45 * test.size] = real(infinity);
  a.run(*table);
  for (int64_t key = 0; key < test.tokens; ++key) {
    const bool first = key > 23 && key <= 30, second = key > 38 && key <= 45;
    EXPECT_EQ(std::isfinite(a.dk[key * test.size]), !first && !second) << key;
    EXPECT_EQ(std::isfinite(a.dv[key * test.size]), !first && !second) << key;
  }
}

}  // namespace
}  // namespace dikkat::test
