// What Baby GPT learns from and with which tokens: the texts of users in every shape, the signs of the speakers, and
// hostile files.
#include "lessons/models/corpus.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "core/files/atomic_file.h"
#include "core/files/json.h"
#include "lessons/data/dialogue_lines.h"
#include "lessons/models/turns.h"
#include "lessons/stage/user_text.h"
#include "tests/messages.h"
#include "tests/temporary_folder.h"

namespace dikkat::test {
namespace {

int count(const std::string& text, std::string_view wanted) {
  int found = 0;
  for (size_t at = text.find(wanted); at != std::string::npos; at = text.find(wanted, at + 1)) ++found;
  return found;
}

std::string dialogue_text(int i) {
  return "#Person1#: Is it " + std::to_string(i) + " o'clock?\\n#Person2#: No, later.";
}

std::string json_lines(int dialogues) {
  std::string all;
  for (int i = 0; i < dialogues; ++i) all += "{\"dialogue\": \"" + dialogue_text(i) + "\"}\n";
  return all;
}

std::string plain_dialogues(int dialogues) {
  std::string all;
  for (int i = 0; i < dialogues; ++i) all += "A: Saat " + std::to_string(i) + " mi?\nB: Hayır.\n\n";
  return all;
}

struct OwnCorpus : testing::Test {
  std::string write(const std::string& name, const std::string& content) {
    write_file(folder / name, content);
    return folder / name;
  }
  TemporaryFolder folder;
};

// --- Reading

TEST_F(OwnCorpus, JsonLinesBecomeTurns) {
  const Corpus corpus = read_corpus({write("own.jsonl", json_lines(40))}, "", false);
  EXPECT_TRUE(corpus.is_own && corpus.is_dialogue);
  EXPECT_EQ(corpus.passages, 40);
  EXPECT_EQ(count(corpus.training + corpus.validation, first_speaker), 40);
  EXPECT_EQ(count(corpus.validation, second_speaker), 4) << "every tenth is kept back";
  EXPECT_TRUE(corpus.training.starts_with("\n#Person1#: Is it 0 o'clock?\n#Person2#: No, later.\n\n#Person1#: Is it 1"))
      << corpus.training.substr(0, 100);
  EXPECT_TRUE(corpus.validation.starts_with("\n#Person1#: Is it 9 ")) << corpus.validation;
  EXPECT_EQ(count(corpus.training + corpus.validation, "{"), 0);
  EXPECT_EQ(first_passage(corpus, false), "#Person1#: Is it 0 o'clock?\n#Person2#: No, later.\n");
}

TEST_F(OwnCorpus, PlainDialoguesBecomeTheSameTurns) {
  const Corpus corpus = read_corpus({write("own.txt", plain_dialogues(30))}, "", false);
  EXPECT_TRUE(corpus.is_dialogue);
  EXPECT_TRUE(corpus.training.starts_with("\n#Person1#: Saat 0 mi?\n#Person2#: Hayır.\n\n#Person1#: Saat 1 mi?"));
  EXPECT_EQ(count(corpus.training + corpus.validation, "A: ") + count(corpus.training, "B: "), 0);
  const Corpus signs = read_corpus({write("signs.txt", corpus.training)}, "", false);
  EXPECT_TRUE(signs.is_dialogue) << "DialogSum's own signs";
}

TEST_F(OwnCorpus, TextsOfBothKindsAreOneCorpus) {
  const Corpus corpus = read_corpus({write("a.jsonl", json_lines(20)), write("b.txt", plain_dialogues(20))}, "", false);
  EXPECT_TRUE(corpus.is_dialogue);
  EXPECT_EQ(corpus.passages, 40);
  EXPECT_EQ(count(corpus.training, first_speaker), 36);
  EXPECT_EQ(count(corpus.training, "Saat"), 18);
}

TEST_F(OwnCorpus, PlainTextStaysAsItIs) {
  const std::string text = "One.\n\nTwo: A: is a letter.\nB: too.\n\nThree.\n\nFour.\n\nFive.\n";
  const Corpus corpus = read_corpus({write("a.txt", text)}, write("b.txt", "Judged.\n\nOn this.\n"), false);
  EXPECT_FALSE(corpus.is_dialogue);
  EXPECT_EQ(corpus.training, "\n" + text + "\n");
  EXPECT_EQ(corpus.validation, "\nJudged.\n\nOn this.\n\n") << "whole";
  EXPECT_EQ(corpus.passages, 7);
}

TEST_F(OwnCorpus, AValidationTextIsUsedWholeAndNothingElseIsKeptBack) {
  const std::string judge = write("judge.jsonl", json_lines(30)), learn = write("learn.txt", plain_dialogues(40));
  const Corpus corpus = read_corpus({learn}, judge, false);
  EXPECT_EQ(count(corpus.training, first_speaker), 40);
  EXPECT_EQ(count(corpus.validation, first_speaker), 30);
  EXPECT_EQ(corpus.passages, 70);
}

TEST_F(OwnCorpus, WhatIsWrongIsSaidWithItsPlace) {
  const std::string good = write("good.jsonl", json_lines(30));
  const auto refusal = [&](const std::vector<std::string>& files, const std::string& validation = "") {
    return message_of([&] { read_corpus(files, validation, false); });
  };
  const std::string bad = write("bad.jsonl", json_lines(3) + "{\"dialogue\": 1}\n");
  expect_parts(refusal({good, bad}), {"bad.jsonl, line 4"});
  expect_parts(refusal({good}, bad), {"bad.jsonl, line 4"});
  expect_parts(refusal({good, folder / "none"}), {folder / "none"});
  expect_parts(refusal({good}, folder / "none"), {folder / "none"});
  expect_parts(refusal({write("empty", "")}), {"empty: the file is empty"});
  expect_parts(refusal({write("latin5", "g\xfcn")}), {"latin5", "byte 1 is not UTF-8"});
  expect_parts(refusal({write("blank.jsonl", " \n{}\n")}), {"blank.jsonl, line 2", "no \"dialogue\""});

  const Tokenizer bytes(learn_vocabulary("", 256, false));
  const Corpus small = read_corpus({good, write("a.txt", "a")}, write("tiny.txt", "tiny"), false);
  EXPECT_NO_THROW(small.tokens(bytes, 5));
  expect_parts(message_of([&] { small.tokens(bytes, 6); }), {"tiny.txt: the text is too short: it has 6 tokens"});
  const Corpus short_one = read_corpus({write("b.txt", std::string(100, 'b'))}, "", false);
  expect_parts(message_of([&] { short_one.tokens(bytes, 95); }), {"b.txt: the text is too short", "context of 95"});
  expect_parts(message_of([&] { short_one.tokens(bytes, 50); }),
               {"b.txt, the part kept back for validation: the text is too short"});
}

// --- Tokens

TEST(LearnVocabulary, TheSignsOfTheSpeakersAreSingleTokens) {
  const std::string text = turns_text("#Person1#: Merhaba merhaba.\n#Person2#: Merhaba merhaba merhaba.\n");
  const Tokenizer tokenizer(learn_vocabulary(text, 270, true));
  EXPECT_TRUE(knows_turns(tokenizer));
  for (const std::string& sign : turn_tokens()) {
    const std::vector<int32_t> ids = tokenizer.encode(sign, SpecialTokens::allowed);
    ASSERT_EQ(ids.size(), 1u) << sign;
    EXPECT_EQ(tokenizer.token(ids[0]), sign);
    EXPECT_GT(tokenizer.encode(sign, SpecialTokens::as_text).size(), 1u) << "typed by hand it is text";
  }
  const std::vector<int32_t> ids = tokenizer.encode(text, SpecialTokens::allowed);
  EXPECT_EQ(tokenizer.decode(ids), text);
}

TEST(LearnVocabulary, LearnsNothingFromTheSigns) {
  std::string text;
  for (int i = 0; i < 50; ++i) text += turns_text("#Person1#: xyz\n#Person2#: xyz\n");
  const Tokenizer tokenizer(learn_vocabulary(text, 300, true));
  for (int32_t id = 256; id < tokenizer.vocab_size(); ++id) {
    const std::string token(tokenizer.token(id));
    if (token == first_speaker || token == second_speaker) continue;
    EXPECT_EQ(token.find_first_not_of(" xyz\n"), std::string::npos) << token;
  }
  EXPECT_TRUE(tokenizer.find(" xyz"));
  // As text they would be: they are the most frequent words of all.
  const Tokenizer without(learn_vocabulary(text, 300, false));
  EXPECT_FALSE(knows_turns(without));
  EXPECT_LT(without.encode("Person", SpecialTokens::as_text).size(), 6u);
  EXPECT_EQ(tokenizer.encode("Person", SpecialTokens::as_text).size(), 6u);
}

TEST(LearnVocabulary, WithoutRoomThereAreNoSigns) {
  const std::string text = turns_text("#Person1#: a\n#Person2#: b\n");
  for (const int64_t size : {256, 257}) {
    const Tokenizer tokenizer(learn_vocabulary(text, size, true));
    EXPECT_FALSE(knows_turns(tokenizer)) << size;
    EXPECT_LE(tokenizer.vocab_size(), size);
    EXPECT_EQ(tokenizer.decode(tokenizer.encode(text, SpecialTokens::allowed)), text);
  }
  const Tokenizer just(learn_vocabulary(text, 258, true));
  EXPECT_TRUE(knows_turns(just));
  EXPECT_EQ(just.vocab_size(), 258);
}

TEST(TurnsText, HasALineFeedBeforeAndBehind) {
  EXPECT_EQ(turns_text("#Person1#: a\n#Person2#: b"), "\n#Person1#: a\n#Person2#: b\n");
  EXPECT_EQ(turns_text("#Person1#: a\n#Person2#: b\n\n"), "\n#Person1#: a\n#Person2#: b\n");
  using Lines = std::vector<std::string>;
  EXPECT_EQ(spoken_lines("#Person1#: a: b\n#Person2#: #c\n\nd"), (Lines{"a: b", "#c", "d"}));
  EXPECT_EQ(spoken_lines(""), Lines{});
}

TEST(CourseCorpus, IsDialogueInBothLanguagesAndNothingOfItIsKeptBackTwice) {
  const Corpus corpus = course_corpus(1);
  EXPECT_TRUE(corpus.is_dialogue);
  EXPECT_FALSE(corpus.is_own);
  EXPECT_EQ(corpus.training, course_corpus(1).training) << "always the same";
  EXPECT_LT(corpus.training.size() * 2, course_corpus(8).training.size());
  EXPECT_EQ(corpus.validation, course_corpus(8).validation);
  EXPECT_GT(count(corpus.training, "ı"), 1000);
  EXPECT_GT(count(corpus.training, " the "), 500);
  const std::string opening = corpus.validation.substr(0, corpus.validation.find("\n\n"));
  EXPECT_EQ(corpus.training.find(opening), std::string::npos);
}

// --- Hostile files, DIKKAT_GOLDEN's or the repository's own

// Reads as lesson 11 does; a context of 64.
void read_as_lesson(const std::string& path) {
  const Corpus corpus = read_corpus({path}, "", false);
  corpus.tokens(Tokenizer(learn_vocabulary("", 256, false)), 64);
}

TEST(HostileCorpora, EndAsTheirCasesSay) {
  const char* given = std::getenv("DIKKAT_GOLDEN");
  const std::string cases = (given ? given : DIKKAT_SOURCE "/tests/golden") + std::string("/malformed");
  int checked = 0;
  for (const Json& entry : read_json_lines(cases + "/cases.jsonl")) {
    const std::string &reader = entry.at("reader").string(), &expected = entry.at("expect").string();
    // A valid JSON line need be no dialogue.
    if (reader != "text_corpus" && !(reader == "jsonl" && expected == "error")) continue;
    const std::string path = cases + "/" + entry.at("path").string();
    SCOPED_TRACE(path);
    ++checked;
    const std::string message = message_of([&] { read_as_lesson(path); });
    if (expected == "ok") {
      EXPECT_EQ(message, "");
    } else if (expected == "error") {
      EXPECT_NE(message, "") << "it was accepted";
    }
    if (message.empty()) continue;
    EXPECT_NE(message.find(std::filesystem::path(path).filename().string()), std::string::npos) << message;
    EXPECT_EQ(message.find('\n'), std::string::npos) << message;
    if (reader != "jsonl") continue;
    const std::string lines =
        message_of([&] { parse_dialogue_lines(read_user_text(path, uint64_t{1} << 30, false), path); });
    EXPECT_NE(lines.find(", line "), std::string::npos) << lines;
  }
  EXPECT_GT(checked, 0);
}

TEST_F(OwnCorpus, AnyBytesAreReadOrRefused) {
  EXPECT_NO_THROW(read_as_lesson(write("zeros", std::string(4000, '\0'))));
  EXPECT_NO_THROW(read_as_lesson(write("line", std::string(1'000'000, 'x'))));
  expect_parts(message_of([&] { read_as_lesson(write("one", "x")); }), {"one: the text is too short"});
  expect_parts(message_of([&] { read_as_lesson(write("cut", std::string(4000, 'x') + "\xC4")); }),
               {"cut", "byte 4000"});
  for (const char* nothing : {"\n", "\n\n\n\n", "{", "{}", "\r\n", "\xEF\xBB\xBF{", "A: \nB: \n"})
    expect_parts(message_of([&] { read_as_lesson(write("small", nothing)); }), {"small"});
}

}  // namespace
}  // namespace dikkat::test
