// The scanners: known answers, the published patterns read by a regular expression matcher, and what must hold for any
// bytes at all.
#include "tokenizer/pre_tokenizer.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "tests/tiny_regex.h"
#include "tokenizer/pre_tokenizer_scan.h"
#include "tokenizer/unicode.h"

namespace dikkat::test {
namespace {

using Pieces = std::vector<std::string>;

const std::vector<PreTokenizer> all_kinds = {PreTokenizer::gpt2,       PreTokenizer::cl100k, PreTokenizer::o200k,
                                             PreTokenizer::llama3,     PreTokenizer::qwen2,  PreTokenizer::bytes,
                                             PreTokenizer::characters, PreTokenizer::words};

Pieces pieces_of(PreTokenizer kind, std::string_view text) {
  Pieces pieces;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = piece_end(kind, text, begin);
    if (end <= begin || end > text.size()) {
      ADD_FAILURE() << "the piece at " << begin << " of " << text.size() << " bytes ends at " << end;
      break;
    }
    pieces.emplace_back(text.substr(begin, end - begin));
    begin = end;
  }
  return pieces;
}

TEST(PreTokenizer, GivesThePiecesOfGpt2) {
  const auto gpt2 = [](std::string_view text) { return pieces_of(PreTokenizer::gpt2, text); };
  EXPECT_EQ(gpt2("Hello world!"), (Pieces{"Hello", " world", "!"}));
  EXPECT_EQ(gpt2("we'll say it's John's"), (Pieces{"we", "'ll", " say", " it", "'s", " John", "'s"}));
  EXPECT_EQ(gpt2("IT'S 'tis"), (Pieces{"IT", "'", "S", " '", "tis"}));  // capitals are no contraction
  EXPECT_EQ(gpt2("3000 bin, 2,5"), (Pieces{"3000", " bin", ",", " 2", ",", "5"}));
  EXPECT_EQ(gpt2("a  b\t\tc \n d  "), (Pieces{"a", " ", " b", "\t", "\t", "c", " \n", " d", "  "}));
  EXPECT_EQ(gpt2("İstanbul'da ığdır"), (Pieces{"İstanbul", "'d", "a", " ığdır"}));
  EXPECT_EQ(gpt2("e\u0301 x"), (Pieces{"e", "\u0301", " x"}));                // a mark is no letter
  EXPECT_EQ(gpt2("a\u3000\u3000b"), (Pieces{"a", "\u3000", "\u3000", "b"}));  // and only the plain space joins a word
  EXPECT_EQ(gpt2("٣Ⅷ½中文"), (Pieces{"٣Ⅷ½", "中文"}));
}

TEST(PreTokenizer, GivesThePiecesOfGpt4AndItsDescendants) {
  const std::string text = "It'S 12345\tok ...\n\n  end \n ";
  EXPECT_EQ(pieces_of(PreTokenizer::cl100k, text),
            (Pieces{"It", "'S", " ", "123", "45", "\tok", " ...\n\n", " ", " end", " \n "}));
  EXPECT_EQ(pieces_of(PreTokenizer::llama3, text),
            (Pieces{"It", "'S", " ", "123", "45", "\tok", " ...\n\n", " ", " end", " \n", " "}));
  EXPECT_EQ(pieces_of(PreTokenizer::qwen2, text),
            (Pieces{"It", "'S", " ", "1", "2", "3", "4", "5", "\tok", " ...\n\n", " ", " end", " \n", " "}));
  EXPECT_EQ(pieces_of(PreTokenizer::o200k, text),
            (Pieces{"It'S", " ", "123", "45", "\tok", " ...\n\n", " ", " end", " \n", " "}));
  for (const PreTokenizer kind : {PreTokenizer::cl100k, PreTokenizer::llama3, PreTokenizer::qwen2})
    EXPECT_EQ(pieces_of(kind, "we'ſ \r\n\na(b"), (Pieces{"we", "'ſ", " \r\n\n", "a", "(b"}));  // 'ſ is an old 's
}

TEST(PreTokenizer, GivesThePiecesOfGpt4o) {
  const auto o200k = [](std::string_view text) { return pieces_of(PreTokenizer::o200k, text); };
  EXPECT_EQ(o200k("XMLHttpRequest getName"), (Pieces{"XMLHttp", "Request", " get", "Name"}));
  EXPECT_EQ(o200k("HTTP'S they'VE"), (Pieces{"HTTP'S", " they'VE"}));
  EXPECT_EQ(o200k("ABʰCD ABʰ ʰab"), (Pieces{"ABʰ", "CD", " ABʰ", " ʰab"}));  // ʰ is small as well as capital
  EXPECT_EQ(o200k("\u0301AB \u0301ab"), (Pieces{"\u0301", "AB", " \u0301ab"}));
  EXPECT_EQ(o200k("\u0301's"), (Pieces{"\u0301's"}));
  EXPECT_EQ(o200k("a//\n/b"), (Pieces{"a", "//\n/", "b"}));
  EXPECT_EQ(o200k("中文AB中"), (Pieces{"中文AB中"}));
  EXPECT_EQ(o200k("ǅ ǅǅ"), (Pieces{"ǅ", " ǅǅ"}));
}

TEST(PreTokenizer, CutsBytesCharactersAndWords) {
  EXPECT_EQ(pieces_of(PreTokenizer::bytes, "aş"), (Pieces{"a", "\xC5", "\x9F"}));
  EXPECT_EQ(pieces_of(PreTokenizer::characters, "aş中😀\xC5"), (Pieces{"a", "ş", "中", "😀", "\xC5"}));
  EXPECT_EQ(pieces_of(PreTokenizer::words, "Bir  iki, üç!\n dört "),
            (Pieces{"Bir", " ", " iki,", " üç!", "\n", " dört", " "}));
}

TEST(PreTokenizer, TakesInvalidBytesForSymbols) {
  for (const PreTokenizer kind : {PreTokenizer::gpt2, PreTokenizer::cl100k, PreTokenizer::o200k}) {
    EXPECT_EQ(pieces_of(kind, "a\xFF\xC5 b"), (Pieces{"a", "\xFF\xC5", " b"}));
    EXPECT_EQ(pieces_of(kind, "12\x80"), (Pieces{"12", "\x80"}));
  }
  EXPECT_EQ(pieces_of(PreTokenizer::gpt2, "a\xED\xA0\x80"), (Pieces{"a", "\xED\xA0\x80"}));  // a surrogate
}

// ---- beside the published patterns ----

struct Spelling {
  PreTokenizer kind;
  std::string_view pattern;
};

const std::vector<Spelling> spellings = {
    {PreTokenizer::gpt2, R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)"},
    {PreTokenizer::gpt2, R"('(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s)"},
    {PreTokenizer::cl100k,
     R"('(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|)"
     R"(\s++$|\s*[\r\n]|\s+(?!\S)|\s)"},
    {PreTokenizer::llama3, R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}|)"
                           R"( ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)"},
    {PreTokenizer::llama3, R"('(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|)"
                           R"(\s*[\r\n]|\s+(?!\S)|\s+)"},
    {PreTokenizer::qwen2, R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}|)"
                          R"( ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)"},
    {PreTokenizer::o200k,
     R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|)"
     R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|)"
     R"(\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)"}};

