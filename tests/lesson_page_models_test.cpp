// lessons/run models as its user meets it.
#include <gtest/gtest.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

#include "core/files/folders.h"
#include "core/files/json.h"
#include "lessons/stage/letters.h"
#include "lessons/stage/trained.h"
#include "nn/models/gpt.h"
#include "tests/messages.h"
#include "tests/run_program.h"
#include "tests/temporary_folder.h"
#include "tokenizer/train.h"

namespace dikkat {
namespace {

struct ModelsPage : testing::Test {
  ModelsPage() { ::setenv("DIKKAT_HOME", folder.path().c_str(), 1); }
  ~ModelsPage() override { ::unsetenv("DIKKAT_HOME"); }

  static std::string save(const std::string& name, const std::string& recipe = "{}") {
    const Vocabulary vocabulary = train_bpe("aa bb aa bb", {.vocab_size = 257, .special_tokens = {}}).vocabulary;
    GPT model({.vocab_size = vocabulary.size(), .block_size = 8, .n_layer = 1, .n_head = 1, .n_embd = 8});
    return save_trained({.name = name, .recipe = recipe}, model, vocabulary,
                        Json::object({{"lesson", "11_baby_gpt"},
                                      {"preset", "class"},
                                      {"seed", 3},
                                      {"data", "diyaloglar"},
                                      {"steps", 12345},
                                      {"loss_validation", 2.71828},
                                      {"bits_per_character", 1.5},
                                      {"seconds_training", 61.25}}));
  }

  ProgramRun page(const std::string& arguments, const std::string& before = "") const {
    return run_program(before + "'" DIKKAT_PROGRAMS "/models' --plain " + arguments, "", folder.path());
  }

  // What `delete 1` says on a terminal where somebody types that answer.
  static std::string answered(const std::string& answer) {
    int terminal = -1;
    const pid_t child = ::forkpty(&terminal, nullptr, nullptr, nullptr);
    if (child == 0) {
      ::execl(DIKKAT_PROGRAMS "/models", "models", "--plain", "--lang", "tr", "delete", "1", nullptr);
      ::_exit(127);
    }
    const std::string line = answer + "\n";
    EXPECT_EQ(::write(terminal, line.data(), line.size()), static_cast<ssize_t>(line.size()));
    std::string seen;
    char bytes[1024];
    for (ssize_t size; (size = ::read(terminal, bytes, sizeof bytes)) > 0;)
      seen.append(bytes, static_cast<size_t>(size));
    ::close(terminal);
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(WIFEXITED(status) ? WEXITSTATUS(status) : -1, 0);
    return seen;
  }

  // One line on the standard error, of which `words` are parts, and exit code 2.
  void refused(const std::string& arguments, const std::vector<std::string>& words) const {
    const ProgramRun run = page("--lang en " + arguments);
    EXPECT_EQ(run.code, 2) << arguments << "\n" << run.err;
    test::expect_parts(run.err, words);
    EXPECT_EQ(std::count(run.err.begin(), run.err.end(), '\n'), 1) << run.err;
  }

