// A lesson's outside without a terminal: exit codes, sections, results file, closed streams. Runs stage_program.cpp
// through the shell, so that each test reads like what one would type.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "core/files/json.h"

namespace dikkat {
namespace {

struct Result {
  int exit_code = -1;
  std::string output;
};

// `command` with $P standing for the program.
Result shell(const std::string& command) {
  ::setenv("P", DIKKAT_STAGE_PROGRAM, 1);
  for (const char* name : {"COLUMNS", "LC_ALL", "LC_MESSAGES"}) ::unsetenv(name);
  ::setenv("LANG", "en_US.UTF-8", 1);
  Result result;
  std::FILE* pipe = ::popen(("exec 2>&1; " + command).c_str(), "r");
  char bytes[4096];
  while (const size_t size = std::fread(bytes, 1, sizeof bytes, pipe)) result.output.append(bytes, size);
  const int status = ::pclose(pipe);
  result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return result;
}

std::string temporary(const std::string& name) {
  return (std::filesystem::temp_directory_path() / ("dikkat_" + std::to_string(::getpid()) + "_" + name)).string();
}

TEST(Lesson, WrongUsageEndsWithTwoBeforeAnythingIsPrinted) {
  for (const char* wrong : {"--scenaro chat", "--section frist", "--json /no/such/folder/r.json", "--json /", "extra",
                            "--threads 0", "--device vulkan", "--json ''"}) {
    const Result result = shell(std::string("\"$P\" ") + wrong + " </dev/null");
    EXPECT_EQ(result.exit_code, 2) << wrong;
    EXPECT_EQ(result.output.find("error: "), 0u) << result.output;
    EXPECT_EQ(result.output.find('\n'), result.output.size() - 1) << result.output;
  }
  EXPECT_NE(shell("\"$P\" --section frist").output.find("nearest: first; sections: first, second, third"),
            std::string::npos);
}

TEST(Lesson, HelpAndListNeedNothingElse) {
  EXPECT_EQ(shell("\"$P\" --list </dev/null").output,
            "first  First section\nsecond  Second section\nthird  Third section\n");
  const Result help = shell("\"$P\" --help --lang tr </dev/null");
  EXPECT_EQ(help.exit_code, 0);
  EXPECT_NE(help.output.find("--scenario"), std::string::npos);
}

TEST(Lesson, OneSectionAlone) {
  const Result result = shell("\"$P\" --section second </dev/null");
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_NE(result.output.find("What the second section says."), std::string::npos);
  EXPECT_NE(result.output.find("line under second"), std::string::npos);
  for (const char* silent : {"line under third", "Which colour", "ağırlıklar", "iki yol"}) {
    EXPECT_EQ(result.output.find(silent), std::string::npos) << silent;
  }
}

TEST(Lesson, ResultsHoldWhatWasMeasured) {
  const std::string path = temporary("results.json");
  ASSERT_EQ(shell("\"$P\" --json " + path + " --seed 7 --threads 2 --preset test </dev/null").exit_code, 0);
  const Json results = read_json(path);
  std::string names;
  for (const auto& [name, value] : results.members()) names += std::string(name) + " ";
  EXPECT_EQ(names, "lesson preset device precision threads seed steps seconds peak_bytes peak_rss_bytes ");
  EXPECT_EQ(results.at("lesson").string(), "stage_program");
  EXPECT_EQ(results.at("preset").string(), "test");
  EXPECT_EQ(results.at("seed").integer(), 7);
  EXPECT_EQ(results.at("threads").integer(), 2);
  EXPECT_GE(results.at("seconds").number(), 0);
  EXPECT_GT(results.at("peak_rss_bytes").integer(), 1'000'000);
  EXPECT_EQ(results.at("peak_bytes").at("total").integer(), 24);  // two tensors of three floats
  std::filesystem::remove(path);
}

TEST(Lesson, SaysWhenProductsAreRounded) {
  const std::string path = temporary("precision.json");
  for (const char* chosen : {"bf16", "bf16x3"}) {
    const Result result = shell("\"$P\" --json " + path + " --precision " + chosen + " </dev/null");
    EXPECT_EQ(result.exit_code, 0);
    EXPECT_NE(result.output.find(std::string("matrix products: ") + chosen + "\n"), std::string::npos) << result.output;
    const Json results = read_json(path);
    EXPECT_EQ(results.at("precision").string(), chosen);
  }
  std::filesystem::remove(path);
  EXPECT_EQ(shell("\"$P\" --precision f32 </dev/null").output.find("matrix products"), std::string::npos);
}

TEST(Lesson, ADifferenceFailsTheLesson) {
  const Result result = shell("\"$P\" --scenario different </dev/null");
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_NE(result.output.find("error: iki yol: largest difference 1 (limit 0.5)"), std::string::npos) << result.output;
}

TEST(Lesson, TextAndProgramMustAgree) {
  EXPECT_NE(shell("\"$P\" --scenario missing").output.find("placeholder {count} has no value"), std::string::npos);
  EXPECT_EQ(shell("\"$P\" --scenario unused --preset test").exit_code, 1);
  EXPECT_EQ(shell("\"$P\" --scenario unused --preset class").exit_code, 0);
}

TEST(Lesson, ClosedAndFullOutput) {
  const Result head = shell("{ \"$P\" --scenario flood; echo \"code $?\" >&2; } | head -1");
  EXPECT_EQ(head.output.find("A small lesson"), 0u) << head.output;
  EXPECT_NE(head.output.find("code 141"), std::string::npos) << head.output;
  EXPECT_EQ(head.output.find("error"), std::string::npos) << head.output;
  const Result full = shell("\"$P\" --scenario flood >/dev/full");
  EXPECT_EQ(full.exit_code, 1);
  EXPECT_EQ(full.output, "error: cannot write to the standard output: No space left on device\n");
  EXPECT_EQ(shell("\"$P\" >&-").exit_code, 1);
}

TEST(Lesson, ClosedInputIsAnEmptyOne) {
  const std::string path = temporary("closed.json");
  for (const char* scenario : {"chat", "sections"}) {
    const Result result = shell(std::string("\"$P\" --pace step --json ") + path + " --scenario " + scenario + " <&-");
    EXPECT_EQ(result.exit_code, 0) << result.output;
    const Json results = read_json(path);
    EXPECT_EQ(results.at("lesson").string(), "stage_program");
  }
  std::filesystem::remove(path);
}

TEST(Lesson, ColumnsAreObeyedInAPipe) {
  const Result result = shell("COLUMNS=20 \"$P\" --plain --help </dev/null; COLUMNS=20 \"$P\" --list </dev/null");
  EXPECT_EQ(result.exit_code, 0);
  size_t begin = 0;
  for (size_t end; (end = result.output.find('\n', begin)) != std::string::npos; begin = end + 1) {
    EXPECT_LE(end - begin, 26u) << result.output.substr(begin, end - begin);  // 20 columns, some letters of two bytes
  }
}

}  // namespace
}  // namespace dikkat