// Short texts of few different code points, in which everything meets everything.
std::string random_text(std::mt19937& random) {
  static const std::vector<std::string> common = {
      "'", "'", "s",  "S",  "ſ",  "t",      "T", "m", "d", "r", "e", "E", "v",  "l", "L",      "a", "Z", " ",
      " ", " ", "\n", "\r", "\t", "\u3000", "1", "٣", ".", "/", "!", "ʰ", "中", "ǅ", "\u0301", "İ", "ı", "\x80"};
  std::string text;
  for (uint32_t left = random() % 24; left > 0; --left) {
    if (random() % 8 == 0) {
      const uint32_t value = random() % 0x30000;
      if (value < 0xD800 || value > 0xDFFF) append_utf8(text, value);
    } else {
      text += common[random() % common.size()];
    }
  }
  return text;
}

TEST(PreTokenizer, GivesThePiecesOfThePublishedPatterns) {
  for (const Spelling& spelling : spellings) {
    const TinyRegex regex(spelling.pattern);
    std::mt19937 random(7);
    for (int round = 0; round < 4000; ++round) {
      const std::string text = random_text(random);
      std::vector<uint32_t> points;
      for (size_t at = 0; at < text.size(); at += decode(text, at).length) points.push_back(decode(text, at).value);
      Pieces expected;
      for (size_t begin = 0; begin < points.size();) {
        const size_t end = regex.match(points, begin);
        ASSERT_GT(end, begin);
        expected.emplace_back();
        for (; begin < end; ++begin) append_utf8(expected.back(), points[begin]);
      }
      ASSERT_EQ(pieces_of(spelling.kind, text), expected) << spelling.pattern << "\non: " << text;
    }
  }
}

