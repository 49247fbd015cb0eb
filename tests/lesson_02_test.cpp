// Lesson 02 as its user meets it: every rung agrees, on any size; what it records hangs together; bad flags. No times.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/files/json.h"
#include "tests/run_program.h"
#include "tests/temporary_folder.h"

namespace dikkat {
namespace {

struct MatmulLesson : testing::Test {
  ProgramRun lesson(const std::string& flags, const std::string& input = "", const std::string& language = "en") {
    return run_program(
        "'" DIKKAT_PROGRAMS "/02_matmul' --preset test --pace auto --plain --lang " + language + " " + flags, input,
        folder.path());
  }

  // The figures of a run.
  Json measured(const std::string& flags) {
    const ProgramRun run = lesson("--json r.json " + flags);
    EXPECT_EQ(run.code, 0) << flags << "\n" << run.err;
    EXPECT_EQ(run.err, "") << flags;
    return read_json(folder.path() + "/r.json");
  }

  // One line on the standard error, of which `words` is a part, and the exit code 2.
  void refused(const std::string& flags, const std::string& words) {
    const ProgramRun run = lesson(flags);
    EXPECT_EQ(run.code, 2) << flags << "\n" << run.err;
    EXPECT_NE(run.err.find(words), std::string::npos) << flags << "\n" << run.err;
    EXPECT_EQ(std::count(run.err.begin(), run.err.end(), '\n'), 1) << run.err;
  }

