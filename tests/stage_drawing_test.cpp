// Tables, charts and bars: on every width, with and without colours, no line is wider than the screen.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <limits>

#include "kernels/check.h"
#include "lessons/stage/chart.h"
#include "lessons/stage/letters.h"
#include "lessons/stage/progress.h"
#include "lessons/stage/table.h"

namespace dikkat {
namespace {

const double infinity = std::numeric_limits<double>::infinity();
const double not_a_number = std::nan("");
const double largest = std::numeric_limits<double>::max();

std::string without_escapes(const std::string& line) {
  std::string bare;
  for (size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\x1b') {
      i = line.find('m', i);
    } else {
      bare += line[i];
    }
  }
  return bare;
}

bool is_ascii(const std::string& line) {
  for (const char letter : line) {
    if (static_cast<unsigned char>(letter) < 0x20 || static_cast<unsigned char>(letter) >= 0x7F) return false;
  }
  return true;
}

std::vector<Look> looks() {
  std::vector<Look> all;
  for (const int width : {20, 60, 140}) {
    all.push_back({width, Colours::none, false});
    all.push_back({width, Colours::none, true});
    all.push_back({width, Colours::palette, true});
    all.push_back({width, Colours::full, true});
  }
  return all;
}

// What holds for every drawing; the content itself is ASCII, so that --plain must be ASCII too.
void expect_fits(const std::vector<std::string>& lines, const Look& look) {
  for (const std::string& line : lines) {
    const std::string bare = without_escapes(line);
    EXPECT_LE(display_width(bare), look.width) << bare;
    EXPECT_EQ(line.find('\n'), std::string::npos);
    if (look.colours == Colours::none) {
      EXPECT_EQ(line, bare);
    }
    if (!look.drawing) {
      EXPECT_TRUE(is_ascii(line)) << line;
    }
    if (line.find('\x1b') != std::string::npos) {
      EXPECT_EQ(line.substr(line.rfind('\x1b'), 4), "\x1b[0m") << bare;
    }
  }
}

std::string all_of(const std::vector<std::string>& lines) {
  std::string all;
  for (const std::string& line : lines) all += without_escapes(line) + "\n";
  return all;
}

TEST(Table, NumbersStandOnTheRightByDisplayWidth) {
  Table table({"ad", "değer"});
  table.add({"ağırlık", "5"});
  table.add({"x", "1,234"});
  EXPECT_EQ(all_of(draw(table, {80, Colours::none, false})),
            "ad       değer\n"
            "--------------\n"
            "ağırlık      5\n"
            "x        1,234\n");
}

TEST(Table, FitsEveryScreenAndNeverCutsANumber) {
  Table table({"a rather long heading", "count", "another text"});
  table.title = "A table with a title that is longer than a narrow screen";
  table.add({"some words that go on", "123,456,789", "short"});
  table.add({"\x1b[2J\n", "-", "y"});
  table.add({"missing cells"});
  for (const Look& look : looks()) {
    const std::vector<std::string> lines = draw(table, look);
    expect_fits(lines, look);
    EXPECT_NE(all_of(lines).find("123,456,789"), std::string::npos) << all_of(lines);
  }
  EXPECT_EQ(draw(Table({"a"}), {80, Colours::none, false}).size(), 2u);
  EXPECT_TRUE(all_of(draw(Table({}), {80, Colours::none, false})).size() < 3);
  Table wrong({"a"});
  wrong.add({"1", "2"});
  EXPECT_THROW(draw(wrong, {}), Error);
}

TEST(Chart, FitsEveryScreen) {
  Curve falling{"training", {}, {}}, other{"validation with a long name", {}, {}};
  for (int i = 0; i < 3000; ++i) falling.add(i, 5.5 * std::exp(-i / 500.0));
  for (int i = 0; i < 3000; i += 100) other.add(i, 1 + 4.5 * std::exp(-i / 400.0));
  for (const Look& look : looks()) {
    const std::vector<std::string> lines = draw_chart("loss", {falling, other}, look);
    expect_fits(lines, look);
    const std::string all = all_of(lines);
    EXPECT_NE(all.find("5.5"), std::string::npos) << all;
    EXPECT_NE(all.find(short_number(falling.y.back())), std::string::npos) << all;
    EXPECT_NE(all.find(short_number(other.y.back())), std::string::npos) << all;
    EXPECT_NE(all.find("2999"), std::string::npos) << all;
  }
}

TEST(Chart, ALineRunsFromCornerToCorner) {
  const Curve line{"l", {0, 1, 2, 3}, {0, 1, 2, 3}};
  const std::vector<std::string> lines = draw_chart("", {line}, {20, Colours::none, false}, 4);
  EXPECT_EQ(lines[0].back(), 'a');
  EXPECT_EQ(lines[3].substr(0, 3), "0|a");
  EXPECT_EQ(lines[5], "  0                3");
  EXPECT_EQ(lines[6], "a l 3");
}

TEST(Chart, AnyNumbersAreSafe) {
  const std::vector<Curve> curves[] = {
      {},
      {{"nothing", {}, {}}},
      {{"one point", {3}, {4}}},
      {{"level", {1, 2, 3}, {2, 2, 2}}},
      {{"one x", {1, 1}, {0, 9}}},
      {{"all nan", {1, 2}, {not_a_number, not_a_number}}},
      {{"holes", {1, 2, 3, 4, 5}, {1, not_a_number, 2, infinity, -infinity}}},
      {{"x nan", {not_a_number, 1, infinity}, {1, 2, 3}}},
      {{"huge", {-largest, largest}, {-largest, largest}}, {"tiny", {0, 1}, {5e-324, 0}}},
      std::vector<Curve>(30, Curve{"many", {1, 2}, {1, 2}}),
  };
  for (const std::vector<Curve>& some : curves) {
    for (const Look& look : looks()) expect_fits(draw_chart("title", some, look), look);
  }
  const std::string all = all_of(draw_chart("", curves[6], {60, Colours::none, false}));
  EXPECT_NE(all.find("holes -inf"), std::string::npos) << all;  // the last value as it is
  EXPECT_EQ(all.find("2|"), 0u) << all;                         // the limits from what can be drawn
  EXPECT_THROW(draw_chart("", {{"c", {1, 2}, {1}}}, {}), Error);
}

TEST(Chart, LogarithmicAxesTurnProductsIntoDistances) {
  Chart chart{.curves = {{"l", {0.1, 1, 10, 100}, {0.1, 1, 10, 100}}}, .logarithmic = true, .rows = 4};
  const std::vector<std::string> lines = draw(chart, {20, Colours::none, false});
  EXPECT_EQ(lines[0], "100|             aaa");
  EXPECT_EQ(lines[1], " 10|        aaaaa");
  EXPECT_EQ(lines[2], "  1|   aaaaa");
  EXPECT_EQ(lines[3], "0.1|aaa");
  EXPECT_EQ(lines[5], "    0.1  1   10  100");
  // What has no logarithm is left out; the limits are those of the rest.
  chart.curves.push_back({"m", {0, 1, -1, not_a_number, 2}, {1, 0, 1, 1, 3}});
  chart.marks = {{"x", 0, 1}, {"x", 1, -1}, {"y", 10, infinity}};
  EXPECT_EQ(all_of(draw(chart, {20, Colours::none, false})).find('x'), std::string::npos);
}

TEST(Chart, MarksStandOverCurvesAndBesideEachOther) {
  Chart chart{.curves = {{.name = "roof", .x = {0, 9}, .y = {3, 3}, .shows_last = false}},
              .marks = {{"1", 0, 0}, {"2", 9, 3}, {"3", 9, 3}, {"4", 9, 3}, {"mark", 4.5, 1}},
              .x_name = "flop/byte",
              .rows = 4};
  const std::vector<std::string> lines = draw(chart, {13, Colours::none, false});
  EXPECT_EQ(lines[0], "3|aaaaaaaaaa2");
  EXPECT_EQ(lines[1], " |          3");
  EXPECT_EQ(lines[2], " |   mark   4");
  EXPECT_EQ(lines[3], "0|1");
  EXPECT_EQ(lines[6], "  flop/byte");
  EXPECT_EQ(lines[7], "a roof");
  // Any signs at any place, on any screen.
  chart.marks.push_back({"\x1b[2J", 4, 2});
  chart.marks.push_back({std::string(200, 'w'), 4, 2});
  chart.marks.push_back({"", 4, 2});
  for (int i = 0; i < 100; ++i) chart.marks.push_back({"m", 4, 2});
  for (const Look& look : looks()) expect_fits(draw(chart, look), look);
  chart.curves.clear();
  chart.logarithmic = true;
  for (const Look& look : looks()) expect_fits(draw(chart, look), look);
}

TEST(Bar, FitsEveryScreenAndKeepsTheCount) {
  ProgressState state{"Training", 120, 800, 12345.6, "token/s", 42, "loss 2.31", "left"};
  for (const Look& look : looks()) {
    const std::string bar = draw_bar(state, look);
    expect_fits({bar}, look);
    EXPECT_LT(display_width(without_escapes(bar)), look.width);
    EXPECT_NE(bar.find("120/800"), std::string::npos);
  }
  EXPECT_EQ(draw_bar(state, {80, Colours::none, false}),
            "Training ###..................... 120/800  12346 token/s  0:42 left  loss 2.31");
  state = {"", 1'000'000'000'000, 1'000'000'000'000, infinity, "", infinity, "\x1b[2J\xff", ""};
  for (const Look& look : looks()) expect_fits({draw_bar(state, look)}, look);
  state = {"what", 5, 0, not_a_number, "u", -1, "", ""};
  for (const Look& look : looks()) expect_fits({draw_bar(state, look)}, look);
}

TEST(Bar, ClockTime) {
  EXPECT_EQ(clock_time(0), "0:00");
  EXPECT_EQ(clock_time(42.4), "0:42");
  EXPECT_EQ(clock_time(725), "12:05");
  EXPECT_EQ(clock_time(3723), "1:02:03");
  EXPECT_EQ(clock_time(-5), "0:00");
  EXPECT_NE(clock_time(infinity), "");
}

TEST(Look, MagnitudeGrowsLighter) {
  const auto lightness = [](Rgb c) { return 0.2126 * c.red + 0.7152 * c.green + 0.0722 * c.blue; };
  for (int i = 0; i < 100; ++i) {
    EXPECT_LT(lightness(cividis(i / 100.0)), lightness(cividis((i + 1) / 100.0)) + 1) << i;
  }
  EXPECT_LT(lightness(cividis(0)) + 100, lightness(cividis(1)));
  EXPECT_EQ(cividis(-1).blue, cividis(0).blue);
  EXPECT_EQ(cividis(2).red, cividis(1).red);
  EXPECT_EQ(cividis(not_a_number).red, cividis(0).red);
}

TEST(Look, ColoursFollowTheEnvironment) {
  const auto colours = [](const char* no_color, const char* term, const char* colorterm) {
    ::setenv("NO_COLOR", no_color, 1);
    ::setenv("TERM", term, 1);
    ::setenv("COLORTERM", colorterm, 1);
    return colours_of_environment();
  };
  EXPECT_EQ(colours("", "xterm-256color", "truecolor"), Colours::full);
  EXPECT_EQ(colours("", "xterm-256color", ""), Colours::palette);
  EXPECT_EQ(colours("", "dumb", "truecolor"), Colours::none);
  EXPECT_EQ(colours("", "", ""), Colours::none);
  EXPECT_EQ(colours("", "linux", ""), Colours::none);
  EXPECT_EQ(colours("1", "xterm-256color", "truecolor"), Colours::none);
}

}  // namespace
}  // namespace dikkat
