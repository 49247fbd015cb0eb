// tests/bench as a program: it runs, its JSON can be read and holds what it promises, and mistakes are told. How fast
// anything is, no test asks.
#include <gtest/gtest.h>

#include <algorithm>

#include "core/files/json.h"
#include "tests/run_program.h"
#include "tests/temporary_folder.h"

namespace dikkat {
namespace {

struct Bench : testing::Test {
  ProgramRun bench(const std::string& arguments) {
    return run_program("'" DIKKAT_BENCH "' " + arguments, "", folder.path());
  }
  Json figures(const std::string& arguments) {
    const ProgramRun run = bench(arguments + " --json");
    EXPECT_EQ(run.code, 0) << run.err;
    return Json::parse(run.out);
  }

  test::TemporaryFolder folder;
};

TEST_F(Bench, MatmulSaysHowFastAndHowFarFromTheTruth) {
  const Json result = figures("matmul --shape 512 --runs 1 --threads 2");
  EXPECT_EQ(result.at("subject").string(), "matmul");
  ASSERT_EQ(result.at("cases").size(), 1u);
  const JsonView square = result.at("cases").at(0);
  EXPECT_EQ(square.at("name").string(), "f32  square 512");
  EXPECT_EQ(square.at("unit").string(), "GFLOP/s");
  for (const char* size : {"m", "n", "k"}) EXPECT_EQ(square.at(size).integer(), 512) << size;
  EXPECT_EQ(square.at("threads").integer(), 2);
  const double operations = 2.0 * 512 * 512 * 512;
  EXPECT_NEAR(square.at("value").number() * square.at("milliseconds").number() * 1e6, operations, 1e-6 * operations);
  EXPECT_FALSE(square.find("share"));  // there is no share of what was not measured
  // 512 roundings, each of at most 2^-24 of a partial sum, which is about as large as the sum: far less if they cancel.
  EXPECT_GT(square.at("error").number(), 0);
  EXPECT_LT(square.at("error").number(), 512 * 0x1p-24);
}

TEST_F(Bench, MatmulKnowsEveryPrecisionAndItsError) {
  const Json result = figures("matmul --shape 'square 512' --runs 1 --precision all");
  ASSERT_EQ(result.at("cases").size(), 3u);
  double error[3];
  for (size_t i = 0; i < 3; ++i) error[i] = result.at("cases").at(i).at("error").number();
  EXPECT_LT(error[0], error[1]) << "f32, bf16x3";
  EXPECT_LT(error[1], error[2]) << "bf16x3, bf16";
}

TEST_F(Bench, PeakGivesSharesAndTheLimitsThemselves) {
  const Json result = figures("matmul --shape 'vector 4096x4096 f32' --runs 1 --threads 2 --peak");
  std::vector<std::string> names;
  for (const JsonView one : result.at("cases").elements()) names.push_back(one.at("name").string());
  EXPECT_EQ(names, (std::vector<std::string>{"f32  vector 4096x4096 f32", "limit  read 32 KiB a thread",
                                             "limit  read 1 MiB a thread", "limit  read 16 MiB a thread",
                                             "limit  read 256 MiB a thread"}));
  const JsonView vector = result.at("cases").at(0);
  EXPECT_NEAR(vector.at("share").number(), 100 * vector.at("value").number() / vector.at("read").number(), 1e-6);
  for (size_t i = 1; i < names.size(); ++i) EXPECT_GT(result.at("cases").at(i).at("eight_streams").number(), 0);
}

TEST_F(Bench, MistakesAreTold) {
  const auto refused = [&](const std::string& arguments, const std::string& words) {
    const ProgramRun run = bench(arguments);
    EXPECT_EQ(run.code, 2) << arguments;
    EXPECT_NE(run.err.find(words), std::string::npos) << arguments << "\n" << run.err;
    EXPECT_EQ(std::count(run.err.begin(), run.err.end(), '\n'), 1) << run.err;
  };
  refused("", "subjects: tokenizer matmul");
  refused("matmull", "subjects: tokenizer matmul");
  refused("matmul --shape 511", "no product's name holds '511'");
  refused("matmul --precision f8", "there are f32, bf16x3 and bf16");
  refused("matmul --runs 0", "a whole number above 0");
  refused("matmul --runs", "--runs takes a value");
  refused("matmul --peak 3", "--peak stands alone");
  refused("matmul square", "expected --NAME, found square");
  refused("matmul --what 3", "unknown option --what");
}

}  // namespace
}  // namespace dikkat
