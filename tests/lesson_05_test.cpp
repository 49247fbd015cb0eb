// Lesson 05 as its user meets it: what it measures agrees with the tokenizer, own texts and vocabularies, bad input.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>

#include "core/files/json.h"
#include "tests/run_program.h"
#include "tests/temporary_folder.h"
#include "tokenizer/files.h"
#include "tokenizer/tokenizer.h"
#include "tokenizer/train.h"

namespace dikkat {
namespace {

struct TokenizerLesson : testing::Test {
  ProgramRun lesson(const std::string& flags, const std::string& input = "", const std::string& language = "en") {
    return run_program(
        "'" DIKKAT_PROGRAMS "/05_tokenizer' --preset test --pace auto --plain --lang " + language + " " + flags, input,
        folder.path());
  }

  // The figures of a run.
  Json measured(const std::string& flags) {
    const ProgramRun run = lesson("--json r.json " + flags);
    EXPECT_EQ(run.code, 0) << flags << "\n" << run.err;
    return read_json(file("r.json"));
  }

  std::string file(const std::string& name) const { return folder.path() + "/" + name; }

  std::string write(const std::string& name, const std::string& content) const {
    std::ofstream(file(name), std::ios::binary) << content;
    return file(name);
  }

  // One line on the standard error, of which `words` is a part, and the exit code.
  void refused(const std::string& flags, int code, const std::string& words) {
    const ProgramRun run = lesson(flags);
    EXPECT_EQ(run.code, code) << flags << "\n" << run.err;
    EXPECT_NE(run.err.find(words), std::string::npos) << flags << "\n" << run.err;
    EXPECT_EQ(std::count(run.err.begin(), run.err.end(), '\n'), 1) << run.err;
  }

  // What was measured of a text's own vocabulary in that size.
  static JsonView size_of(const Json& r, const std::string& text, int64_t size) {
    const JsonView rows = r.at("sizes");
    for (size_t i = 0; i < rows.size(); ++i)
      if (rows.at(i).at("text").string() == text && rows.at(i).at("vocab_size").integer() == size) return rows.at(i);
    throw Error("no vocabulary of that size was measured");
  }

  static std::vector<int32_t> ids(JsonView numbers) {
    std::vector<int32_t> all;
    for (size_t i = 0; i < numbers.size(); ++i) all.push_back(static_cast<int32_t>(numbers.at(i).integer()));
    return all;
  }

