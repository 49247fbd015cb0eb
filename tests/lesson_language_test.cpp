// Which language a line is in.
#include "lessons/models/language.h"

#include <gtest/gtest.h>

#include "lessons/models/turns.h"
#include "lessons/models/words.h"

namespace dikkat::test {
namespace {

const LanguageGuess& guess() {
  static const LanguageGuess of_the_course = LanguageGuess::of_the_course();
  return of_the_course;
}

TEST(Language, OfLinesNeverSeenIsRight) {
  for (const bool turkish : {true, false}) {
    int64_t lines = 0, right = 0;
    for (const Dialogue& dialogue : make_dialogues(skeleton_files(turkish), true, 2, 11)) {
      for (const std::string& line : spoken_lines(dialogue.dialogue)) {
        if (words_of(line, Language::any).size() < 3) continue;
        ++lines;
        right += guess()(line) == (turkish ? Spoken::turkish : Spoken::english);
      }
    }
    EXPECT_GT(lines, 500);
    EXPECT_GE(right * 100, lines * 98) << right << " of " << lines;
    RecordProperty(turkish ? "turkish" : "english", std::to_string(right) + " of " + std::to_string(lines));
  }
}

TEST(Language, OfWhatPeopleType) {
  const std::vector<std::pair<std::string, Spoken>> rows = {{"merhaba", Spoken::turkish},
                                                            {"MERHABA", Spoken::turkish},
                                                            {"cok guzel", Spoken::turkish},
                                                            {"bugun hava nasil", Spoken::turkish},
                                                            {"IŞIK", Spoken::turkish},
                                                            {"Evet.", Spoken::turkish},
                                                            {"gidiyoruz", Spoken::turkish},
                                                            {"hello", Spoken::english},
                                                            {"HI!", Spoken::english},
                                                            {"What's up?", Spoken::english},
                                                            {"I am Ali", Spoken::english},
                                                            {"let's go to London", Spoken::english},
                                                            {"Londra'ya gidelim", Spoken::turkish},
                                                            {"", Spoken::unknown},
                                                            {"12:30", Spoken::unknown},
                                                            {"...!?", Spoken::unknown},
                                                            {"привет", Spoken::unknown},
                                                            {"\xff\xfe\x80 \xc4", Spoken::unknown}};
  for (const auto& [line, language] : rows) EXPECT_EQ(guess()(line), language) << line << " " << guess().evidence(line);
}

TEST(Language, ANameOrOkAloneChangesNothing) {
  for (const char* line : {"ok", "Ankara", "Tom", "London", "12", ""}) {
    EXPECT_EQ(guess()(line, Spoken::turkish), Spoken::turkish) << line;
    EXPECT_EQ(guess()(line, Spoken::english), Spoken::english) << line;
  }
  EXPECT_EQ(guess()("merhaba", Spoken::english), Spoken::turkish);
  EXPECT_EQ(guess()("hello", Spoken::turkish), Spoken::english);
  EXPECT_EQ(guess()("Hayır, bugün değil", Spoken::english), Spoken::turkish);
  EXPECT_EQ(guess()("No, not today", Spoken::turkish), Spoken::english);
}

TEST(Language, KnowsOnlyWhatItHasCounted) {
  const LanguageGuess nothing({}, {});
  EXPECT_EQ(nothing("hello there"), Spoken::unknown);
  const auto dialogue = [](const char* line) { return Dialogue{"", std::string("#Person1#: ") + line, "", ""}; };
  const LanguageGuess little({dialogue("bir iki üç")}, {dialogue("one two three")});
  EXPECT_EQ(little("iki bir"), Spoken::turkish);
  EXPECT_EQ(little("two one"), Spoken::english);
  EXPECT_EQ(little("Person"), Spoken::unknown) << "a sign is no word";
}

TEST(Words, AreLettersInLowerCase) {
  using Words = std::vector<std::string>;
  EXPECT_EQ(words_of("IŞIK, İzmir'de 3 gün!", Language::turkish), (Words{"ışık", "izmir", "de", "gün"}));
  EXPECT_EQ(words_of("I'm HERE", Language::any), (Words{"i", "m", "here"}));
  EXPECT_EQ(words_of("gu\xcc\x88n", Language::turkish), Words{"gün"}) << "letters made of two";
  EXPECT_EQ(words_of("", Language::any), Words{});
  EXPECT_EQ(words_of("a\xff\xc4", Language::any), Words{"a"});
  EXPECT_EQ(first_letters("çğışö", 3), "çğı");
  EXPECT_EQ(first_letters("ab", 5), "ab");
  EXPECT_EQ(letter_count("çğışö"), 5u);
  EXPECT_EQ(without_turkish_letters("güneşli çağ kâğıdı"), "gunesli cag kagidi");
}

}  // namespace
}  // namespace dikkat::test
