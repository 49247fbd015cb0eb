// Lesson 11's conversation as its user meets it: replies, commands, and whatever may be typed.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "core/files/folders.h"
#include "core/files/json.h"
#include "core/files/mapped_file.h"
#include "core/files/utf8.h"
#include "tests/run_program.h"
#include "tests/temporary_folder.h"
#include "tests/terminal_program.h"

namespace dikkat {
namespace {

constexpr uint64_t most_bytes = 1 << 24;
constexpr const char* program = DIKKAT_PROGRAMS "/11_baby_gpt";

// Two models that have learned next to nothing, from dialogues and from a plain text: what is tested is the talking.
struct BabyGPTChat : testing::Test {
  static void SetUpTestSuite() {
    models = new test::TemporaryFolder;
    std::ofstream(models->path() + "/cat.txt") << [] {
      std::string text;
      for (int i = 0; i < 200; ++i) text += "the cat sat on the mat and saw rat " + std::to_string(i) + "\n";
      return text;
    }();
    const std::string train = "DIKKAT_HOME=home '" + std::string(program) + "' --preset test --pace auto --lang en ";
    ASSERT_EQ(run_program(train + "--steps 20 --checkpoint dialogue", "", models->path()).code, 0);
    ASSERT_EQ(run_program(train + "--steps 5 --checkpoint plain --data cat.txt", "", models->path()).code, 0);
  }
  static void TearDownTestSuite() { delete models; }

  ProgramRun talk(const std::string& input, const std::string& flags = "--chat", const std::string& model = "dialogue",
                  const std::string& lang = "en") {
    return run_program("DIKKAT_HOME=home '" + std::string(program) + "' --preset test --plain --json r.json --lang " +
                           lang + " --checkpoint '" + models->path() + "/" + model + "' " + flags,
                       input, folder.path());
  }

  std::string file(const std::string& name) const { return folder.path() + "/" + name; }
  size_t replies() const {
    const Json recorded = read_json(file("r.json"));
    return recorded.at("replies").size();
  }

  static int count(const std::string& text, const std::string& wanted) {
    int found = 0;
    for (size_t at = text.find(wanted); at != std::string::npos; at = text.find(wanted, at + 1)) ++found;
    return found;
  }
  // Lines of more than 80 columns come wrapped.
  static std::string unwrapped(std::string text) {
    std::replace(text.begin(), text.end(), '\n', ' ');
    return text;
  }
  static void expect(const ProgramRun& run, const std::string& words) {
    EXPECT_NE(unwrapped(run.out).find(words), std::string::npos) << "no \"" << words << "\" in\n" << run.out;
  }

