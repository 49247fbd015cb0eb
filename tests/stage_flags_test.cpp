// The command line: what is understood, and what every mistake is told.
#include <gtest/gtest.h>

#include <cstdlib>

#include "lessons/stage/flags.h"
#include "lessons/stage/letters.h"

namespace dikkat {
namespace {

std::vector<Flag> flags_for_tests() {
  std::vector<Flag> flags = common_flags();
  flags.push_back({.name = "steps", .kind = Flag::integer, .help = {"adım", "steps"}, .lowest = 1, .highest = 1000});
  flags.push_back({.name = "lr", .kind = Flag::number, .fallback = "0.001", .help = {"hız", "rate"}, .lowest = 0});
  flags.push_back({.name = "data", .kind = Flag::files, .help = {"metinler", "texts"}});
  flags.push_back({.name = "resume", .help = {"sürdürür", "goes on"}});
  return flags;
}

Flags read(const std::vector<std::string>& arguments) {
  return Flags(flags_for_tests(), arguments, false);
}

// The message in English, or "" when nothing is wrong.
std::string mistake(const std::vector<std::string>& arguments, bool turkish = false) {
  try {
    Flags(flags_for_tests(), arguments, turkish);
    return "";
  } catch (const UsageError& error) {
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos) << error.what();
    return error.what();
  }
}

TEST(Flags, ValuesInBothSpellings) {
  const Flags flags = read({"--steps", "20", "--lr=0.5", "--data", "a.txt,b c.txt", "--resume", "--seed=+7"});
  EXPECT_EQ(flags.integer("steps"), 20);
  EXPECT_EQ(flags.number("lr"), 0.5);
  EXPECT_EQ(flags.files("data"), (std::vector<std::string>{"a.txt", "b c.txt"}));
  EXPECT_TRUE(flags.boolean("resume"));
  EXPECT_EQ(flags.integer("seed"), 7);
  EXPECT_TRUE(flags.given("steps"));
  EXPECT_FALSE(flags.given("device"));
  EXPECT_EQ(flags.word("device"), "cpu");
}

TEST(Flags, FallbacksAndRepetition) {
  EXPECT_EQ(read({}).number("lr"), 0.001);
  EXPECT_EQ(read({}).integer("steps", 77), 77);
  EXPECT_EQ(read({"--steps=5"}).integer("steps", 77), 5);
  EXPECT_TRUE(read({}).files("data").empty());
  EXPECT_THROW(read({}).integer("steps"), Error);
  EXPECT_EQ(read({"--steps=5", "--steps=6"}).integer("steps"), 6);
  EXPECT_FALSE(read({"--check", "--check=false"}).boolean("check"));
  EXPECT_TRUE(read({"-h"}).boolean("help"));
  EXPECT_EQ(read({"--seed", "9223372036854775807"}).integer("seed"), INT64_MAX);
}

TEST(Flags, AProgramThatAsksForTheWrongFlagIsTold) {
  EXPECT_THROW(read({}).integer("step"), Error);
  EXPECT_THROW(read({}).given("step"), Error);
  EXPECT_THROW(read({}).word("steps"), Error);
}

TEST(Flags, EveryMistakeNamesWhatWasFoundAndWhatIsAllowed) {
  EXPECT_EQ(mistake({"--step", "5"}), "there is no flag '--step'; nearest: --steps; all of them: --help");
  EXPECT_EQ(mistake({"--zzzzzzz"}), "there is no flag '--zzzzzzz'; all of them: --help");
  EXPECT_EQ(mistake({"5"}), "'5' is not a flag; flags begin with --, their values follow; all of them: --help");
  EXPECT_NE(mistake({"--"}), "");
  EXPECT_NE(mistake({"-x"}), "");
  EXPECT_NE(mistake({""}), "");
  EXPECT_EQ(mistake({"--steps"}), "--steps needs a value; found nothing after it");
  EXPECT_EQ(mistake({"--steps", "--check"}), "--steps needs a value; found '--check'");
  EXPECT_EQ(mistake({"--steps="}), "--steps: the value is empty");
  EXPECT_EQ(mistake({"--steps", ""}), "--steps: the value is empty");
  EXPECT_EQ(mistake({"--steps", "ten"}), "--steps: 'ten' is not a whole number; allowed: 1 to 1000");
  EXPECT_EQ(mistake({"--steps", "1.5"}), "--steps: '1.5' is not a whole number; allowed: 1 to 1000");
  EXPECT_EQ(mistake({"--steps", "0"}), "--steps: '0' is out of range; allowed: 1 to 1000");
  EXPECT_EQ(mistake({"--steps", "99999999999999999999"}),
            "--steps: '99999999999999999999' is out of range; allowed: 1 to 1000");
  EXPECT_EQ(mistake({"--seed", "99999999999999999999"}),
            "--seed: '99999999999999999999' is out of range; allowed: a smaller number");
  EXPECT_EQ(mistake({"--seed", "-1"}), "--seed: '-1' is out of range; allowed: 0 or more");
  EXPECT_EQ(mistake({"--lr", "0,5"}), "--lr: '0,5' is not a number (write a decimal point); allowed: 0 or more");
  EXPECT_NE(mistake({"--lr", "nan"}), "");
  EXPECT_NE(mistake({"--lr", "inf"}), "");
  EXPECT_NE(mistake({"--lr", "1e999"}), "");
  EXPECT_EQ(mistake({"--preset", "clas"}), "--preset: 'clas' is unknown; nearest: class; allowed: test, class, full");
  EXPECT_EQ(mistake({"--precision", "bf61"}),
            "--precision: 'bf61' is unknown; nearest: bf16; allowed: f32, bf16x3, bf16");
  EXPECT_EQ(mistake({"--check=maybe"}), "--check: 'maybe' is unknown; allowed: true, false");
  EXPECT_EQ(mistake({"--data", "a.txt,"}), "--data: an empty file name in 'a.txt,'; allowed: file,file");
}

TEST(Flags, WhatALaterBuildWillKnowIsRefusedInSoManyWords) {
  EXPECT_EQ(mistake({"--device", "vulkan"}), "--device: vulkan is not in this build yet; for now: reference, cpu");
  EXPECT_EQ(mistake({"--gpu", "0"}).find("--gpu is not in this build yet; "), 0u);
  EXPECT_EQ(mistake({"--html=x"}).find("--html is not in this build yet; "), 0u);
}

TEST(Flags, MessagesAreTurkishToo) {
  EXPECT_EQ(mistake({"--step"}, true), "'--step' diye bir seçenek yok; en yakını: --steps; hepsi: --help");
  EXPECT_EQ(mistake({"--steps", "0"}, true), "--steps: '0' sınırların dışında; olması gereken: 1 ile 1000 arası");
}

TEST(Flags, AHostileValueCannotSteerTheTerminal) {
  for (const std::string& message : {mistake({"--\x1b[31m"}), mistake({"--steps", "\x1b]0;x\x07\xff"})}) {
    EXPECT_NE(message, "");
    for (const char letter : message) EXPECT_GE(static_cast<unsigned char>(letter), 0x20) << message;
  }
}

TEST(Flags, HelpFitsEveryWidth) {
  for (const int width : {20, 60, 100}) {
    for (const bool turkish : {true, false}) {
      std::string all;
      for (const std::string& line : read({}).help("11_baby_gpt", width, turkish)) {
        EXPECT_LE(display_width(line), width) << line;
        all += line + "\n";
      }
      EXPECT_NE(all.find("--steps"), std::string::npos);
      EXPECT_NE(all.find("--device"), std::string::npos);
      EXPECT_EQ(all.find("--gpu"), std::string::npos);
      EXPECT_NE(all.find(turkish ? "Bu derste:" : "In this lesson:"), std::string::npos);
    }
  }
}

TEST(Nearest, CountsChangesAndSwaps) {
  const std::vector<std::string> words = {"section", "seed", "steps", "checkpoint", "check"};
  EXPECT_EQ(nearest("setps", words), "steps");
  EXPECT_EQ(nearest("sed", words), "seed");
  EXPECT_EQ(nearest("chekpoint", words), "checkpoint");
  EXPECT_EQ(nearest("sect", words), "section");
  EXPECT_EQ(nearest("xyzzy", words), "");
  EXPECT_EQ(nearest("", words), "");
  EXPECT_EQ(nearest(std::string(5000, 'a'), words), "");
}

TEST(Language, FollowsTheLocaleUnlessTold) {
  const auto language = [](const char* all, const char* messages, const char* lang) {
    ::setenv("LC_ALL", all, 1);
    ::setenv("LC_MESSAGES", messages, 1);
    ::setenv("LANG", lang, 1);
    return locale_is_turkish() ? "tr" : "en";
  };
  EXPECT_STREQ(language("", "", ""), "tr");
  EXPECT_STREQ(language("", "", "en_US.UTF-8"), "en");
  EXPECT_STREQ(language("", "tr_TR.UTF-8", "en_US.UTF-8"), "tr");
  EXPECT_STREQ(language("en_GB", "tr_TR.UTF-8", "tr_TR"), "en");
  EXPECT_STREQ(language("", "", "de_DE.UTF-8"), "tr");
  EXPECT_STREQ(language("C", "", "en_US.UTF-8"), "tr");
  EXPECT_STREQ(language("", "", "en"), "en");
  EXPECT_STREQ(language("", "", "enm_XX"), "tr");
  EXPECT_FALSE(turkish_wanted({"--steps", "3", "--lang=en"}));
  EXPECT_TRUE(turkish_wanted({"--lang", "en", "--lang", "tr"}));
  EXPECT_TRUE(turkish_wanted({"--lang=de"}));
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) ::unsetenv(name);
}

}  // namespace
}  // namespace dikkat
