// Tokens on the screen: every byte can be seen, no line is too wide, colours come with brackets.
#include <gtest/gtest.h>

#include "lessons/stage/letters.h"
#include "lessons/stage/tokens.h"

namespace dikkat {
namespace {

using Lines = std::vector<std::string>;
const Look bare{40, Colours::none, false};

TEST(Tokens, EveryByteIsVisible) {
  EXPECT_EQ(visible(" gel\n\t", true), "·gel\\n\\t");
  EXPECT_EQ(visible(" gel", false), "_gel");
  EXPECT_EQ(visible("\xC5", true), "<C5>");
  EXPECT_EQ(visible("a\xC5", true), "a<C5>");
  EXPECT_EQ(visible("ş", true), "ş");
  EXPECT_EQ(visible("\x1b[2J", true), "<1B>[2J");
  EXPECT_EQ(visible("\u0307", true), "<CC><87>");      // a mark with nothing to stand on
  EXPECT_EQ(visible("\u202e", true), "<E2><80><AE>");  // turns the direction of the text
  EXPECT_EQ(visible(std::string(1, '\0'), true), "<00>");
  EXPECT_EQ(visible("", true), "");
}

TEST(Tokens, StandSideBySideWithTheirIdsBelow) {
  EXPECT_EQ(draw_tokens({{"el"}, {" "}, {"e"}}, bare), (Lines{"el _ e"}));
  EXPECT_EQ(draw_tokens({{"el"}, {" g", "", true}}, bare), (Lines{"el [_g]"}));
  EXPECT_EQ(draw_tokens({{"merhaba", "7"}, {"!", "1000"}, {"x", "2"}}, bare),
            (Lines{"merhaba  !     x", "7        1000  2"}));
  EXPECT_TRUE(draw_tokens({}, bare).empty());
}

TEST(Tokens, NoLineIsTooWide) {
  std::vector<ShownToken> tokens;
  for (int i = 0; i < 60; ++i) tokens.push_back({i % 7 == 0 ? "çalışmalarımız" : "şu", std::to_string(i * i)});
  tokens.push_back({std::string(300, 'x'), "5"});
  for (const int width : {20, 33, 100})
    for (const std::string& line : draw_tokens(tokens, {width, Colours::none, true}))
      EXPECT_LE(display_width(line), width) << line;
}

TEST(Tokens, FramesStandBelowEachOtherInOneColumn) {
  const std::vector<Frame> frames = {{"at first", {{"a"}, {"b"}}}, {"1. a + b", {{"ab", "", true}}}, {"end", {}}};
  EXPECT_EQ(draw_frames(frames, Frames::beside, bare),
            (std::vector<Lines>{{"at first  a b"}, {"1. a + b  [ab]"}, {"end       "}}));
  EXPECT_EQ(draw_frames(frames, Frames::below, bare),
            (std::vector<Lines>{{"at first", "a b"}, {"1. a + b", "[ab]"}, {"end"}}));
  // A row of tokens that is too long goes on in the same column; without room for that it stands below.
  std::vector<ShownToken> letters(16, {"x"});
  const Look narrow{30, Colours::none, false}, very_narrow{20, Colours::none, false};
  EXPECT_EQ(draw_frames({{"caption", letters}}, Frames::beside, narrow),
            (std::vector<Lines>{{"caption  x x x x x x x x x x x", "         x x x x x"}}));
  EXPECT_EQ(draw_frames({{"caption", letters}}, Frames::beside, very_narrow),
            (std::vector<Lines>{{"caption", "x x x x x x x x x x", "x x x x x x"}}));
}

TEST(Tokens, OnlyMarkedOnesHaveAColourWhereAnyIsMarked) {
  const Look colours{40, Colours::palette, true};
  const Lines marked = draw_tokens({{"a"}, {"b", "", true}}, colours), all = draw_tokens({{"a"}, {"b"}}, colours);
  EXPECT_EQ(marked, (Lines{"a " + paint(colours, okabe_ito(1), "[b]")}));
  EXPECT_EQ(all, (Lines{paint(colours, okabe_ito(0), "a") + " " + paint(colours, okabe_ito(1), "b")}));
}

}  // namespace
}  // namespace dikkat