  test::TemporaryFolder folder;
};

TEST_F(ModelsPage, IsEmptyAtFirst) {
  const ProgramRun run = page("--lang en --json r.json");
  EXPECT_EQ(run.code, 0) << run.err;
  test::expect_parts(run.out, {"no trained model yet", "lessons/run 11"});
  const Json results = read_json(folder / "r.json");
  EXPECT_EQ(results.at("page").string(), "models");
  EXPECT_EQ(results.at("models").size(), 0u);
  EXPECT_EQ(page("delete all --yes").code, 0);
  refused("show 1", {"there is no trained model"});
}

TEST_F(ModelsPage, ListsAndShows) {
  save("baby_gpt_class");
  const std::string damaged = save("zebra");
  remove_file(damaged + "/config.json");
  const ProgramRun wide = page("--lang en --json r.json", "COLUMNS=140 ");
  EXPECT_EQ(wide.code, 0) << wide.err;
  test::expect_parts(wide.out, {"baby_gpt_class", "12,345", "2.718", "1.500", "class", "(damaged) zebra", "2 models"});
  const Json results = read_json(folder / "r.json");
  ASSERT_EQ(results.at("models").size(), 2u);
  EXPECT_EQ(results.at("models").at(size_t{0}).at("facts").at("steps").integer(), 12345);
  EXPECT_NE(results.at("models").at(size_t{1}).at("damaged").string(), "");
  for (const char* chosen : {"1", "baby_gpt_class"}) {
    const ProgramRun shown = page(std::string("--lang tr show ") + chosen, "COLUMNS=60 ");
    EXPECT_EQ(shown.code, 0) << shown.err;
    test::expect_parts(shown.out, {"diyaloglar", "2.7183", "61.2 saniye", "model.safetensors", "lessons/run 11 --chat",
                                   "AutoModelForCausalLM"});
  }
  test::expect_parts(page("--lang en show zebra").out, {"damaged", "config.json"});
  for (const int width : {20, 60, 140}) {
    for (const std::string arguments : {"", "show 1", "show 2", "--help"}) {
      const ProgramRun run = page("--lang tr " + arguments, "COLUMNS=" + std::to_string(width) + " ");
      EXPECT_EQ(run.code, 0) << run.err;
      std::istringstream lines(run.out);
      for (std::string line; std::getline(lines, line);) {
        const bool is_code = line.find("  AutoModel") == 0 || line.find("    '/") == 0;  // whole, to be copied
        EXPECT_TRUE(is_code || display_width(line) <= std::min(width, 100)) << line;
      }
    }
  }
}

TEST_F(ModelsPage, FactsOfAnyKindAreShown) {
  const std::string path = save("baby");
  std::ofstream(path + "/trained.json")
      << R"({"name":"baby","key":"k","recipe":"r","steps":[1,{}],"parameters":"many","loss_validation":null,)"
      << R"("date":7,"preset":"\u001b[31mred","data":true})";
  const ProgramRun list = page("--lang en", "COLUMNS=100 "), shown = page("--lang en show 1");
  EXPECT_EQ(list.code, 0) << list.err;
  EXPECT_EQ(shown.code, 0) << shown.err;
  EXPECT_EQ((list.out + shown.out).find('\x1b'), std::string::npos);
  test::expect_parts(shown.out, {"many", "true", "[1,{}]"});
}

TEST_F(ModelsPage, Deletes) {
  save("one");
  save("two", "1");
  save("two", "2");
  refused("delete one", {"--yes"});
  refused("delete all", {"--yes"});
  refused("delete two --yes", {"two is the name of several", "2, 3"});
  EXPECT_EQ(list_trained().size(), 3u);
  const ProgramRun gone = page("--lang en delete one --yes --json r.json");
  EXPECT_EQ(gone.code, 0) << gone.err;
  test::expect_parts(gone.out, {"Deleted: one"});
  EXPECT_EQ(list_trained().size(), 2u);
  const Json results = read_json(folder / "r.json");
  EXPECT_EQ(results.at("deleted").size(), 1u);
  EXPECT_EQ(page("delete 2 --yes").code, 0);
  EXPECT_EQ(list_trained().size(), 1u);
  EXPECT_EQ(page("--yes delete all").code, 0);
  EXPECT_TRUE(list_trained().empty());
}

TEST_F(ModelsPage, AsksOnATerminal) {
  save("one");
  test::expect_parts(answered("h"), {"silinsin mi?", "Hiçbir şey silinmedi."});
  EXPECT_EQ(list_trained().size(), 1u);
  test::expect_parts(answered("e"), {"silinsin mi?", "Silindi: one"});
  EXPECT_TRUE(list_trained().empty());
}

TEST_F(ModelsPage, WrongUsageNamesWhatIsRight) {
  save("baby_gpt_class");
  refused("shwo 1", {"nearest: show", "allowed: show, delete"});
  refused("show", {"models show N|NAME"});
  refused("show 1 2", {"models show N|NAME"});
  refused("show 2", {"a number from 1 to 1"});
  refused("show 0", {"a number from 1 to 1"});
  refused("show baby_gpt_clas", {"nearest: baby_gpt_class"});
  refused("--yess", {"nearest: --yes"});
  refused("--json /", {"is a folder"});
  refused("delete ../models --yes", {"there is no model"});
  const ProgramRun help = page("--help --lang en");
  EXPECT_EQ(help.code, 0);
  test::expect_parts(help.out, {"lessons/run models show N|NAME", "--yes", "--json FILE"});
}

}  // namespace
}  // namespace dikkat
