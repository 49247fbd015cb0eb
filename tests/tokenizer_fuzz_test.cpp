// Random damage to vocabulary files: whatever the bytes, a reader ends with an Error or with a vocabulary that works.
// The suite tries a fixed number of inputs, also under sanitizers; DIKKAT_FUZZ_SECONDS=60 goes on for so long,
// DIKKAT_FUZZ_SEED=n begins elsewhere.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <functional>
#include <iostream>

#include "core/files/atomic_file.h"
#include "core/files/mapped_file.h"
#include "tests/temporary_folder.h"
#include "tests/tokenizer_vocabularies.h"
#include "tokenizer/files.h"

namespace dikkat::test {
namespace {

int64_t setting(const char* name, int64_t otherwise) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0' ? std::atoll(value) : otherwise;
}

std::string damaged(std::string content, Chance& chance) {
  static const std::vector<std::string> blocks = {"0",
                                                  "-1",
                                                  "1e999",
                                                  "2147483648",
                                                  "4294967295",
                                                  "18446744073709551616",
                                                  "null",
                                                  "true",
                                                  "{",
                                                  "}",
                                                  "[",
                                                  "]",
                                                  ",",
                                                  ":",
                                                  "\"",
                                                  " ",
                                                  "\n",
                                                  "\r",
                                                  "\\u0120",
                                                  "\\ud800",
                                                  "Ġ",
                                                  "☃",
                                                  "\xFF",
                                                  "\xC4",
                                                  std::string(1, '\0'),
                                                  "\xFF\xFF\xFF\x7F",
                                                  "\"a\":97,",
                                                  "a b\n",
                                                  "<|x|>",
                                                  "IQ==",
                                                  "[\"a\",\"b\"],",
                                                  "\"a b\",",
                                                  "\"byte_fallback\":true,",
                                                  "\"special\":1,"};
  for (size_t changes = 1 + chance.below(4); changes > 0; --changes) {
    const size_t at = chance.below(content.size() + 1), length = 1 + chance.below(chance.below(8) == 0 ? 400 : 8);
    switch (chance.below(6)) {
      case 0:
        content.resize(at);
        break;
      case 1:
        content.erase(at, length);
        break;
      case 2:
        content.insert(at, blocks[chance.below(blocks.size())]);
        break;
      case 3:
        content.insert(at, content.substr(chance.below(content.size() + 1), length));
        break;
      default:
        if (at < content.size()) content[at] = static_cast<char>(chance.below(256));
    }
  }
  return content;
}

// A small vocabulary whose files are short, so that the damage hits what matters.
Vocabulary little_vocabulary() {
  Vocabulary vocabulary = train_bpe("abab abab bcbc", {.vocab_size = 262}).vocabulary;
  vocabulary.beginning = {static_cast<int32_t>(vocabulary.size()) - 1};
  return vocabulary;
}

// `read` reads the file that was damaged.
void fuzz(const std::string& path, const std::function<Vocabulary()>& read) {
  const std::string whole = read_text(path, 1 << 24);
  const int64_t seconds = setting("DIKKAT_FUZZ_SECONDS", 0);
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  Chance chance(static_cast<uint64_t>(setting("DIKKAT_FUZZ_SEED", 0)));
  int64_t tried = 0, accepted = 0;
  const auto try_one = [&](const std::string& content) {
    // Not through write_file, and not over the old file: both would wait for the disk each time.
    std::remove(path.c_str());
    FILE* file = std::fopen(path.c_str(), "wb");
    ASSERT_NE(file, nullptr);
    std::fwrite(content.data(), 1, content.size(), file);
    std::fclose(file);
    ++tried;
    try {
      const Tokenizer tokenizer(read());
      ++accepted;
      const std::string text = "abab bcbc <|endoftext|> \u2581 ş\xFF";
      const std::vector<int32_t> ids = tokenizer.encode(text, SpecialTokens::allowed);
      const Vocabulary& used = tokenizer.vocabulary();
      const bool changes_texts = used.nfc || used.sentencepiece;
      EXPECT_TRUE(changes_texts || tokenizer.decode(ids) == text);
    } catch (const Error& error) {
      EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos) << error.what();
    }
  };
  for (size_t cut = 0; cut < whole.size(); cut += 1 + whole.size() / 400) try_one(whole.substr(0, cut));
  for (int i = 0; i < 1200 || (seconds > 0 && std::chrono::steady_clock::now() < end); ++i)
    try_one(damaged(whole, chance));
  std::cout << path.substr(path.rfind('/') + 1) << ": " << tried << " inputs, " << accepted << " accepted\n";
}

TEST(TokenizerFuzz, Gpt2Files) {
  const TemporaryFolder folder;
  const auto read = [&] { return read_gpt2_files(folder / "vocab.bpe", folder / "encoder.json"); };
  for (const char* name : {"vocab.bpe", "encoder.json"}) {
    write_gpt2_files(little_vocabulary(), folder / "vocab.bpe", folder / "encoder.json");
    fuzz(folder / name, read);
  }
}

TEST(TokenizerFuzz, TokenizerJson) {
  const TemporaryFolder folder;
  write_tokenizer_json(little_vocabulary(), folder / "tokenizer.json");
  fuzz(folder / "tokenizer.json", [&] { return read_tokenizer_json(folder / "tokenizer.json"); });
}

TEST(TokenizerFuzz, Tiktoken) {
  const TemporaryFolder folder;
  write_tiktoken(little_vocabulary(), folder / "a.tiktoken");
  fuzz(folder / "a.tiktoken", [&] { return read_tiktoken(folder / "a.tiktoken", PreTokenizer::gpt2, {}); });
}

TEST(TokenizerFuzz, Llama2c) {
  const TemporaryFolder folder;
  Vocabulary vocabulary;
  vocabulary.sentencepiece = SentencePieceStyle{};
  vocabulary.tokens = {"<unk>", "<s>", "</s>"};
  for (int32_t id = 0; id < 3; ++id) vocabulary.added.push_back({vocabulary.tokens[static_cast<size_t>(id)], id});
  for (int32_t byte = 0; byte < 256; ++byte) {
    vocabulary.byte_tokens[static_cast<size_t>(byte)] = 3 + byte;
    vocabulary.tokens.emplace_back(1, static_cast<char>(byte));
  }
  for (const char* token : {" a", "ab", " ab", " ", "a", "b", "ş"}) vocabulary.tokens.emplace_back(token);
  for (size_t id = 0; id < vocabulary.tokens.size(); ++id) vocabulary.scores.push_back(-static_cast<float>(id));
  write_llama2c_tokenizer(vocabulary, folder / "tokenizer.bin");
  fuzz(folder / "tokenizer.bin", [&] { return read_llama2c_tokenizer(folder / "tokenizer.bin"); });
}

}  // namespace
}  // namespace dikkat::test
