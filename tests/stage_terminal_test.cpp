// A lesson as a person meets it: in a pseudo-terminal and through pipes. The program is stage_program.cpp.
#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <thread>

#include "core/files/json.h"
#include "lessons/stage/letters.h"
#include "tests/terminal_program.h"

namespace dikkat {
namespace {

// The small lesson, in a terminal or between pipes (columns 0).
struct Program : test::TerminalProgram {
  explicit Program(const std::vector<std::string>& arguments, int columns = 80, const char* term = "xterm-256color")
      : TerminalProgram(DIKKAT_STAGE_PROGRAM, arguments, columns, term) {}
};

// What a terminal shows after these bytes: its lines, with \r and "erase to the end of the line" carried out. Fails the
// test for any other control sequence than colours: nothing here hides the cursor or changes a mode.
std::vector<std::string> shown(const std::string& bytes) {
  std::vector<std::string> lines(1);
  size_t column = 0;  // in letters of the last line
  std::vector<std::string> letters;
  const auto write_back = [&] {
    lines.back().clear();
    for (const std::string& letter : letters) lines.back() += letter;
  };
  std::string_view rest = bytes;
  while (!rest.empty()) {
    const Letter letter = first_letter(rest);
    const std::string content(rest.substr(0, letter.bytes));
    size_t used = letter.bytes;
    if (content == "\n") {
      write_back();
      lines.emplace_back();
      letters.clear();
      column = 0;
    } else if (content == "\r") {
      column = 0;
    } else if (content == "\x1b") {
      const size_t end = rest.find_first_not_of("0123456789;", 2);
      EXPECT_TRUE(rest.size() > 2 && rest[1] == '[' && end != rest.npos && (rest[end] == 'm' || rest[end] == 'K'))
          << "unexpected control sequence: " << rest.substr(1, 10);
      if (end == rest.npos) break;
      if (rest[end] == 'K') letters.resize(std::min(column, letters.size()));
      used = end + 1;
    } else {
      if (column >= letters.size()) letters.resize(column + 1, " ");
      letters[column++] = content;
    }
    rest.remove_prefix(used);
  }
  write_back();
  for (std::string& line : lines) {
    while (!line.empty() && line.back() == ' ') line.pop_back();
  }
  return lines;
}

bool shows_line(const std::vector<std::string>& lines, const std::string& wanted) {
  return std::count(lines.begin(), lines.end(), wanted) > 0;
}

TEST(Terminal, TheTitleIsTheFirstLine) {
  Program typed({"--pace", "auto"});
  EXPECT_EQ(typed.exit_code(), 0) << typed.seen;
  EXPECT_EQ(shown(typed.seen)[0], "Küçük ders: sahne sınanıyor");
  Program piped({"--lang", "en"}, 0);
  EXPECT_EQ(piped.exit_code(), 0) << piped.seen;
  EXPECT_EQ(piped.seen.find("A small lesson: the stage is tested\n"), 0u);
}

TEST(Terminal, EveryLineFits) {
  for (const int columns : {20, 60, 140}) {
    for (const bool plain : {false, true}) {
      std::vector<std::string> arguments = {"--pace", "auto"};
      if (plain) arguments.push_back("--plain");
      Program program(arguments, columns);
      EXPECT_EQ(program.exit_code(), 0) << program.seen;
      for (const std::string& line : shown(program.seen)) EXPECT_LE(display_width(line), columns) << line;
      EXPECT_EQ(program.seen.find('\x1b') == std::string::npos, plain);
    }
  }
}

TEST(Terminal, StepsForwardBackAndAgain) {
  Program program({"--pace", "step", "--scenario", "sections"});
  const std::string prompt = "[Enter: devam";
  ASSERT_TRUE(program.until(prompt, 1)) << program.seen;
  EXPECT_EQ(program.count("line under second"), 0);
  program.type("r\n");
  ASSERT_TRUE(program.until(prompt, 2));
  EXPECT_EQ(program.count("line under first"), 2);
  program.type("\n");
  ASSERT_TRUE(program.until(prompt, 3));
  EXPECT_EQ(program.count("line under second"), 1);
  program.type("b\n");
  ASSERT_TRUE(program.until(prompt, 4));
  EXPECT_EQ(program.count("line under first"), 3);
  program.type("?\n");
  ASSERT_TRUE(program.until(prompt, 5));
  EXPECT_EQ(program.count("line under first"), 3);
  program.type("\n");  // from the first to the second again, not to the third
  ASSERT_TRUE(program.until(prompt, 6));
  EXPECT_EQ(program.count("line under second"), 2);
  EXPECT_EQ(program.count("line under third"), 0);
  program.type("\n");
  EXPECT_EQ(program.exit_code(), 0) << program.seen;
  EXPECT_EQ(program.count("line under third"), 1);
}

TEST(Terminal, QuittingAndTheEndOfTheInput) {
  Program quits({"--scenario", "sections"});
  ASSERT_TRUE(quits.until("[Enter: devam"));
  quits.type("q\n");
  EXPECT_EQ(quits.exit_code(), 0);
  EXPECT_EQ(quits.count("line under second"), 0);
  Program ends({"--pace", "step", "--scenario", "sections"}, 0);
  ends.close_input();
  EXPECT_EQ(ends.exit_code(), 0);
  EXPECT_EQ(ends.count("line under third"), 1);
}

TEST(Terminal, CtrlCWhileWaiting) {
  for (const char* scenario : {"sections", "chat"}) {
    Program program({"--scenario", scenario});
    ASSERT_TRUE(program.until(std::string(scenario) == "chat" ? "> " : "[Enter: devam")) << program.seen;
    program.type("\x03");  // the terminal itself turns it into the signal
    EXPECT_EQ(program.exit_code(), 130) << program.seen;
    EXPECT_EQ(shown(program.seen).back(), "");
  }
}

TEST(Terminal, CtrlCDuringABar) {
  Program once({"--scenario", "bar"});
  ASSERT_TRUE(once.until("step 25"));
  once.type("\x03");
  EXPECT_EQ(once.exit_code(), 130) << once.seen;
  const std::vector<std::string> lines = shown(once.seen);
  EXPECT_EQ(lines.back().find("/1000"), std::string::npos) << lines.back();  // the bar is gone
  EXPECT_TRUE(shows_line(lines, "step 25"));                                 // and never mixed with a line
  EXPECT_TRUE(shows_line(lines, "step 5"));

  Program twice({"--scenario", "stubborn"});
  ASSERT_TRUE(twice.until("step 25"));
  twice.interrupt();
  ASSERT_TRUE(twice.until("step 65")) << twice.seen;
  twice.interrupt();
  EXPECT_EQ(twice.exit_code(), 130);
  EXPECT_EQ(shown(twice.seen).back(), "");
}

TEST(Terminal, ABarWithoutColoursHasNoEscapes) {
  Program program({"--scenario", "bar", "--plain"}, 40, "dumb");
  ASSERT_TRUE(program.until("step 45"));
  program.interrupt();
  EXPECT_EQ(program.exit_code(), 130);
  EXPECT_EQ(program.seen.find('\x1b'), std::string::npos);
  EXPECT_TRUE(shows_line(shown(program.seen), "step 45")) << program.seen;
}

TEST(Terminal, AnErrorIsOneLineBelowTheBar) {
  const std::pair<const char*, int> cases[] = {{"error", 1}, {"usage", 2}, {"memory", 1}};
  for (const auto& [scenario, code] : cases) {
    Program program({"--scenario", scenario, "--pace", "auto"});
    EXPECT_EQ(program.exit_code(), code);
    const std::vector<std::string> lines = shown(program.seen);
    ASSERT_EQ(lines.size(), 3u) << program.seen;  // title, message, and the empty line after it
    EXPECT_EQ(lines[1].find("hata: "), 0u) << lines[1];
  }
  Program program({"--scenario", "error", "--lang", "en"}, 0);
  EXPECT_EQ(program.exit_code(), 1);
  EXPECT_NE(program.seen.find("\nerror: matmul: the inner sizes 3 and 4 must agree\n"), std::string::npos);
}

TEST(Pipe, LinesAreAnsweredOneByOne) {
  Program program({"--scenario", "chat"}, 0);
  program.type("merhaba\n");
  ASSERT_TRUE(program.until("you said merhaba")) << program.seen;
  program.type("g\xc3\xbcn a\x1b[2Jyd\xff\r\n");
  ASSERT_TRUE(program.until("you said gün a[2Jyd?")) << program.seen;
  program.type(std::string(10000, 'x') + "\nlast without end");
  program.close_input();
  EXPECT_EQ(program.exit_code(), 0);
  EXPECT_NE(program.seen.find("you said last without end\n"), std::string::npos);
  EXPECT_EQ(program.count("> merhaba\n"), 1);
  EXPECT_EQ(std::count(program.seen.begin(), program.seen.end(), 'x'), 2 * 10000);
  EXPECT_EQ(program.seen.find('\x1b'), std::string::npos);
}

TEST(Pipe, OfALineWithoutEndTheBeginningIsTakenAndThisIsSaid) {
  const size_t most = 1 << 20;
  Program program({"--scenario", "chat", "--lang", "en"}, 0);
  std::thread typing([&] {  // the program answers before it has read everything
    program.type(std::string(most, 'x') + std::string(7, 'x') + "\nnext\n");
    program.close_input();
  });
  EXPECT_EQ(program.exit_code(), 0);
  typing.join();
  std::replace(program.seen.begin(), program.seen.end(), '\n', ' ');
  EXPECT_NE(program.seen.find("its first 1,048,576 bytes were taken, the other 7 were left out"), std::string::npos);
  EXPECT_NE(program.seen.find("you said next "), std::string::npos);
}

TEST(Terminal, WhereItMayHaveCutALineThisIsSaid) {
  Program program({"--scenario", "chat", "--lang", "en"});
  ASSERT_TRUE(program.until("> "));
  program.type(std::string(5000, 'x') + "\n");
  ASSERT_TRUE(program.until("you said xxx")) << program.seen;
  EXPECT_NE(program.seen.find("only the first 4,095 bytes"), std::string::npos) << program.seen;
  ASSERT_TRUE(program.until("> ", 2));
  program.type("short\n");
  ASSERT_TRUE(program.until("you said short")) << program.seen;
  EXPECT_EQ(program.count("4,095"), 1);
}

TEST(Terminal, PredictionsAreAskedAndScored) {
  Program program({"--pace", "step"});
  for (int i = 1; i <= 2; ++i) {
    ASSERT_TRUE(program.until("[Enter: devam", i));
    program.type("\n");
  }
  ASSERT_TRUE(program.until("? ")) << program.seen;
  EXPECT_EQ(program.count("mavi saçılır"), 0);
  program.type("7\n");
  ASSERT_TRUE(program.until("1 ile 3 arası")) << program.seen;
  program.type("2\n");
  EXPECT_EQ(program.exit_code(), 0) << program.seen;
  EXPECT_EQ(program.count("Bildin."), 1);
  EXPECT_EQ(program.count("Tahmin: 1/1"), 1);
  EXPECT_EQ(program.count("mavi saçılır"), 1);
}

}  // namespace
}  // namespace dikkat