  test::TemporaryFolder folder;
};

// Forty equal passages, every tenth held out: figures that a pencil can check.
TEST_F(TokenizerLesson, FiguresOfASmallTextAreThoseOfAPencil) {
  std::string text;
  for (int passage = 0; passage < 40; ++passage) text += "aa\naa\naa\naa\naa\naa\naa\naa\n\n";
  const Json r = measured("--data '" + write("a.txt", text) + "'");
  const JsonView bytes = size_of(r, "own", 256), merged = size_of(r, "own", 257);
  // A passage: 8 words, 16 a, 9 line ends; a + a is the only merge that is possible.
  EXPECT_DOUBLE_EQ(bytes.at("tokens_per_word").number(), 25.0 / 8);
  EXPECT_DOUBLE_EQ(merged.at("tokens_per_word").number(), 17.0 / 8);
  // The training text has 36 passages; every count is one more.
  const double total = 36 * 25 + 256;
  const double bits = -(16 * std::log2((36 * 16 + 1) / total) + 9 * std::log2((36 * 9 + 1) / total));
  EXPECT_NEAR(bytes.at("bits_per_character").number(), bits / 25, 1e-9);
  EXPECT_NEAR(bytes.at("bits_per_character").number(), bytes.at("bits_per_token").number(), 1e-12);
  EXPECT_EQ(merged.at("rare").number(), 0);  // "aa" is everywhere
  for (size_t i = 0; i < r.at("largest").size(); ++i) {
    const JsonView largest = r.at("largest").at(i);
    EXPECT_EQ(largest.at("limit_reached").boolean(), largest.at("text").string() != "own");
  }
  const JsonView words = r.at("units").at(size_t{6}), characters = r.at("units").at(size_t{7});
  EXPECT_EQ(words.at("text").string() + " " + words.at("unit").string(), "own word");
  EXPECT_EQ(words.at("list").integer(), 1);
  EXPECT_EQ(characters.at("list").integer(), 2);
  EXPECT_DOUBLE_EQ(characters.at("tokens_per_word").number(), 25.0 / 8);
}

TEST_F(TokenizerLesson, TurkishPaysMoreThanEnglish) {
  const Json r = measured("");
  double tokens[2] = {}, bits_before[2] = {1e9, 1e9};
  const JsonView rows = r.at("sizes");
  for (size_t i = 0; i < rows.size(); ++i) {
    const JsonView row = rows.at(i);
    const size_t language = row.at("text").string() == "tr" ? 0 : 1;
    if (row.at("vocab_size").integer() == 1024) tokens[language] = row.at("tokens_per_word").number();
    EXPECT_LT(row.at("bits_per_character").number(), bits_before[language]);
    bits_before[language] = row.at("bits_per_character").number();
  }
  EXPECT_GT(tokens[0], 1.2 * tokens[1]);
  EXPECT_GT(tokens[1], 1);
  const JsonView units = r.at("units");
  EXPECT_GT(units.at(size_t{0}).at("not_in_list").number(), 2 * units.at(size_t{3}).at("not_in_list").number());
}

TEST_F(TokenizerLesson, LowerCaseKeepsWordsOnlyByTheirOwnRule) {
  const Json r = measured("");
  const JsonView rows = r.at("lower_case");
  ASSERT_EQ(rows.size(), 4u);
  EXPECT_EQ(rows.at(size_t{0}).at("damaged").number(), 0);
  EXPECT_GT(rows.at(size_t{1}).at("damaged").number(), 0.3);
  EXPECT_EQ(rows.at(size_t{2}).at("damaged").number(), 0);
  EXPECT_GT(rows.at(size_t{3}).at("damaged").number(), 0.2);
  EXPECT_GT(rows.at(size_t{1}).at("tokens_per_word").number(), rows.at(size_t{0}).at("tokens_per_word").number());
  const ProgramRun run = lesson("--section lower_case", "", "tr");
  for (const char* words : {"2) sinir", "i̇yi̇", "çiçek", "ışık"})
    EXPECT_NE(run.out.find(words), std::string::npos) << words << "\n" << run.out;
}

TEST_F(TokenizerLesson, ByHandIsTheLibrary) {
  for (const char* language : {"tr", "en"}) {
    const ProgramRun run = lesson("", "", language);
    EXPECT_EQ(run.code, 0) << run.err;
    size_t agreed = 0;
    for (size_t at = run.out.find("[ok]"); at != std::string::npos; at = run.out.find("[ok]", at + 1)) ++agreed;
    EXPECT_EQ(agreed, 2u) << run.out;
  }
}

TEST_F(TokenizerLesson, OwnTextIsShownWithItsIds) {
  // The special token, which has the last id, is text like any other.
  const Json r = measured("--text 'é<|endoftext|>'");
  const std::vector<int32_t> shown = ids(r.at("own_text").at("ours"));
  const int64_t together = r.at("together").at("vocab_size").integer();
  EXPECT_EQ(shown.front(), 0xC3);
  EXPECT_EQ(std::count(shown.begin(), shown.end(), together - 1), 0);
  const ProgramRun run = lesson("--section own_text --text 'é'");
  EXPECT_NE(run.out.find("<C3>  <A9>\n195   169\n"), std::string::npos) << run.out;
  EXPECT_NE(run.out.find("tokens: 2, characters: 1, bytes: 2, tokens per word: 2.00."), std::string::npos) << run.out;
  // Any bytes, and nothing that steers the terminal.
  const ProgramRun odd = lesson("--section own_text --text \"$(printf '\\xff\\x1b[2J')\"");
  EXPECT_EQ(odd.code, 0) << odd.err;
  EXPECT_EQ(odd.out.find('\x1b'), std::string::npos);
  EXPECT_NE(odd.out.find("<FF>"), std::string::npos) << odd.out;
}

TEST_F(TokenizerLesson, TypedTextIsShownToo) {
  const ProgramRun run = lesson("--section try", "merhaba\n\nhello\n");
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_NE(run.out.find("you> merhaba\n"), std::string::npos) << run.out;
  EXPECT_NE(run.out.find("you> hello\n"), std::string::npos) << run.out;
  EXPECT_NE(run.out.find("tokens: 2, characters: 7, bytes: 7, tokens per word: 2.00."), std::string::npos) << run.out;
}

TEST_F(TokenizerLesson, AnotherVocabulary) {
  const Vocabulary vocabulary = train_bpe("Merhaba Merhaba", {.vocab_size = 300}).vocabulary;
  write_tokenizer_json(vocabulary, file("tokenizer.json"));
  const Json r = measured("--vocab '" + folder.path() + "' --text 'Merhaba!'");
  EXPECT_EQ(ids(r.at("own_text").at("theirs")), Tokenizer(vocabulary).encode("Merhaba!"));
  EXPECT_EQ(r.at("vocabularies").size(), 2u);
}

TEST_F(TokenizerLesson, Gpt2sVocabulary) {
  const char* gpt2 = std::getenv("DIKKAT_GPT2");
  if (gpt2 == nullptr || *gpt2 == '\0') GTEST_SKIP() << "DIKKAT_GPT2 names no folder";
  const Json r = measured(std::string("--text 'Hello, world!' --vocab '") + gpt2 + "'");
  EXPECT_EQ(ids(r.at("own_text").at("theirs")), (std::vector<int32_t>{15496, 11, 995, 0}));
  const JsonView per_word = r.at("vocabularies").at(size_t{1}).at("tokens_per_word");
  EXPECT_GT(per_word.at("tr").number(), 2 * per_word.at("en").number());
}

TEST_F(TokenizerLesson, LongTextsAreCutAndSaySo) {
  std::string text;
  while (text.size() < 11'000'000) text += "şu köşe yaz köşesi\n";
  const ProgramRun run = lesson("--section problem --data '" + write("long.txt", text) + "'");
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_NE(run.out.find("--data: 11.0 MB; only the first 10.0 MB are used."), std::string::npos) << run.out;
}

TEST_F(TokenizerLesson, OneWordOfAMegabyteIsAText) {
  std::string text;
  while (text.size() < 1'000'000) text += "ab";
  const Json r = measured("--data '" + write("line.txt", text) + "'");
  EXPECT_DOUBLE_EQ(size_of(r, "own", 256).at("tokens_per_word").number(), 100'000);
}

TEST_F(TokenizerLesson, ResultsHaveTheSameNamesInBothLanguages) {
  const std::string own = "--data '" + write("a.txt", std::string(600, 'a') + " b c d e f") + "' --json r.json";
  std::string names[2];
  for (const std::string language : {"tr", "en"}) {
    EXPECT_EQ(lesson(own, "", language).code, 0);
    const Json r = read_json(file("r.json"));
    std::string& all = names[language == "tr" ? 0 : 1];
    for (const auto& [name, value] : JsonView(r).members()) all += std::string(name) + " ";
    for (size_t i = 0; i < r.at("sizes").size(); ++i) all += r.at("sizes").at(i).at("text").string() + " ";
  }
  EXPECT_EQ(names[0], names[1]);
  for (const char* name : {"units", "forms", "tiny_merges", "largest", "together", "word_tokens", "ladder", "own"})
    EXPECT_NE(names[0].find(name), std::string::npos) << name;
}

TEST_F(TokenizerLesson, BadInputIsRefusedInOneLine) {
  refused("--vocab '" + file("nowhere") + "'", 1, "nowhere");
  refused("--vocab '" + folder.path() + "'", 1, folder.path());
  refused("--vocab '" + write("tokenizer.json", "{\"model\": 5}") + "'", 1, "tokenizer.json");
  refused("--data '" + file("missing.txt") + "'", 1, "missing.txt");
  refused("--data '" + write("short.txt", "a b") + "'", 1, "short.txt: the text is too short");
  refused("--data '" + write("signs.txt", std::string(600, '!')) + "'", 1, "signs.txt: the text has too few words");
  refused("--data '" + write("empty.txt", "") + "'", 1, "empty.txt: the file is empty");
  refused("--data '" + write("old.txt", "\xfe\xfd" + std::string(600, 'a')) + "'", 1, "old.txt: byte 0 is not UTF-8");
  refused("--vocab_size 511", 2, "vocab_size");
  refused("--vocab_size many", 2, "many");
  refused("--text ''", 2, "text");
  refused("--txet x", 2, "--text");
  refused("--section merge", 2, "merges");
  refused("--section vocab", 2, "--vocab");
  refused("--section try --text x", 2, "own_text");
}

}  // namespace
}  // namespace dikkat