  test::TemporaryFolder folder;
};

const std::vector<std::string> names = {"three_loops", "swapped_loops", "blocked", "vectors", "by_compiler", "tiled",
                                        "packed",      "threaded",      "library", "bf16x3",  "bf16"};

// All rungs, each within the bound of its rounding to the first.
void expect_agreement(JsonView rungs, const std::string& what) {
  ASSERT_EQ(rungs.size(), names.size()) << what;
  for (size_t i = 0; i < names.size(); ++i) {
    const JsonView rung = rungs.at(i);
    const std::string name(rung.at("name").string());
    EXPECT_EQ(name, names[i]) << what;
    EXPECT_LE(rung.at("largest_difference").number(), rung.at("tolerance").number()) << what << " " << name;
    EXPECT_GT(rung.at("gflops").number(), 0) << what << " " << name;
    EXPECT_GT(rung.at("share_of_peak").number(), 0) << what << " " << name;
    // u = 2^-24 in f32: sums of up to a few hundred normal numbers stay within some ten u of their size.
    const std::string factors(rung.at("factors").string());
    const double most = factors == "f32" ? 40 * std::ldexp(1, -24) : std::ldexp(1, factors == "bf16" ? -7 : -14);
    EXPECT_LE(rung.at("relative_error").number(), most) << what << " " << name;
  }
}

TEST_F(MatmulLesson, EveryRungAgreesOnAwkwardSizes) {
  // 600: more than one slice of the packed products, whatever the size of the first cache.
  for (const std::string size : {"1", "2", "7", "33", "65", "100", "600"}) {
    const Json r = measured("--repeats 1 --size " + size);
    EXPECT_EQ(std::to_string(r.at("size").integer()), size);
    expect_agreement(r.at("rungs"), "size " + size);
  }
}

TEST_F(MatmulLesson, ThreadsDeviceAndPrecisionAreFollowed) {
  for (const std::string flags :
       {"--threads 1", "--threads 3", "--device reference", "--check", "--precision bf16", "--precision bf16x3"}) {
    const Json r = measured("--repeats 1 --size 40 " + flags);
    expect_agreement(r.at("rungs"), flags);
    EXPECT_TRUE(r.at("few_rows").size() > 0);
  }
  const Json one = measured("--threads 1 --size 20");
  EXPECT_EQ(one.at("threads").integer(), 1);
}

// What depends on nothing but the code: bytes moved, sizes, numbers of the rungs.
TEST_F(MatmulLesson, FiguresHangTogether) {
  const Json r = measured("--size 96");
  const JsonView rungs = r.at("rungs"), machine = r.at("machine");
  const double n3 = 96.0 * 96 * 96;
  for (size_t i = 0; i < rungs.size(); ++i) {
    const JsonView rung = rungs.at(i);
    EXPECT_NEAR(rung.at("gflops").number() * rung.at("seconds").number() * 1e9, 2 * n3, 1e-6 * n3);
    const bool all = rung.at("all_threads").boolean();
    const double peak = machine.at(all ? "peak_all_threads_gflops" : "peak_one_thread_gflops").number();
    EXPECT_NEAR(rung.at("share_of_peak").number() * peak, rung.at("gflops").number(), 1e-6 * peak);
  }
  const double lanes = static_cast<double>(machine.at("lanes").integer());
  EXPECT_EQ(rungs.at(size_t{0}).at("flops_per_byte").number(), 2.0 / 8);
  EXPECT_DOUBLE_EQ(rungs.at(size_t{1}).at("flops_per_byte").number(), 2.0 / 12);
  EXPECT_DOUBLE_EQ(rungs.at(size_t{5}).at("flops_per_byte").number(), 2 / (4 / 6.0 + 4 / (2 * lanes)));
  EXPECT_GE(machine.at("block").integer(), machine.at("lanes").integer());
  EXPECT_LE(machine.at("depth").integer(), 96);
  EXPECT_GE(machine.at("first_cache_bytes").integer(), 4096);
  const JsonView rows = r.at("few_rows");
  const double side = std::sqrt(machine.at("large_bytes").number() / 4);
  for (size_t i = 0; i < rows.size(); ++i) {
    const double m = rows.at(i).at("rows").number();
    EXPECT_EQ(m, std::ldexp(1, static_cast<int>(i)));
    EXPECT_DOUBLE_EQ(rows.at(i).at("flops_per_byte").number(), m * side / (2 * (side + 2 * m)));
  }
}

TEST_F(MatmulLesson, AsksBeforeItAnswers) {
  for (const char* language : {"tr", "en"}) {
    const ProgramRun run = lesson("--size 48", "", language);
    EXPECT_EQ(run.code, 0) << run.err;
    size_t agreed = 0;
    for (size_t at = run.out.find("[ok]"); at != std::string::npos; at = run.out.find("[ok]", at + 1)) ++agreed;
    EXPECT_EQ(agreed, 10u) << run.out;  // nine rungs against the first, and threads against one
  }
  // How often a row of b is read is no matter of speed: once for each row of a.
  const ProgramRun right = lesson("--section order --size 48 --pace step", "48\n2\n");
  EXPECT_NE(right.out.find("You were right."), std::string::npos) << right.out;
  EXPECT_NE(right.out.find("The answer: 48\n"), std::string::npos) << right.out;
}

TEST_F(MatmulLesson, SaysWhatIsMeasured) {
  const auto says = [&](const std::string& flags, const std::string& words) {
    const ProgramRun run = lesson("--repeats 1 --size 48 " + flags);
    std::string out = run.out;
    std::replace(out.begin(), out.end(), '\n', ' ');
    return out.find(words) != std::string::npos;
  };
  const std::string plain = "computed by the library's plain loops";
  for (const std::string section : {"library", "precision", "vector"}) {
    EXPECT_TRUE(says("--check --section " + section, plain)) << section;
    EXPECT_TRUE(says("--device reference --section " + section, plain)) << section;
    EXPECT_FALSE(says("--section " + section, plain)) << section;
  }
  // The text of "idea" speaks of the machine's table, so it must be there.
  EXPECT_TRUE(says("--section idea", "peak, one thread"));
  EXPECT_TRUE(says("--section precision", "(up to 1 off counts)"));
}

// Only two right products are worth a guess about their speed.
TEST_F(MatmulLesson, ChecksARungBeforeItAsksForItsSpeed) {
  for (const std::string section : {"order", "blocks", "precision"}) {
    const ProgramRun run = lesson("--size 48 --section " + section);
    EXPECT_LT(run.out.find("[ok]"), run.out.find("First, your guess")) << run.out;
  }
}

TEST_F(MatmulLesson, ChartsStandInPlainText) {
  const ProgramRun run = lesson("--section roofline");
  EXPECT_EQ(run.code, 0) << run.err;
  for (const char* words : {"a large matrix", "b L2", "c L1", "d peak (f32)", "operations / byte"})
    EXPECT_NE(run.out.find(words), std::string::npos) << words << "\n" << run.out;
  const ProgramRun rows = lesson("--section vector");
  EXPECT_NE(rows.out.find("a reading"), std::string::npos) << rows.out;
}

TEST_F(MatmulLesson, BadFlagsAreRefusedInOneLine) {
  refused("--size 0", "size");
  refused("--size -3", "size");
  refused("--size 4096", "2048");
  refused("--size big", "big");
  refused("--size", "size");
  refused("--repeats 0", "repeats");
  refused("--repeat 3", "--repeats");
  refused("--sice 3", "--size");
  refused("--precision f64", "bf16");
  refused("--section rooflin", "roofline");
  refused("512", "512");
}

}  // namespace
}  // namespace dikkat
