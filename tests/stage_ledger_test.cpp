// The claim ledger: rows, means over seeds, files that are damaged or cannot be written, and what a lesson prints.
#include "lessons/stage/ledger.h"

#include <gtest/gtest.h>

#include <fstream>

#include "core/files/folders.h"
#include "core/files/mapped_file.h"
#include "lessons/stage/letters.h"
#include "tests/messages.h"
#include "tests/run_program.h"
#include "tests/temporary_folder.h"

namespace dikkat {
namespace {

using Verdict = Claim::Verdict;
using Names = std::vector<std::string>;

constexpr uint64_t plenty = 1 << 20;

struct LedgerTest : testing::Test {
  static Claim claim(double measured) {
    return {.id = "11.loss",
            .statement = {"kayıp 0.5'e iner", "the loss falls to 0.5"},
            .source = "a paper",
            .published = "0.5",
            .measured = measured,
            .digits = 1,
            .unit = "nat",
            .verdict = Verdict::same_direction};
  }

  static Measurement row(uint64_t seed, double value, const std::string& preset = "class") {
    return {.lesson = "11_baby_gpt",
            .preset = preset,
            .device = "cpu",
            .precision = "f32",
            .seed = seed,
            .value = value,
            .verdict = Verdict::same_direction,
            .date = "2025-03-14 15:09:26"};
  }

  AddedToLedger add(const Measurement& row) const { return add_to_ledger(ledger(), claim(row.value), row); }

  std::string ledger() const { return folder / "ledger"; }
  std::string file() const { return ledger() + "/11.loss.json"; }

  // The stage program with its claims, in a home of its own.
  ProgramRun lesson(const std::string& flags, const std::string& before = "") const {
    return run_program(
        before + "DIKKAT_HOME='" + folder.path() + "' '" DIKKAT_STAGE_PROGRAM "' --scenario claims " + flags, "",
        folder.path());
  }