  static inline test::TemporaryFolder* models = nullptr;
  test::TemporaryFolder folder;
};

TEST_F(BabyGPTChat, AnswersEveryLineAndNeverShowsASign) {
  std::string input;
  for (int i = 0; i < 12; ++i) input += i % 2 == 0 ? "Merhaba, nasılsın?\n" : "Can you help me, please?\n";
  const ProgramRun run = talk(input + "#Person2#: hi\nlast without end", "--chat --temperature 1.5");
  ASSERT_EQ(run.code, 0) << run.err;
  EXPECT_EQ(run.err, "");
  EXPECT_EQ(replies(), 14u);
  EXPECT_EQ(count(run.out, "\nDikkat> "), 14) << run.out;
  EXPECT_EQ(count(run.out, "#Person"), 1) << "the one that was typed\n" << run.out;
  expect(run, "you> last without end");
  EXPECT_TRUE(is_utf8(run.out));
  const Json recorded = read_json(file("r.json"));
  for (size_t i = 0; i < replies(); ++i) {
    const std::string reply = recorded.at("replies").at(i).string();
    EXPECT_FALSE(reply.starts_with(' ')) << reply;
    expect(run, "Dikkat> " + (reply.empty() ? "…" : reply.substr(0, 20)));
  }
}

TEST_F(BabyGPTChat, ListsItsCommandsInBothLanguages) {
  for (const char* lang : {"tr", "en"}) {
    const ProgramRun run = talk("/help\n", "--chat", "dialogue", lang);
    for (const char* command : {"/help", "/reset", "/temperature", "/save", "/quit"}) expect(run, command);
    EXPECT_EQ(replies(), 0u);
  }
}

TEST_F(BabyGPTChat, QuitsAndWhatIsTypedBehindIsNotRead) {
  const ProgramRun run = talk("hello\n/quit\nhello again\n");
  EXPECT_EQ(run.code, 0);
  EXPECT_EQ(replies(), 1u);
  EXPECT_EQ(count(run.out, "hello again"), 0);
}

TEST_F(BabyGPTChat, SetsTheTemperature) {
  const ProgramRun run = talk("/temperature\n/temperature 0\nhello\n/reset\nhello\n/temperature 0,25\n");
  expect(run, "Temperature: 0.7");
  expect(run, "Temperature: 0 ");
  expect(run, "Temperature: 0.25");
  const Json recorded = read_json(file("r.json"));
  EXPECT_EQ(recorded.at("replies").at(size_t{0}).string(), recorded.at("replies").at(size_t{1}).string());
  for (const char* wrong : {"abc", "-1", "1e9", "nan", "inf", "0.5x", "1 2", "0x1", "--5"}) {
    const ProgramRun refused = talk("/temperature " + std::string(wrong) + "\n/temperature\n");
    EXPECT_EQ(refused.code, 0);
    expect(refused, "from 0 to 100, found '" + std::string(wrong) + "'");
    expect(refused, "Temperature: 0.7");
  }
}

TEST_F(BabyGPTChat, SavesTheConversation) {
  const ProgramRun run = talk("/save\nhello\n/save talk.txt\n/reset\nbye\n/save\n/save talk.txt\n");
  EXPECT_EQ(run.code, 0) << run.err;
  expect(run, "nothing was said yet");
  expect(run, "Conversation saved: talk.txt");
  expect(run, "talk.txt exists already and was not overwritten");
  const std::string saved = read_text(file("talk.txt"), most_bytes);
  EXPECT_TRUE(saved.starts_with("you: hello\nDikkat: ")) << saved;
  EXPECT_EQ(saved.find("bye"), std::string::npos);
  const std::vector<std::string> names = list_folder(file("home/conversations"));
  ASSERT_EQ(names.size(), 1u);
  const std::string later = read_text(file("home/conversations/" + names[0]), most_bytes);
  EXPECT_NE(later.find("\n\nyou: bye\n"), std::string::npos) << "forgotten by the model, not by the file: " << later;
  EXPECT_TRUE(later.starts_with(saved)) << later;
}

TEST_F(BabyGPTChat, GoesOnWhereSavingFails) {
  const ProgramRun run = talk("hello\n/save /nonexistent/dir/x\n/save " + folder.path() + "\nstill here\n");
  EXPECT_EQ(run.code, 0) << run.err;
  expect(run, "could not be saved: could not write /nonexistent/dir/x");
  expect(run, "exists already");
  EXPECT_EQ(replies(), 2u);
  // No file may grow at all: the disk is full.
  const ProgramRun full =
      run_program("set -o pipefail; (ulimit -f 0; DIKKAT_HOME=home '" + std::string(program) +
                      "' --plain --lang en --chat --checkpoint '" + models->path() + "/dialogue') 2>&1 | cat",
                  "hello\n/save talk.txt\nstill here\n", folder.path());
  EXPECT_EQ(full.code, 0) << full.out;
  expect(full, "could not be saved: could not write talk.txt");
  EXPECT_EQ(count(full.out, "\nDikkat> "), 2) << full.out;
  EXPECT_FALSE(is_file(file("talk.txt")));
}

TEST_F(BabyGPTChat, NamesTheNearestCommand) {
  const ProgramRun run = talk("/hlep\n/sav x\n/xyzzy\n/ 3 apples\n /save\n/\n/reset now\n/\xc3\xa7\n");
  EXPECT_EQ(run.code, 0) << run.err;
  expect(run, "There is no command '/hlep'. The nearest is /help.");
  expect(run, "There is no command '/sav'. The nearest is /save.");
  expect(run, "There is no command '/xyzzy'. The commands: /help.");
  expect(run, "/reset stands alone");
  expect(run, "There is no command '/ç'");
  EXPECT_EQ(replies(), 3u) << "a slash and a space, a space before the slash, and a slash alone are text";
}

TEST_F(BabyGPTChat, BearsWhateverIsTyped) {
  std::string all_bytes;
  for (int byte = 1; byte < 256; ++byte) all_bytes += byte == '\n' ? ' ' : static_cast<char>(byte);
  const std::string input = "\n   \n\t\n" + all_bytes + "\n\x1b[2J\x1b]0;title\x07 hi\nnul" + std::string(3, '\0') +
                            "\n" + std::string(50, '\xff') + "\nhalf \xc3\n" + std::string(300, '\n') +
                            "\r\nend \xf0\x9f";
  const ProgramRun run = talk(input);
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_EQ(run.out.find('\x1b'), std::string::npos);
  EXPECT_EQ(run.out.find('\x07'), std::string::npos);
  EXPECT_TRUE(is_utf8(run.out));
  EXPECT_EQ(replies(), 6u) << run.out;
  EXPECT_EQ(talk("").code, 0);
}

TEST_F(BabyGPTChat, SaysWhenALineIsLongerThanTheContext) {
  std::string line;
  while (line.size() < 100'000) line += "word ";
  const ProgramRun run = talk(line + "end\n/save long.txt\nshort\n");
  EXPECT_EQ(run.code, 0) << run.err;
  expect(run, "the model looks at the last");
  EXPECT_EQ(count(run.out, "more than fit into the context"), 1) << "of the short line nothing is said";
  EXPECT_NE(read_text(file("long.txt"), most_bytes).find(line + "end"), std::string::npos) << "nothing typed is lost";
  expect(talk(line + "\n", "--chat", "plain"), "the model looks at the last 64 only");
}

TEST_F(BabyGPTChat, SaysOnceThatItForgets) {
  std::string input;
  for (int i = 0; i < 15; ++i) input += "Hello, how are you today?\n";
  EXPECT_EQ(count(talk(input).out, "The model's context is"), 1);
  EXPECT_EQ(count(talk(input + "/reset\n" + input).out, "The model's context is"), 2);
}

TEST_F(BabyGPTChat, GoesOnFromALineWhereNobodyTakesTurns) {
  const ProgramRun run = talk("the cat\n/help\n#Person2#: x\n", "--chat", "plain");
  EXPECT_EQ(run.code, 0) << run.err;
  expect(run, "Dikkat> the cat");
  EXPECT_EQ(replies(), 2u);
  EXPECT_EQ(talk("the cat\n", "--chat", "plain").out, talk("the cat\n", "--chat", "plain").out);
}

TEST_F(BabyGPTChat, SaysOneLine) {
  const ProgramRun run = talk("not read\n", "--say 'Merhaba, nasılsın?'", "dialogue", "tr");
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_NE(run.out.find("sen> Merhaba, nasılsın?\nDikkat> "), std::string::npos) << run.out;
  EXPECT_EQ(count(run.out, "Dikkat> "), 1);
  EXPECT_EQ(count(run.out, "not read"), 0);
  EXPECT_EQ(replies(), 1u);
  EXPECT_EQ(count(talk("", "--say /quit").out, "Dikkat> "), 1) << "not a command";
  EXPECT_EQ(count(talk("", "--say 'the cat'", "plain").out, "Dikkat> the cat"), 1);
  for (const char* empty : {"--say ''", "--say '  '", "--say $'\\t'", "--say"}) {
    const ProgramRun refused = talk("", empty);
    EXPECT_EQ(refused.code, 2) << empty;
    EXPECT_EQ(count(refused.err, "\n"), 1) << refused.err;
    EXPECT_NE(refused.err.find("--say"), std::string::npos) << refused.err;
  }
}

// --- At a terminal

struct BabyGPTAtATerminal : BabyGPTChat {
  test::TerminalProgram terminal{
      program, {"--preset", "test", "--lang", "en", "--chat", "--checkpoint", models->path() + "/dialogue"}};
};

TEST_F(BabyGPTAtATerminal, AnEmptyLineEnds) {
  ASSERT_TRUE(terminal.until("you> ")) << terminal.seen;
  terminal.type("hello\n");
  ASSERT_TRUE(terminal.until("you> ", 2)) << terminal.seen;
  EXPECT_EQ(terminal.count("Dikkat> "), 1);
  terminal.type("\n");
  EXPECT_EQ(terminal.exit_code(), 0) << terminal.seen;
}

TEST_F(BabyGPTAtATerminal, CtrlDEnds) {
  ASSERT_TRUE(terminal.until("you> ")) << terminal.seen;
  terminal.type("\x04");
  EXPECT_EQ(terminal.exit_code(), 0) << terminal.seen;
}

TEST_F(BabyGPTAtATerminal, CtrlCEndsAReplyAndTheConversation) {
  ASSERT_TRUE(terminal.until("you> ")) << terminal.seen;
  terminal.type("/temperature 100\nhello\n");
  ASSERT_TRUE(terminal.until("Dikkat> ")) << terminal.seen;
  terminal.type("\x03");
  EXPECT_EQ(terminal.exit_code(), 130) << terminal.seen;
  EXPECT_EQ(terminal.count("\x1b[?"), 0) << "no mode of the terminal is changed";
}

}  // namespace
}  // namespace dikkat
