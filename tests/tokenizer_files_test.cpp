// Vocabulary files: what is written reads back the same, what is published can be read, everything else is refused by
// its name.
#include <gtest/gtest.h>

#include <filesystem>

#include "core/files/atomic_file.h"
#include "core/files/mapped_file.h"
#include "tests/messages.h"
#include "tests/temporary_folder.h"
#include "tests/tokenizer_vocabularies.h"
#include "tokenizer/corpus.h"
#include "tokenizer/files.h"

namespace dikkat::test {
namespace {

void expect_same_ids(const Vocabulary& a, const Vocabulary& b) {
  const Tokenizer first(a), second(b);
  Chance chance(1);
  for (int round = 0; round < 30; ++round) {
    const std::string text = sample_text().substr(chance.below(200), 100) + random_text(chance, 30);
    EXPECT_EQ(first.encode(text, SpecialTokens::allowed), second.encode(text, SpecialTokens::allowed));
  }
}

TEST(VocabularyFiles, Gpt2FilesReadBackTheSame) {
  const TemporaryFolder folder;
  const Vocabulary vocabulary = sample_vocabulary();
  write_gpt2_files(vocabulary, folder / "vocab.bpe", folder / "encoder.json");
  EXPECT_EQ(read_gpt2_files(folder / "vocab.bpe", folder / "encoder.json"), vocabulary);
  EXPECT_EQ(read_vocabulary(folder.path()), vocabulary);
  EXPECT_EQ(read_vocabulary(folder / "vocab.bpe"), vocabulary);
  EXPECT_EQ(read_vocabulary(folder / "encoder.json"), vocabulary);
  const std::string merges = read_text(folder / "vocab.bpe", 1 << 20);
  EXPECT_TRUE(merges.starts_with("#version: 0.2\n"));
  EXPECT_NE(merges.find("\nĠ"), merges.npos) << "a space is written as another letter";
}

TEST(VocabularyFiles, TheOtherNamesOfTheTwoFiles) {
  const TemporaryFolder folder;
  write_gpt2_files(sample_vocabulary(), folder / "merges.txt", folder / "vocab.json");
  EXPECT_EQ(read_vocabulary(folder.path()), sample_vocabulary());
  EXPECT_EQ(read_vocabulary(folder / "merges.txt"), sample_vocabulary());
  // The first line may be missing, and is a merge then.
  const std::string merges = read_text(folder / "merges.txt", 1 << 20);
  write_file(folder / "merges.txt", merges.substr(merges.find('\n') + 1));
  EXPECT_EQ(read_vocabulary(folder.path()), sample_vocabulary());
}

TEST(VocabularyFiles, TokenizerJsonReadsBackTheSame) {
  const TemporaryFolder folder;
  for (const PreTokenizer kind :
       {PreTokenizer::gpt2, PreTokenizer::cl100k, PreTokenizer::o200k, PreTokenizer::llama3, PreTokenizer::qwen2}) {
    Vocabulary vocabulary = sample_vocabulary();
    vocabulary.pre_tokenizer = kind;
    vocabulary.nfc = kind == PreTokenizer::qwen2;
    vocabulary.added.push_back({"bir söz", 400, false});
    vocabulary.tokens.emplace_back("bir söz");
    vocabulary.beginning = {399};
    vocabulary.ending = {399, 400};
    write_tokenizer_json(vocabulary, folder / "tokenizer.json");
    EXPECT_EQ(read_tokenizer_json(folder / "tokenizer.json"), vocabulary);
    EXPECT_EQ(read_vocabulary(folder.path()), vocabulary);
  }
  for (const PreTokenizer kind : {PreTokenizer::bytes, PreTokenizer::characters, PreTokenizer::words}) {
    Vocabulary vocabulary = sample_vocabulary();
    vocabulary.pre_tokenizer = kind;
    expect_parts(message_of([&] { write_tokenizer_json(vocabulary, folder / "tokenizer.json"); }),
                 {"cannot be written"});
  }
}

TEST(VocabularyFiles, TiktokenReadsBackTheSame) {
  const TemporaryFolder folder;
  const Vocabulary vocabulary = sample_vocabulary();
  write_tiktoken(vocabulary, folder / "own.tiktoken");
  const Vocabulary read = read_tiktoken(folder / "own.tiktoken", PreTokenizer::gpt2, vocabulary.added);
  EXPECT_EQ(read.tokens, vocabulary.tokens);
  expect_same_ids(read, vocabulary);
  write_tiktoken(read, folder / "again.tiktoken");
  std::string content = read_text(folder / "own.tiktoken", 1 << 20);
  EXPECT_EQ(read_text(folder / "again.tiktoken", 1 << 20), content);
  // Lines as they end on Windows, the last one not at all; a byte order mark.
  for (size_t at = content.size() - 1; (at = content.rfind('\n', at - 1)) != content.npos;) content.insert(at, "\r");
  write_file(folder / "again.tiktoken", content.substr(0, content.size() - 1));
  EXPECT_EQ(read_tiktoken(folder / "again.tiktoken", PreTokenizer::gpt2, vocabulary.added), read);
  write_file(folder / "again.tiktoken", "\xEF\xBB\xBF" + content);
  expect_parts(message_of([&] { read_tiktoken(folder / "again.tiktoken", PreTokenizer::gpt2, {}); }),
               {"again.tiktoken: begins with a byte order mark"});
  // Ranks of tokens become a list of merges again.
  write_gpt2_files(read, folder / "vocab.bpe", folder / "encoder.json");
  EXPECT_EQ(read_vocabulary(folder.path()), vocabulary);
  write_tokenizer_json(read, folder / "tokenizer.json");
  expect_same_ids(read_tokenizer_json(folder / "tokenizer.json"), vocabulary);
  expect_parts(message_of([&] { read_vocabulary(folder / "own.tiktoken"); }),
               {"own.tiktoken", "r50k_base", "cl100k_base"});
}

TEST(VocabularyFiles, ATiktokenFileIsKnownByItsName) {
  const TemporaryFolder folder;
  std::string content;
  const std::string digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (int byte = 0; byte < 256; ++byte) content += text(digits[byte >> 2], digits[byte << 4 & 63], "== ", byte, "\n");
  write_file(folder / "cl100k_base.tiktoken", content);
  expect_parts(message_of([&] { read_vocabulary(folder.path()); }),
               {"cl100k_base.tiktoken", "100257"});  // not all of it
  write_file(folder / "own.tiktoken", content);
  expect_parts(message_of([&] { read_vocabulary(folder.path()); }), {"both cl100k_base.tiktoken and own.tiktoken"});
  EXPECT_EQ(Tokenizer(read_tiktoken(folder / "own.tiktoken", PreTokenizer::cl100k, {})).encode("ab").size(), 2u);
}

// What any rank can do: tokens that no training would rank so. Merges follow the ranks, whole pieces come first.
TEST(VocabularyFiles, TiktokenMergesByTheRankOfWhatIsMade) {
  const TemporaryFolder folder;
  std::string content;
  const std::string digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (int byte = 0; byte < 256; ++byte) content += text(digits[byte >> 2], digits[byte << 4 & 63], "== ", byte, "\n");
  content += "YmM= 256\nYWI= 257\nYWJj 258\neHl6 259\n";  // bc, ab, abc, xyz: nothing makes the last
  write_file(folder / "t.tiktoken", content);
  const Vocabulary vocabulary = read_tiktoken(folder / "t.tiktoken", PreTokenizer::gpt2, {});
  const Tokenizer tokenizer(vocabulary);
  EXPECT_EQ(tokenizer.encode("abcd"), (std::vector<int32_t>{258, 'd'}));  // a + bc
  EXPECT_EQ(tokenizer.encode("xyz"), (std::vector<int32_t>{259}));
  EXPECT_EQ(tokenizer.encode("xyza"), (std::vector<int32_t>{'x', 'y', 'z', 'a'}));
  expect_parts(message_of([&] { write_gpt2_files(vocabulary, folder / "m", folder / "v"); }), {"no merge makes 'xyz'"});
}

// Long tokens of one letter join in as many ways as they have letters: a small file must not become a large table.
TEST(VocabularyFiles, AbsurdlyManyMergesAreRefused) {
  std::vector<std::string> tokens;
  std::vector<uint32_t> ranks;
  for (size_t length = 1; length <= most_token_bytes; ++length) {
    tokens.emplace_back(length, 'a');
    ranks.push_back(static_cast<uint32_t>(length));
  }
  expect_parts(message_of([&] { merges_by_rank(tokens, ranks, "here"); }), {"here: ", "ways"});
  tokens.resize(128);
  ranks.resize(128);
  EXPECT_EQ(merges_by_rank(tokens, ranks, "here").size(), 127u * 128 / 2);
}

// Letters and their scores as llama2.c has them: <unk>, <s>, </s>, the bytes, then tokens.
Vocabulary scored_vocabulary(const TemporaryFolder& folder) {
  std::string content("\x05\0\0\0", 4);
  const auto put = [&](const std::string& token, float score) {
    const auto length = static_cast<int32_t>(token.size());
    content.append(reinterpret_cast<const char*>(&score), 4).append(reinterpret_cast<const char*>(&length), 4);
    content += token;
  };
  content[0] = 6;
  for (const char* sign : {"<unk>", "<s>", "</s>"}) put(sign, 0);
  for (int byte = 0; byte < 256; ++byte) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    put(text("<0x", digits[byte >> 4], digits[byte & 15], ">"), 0);
  }
  float score = 0;
  for (const char* token : {" a", "ab", "ba", " ab", "aa", " ", "a", "b", "ş"}) put(token, score--);
  write_file(folder / "tokenizer.bin", content);
  return read_llama2c_tokenizer(folder / "tokenizer.bin");
}

TEST(VocabularyFiles, Llama2cReadsBackTheSame) {
  const TemporaryFolder folder;
  const Vocabulary vocabulary = scored_vocabulary(folder);
  EXPECT_EQ(vocabulary.size(), 268);
  EXPECT_EQ(vocabulary.beginning, std::vector<int32_t>{1});
  const Tokenizer tokenizer(vocabulary);
  EXPECT_EQ(tokenizer.encode("ab"), (std::vector<int32_t>{262}));
  EXPECT_EQ(tokenizer.encode("bab"), (std::vector<int32_t>{264, 266, 260}));
  EXPECT_EQ(tokenizer.encode("\n"), (std::vector<int32_t>{264, 13}));
  EXPECT_EQ(tokenizer.decode(std::vector<int32_t>{262, 13}), "ab\n");
  write_llama2c_tokenizer(vocabulary, folder / "again.bin");
  EXPECT_EQ(read_text(folder / "again.bin", 1 << 20), read_text(folder / "tokenizer.bin", 1 << 20));
  EXPECT_EQ(read_vocabulary(folder / "again.bin"), vocabulary);
  EXPECT_EQ(read_llama2c_tokenizer(folder / "again.bin", 268), vocabulary);
  expect_parts(message_of([&] { read_llama2c_tokenizer(folder / "again.bin", 267); }),
               {"again.bin", "behind the last"});
  expect_parts(message_of([&] { read_llama2c_tokenizer(folder / "again.bin", 269); }), {"again.bin", "token 268"});
}

TEST(VocabularyFiles, WhatAFormatCannotHoldIsNotWritten) {
  const TemporaryFolder folder;
  const Vocabulary scored = scored_vocabulary(folder), plain = sample_vocabulary();
  const auto fails = [](const auto& write, const std::vector<std::string>& parts) {
    expect_parts(message_of(write), parts);
  };
  fails([&] { write_gpt2_files(scored, folder / "m", folder / "v"); }, {"could not write", "SentencePiece"});
  fails([&] { write_tiktoken(scored, folder / "t"); }, {"could not write", "byte-level"});
  fails([&] { write_tokenizer_json(scored, folder / "j"); }, {"could not write", "U+2581"});
  fails([&] { write_llama2c_tokenizer(plain, folder / "l"); }, {"could not write", "scores"});
  Vocabulary other = plain;
  other.nfc = true;
  fails([&] { write_gpt2_files(other, folder / "m", folder / "v"); }, {"normalised"});
  other = plain;
  other.added.push_back({"söz", 400, false});
  other.tokens.emplace_back("söz");
  fails([&] { write_gpt2_files(other, folder / "m", folder / "v"); }, {"'söz'"});
  other = plain;
  std::swap(other.merges[0].rank, other.merges[90].rank);
  fails([&] { write_tiktoken(other, folder / "t"); }, {"not in the order of the ids"});
  for (const char* name : {"m", "v", "t", "j", "l"}) EXPECT_FALSE(std::filesystem::exists(folder / name));
}

// GPT-2's files, spoilt
// ------------------------------------------------------------------------------------------------

TEST(Gpt2Files, WhatIsWrongIsSaidWithItsPlace) {
  const TemporaryFolder folder;
  write_gpt2_files(sample_vocabulary(), folder / "vocab.bpe", folder / "encoder.json");
  const std::string merges = read_text(folder / "vocab.bpe", 1 << 20),
                    ids = read_text(folder / "encoder.json", 1 << 20);
  const auto message = [&](const std::string& some_merges, const std::string& some_ids) {
    write_file(folder / "vocab.bpe", some_merges);
    write_file(folder / "encoder.json", some_ids);
    return message_of([&] { read_vocabulary(folder.path()); });
  };
  const auto instead = [](std::string content, const std::string& from, const std::string& to) {
    const size_t place = content.find(from);
    EXPECT_NE(place, content.npos) << from;
    return content.replace(place, from.size(), to);
  };
  const auto windows = [](const std::string& content) {
    std::string lines;
    for (const char c : content) lines += c == '\n' ? "\r\n" : std::string(1, c);
    return lines;
  };
  EXPECT_EQ(message(merges, ids), "");
  expect_parts(message(merges + "x\n", ids), {"vocab.bpe: line 145", "two parts", "'x'"});
  expect_parts(message(merges + "a b c\n", ids), {"vocab.bpe: line 145", "'a b c'"});
  expect_parts(message(merges + " a\n", ids), {"vocab.bpe: line 145", "' a'"});
  expect_parts(message(merges + "a \n", ids), {"vocab.bpe: line 145", "'a '"});
  expect_parts(message(merges + "\n\n", ids), {"vocab.bpe: line 145", "''"});
  expect_parts(message(merges + "q z\n", ids), {"vocab.bpe: line 145", "'qz'", "no token", "encoder.json"});
  expect_parts(message(merges + "☃ z\n", ids), {"vocab.bpe: line 145", "'☃'"});
  expect_parts(message(merges + merges.substr(14, merges.find('\n', 14) - 13), ids),
               {"line 145", "has occurred in line 2"});
  EXPECT_EQ(message(windows(merges), windows(ids)), "");
  EXPECT_EQ(read_vocabulary(folder.path()), sample_vocabulary());
  expect_parts(message(merges + "a b\r\r\n", ids), {"line 145", "'b\\x0d' is no token"});
  expect_parts(message("\xEF\xBB\xBF" + merges, ids), {"vocab.bpe: begins with a byte order mark", "without"});
  expect_parts(message(merges, "\xEF\xBB\xBF" + ids), {"encoder.json: begins with a byte order mark", "without"});
  std::string utf16;
  for (const char c : merges.substr(0, 40)) utf16 += std::string(1, c) + std::string(1, '\0');
  expect_parts(message("\xFF\xFE" + utf16, ids), {"vocab.bpe: begins", "UTF-16"});
  expect_parts(message("\xFE\xFF" + utf16, ids), {"vocab.bpe: begins", "UTF-16"});
  expect_parts(message(merges.substr(0, merges.rfind('\n', merges.size() - 2) + 1), ids),
               {"encoder.json", "no merge in", "id 398", "complete"});
  expect_parts(message(ids, merges), {"encoder.json"});
  expect_parts(message("", ids), {"encoder.json", "no merge in"});
  expect_parts(message(merges, ""), {"encoder.json"});
  expect_parts(message(merges, "[]"), {"encoder.json"});
  expect_parts(message(merges, "{}"), {"encoder.json", "empty"});
  expect_parts(message(merges, instead(ids, ":97", ":98")), {"encoder.json", "share the id 98"});
  expect_parts(message(merges, instead(ids, ":97", ":-97")), {"encoder.json", "negative id -97"});
  expect_parts(message(merges, instead(ids, ":97", ":97.5")), {"encoder.json", "'a'", "whole number"});
  expect_parts(message(merges, instead(ids, ":97", ":1e3")), {"encoder.json", "'a'", "whole number"});
  expect_parts(message(merges, instead(ids, ":97", ":\"97\"")), {"encoder.json"});
  expect_parts(message(merges, instead(ids, ":97", ":18446744073709551615")), {"encoder.json", "'a'", "huge"});
  expect_parts(message(merges, instead(ids, ":97", ":2147483647")), {"encoder.json", "'a'", "2147483647", "holes"});
  expect_parts(message(merges, instead(ids, ":399", ":401")), {"encoder.json", "no token has the id 399"});
  expect_parts(message(merges, instead(ids, "\"a\":97", "\"<a>\":97")), {"'a' is no token"});
  expect_parts(message(merges, instead(ids, "\"~\":126", "\"<~>\":126")), {"encoder.json", "the byte 126", "no token"});
  expect_parts(message(merges, instead(ids, "\"b\":98", "\"a\":98")), {"encoder.json", "'a' occurs twice"});
  expect_parts(message(merges, instead(ids, "\"b\":98", "\"a\":97")), {"'a' occurs twice", "id 97"});
  expect_parts(message(merges, instead(ids, "\"a\":97", "\"b\":97")), {"'b' occurs twice", "97 and 98"});
  // The place that a token leaves to its double is a hole, but not the mistake.
  expect_parts(message(merges, instead(ids, "\"a\":97", "\"<a>\":400")), {"no token has the id 97"});
  expect_parts(message(merges, instead(ids, "\"a\":97", "\"~\":400")), {"'~' occurs twice", "126 and 400"});
  expect_parts(message(merges + "< |endoftext|>\n", ids), {"'|endoftext|>' is no token"});
  for (const char* name : {"vocab.bpe", "encoder.json"}) {
    message(merges, ids);
    std::filesystem::remove(folder / name);
    expect_parts(message_of([&] { read_vocabulary(folder.path()); }), {name, "could not read"});
  }
}

TEST(VocabularyFiles, AGigabyteInOneLineIsRefusedUnread) {
  const TemporaryFolder folder;
  write_gpt2_files(sample_vocabulary(), folder / "vocab.bpe", folder / "encoder.json");
  const std::vector<std::string> names = {"vocab.bpe", "tokenizer.json", "cl100k_base.tiktoken", "tokenizer.bin"};
  for (const std::string& name : names) {
    std::filesystem::remove(folder / name);
    write_file(folder / name, "a");
    std::filesystem::resize_file(folder / name, uint64_t{1} << 30);  // zeros that take no room
    expect_parts(message_of([&] { read_vocabulary(folder / name); }), {name, "more than"});
    std::filesystem::remove(folder / name);
  }
}

TEST(VocabularyFiles, AFolderOrNameThatSaysNothing) {
  const TemporaryFolder folder;
  expect_parts(message_of([&] { read_vocabulary(folder.path()); }), {folder.path(), "no tokenizer.json"});
  expect_parts(message_of([&] { read_vocabulary(folder / "gpt2"); }), {"gpt2", "no such file or folder"});
  expect_parts(message_of([&] { read_vocabulary(folder / "tokenizer.model"); }), {"no such file or folder"});
  write_file(folder / "words.txt", "a");
  expect_parts(message_of([&] { read_vocabulary(folder / "words.txt"); }), {"words.txt", "does not say"});
  expect_parts(message_of([&] { read_vocabulary(folder / "no.json"); }), {"no.json", "could not read"});
}

TEST(VocabularyFiles, SentencePiecesOwnFormatIsCalledByItsName) {
  const TemporaryFolder folder;
  write_file(folder / "tokenizer.model", "\n");
  for (const std::string& path : {folder.path(), folder / "tokenizer.model"})
    expect_parts(message_of([&] { read_vocabulary(path); }),
                 {"tokenizer.model: ", "SentencePiece", "not supported", "tokenizer.json"});
  write_tokenizer_json(sample_vocabulary(), folder / "tokenizer.json");
  EXPECT_EQ(read_vocabulary(folder.path()), sample_vocabulary());
}

// Three bytes can be a value of sixty: a file within its limit must not become a hundred times its size in memory.
TEST(VocabularyFiles, AbsurdlyManyJsonValuesAreRefusedUnread) {
  const TemporaryFolder folder;
  std::string many = "[";
  for (size_t i = 0; i < 3'000'000; ++i) many += "[],";
  many += "[]]";
  for (const char* name : {"tokenizer.json", "encoder.json"}) {
    write_file(folder / name, many);
    expect_parts(message_of([&] { read_vocabulary(folder / name); }), {name, "may hold 6000002 values", "at most"});
  }
}

TEST(Corpus, KeepsBytesAndRefusesWhatIsTooShort) {
  const Tokenizer tokenizer(sample_vocabulary());
  const std::string bytes = std::string("a\0b\xFF<|endoftext|>", 17) + sample_text();
  EXPECT_EQ(tokenizer.decode(encode_corpus(bytes, tokenizer, 64, "book.txt")), bytes);
  EXPECT_EQ(encode_corpus("abc", tokenizer, 2, "book.txt").size(), 3u);
  expect_parts(message_of([&] { encode_corpus("abc", tokenizer, 3, "book.txt"); }),
               {"book.txt: ", "3 tokens", "at least 4"});
}

}  // namespace
}  // namespace dikkat::test
