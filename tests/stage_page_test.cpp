// What pages stand on: words among flags, and headings beside their contents.
#include "lessons/stage/page.h"

#include <gtest/gtest.h>

#include "lessons/stage/letters.h"
#include "lessons/stage/table.h"

namespace dikkat {
namespace {

using Words = std::vector<std::string>;

TEST(Words, AreNeitherFlagsNorTheirValues) {
  const std::vector<Flag> known = {{.name = "yes"}, {.name = "lang", .kind = Flag::word}};
  const auto check = [&](Words arguments, const Words& words, const Words& others) {
    EXPECT_EQ(take_words(known, arguments), words);
    EXPECT_EQ(arguments, others);
  };
  check({}, {}, {});
  check({"show", "2"}, {"show", "2"}, {});
  check({"--lang", "tr", "show", "--yes", "2"}, {"show", "2"}, {"--lang", "tr", "--yes"});
  check({"show", "--lang=tr", "2"}, {"show", "2"}, {"--lang=tr"});
  check({"--lang"}, {}, {"--lang"});
  check({"--lang", "--yes", "show"}, {"show"}, {"--lang", "--yes"});
  check({"--unknown", "word", "-x"}, {"word"}, {"--unknown", "-x"});
}

TEST(Beside, ContentsWrapAndNarrowScreensStack) {
  EXPECT_EQ(draw_beside("veri", 6, "iki üç dört beş", {18, Colours::none, true}),
            (Words{"veri  iki üç dört", "      beş"}));
  EXPECT_EQ(draw_beside("veri", 6, "iki üç dört", {12, Colours::none, true}), (Words{"veri: iki üç", "dört"}));
  EXPECT_EQ(draw_beside("a", 3, "\x1b[31m", {20, Colours::none, true}), Words{"a  [31m"});
}

}  // namespace
}  // namespace dikkat