  test::TemporaryFolder folder;
};

TEST_F(LedgerTest, KeepsARowForEachPresetSeedAndPrecision) {
  add(row(0, 1));
  add(row(1, 2));
  add(row(0, 3, "test"));
  Measurement rounded = row(0, 4);
  rounded.precision = "bf16";
  add(rounded);
  const AddedToLedger added = add(row(0, 5));  // takes the place of the first
  EXPECT_EQ(added.damaged + added.not_written, "");
  Names damaged;
  const std::vector<LedgerEntry> all = read_ledger(ledger(), damaged);
  EXPECT_TRUE(damaged.empty());
  ASSERT_EQ(all.size(), 1u);
  const LedgerEntry& entry = all[0];
  std::vector<double> values;
  for (const Measurement& one : entry.rows) values.push_back(one.value);
  EXPECT_EQ(values, (std::vector<double>{2, 3, 4, 5}));
  EXPECT_EQ(entry.rows[3].date, "2025-03-14 15:09:26");
  EXPECT_EQ(entry.rows[2].precision, "bf16");
  EXPECT_EQ(entry.claim.statement.turkish, "kayıp 0.5'e iner");
  EXPECT_EQ(entry.claim.published, "0.5");
  EXPECT_EQ(entry.claim.measured, 5);
  EXPECT_EQ(entry.claim.verdict, Verdict::same_direction);
  EXPECT_EQ(entry.claim.unit, "nat");
}

TEST_F(LedgerTest, MeansAreOverTheSeedsOfOnePresetAndPrecision) {
  add(row(0, 100, "test"));
  add(row(0, 1));
  add(row(1, 2));
  add(row(3, NAN));
  const LedgerEntry entry = add(row(2, 6)).entry;
  const Mean mean = mean_over_seeds(entry, row(2, 6));
  EXPECT_EQ(mean.count, 3);
  EXPECT_DOUBLE_EQ(mean.mean, 3);
  EXPECT_DOUBLE_EQ(mean.deviation, std::sqrt((4 + 1 + 9) / 2.0));
  EXPECT_EQ(mean_text(mean, entry.claim), "3.0 ± 2.6 nat");
  EXPECT_EQ(mean_text(mean_over_seeds(entry, row(0, 100, "test")), entry.claim), "100.0 nat");
  EXPECT_EQ(mean_text(mean_over_seeds(entry, row(0, 0, "full")), entry.claim), "-");
  Claim whole = entry.claim;
  whole.digits = 0;
  whole.unit = "";
  EXPECT_EQ(mean_text({.mean = 12345678, .deviation = 0, .count = 5}, whole), "12,345,678");
}

TEST_F(LedgerTest, EqualValuesHaveNoDeviationAtAll) {
  for (uint64_t seed = 0; seed < 7; ++seed) add(row(seed, 0.1));
  const Mean mean = mean_over_seeds(add(row(7, 0.1)).entry, row(7, 0.1));
  EXPECT_EQ(mean.mean, 0.1);
  EXPECT_EQ(mean.deviation, 0);
}

TEST_F(LedgerTest, NothingMeasuredComesBackAsNothing) {
  add(row(uint64_t{1} << 63, NAN));
  Names damaged;
  const std::vector<LedgerEntry> all = read_ledger(ledger(), damaged);
  ASSERT_EQ(all.size(), 1u);
  EXPECT_TRUE(std::isnan(all[0].claim.measured));
  EXPECT_EQ(all[0].rows[0].seed, uint64_t{1} << 63);
}

TEST_F(LedgerTest, DamagedFilesArePutAside) {
  add(row(0, 1));
  const std::string good = read_text(file(), plenty);
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string bad = good;
    bad.replace(bad.find(from), from.size(), to);
    return bad;
  };
  const Names bad = {"",
                     "7",
                     "{}",
                     good.substr(0, good.size() / 2),
                     with("11.loss", "11.other"),
                     with("\"seed\": 0", "\"seed\": -1"),
                     with("same_direction", "true_of_course"),
                     with("\"digits\": 1", "\"digits\": 99"),
                     with("\"lesson\": \"11_baby_gpt\"", "\"lesson\": 11"),
                     "{\"claim\": \"11.loss\", \"rows\": []}"};
  for (const std::string& content : bad) {
    std::ofstream(file(), std::ios::binary) << content;
    Names damaged;
    EXPECT_TRUE(read_ledger(ledger(), damaged).empty()) << content;
    ASSERT_EQ(damaged.size(), 1u) << content;
    test::expect_parts(damaged[0], {file()});
    EXPECT_EQ(read_text(file(), plenty), content) << "reading alone changes nothing";
    const AddedToLedger added = add(row(5, 2));
    test::expect_parts(added.damaged, {file()});
    EXPECT_EQ(added.not_written, "");
    EXPECT_EQ(added.put_aside, file() + ".damaged");
    EXPECT_EQ(read_text(file() + ".damaged", plenty), content);
    EXPECT_EQ(added.entry.rows.size(), 1u);
    EXPECT_EQ(read_ledger(ledger(), damaged = {}).size(), 1u) << content;
  }
}

TEST_F(LedgerTest, ADamagedFileThatCannotBeMovedIsNotOverwritten) {
  make_folders(file() + ".damaged");
  std::ofstream(file()) << "mine";
  const AddedToLedger added = add(row(0, 1));
  EXPECT_NE(added.damaged, "");
  EXPECT_NE(added.not_written, "");
  EXPECT_EQ(added.put_aside, "");
  EXPECT_EQ(added.entry.rows.size(), 1u);
  EXPECT_EQ(read_text(file(), plenty), "mine");
}

TEST_F(LedgerTest, IdsAreFileNames) {
  for (const std::string id : {"", "../x", "a b", ".hidden", "ç", "a/b", std::string(101, 'x').c_str()}) {
    Claim bad = claim(1);
    bad.id = id;
    test::expect_parts(test::message_of([&] { add_to_ledger(ledger(), bad, row(0, 1)); }), {"11.parameters"});
  }
}

TEST_F(LedgerTest, BlocksFitEveryScreen) {
  const Measurement last = row(1, 2);
  add(row(0, 1));
  const LedgerEntry entry = add(last).entry;
  for (const int width : {20, 30, 60, 100}) {
    for (const bool turkish : {true, false}) {
      std::string all;
      for (const std::string& line : draw(entry, last, turkish, {width, Colours::none, false})) {
        EXPECT_LE(display_width(line), width) << line;
        all += line + "\n";
      }
      EXPECT_NE(all.find("11.loss"), std::string::npos);
      if (width < 60) continue;
      test::expect_parts(all, {"0.5 (a paper)", "1.5 ± 0.7 nat", verdict_words(Verdict::same_direction, turkish)});
    }
  }
}

TEST_F(LedgerTest, ALessonPrintsAndRecordsItsClaims) {
  const std::string json = folder / "results.json";
  for (const char* seed : {"0", "1", "2"}) {
    const ProgramRun run = lesson("--lang tr --plain --seed " + std::string(seed) + " --json " + json);
    EXPECT_EQ(run.code, 0);
    EXPECT_EQ(run.err, "");
  }
  const ProgramRun run = lesson("--lang en --plain --seed 2 --json " + json);
  test::expect_parts(run.out, {"Claim 99.loss\n  | the loss falls from 4.5 to 0.5 in 5000 steps\n",
                               "  | measured here  1.75 ± 0.25 (class, 3 seeds; this time 2.00)\n",
                               "  | measured here  30.0 M (class, 3 seeds, all equal)\n",
                               "  | verdict        not reproduced\n", "  | measured here  nothing to measure\n"});
  const Json results = read_json(json);
  const std::vector<JsonView> claims = results.at("claims").elements();
  ASSERT_EQ(claims.size(), 3u);
  EXPECT_EQ(claims[1].at("claim").string(), "99.loss");
  EXPECT_EQ(claims[1].at("measured").number(), 2);
  EXPECT_EQ(claims[1].at("mean").number(), 1.75);
  EXPECT_EQ(claims[1].at("deviation").number(), 0.25);
  EXPECT_EQ(claims[1].at("seeds").integer(), 3);
  EXPECT_EQ(claims[1].at("verdict").string(), "same_direction");
  EXPECT_TRUE(claims[2].at("measured").is_null());
}

TEST_F(LedgerTest, ALessonGoesOnWithoutItsLedger) {
  std::ofstream(folder / "ledger") << "a file where the folder should be";
  const ProgramRun refused = lesson("--lang en");
  EXPECT_EQ(refused.code, 0);
  test::expect_parts(refused.out, {"Claim 99.parameters", "Claim 99.order"});
  EXPECT_EQ(refused.err.find("warning: the claim ledger cannot be written"), 0u) << refused.err;
  EXPECT_EQ(refused.err.find('\n'), refused.err.size() - 1) << "said once: " << refused.err;

  remove_file(folder / "ledger");
  make_folders(ledger());
  std::ofstream(ledger() + "/99.loss.json") << "{";
  const ProgramRun damaged = lesson("--lang tr");
  EXPECT_EQ(damaged.code, 0);
  EXPECT_EQ(damaged.err.find("uyarı: İddia Defteri'ndeki dosya bozuktu"), 0u) << damaged.err;
  EXPECT_EQ(list_folder(ledger()),
            (Names{"99.loss.json", "99.loss.json.damaged", "99.order.json", "99.parameters.json"}));
}

}  // namespace
}  // namespace dikkat
