// Runs: what is stored is what is read, numbers stay, nothing overwrites anything, and foreign files do no harm.
#include "lessons/stage/runs.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <thread>

#include "core/files/atomic_file.h"
#include "core/files/folders.h"
#include "lessons/stage/letters.h"
#include "lessons/stage/runs_figures.h"
#include "lessons/stage/runs_view.h"
#include "tests/messages.h"
#include "tests/run_program.h"
#include "tests/runs_examples.h"
#include "tests/temporary_folder.h"

namespace dikkat {
namespace {

using test::example_run;
using test::expect_parts;
using test::message_of;
using test::TemporaryFolder;

std::vector<int> numbers_of(const Runs& all) {
  std::vector<int> numbers;
  for (const dikkat::Run& run : all.runs) numbers.push_back(run.number);
  return numbers;
}

std::string all_of(const std::vector<std::string>& lines) {
  std::string all;
  for (const std::string& line : lines) all += line + "\n";
  return all;
}

TEST(Runs, WhatIsStoredIsRead) {
  const TemporaryFolder home;
  const std::string folder = home / "runs";
  EXPECT_TRUE(read_runs(folder).runs.empty());
  dikkat::Run run = example_run(21, 2.125, "öykü \"</script>\" 🙂");
  run.training[3].loss = std::nan("");
  run.is_finished = false;
  run.ngram_loss.reset();
  EXPECT_EQ(append_run(folder, run), 1);
  const Runs all = read_runs(folder);
  ASSERT_EQ(all.runs.size(), 1u);
  EXPECT_TRUE(all.problems.empty());
  const dikkat::Run& read = all.runs[0];
  EXPECT_EQ(read.file, "2026-11-21_21-40-05_11_baby_gpt_1.json");
  EXPECT_EQ(read.number, 1);
  EXPECT_EQ(read.seed, run.seed);
  EXPECT_EQ(read.data, run.data);
  EXPECT_EQ(read.facts, run.facts);
  EXPECT_FALSE(read.is_finished);
  EXPECT_FALSE(read.ngram_loss);
  EXPECT_TRUE(std::isnan(read.training[3].loss));
  EXPECT_EQ(read.training[4].step, 5);
  EXPECT_EQ(read.training[4].loss, run.training[4].loss);
  EXPECT_EQ(read.validation.size(), run.validation.size());
  EXPECT_EQ(*read.validation_loss(), 2.125);
  EXPECT_EQ(run_to_json(read).dump(), run_to_json(run).dump());
}

TEST(Runs, NumbersStayWithTheirRuns) {
  const TemporaryFolder home;
  const std::string folder = home.path();
  for (int i = 1; i <= 4; ++i) EXPECT_EQ(append_run(folder, example_run(21, 2)), i) << "the same second";
  remove_run(folder, read_runs(folder).runs[1]);
  EXPECT_EQ(numbers_of(read_runs(folder)), (std::vector<int>{1, 3, 4}));
  EXPECT_EQ(append_run(folder, example_run(20, 2)), 5) << "an earlier date, but stored later";
  EXPECT_EQ(numbers_of(read_runs(folder)), (std::vector<int>{1, 3, 4, 5}));
  // A file of another machine that has a number twice counts as the next one.
  write_file(folder + "/2026-11-25_21-40-05_11_baby_gpt_5.json", run_to_json(example_run(25, 2)).dump());
  EXPECT_EQ(numbers_of(read_runs(folder)), (std::vector<int>{1, 3, 4, 5, 6}));
  EXPECT_EQ(append_run(folder, example_run(21, 2)), 7);
}

TEST(Runs, StoredAtTheSameMomentLoseNothing) {
  const TemporaryFolder home;
  const auto store = [&] {
    for (int i = 0; i < 20; ++i) append_run(home.path(), example_run(21, 2));
  };
  std::thread other(store);
  store();
  other.join();
  EXPECT_EQ(read_runs(home.path()).runs.size(), 40u);
}

TEST(Runs, WithoutAPlaceOrADateAreNotStored) {
  const TemporaryFolder home;
  write_file(home / "file", "x");
  EXPECT_NE(message_of([&] { append_run(home / "file", example_run(21, 2)); }), "");
  dikkat::Run run = example_run(21, 2);
  run.date = "../../x";
  expect_parts(message_of([&] { append_run(home / "runs", run); }), {"date"});
  run = example_run(21, 2);
  run.lesson = "a/b";
  expect_parts(message_of([&] { append_run(home / "runs", run); }), {"lesson"});
  EXPECT_FALSE(is_folder(home / "runs"));
}

TEST(Runs, DamagedAndForeignFilesAreNamedAndSkipped) {
  const TemporaryFolder home;
  append_run(home.path(), example_run(21, 2));
  const std::string good = run_to_json(example_run(21, 2)).dump();
  const auto put = [&](int number, const std::string& content) {
    write_file(home / text("2026-11-21_21-40-05_11_baby_gpt_", number, ".json"), content);
  };
  const auto with = [&](const std::string& key, Json value) {
    Json json = Json::parse(good);
    json.set(key, std::move(value));
    return json.dump();
  };
  const auto curve = [](const char* content) { return Json::parse(content); };
  put(2, "");
  put(3, good.substr(0, good.size() / 2));
  put(4, std::string(2 << 20, ' ') + good);
  put(5, std::string(100000, '['));
  put(6, with("dikkat_run", 2));
  put(7, with("training", curve(R"({"step":[1,2],"loss":[1]})")));
  put(8, with("training", curve(R"({"step":[2,1],"loss":[1,1]})")));
  put(9, with("training", curve(R"({"step":[-1],"loss":[1]})")));
  put(10, with("validation", curve(R"({"step":[1e3],"loss":[1]})")));
  put(11, with("date", "2026-11-21"));
  put(12, with("facts", curve(R"({"a":[1]})")));
  put(13, with("data", std::string(5000, 'x')));
  put(14, with("bits_per_character", -1));
  put(15, "[]");
  write_file(home / "notes.txt", "mine");
  write_file(home / "2026-11-21_21-40-05_11_baby_gpt_99999999999999999999.json", good);
  write_file(home / ".hidden", "x");
  const Runs all = read_runs(home.path());
  EXPECT_EQ(numbers_of(all), std::vector<int>{1});
  EXPECT_EQ(all.problems.size(), 16u);
  for (const std::string& problem : all.problems) EXPECT_EQ(problem.find(".hidden"), std::string::npos) << problem;
  const std::string problems = all_of(all.problems);
  expect_parts(problems, {"notes.txt", "gpt_4.json", "gpt_6.json", "gpt_14.json"});
  EXPECT_EQ(append_run(home.path(), example_run(22, 2)), 16) << "a damaged file keeps its number";
}

TEST(Runs, OnlyFilesOfRunsAreRemoved) {
  const TemporaryFolder home;
  write_file(home / "notes.txt", "mine");
  dikkat::Run run = example_run(21, 2);
  run.file = "notes.txt";
  EXPECT_NE(message_of([&] { remove_run(home.path(), run); }), "");
  EXPECT_TRUE(is_file(home / "notes.txt"));
}

TEST(Runs, LongCurvesAreThinnedToMeans) {
  std::vector<float> losses;
  for (int i = 0; i < 1000; ++i) losses.push_back(static_cast<float>(i));
  const std::vector<LossPoint> points = thinned(losses, 1, 400);
  ASSERT_EQ(points.size(), 334u);
  EXPECT_EQ(points[0].step, 2);
  EXPECT_EQ(points[0].loss, 1);
  EXPECT_EQ(points.back().step, 1000);
  EXPECT_EQ(points.back().loss, 999);
  EXPECT_EQ(thinned({3, 5}, 7).size(), 2u);
  EXPECT_EQ(thinned({3, 5}, 7)[1].step, 8);
  EXPECT_TRUE(thinned({}).empty());
  EXPECT_EQ(thinned({1, 2, 3}, 1, 0).size(), 1u);
}

TEST(Runs, OfALessonKnowItsFlags) {
  const TemporaryFolder home;
  const std::string program =
      "DIKKAT_HOME=home '" DIKKAT_STAGE_PROGRAM "' --scenario run --lang en --seed 7 --preset test --threads 1";
  expect_parts(run_program(program, "", home.path()).out, {"stored as 1"});
  const ProgramRun second = run_program(program, "", home.path());
  EXPECT_EQ(second.code, 0) << second.err;
  expect_parts(second.out, {"stored as 2"});
  const Runs all = read_runs(home / "home/runs");
  ASSERT_EQ(all.runs.size(), 2u);
  const dikkat::Run& run = all.runs[1];
  EXPECT_EQ(run.lesson, "stage_program");
  EXPECT_EQ(run.preset + run.device + run.precision, "testcpuf32");
  EXPECT_EQ(run.seed, 7u);
  EXPECT_EQ(run.threads, 1);
  EXPECT_TRUE(run.is_finished);
  EXPECT_TRUE(run.peak_bytes);
  EXPECT_EQ(run.training.size(), 2u);

  const ProgramRun nowhere = run_program("touch home2; DIKKAT_HOME=home2" + program.substr(16), "", home.path());
  EXPECT_EQ(nowhere.code, 1);
  expect_parts(nowhere.out, {"stored as 0"});
  expect_parts(nowhere.err, {"warning: this run could not be stored", "home2"});
}

const RunFact& fact_of(const std::vector<RunFact>& facts, const std::string& key) {
  const auto found = std::find_if(facts.begin(), facts.end(), [&](const RunFact& fact) { return fact.key == key; });
  require(found != facts.end(), "no fact ", key);
  return *found;
}

TEST(Comparison, MarksWhatDiffersAndWhatIsBest) {
  std::vector<dikkat::Run> runs = {example_run(20, 3), example_run(21, 2)};
  runs[1].facts[1].second = 6;
  const Comparison same = compare(runs, false);
  EXPECT_TRUE(fact_of(same.settings, "n_layer").differs);
  EXPECT_FALSE(fact_of(same.settings, "parameters").differs);
  EXPECT_EQ(fact_of(same.results, "validation_loss").is_best, (std::vector<bool>{false, true}));
  EXPECT_EQ(fact_of(same.results, "tokens_per_second").is_best, (std::vector<bool>{false, true}));
  EXPECT_EQ(fact_of(same.results, "seconds_training").is_best, (std::vector<bool>{false, false})) << "equal";
  for (const RunWarning& warning : same.warnings) EXPECT_FALSE(warning.applies) << warning.setting;

  // Losses of other vocabularies do not compare, bits per character do; with another text neither does.
  runs[0].facts[2].second = 256;
  EXPECT_EQ(fact_of(compare(runs, false).results, "validation_loss").is_best, (std::vector<bool>{false, false}));
  EXPECT_EQ(fact_of(compare(runs, false).results, "lowest_bits_per_character").is_best,
            (std::vector<bool>{false, true}));
  EXPECT_TRUE(compare(runs, false).warnings[1].applies);
  runs[0].data = "tales";
  EXPECT_EQ(fact_of(compare(runs, false).results, "lowest_bits_per_character").is_best,
            (std::vector<bool>{false, false}));
  EXPECT_TRUE(compare(runs, false).warnings[0].applies);
}

TEST(RunsView, FitsEveryWidthAndKeepsWhatMatters) {
  std::vector<dikkat::Run> runs = {example_run(20, 3), example_run(21, 2), example_run(22, 2.5)};
  runs[1].training.back().loss = std::nan("");
  for (size_t i = 0; i < runs.size(); ++i) runs[i].number = static_cast<int>(i) + 3;
  for (const int width : {20, 40, 60, 80, 100}) {
    for (const bool drawing : {false, true}) {
      for (const bool turkish : {false, true}) {
        const Look look{width, Colours::none, drawing};
        const std::vector<std::string> list = draw_list(runs, look, turkish);
        EXPECT_EQ(list.size(), 5u) << all_of(list);
        expect_parts(all_of(list), {"3", "2.000", "2.500"});
        EXPECT_EQ(all_of(list).find("bit") != std::string::npos, width >= 40);
        const std::vector<std::string> facts = draw_comparison(runs, look, turkish);
        if (width >= 60) expect_parts(all_of(facts), {"#3", "#4", "#5", drawing ? "2.000 ★" : "2.000 <", "934,912"});
        for (const auto& lines : {list, facts, draw_curves(runs, look, turkish)})
          for (const std::string& line : lines) EXPECT_LE(display_width(line), width) << line;
      }
    }
  }
}

TEST(RunsView, CurvesAreTellableWithoutColours) {
  std::vector<dikkat::Run> runs = {example_run(20, 3), example_run(21, 2)};
  runs[0].number = 3, runs[1].number = 5;
  const std::string drawn = all_of(draw_curves(runs, {80, Colours::none, false}, false));
  expect_parts(drawn, {"Validation loss", "Training loss", "a #3 11_baby_gpt class 3\n", "b #5 11_baby_gpt class 2\n"});
  runs[0].validation.clear(), runs[1].validation.clear(), runs[0].training.clear(), runs[1].training.resize(1);
  EXPECT_TRUE(draw_curves(runs, {80, Colours::none, false}, false).empty());
}

}  // namespace
}  // namespace dikkat
