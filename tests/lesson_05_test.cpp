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

  static std::vector<int32_t> ids(JsonView numbers) {
    std::vector<int32_t> all;
    for (size_t i = 0; i < numbers.size(); ++i) all.push_back(static_cast<int32_t>(numbers.at(i).integer()));
    return all;
  }

  test::TemporaryFolder folder;
};

// Forty equal passages, every tenth held back: figures that a pencil can check.
TEST_F(TokenizerLesson, FiguresOfASmallTextAreThoseOfAPencil) {
  std::string text;
  for (int passage = 0; passage < 40; ++passage) text += "aa aa aa aa aa aa aa aa\n\n";
  const Json r = measured("--data '" + write("a.txt", text) + "' --vocab_size 257");
  const JsonView rows = r.at("sizes");
  ASSERT_EQ(rows.size(), 6u);  // three texts in two sizes
  const JsonView bytes = rows.at(size_t{4}), merged = rows.at(size_t{5});
  EXPECT_EQ(bytes.at("text").string(), "your text");
  EXPECT_EQ(bytes.at("vocab_size").integer(), 256);
  // A passage: 8 words, 16 a, 7 spaces, 2 line ends; the first merge is a + a.
  EXPECT_DOUBLE_EQ(bytes.at("tokens_per_word").number(), 25.0 / 8);
  EXPECT_EQ(merged.at("vocab_size").integer(), 257);
  EXPECT_DOUBLE_EQ(merged.at("tokens_per_word").number(), 17.0 / 8);
  // The training text has 36 passages and the line end that --data puts behind a file; every count is one more.
  const double total = 36 * 25 + 1 + 256;
  const double bits = -(16 * std::log2((36 * 16 + 1) / total) + 7 * std::log2((36 * 7 + 1) / total) +
                        2 * std::log2((36 * 2 + 1 + 1) / total));
  EXPECT_NEAR(bytes.at("bits_per_character").number(), bits / 25, 1e-9);
  EXPECT_NEAR(bytes.at("bits_per_character").number(), bytes.at("bits_per_token").number(), 1e-12);
}

TEST_F(TokenizerLesson, TurkishPaysMoreThanEnglish) {
  const Json r = measured("");
  double tokens[2] = {}, bits_before[2] = {1e9, 1e9};
  const JsonView rows = r.at("sizes");
  for (size_t i = 0; i < rows.size(); ++i) {
    const JsonView row = rows.at(i);
    const size_t language = row.at("text").string() == "Turkish" ? 0 : 1;
    if (row.at("vocab_size").integer() == 1024) tokens[language] = row.at("tokens_per_word").number();
    EXPECT_LT(row.at("bits_per_character").number(), bits_before[language]);
    bits_before[language] = row.at("bits_per_character").number();
  }
  EXPECT_GT(tokens[0], 1.2 * tokens[1]);
  EXPECT_GT(tokens[1], 1);
  EXPECT_GT(r.at("unknown_words_tr").number(), 2 * r.at("unknown_words_en").number());
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
  // Bytes alone are ids of their own; the special token is text like any other.
  const Json r = measured("--text 'é<|endoftext|>' --vocab_size 257");
  const std::vector<int32_t> shown = ids(r.at("own_text").at("ours"));
  EXPECT_EQ(shown.front(), 0xC3);
  EXPECT_EQ(shown.size(), 15u);
  EXPECT_EQ(std::count(shown.begin(), shown.end(), 256), 0);
  const ProgramRun run = lesson("--section own_text --text 'é' --vocab_size 257");
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
  EXPECT_GT(per_word.at(size_t{0}).number(), 2 * per_word.at(size_t{1}).number());
}

TEST_F(TokenizerLesson, BadInputIsRefusedInOneLine) {
  refused("--vocab '" + file("nowhere") + "'", 1, "nowhere");
  refused("--vocab '" + folder.path() + "'", 1, folder.path());
  refused("--vocab '" + write("tokenizer.json", "{\"model\": 5}") + "'", 1, "tokenizer.json");
  refused("--data '" + file("missing.txt") + "'", 1, "missing.txt");
  refused("--data '" + write("short.txt", "too short") + "'", 1, "too short");
  refused("--data '" + write("empty.txt", "") + "'", 1, "too short");
  refused("--vocab_size 256", 2, "vocab_size");
  refused("--vocab_size many", 2, "many");
  refused("--text ''", 2, "text");
  refused("--txet x", 2, "--text");
  refused("--section merge", 2, "merges");
  refused("--section vocab", 2, "--vocab");
  refused("--section try --text x", 2, "own_text");
}

}  // namespace
}  // namespace dikkat
