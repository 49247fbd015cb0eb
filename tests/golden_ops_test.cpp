// Operations against numbers from outside: every case of <golden>/ops, values and gradients. Operations are looked up
// by "op", options come from "attrs"; an operation, an option or a group that we do not know is a failure.
#include <gtest/gtest.h>

#include <cmath>
#include <iostream>
#include <regex>

#include "core/files/folders.h"
#include "tests/golden_ops.h"

namespace dikkat::test {
namespace {

const Runners& runners() {
  static const Runners all = [] {
    Runners joined;
    for (const Runners& some :
         {elementwise_runners(), matmul_runners(), reduce_runners(), norm_runners(), loss_runners(), index_runners(),
          shape_runners(), conv_runners(), attention_runners(), position_runners()}) {
      joined.insert(some.begin(), some.end());
    }
    return joined;
  }();
  return all;
}

// What runs this case: found by the whole name, or by the name without the numbers that end it.
std::vector<Runner> runners_of(OpsCase& one) {
  std::string name = one.op();
  std::vector<double> suffixes;
  static const std::regex number(R"(^(.*?)_?(-?[0-9]+(\.[0-9]+)?)$)");
  for (std::smatch parts; !runners().contains(name) && std::regex_match(name, parts, number);) {
    suffixes.insert(suffixes.begin(), std::stod(parts[2]));
    name = std::string(parts[1]);
  }
  one.set_suffixes(suffixes);
  std::vector<Runner> found;
  const auto [begin, end] = runners().equal_range(name);
  for (auto runner = begin; runner != end; ++runner) found.push_back(runner->second);
  return found;
}

// The gradients that are rounding noise: "case.input".
std::vector<std::string> check(const JsonView& entry, const Safetensors& file) {
  OpsCase one(entry, file);
  const std::string title = one.name() + " (" + one.op() + ")";
  const std::vector<Runner> all = runners_of(one);
  int ran = 0;
  for (const Runner& runner : all) {
    const Outputs outputs = runner(one);
    if (outputs.empty()) continue;
    ++ran;
    for (const std::string& difference : one.differences(outputs)) ADD_FAILURE() << title << ": " << difference;
  }
  EXPECT_GT(ran, 0) << title << (all.empty() ? ": the operation is unknown" : ": no variant takes these operands");
  for (const std::string& key : one.attrs.unknown()) ADD_FAILURE() << title << ": attribute '" << key << "' is unknown";
  std::vector<std::string> noise;
  for (const std::string& input : one.noise()) noise.push_back(one.name() + "." + input);
  return noise;
}

void check_group(const std::string& group) {
  const std::string folder = golden() + "/ops/";
  if (!is_file(folder + group + ".json")) GTEST_SKIP() << "no ops/" << group << " in " << golden();
  const Json manifest = read_json(folder + group + ".json");
  const Safetensors file(folder + manifest.at("file").string());
  const std::vector<JsonView> cases = manifest.at("cases").elements();
  std::vector<std::string> noise;
  for (const JsonView& entry : cases) {
    try {
      for (const std::string& gradient : check(entry, file)) noise.push_back(gradient);
    } catch (const std::exception& error) {
      ADD_FAILURE() << entry.at("name").string() << " (" << entry.at("op").string() << "): " << error.what();
    }
  }
  EXPECT_FALSE(cases.empty()) << "ops/" << group << " has no cases";
  std::cout << "ops/" << group << ": " << cases.size() << " cases";
  if (!noise.empty()) std::cout << ", " << noise.size() << " gradients are rounding noise:";
  for (const std::string& gradient : noise) std::cout << " " << gradient;
  std::cout << "\n";
}

const std::vector<std::string> groups = {
    "elementwise_binary", "unary",   "nan_inf", "matmul", "reduce", "softmax", "loss", "norm", "index", "shape", "conv",
    "attention",          "position"};
const std::vector<std::string> elsewhere = {"optim", "schedule", "clip"};  // golden_optim_test.cpp

class GoldenOps : public testing::TestWithParam<std::string> {};

TEST_P(GoldenOps, IsEqual) {
  check_group(GetParam());
}

INSTANTIATE_TEST_SUITE_P(, GoldenOps, testing::ValuesIn(groups), [](const auto& info) { return info.param; });

TEST(GoldenOpsFolder, EveryGroupIsCheckedOrListed) {
  std::set<std::string> known(groups.begin(), groups.end());
  known.insert(elsewhere.begin(), elsewhere.end());
  for (const std::string& name : list_folder(golden() + "/ops")) {
    if (!name.ends_with(".json")) continue;
    const std::string group = name.substr(0, name.size() - 5);
    if (known.erase(group) > 0) continue;
    const auto reason = unsupported().find("ops/" + group);
    if (reason == unsupported().end()) {
      ADD_FAILURE() << "ops/" << group << ": nothing checks it, and tests/golden/unsupported.txt does not say why";
      continue;
    }
    const Json manifest = read_json(golden() + "/ops/" + name);
    std::cout << "ops/" << group << ": " << manifest.at("cases").size() << " cases not checked: " << reason->second
              << "\n";
  }
  for (const std::string& missing : known) std::cout << "ops/" << missing << ": not in this folder\n";
  EXPECT_LT(known.size(), groups.size()) << "nothing is there to check";
}

TEST(GoldenOpsFolder, NothingSupportedIsListed) {
  for (const auto& names : {groups, elsewhere}) {
    for (const std::string& group : names) EXPECT_FALSE(unsupported().contains("ops/" + group)) << group;
  }
}

// The comparison itself notices what it must.
TEST(GoldenOpsFolder, TheComparisonSeesDifferences) {
  const Tolerance tolerance{.of_norm = 1e-5, .absolute = 1e-6, .relative = 1e-3};
  const auto differ = [&](const std::vector<double>& a, const std::vector<double>& b) {
    return !compare(a, b, tolerance).difference.empty();
  };
  EXPECT_FALSE(differ({1, 2, NAN, INFINITY}, {1, 2.000001, NAN, INFINITY}));
  EXPECT_TRUE(differ({1, 2.0001}, {1, 2}));     // relative to the norm
  EXPECT_TRUE(differ({1e38, 89}, {1e38, 88}));  // one element behind a large norm
  EXPECT_TRUE(differ({1, 2}, {1, NAN}));        // NaN where there is none, and the other way round
  EXPECT_TRUE(differ({1, NAN}, {1, 2}));
  EXPECT_TRUE(differ({INFINITY}, {-INFINITY}));
  EXPECT_TRUE(differ({1}, {1, 2}));
  EXPECT_TRUE(differ({1e-4, 0}, {0, 0}));
  EXPECT_TRUE(differ({2e-9, 0}, {1e-9, 0}));  // a tiny norm is no excuse
  const Tolerance noisy{.of_norm = 1e-5, .absolute = 1e-6, .relative = 1e-3, .noise = 1e-7};
  EXPECT_TRUE(compare(std::vector{5e-8}, std::vector{1e-9}, noisy).noise);
  EXPECT_EQ(compare(std::vector{5e-8}, std::vector{1e-9}, noisy).difference, "");
  EXPECT_NE(compare(std::vector{2e-7}, std::vector{1e-9}, noisy).difference, "");
  EXPECT_NE(compare(std::vector{3.1e-7}, std::vector{2e-7}, noisy).difference, "");
  EXPECT_FALSE(compare(std::vector{1.0}, std::vector{1.0}, noisy).noise);
}

}  // namespace
}  // namespace dikkat::test
