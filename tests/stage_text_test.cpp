// The spoken text: its grammar, its placeholders, its words on the screen; letters and their widths; embedded files.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "kernels/check.h"
#include "lessons/stage/embedded.h"
#include "lessons/stage/letters.h"
#include "lessons/stage/text.h"

namespace dikkat {
namespace {

std::string joined(const std::vector<std::string>& lines) {
  std::string all;
  for (const std::string& line : lines) all += line + "\n";
  return all;
}

// The message of the Error that reading `content` throws, or "".
std::string mistake(const std::string& content) {
  try {
    Narration("text.tr.md", content);
    return "";
  } catch (const Error& error) {
    return error.what();
  }
}

std::string said(const std::string& body, const Values& values = {}, const Look& look = {40, Colours::none, false}) {
  const Narration narration("text.tr.md", "# T\n## s\n" + body);
  return joined(narration.say(narration.section("s"), values, look));
}

TEST(Letters, TurkishIsOneColumnWide) {
  EXPECT_EQ(display_width("çğıİöşüÇĞÖŞÜâ"), 13);
  EXPECT_EQ(display_width("語"), 2);
  EXPECT_EQ(display_width("e\u0301"), 1);  // e and a combining accent
  EXPECT_EQ(display_width("a\tb\x1b"), 2);
  EXPECT_EQ(display_width("\xff\xc5"), 2);
  EXPECT_EQ(pad_left("şu", 4), "  şu");
  EXPECT_EQ(pad_right("şu", 4), "şu  ");
  EXPECT_EQ(cut("ağırlıklar", 6, "…"), "ağırl…");
  EXPECT_EQ(cut("ağırlık", 7, "…"), "ağırlık");
  EXPECT_EQ(cut("語語", 3, "~"), "語~");
}

TEST(Letters, ForeignBytesBecomeHarmless) {
  EXPECT_EQ(harmless("a\x1b[31mb\r\n\tc\x07"), "a[31mb  c");
  EXPECT_EQ(harmless("a\nb", true), "a\nb");
  EXPECT_EQ(harmless("\xff\xc5"), "??");
  EXPECT_EQ(harmless("\xc2\x9b"
                     "31m"),
            "31m");                            // the one-letter form of ESC [
  EXPECT_EQ(harmless("\u202eabc"), "abc");     // turns the direction of the text
  EXPECT_EQ(harmless("\xed\xa0\x80"), "???");  // half of a pair that UTF-8 has no use for
}

TEST(Letters, PiecesWaitForTheRestOfALetter) {
  const std::string text =
      "aş語😀\xff"
      "b";
  WholeLetters letters;
  std::string all;
  for (const char byte : text) {
    const std::string ready = letters.add(std::string(1, byte));
    EXPECT_EQ(harmless(ready), ready);
    all += ready;
  }
  EXPECT_EQ(all, "aş語😀?b");
  EXPECT_EQ(letters.add("\xc5"), "");
  EXPECT_EQ(letters.add("x"), "?x");
  EXPECT_EQ(letters.add("\xe8\xaa"), "");
  EXPECT_EQ(letters.end(), "?");
  EXPECT_EQ(letters.end(), "");
}

TEST(Wrap, BreaksAtSpacesByDisplayWidth) {
  EXPECT_EQ(wrap("çığ düştü şimdi", 10), (std::vector<std::string>{"çığ düştü", "şimdi"}));
  EXPECT_EQ(wrap("çığ düştü şimdi", 9), (std::vector<std::string>{"çığ düştü", "şimdi"}));
  EXPECT_EQ(wrap("çığ düştü şimdi", 8), (std::vector<std::string>{"çığ", "düştü", "şimdi"}));
  EXPECT_EQ(wrap("abcdefgh ij", 3), (std::vector<std::string>{"abc", "def", "gh", "ij"}));
  EXPECT_EQ(wrap("a\n\nb", 5), (std::vector<std::string>{"a", "", "b"}));
  EXPECT_EQ(wrap("", 5), (std::vector<std::string>{""}));
  EXPECT_EQ(wrap("語語", 1), (std::vector<std::string>{"語", "語"}));
}

TEST(Text, SectionsBlocksAndMarks) {
  EXPECT_EQ(said("one\ntwo\n\n- first\n- second goes\n  on\n\n> quoted\n> more\n\n```\n  kept  as {is}\n```\n"),
            "one two\n\n  - first\n  - second goes on\n\n  | quoted more\n\n    kept  as {is}\n");
  EXPECT_EQ(said("**bold** and `code` {{x}}"), "bold and `code` {x}\n");
  EXPECT_EQ(said("**bold** `a **b**`", {}, {40, Colours::palette, true}),
            "\x1b[1mbold\x1b[0m \x1b[38;5;74ma **b**\x1b[0m\n");
  const Narration narration("t",
                            "\xEF\xBB\xBF# Başlık\r\n\r\n## a: Bir\r\nx\r\n## predict.q\ny\n## labels\nkey: {n} söz\n");
  EXPECT_EQ(narration.title(), "Başlık");
  ASSERT_EQ(narration.told_sections().size(), 1u);
  EXPECT_EQ(narration.say_title(*narration.told_sections()[0], {}), "Bir");
  EXPECT_EQ(narration.say_label("key", {{"n", "3"}}), "3 söz");
  EXPECT_TRUE(narration.has_section("predict.q"));
  EXPECT_FALSE(narration.has_section("answer.q"));
}

TEST(Text, LongParagraphsKeepTheirIndent) {
  const std::string all = said("- bu madde dar bir ekranda birkaç satıra bölünür", {}, {20, Colours::none, true});
  EXPECT_EQ(all, "  • bu madde dar bir\n    ekranda birkaç\n    satıra bölünür\n");
}

TEST(Text, PlaceholdersAreFilledAsTheyAre) {
  EXPECT_EQ(said("loss {loss}, **{loss}**", {{"loss", "1.25"}}), "loss 1.25, 1.25\n");
  EXPECT_EQ(said("{sample}", {{"sample", "a ** {x} `\x1b[2J"}}), "a ** {x} `[2J\n");
  try {
    said("a {los}", {{"loss", "1"}});
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(
        error.what(),
        "text.tr.md:3: placeholder {los} has no value; nearest: loss; call lesson.set(\"los\", ...) before this "
        "section");
  }
  const Narration narration("t", "# T\n## s: {a}\n{b} `{c}`\n");
  EXPECT_EQ(narration.placeholders(), (std::set<std::string>{"a", "b", "c"}));
}

TEST(Text, MistakesNameTheirLine) {
  EXPECT_EQ(mistake("# T\n## s\nok"), "");
  EXPECT_EQ(mistake(""), "text.tr.md: has no title; the first line should be \"# Title\"");
  EXPECT_EQ(mistake("# T\ntext"), "text.tr.md:2: text outside a section; begin one with \"## name: Title\"");
  EXPECT_EQ(mistake("# T\n## s\n\na **b\nc"), "text.tr.md:4: a ** is opened and never closed in this paragraph");
  EXPECT_EQ(mistake("# T\n## s\na `b"), "text.tr.md:3: a ` is opened and never closed in this paragraph");
  EXPECT_EQ(mistake("# T\n## s\n```\na"), "text.tr.md:4: a ``` is opened and never closed");
  EXPECT_EQ(mistake("# T\n## s\n## s"), "text.tr.md:3: section s is there already, at line 2");
  EXPECT_EQ(mistake("# T\n## Big Name: x").find("text.tr.md:2: \"Big Name\" is no section name"), 0u);
  EXPECT_EQ(mistake("# T\n### s").find("text.tr.md:2: \"### s\" is no heading"), 0u);
  EXPECT_EQ(mistake("# T\n# U").find("text.tr.md:2: a second title"), 0u);
  EXPECT_EQ(mistake("# T\n## labels\nno colon").find("text.tr.md:3: \"no colon\" is no label"), 0u);
  EXPECT_EQ(mistake("# T\n## labels\na: b\na: c"), "text.tr.md:4: label a is there already");
  const Narration narration("t", "# T\n## first\nx\n## labels\nkey: v\n");
  EXPECT_THROW(narration.say_label("kye", {}), Error);
  try {
    narration.section("fisrt");
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "t: there is no section fisrt; nearest: first; there are: first, labels");
  }
}

TEST(Text, FindsWhatATranslationLost) {
  const Narration turkish("text.tr.md", "# T\n## a\n{x} GPT-2, `1`\n\n> 2017 (kaynak)\n## b\ny\n## labels\nk: v\n");
  EXPECT_TRUE(find_text_mistakes(turkish, turkish).empty());
  const Narration english("text.en.md", "# T\n## a\nabout 5 words\n## labels\nk: v\nl: v\n");
  EXPECT_EQ(
      find_text_mistakes(turkish, english),
      (std::vector<std::string>{
          "section b is in the Turkish text only", "placeholder x is in the Turkish text only",
          "label l is in the English text only",
          "text.en.md:3: a digit is typed into section a: \"about 5 words\"; measure it and place it with {name}"}));
}

// Every lesson's two texts say the same with the same placeholders, and quote no figure that could be measured.
TEST(Text, LessonsHaveNoMistakes) {
  namespace fs = std::filesystem;
  const auto read = [](const fs::path& path) {
    std::ifstream file(path);
    std::ostringstream content;
    content << file.rdbuf();
    EXPECT_TRUE(file.good()) << path;
    return Narration(path.parent_path().filename().string() + "/" + path.filename().string(), content.str());
  };
  int lessons = 0;
  for (const auto& folder : fs::directory_iterator(fs::path(DIKKAT_SOURCE) / "lessons")) {
    const char first = folder.path().filename().string()[0];
    if (first < '0' || first > '9' || !fs::exists(folder.path() / "lesson.cpp")) continue;
    ++lessons;
    for (const std::string& found :
         find_text_mistakes(read(folder.path() / "text.tr.md"), read(folder.path() / "text.en.md"))) {
      ADD_FAILURE() << folder.path().filename() << ": " << found;
    }
  }
  EXPECT_GT(lessons, 0);
}

TEST(Embedded, HoldsEveryByteOfItsFile) {
  for (const char* name : {"data/dialogues.tr.txt", "data/dialogues.en.txt"}) {
    std::ifstream file(std::string(DIKKAT_SOURCE) + "/lessons/" + name, std::ios::binary);
    std::ostringstream content;
    content << file.rdbuf();
    EXPECT_FALSE(content.str().empty());
    EXPECT_TRUE(embedded(name) == content.str()) << name;
  }
  EXPECT_TRUE(is_embedded("data/dialogues.tr.txt"));
  EXPECT_FALSE(is_embedded("data/nothing.txt"));
  EXPECT_THROW(embedded("data/nothing.txt"), Error);
}

}  // namespace
}  // namespace dikkat
