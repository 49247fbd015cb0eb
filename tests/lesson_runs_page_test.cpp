// The page `lessons/run runs` as its user meets it.
#include <gtest/gtest.h>

#include <algorithm>

#include "core/files/atomic_file.h"
#include "core/files/json.h"
#include "core/files/mapped_file.h"
#include "tests/messages.h"
#include "tests/run_program.h"
#include "tests/runs_examples.h"
#include "tests/temporary_folder.h"

namespace dikkat {
namespace {

using test::example_run;
using test::expect_parts;

struct RunsPage : testing::Test {
  ProgramRun page(const std::string& arguments, const std::string& language = "en") {
    return run_program("DIKKAT_HOME=home '" DIKKAT_PROGRAMS "/runs' --plain --lang " + language + " " + arguments, "",
                       folder.path());
  }
  std::string shown(const std::string& arguments, const std::string& language = "en") {
    const ProgramRun run = page(arguments, language);
    EXPECT_EQ(run.code, 0) << arguments << "\n" << run.err;
    return run.out;
  }
  void refused(const std::string& arguments, const std::vector<std::string>& words) {
    const ProgramRun run = page(arguments);
    EXPECT_EQ(run.code, 2) << arguments << "\n" << run.out;
    EXPECT_EQ(std::count(run.err.begin(), run.err.end(), '\n'), 1) << run.err;
    expect_parts(run.err, words);
  }
  void store(int runs) {
    for (int i = 1; i <= runs; ++i) append_run(folder / "home/runs", example_run(i, 2 + i * 0.125));
  }

  test::TemporaryFolder folder;
};

TEST_F(RunsPage, SaysHowToGetARunWhereThereIsNone) {
  expect_parts(shown(""), {"lessons/run 11"});
  expect_parts(shown("", "tr"), {"lessons/run 11", "Henüz"});
  expect_parts(shown("3 5"), {"lessons/run 11"});
}

TEST_F(RunsPage, ListsTheLastTwentyOrAll) {
  store(25);
  const std::string last = shown("--json r.json"), all = shown("--all");
  EXPECT_EQ(last.find("2026-11-05"), last.npos);
  expect_parts(last, {"2026-11-06", "2026-11-25", "--all", "lessons/run runs 24 25"});
  expect_parts(all, {"2026-11-01"});
  const Json results = read_json(folder / "r.json");
  EXPECT_EQ(results.at("page").string(), "runs");
  ASSERT_EQ(results.at("runs").size(), 20u);
  EXPECT_EQ(results.at("runs").at(0).at("number").integer(), 6);
  EXPECT_EQ(results.at("runs").at(0).at("validation_loss").number(), 2.75);
  expect_parts(shown("--lesson 11"), {"2026-11-25"});
  expect_parts(shown("--lesson baby_gpt"), {"2026-11-25"});
  expect_parts(shown("--lesson 12"), {"lessons/run 11"});
}

TEST_F(RunsPage, ComparesTheRunsNamed) {
  store(5);
  for (const std::string words : {"3 5", "3,5", "3, 5"}) {
    const std::string both = shown(words + " --html c.html --json r.json");
    expect_parts(both, {"#3", "#5", "2.375 <", "2.625", "Validation loss", "Training loss", "c.html"});
    EXPECT_EQ(both.find("#4"), both.npos);
    const Json results = read_json(folder / "r.json");
    EXPECT_EQ(results.at("runs").size(), 2u);
    expect_parts(read_text(folder / "c.html", 1 << 20), {"<html lang=\"en\">", "Comparison: #3, #5", "2.375"});
  }
  expect_parts(shown("5 3 --html c.html", "tr"), {"Doğrulama kaybı"});
  expect_parts(read_text(folder / "c.html", 1 << 20), {"<html lang=\"tr\">"});
}

TEST_F(RunsPage, RefusesWhatItCannotMean) {
  store(3);
  refused("4", {"'4'", "1", "3"});
  refused("0", {"1", "3"});
  refused("abc", {"'abc'", "number"});
  refused("99999999999999999999", {"99999999999999999999"});
  refused("1 2 --html nowhere/c.html", {"--html", "folder"});
  refused("--htlm x", {"--html"});
  refused("--delete 9 --yes", {"'9'"});
}

TEST_F(RunsPage, RemovesOnlyWhenToldTo) {
  store(4);
  refused("--delete 2", {"--yes"});
  expect_parts(shown("--delete 2,3 --yes"), {"Removed: #2, #3"});
  const std::string left = shown("");
  EXPECT_EQ(left.find("2026-11-02"), left.npos);
  expect_parts(left, {"2026-11-01", "2026-11-04"});
  expect_parts(shown("4"), {"#4"});
}

TEST_F(RunsPage, NamesDamagedFilesAndGoesOn) {
  store(2);
  write_file(folder / "home/runs/2026-11-21_21-40-05_11_baby_gpt_3.json", "{");
  const ProgramRun run = page("");
  EXPECT_EQ(run.code, 0);
  expect_parts(run.err, {"gpt_3.json"});
  expect_parts(run.out, {"2026-11-02"});
}

}  // namespace
}  // namespace dikkat