TEST(PreTokenizer, IsFoundByItsPublishedPattern) {
  for (const Spelling& spelling : spellings) {
    EXPECT_EQ(pre_tokenizer_by_pattern(spelling.pattern), spelling.kind) << spelling.pattern;
    EXPECT_EQ(pre_tokenizer_by_pattern(text(spelling.pattern, "|x")), std::nullopt);
  }
  EXPECT_EQ(pre_tokenizer_by_pattern(""), std::nullopt);
}

// ---- on any bytes ----

TEST(PreTokenizer, JoinsToTheTextWhateverTheBytes) {
  std::mt19937 random(3);
  for (int round = 0; round < 3000; ++round) {
    std::string text = random_text(random);
    for (size_t i = 0; i < text.size(); ++i)
      if (random() % 8 == 0) text[i] = static_cast<char>(random());
    for (const PreTokenizer kind : all_kinds) {
      std::string joined;
      for (const std::string& piece : pieces_of(kind, text)) joined += piece;
      ASSERT_EQ(joined, text);
    }
  }
}

TEST(PreTokenizer, NeverCutsACharacterOrLooksBack) {
  std::mt19937 random(4);
  for (int round = 0; round < 1000; ++round) {
    const std::string text = random_text(random) + random_text(random);
    std::vector<bool> may_cut(text.size() + 1);
    for (size_t at = 0; at < text.size(); at += decode(text, at).length) may_cut[at] = true;
    may_cut[text.size()] = true;
    for (const PreTokenizer kind : all_kinds) {
      if (kind == PreTokenizer::bytes) continue;
      for (size_t begin = 0; begin < text.size();) {
        const size_t end = piece_end(kind, text, begin);
        ASSERT_TRUE(may_cut[end]);
        ASSERT_EQ(end - begin, piece_end(kind, std::string_view(text).substr(begin), 0));
        begin = end;
      }
    }
  }
}

// Each of these would take minutes if a piece were looked for in quadratic time.
TEST(PreTokenizer, TakesLongRunsInOneSweep) {
  for (const std::string unit :
       {"a", "A", " ", "\n", " \n", "'", "'s", "1", "中", "\u0301", "Aʰ", "\u0301A", "\xFF", "\u3000"}) {
    std::string text;
    while (text.size() < 1'000'000) text += unit;
    text += 'x';
    for (const PreTokenizer kind : all_kinds) {
      size_t length = 0;
      for (size_t begin = 0; begin < text.size(); begin += length) length = piece_end(kind, text, begin) - begin;
      EXPECT_GT(length, 0u);
    }
  }
}

TEST(PreTokenizer, KnowsAsciiByHeartAsTheTablesHaveIt) {
  for (uint32_t value = 0; value < 128; ++value) {
    const Categories exact = set_of(category_of(value)), fast = scan::ascii[value];
    EXPECT_TRUE(exact == fast || ((exact & scan::symbols) != 0 && (fast & scan::symbols) != 0)) << value;
  }
}

}  // namespace
}  // namespace dikkat::test
