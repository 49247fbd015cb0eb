// Token ids from outside: <golden>/gpt2 with the vocabulary in DIKKAT_GPT2, and <golden>/models/*/golden/tokenize.jsonl
// with the vocabularies of those models. Without DIKKAT_GOLDEN both are the small ones of tests/golden, whose
// vocabulary lies beside its ids.
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <set>

#include "core/files/folders.h"
#include "core/files/json.h"
#include "core/files/mapped_file.h"
#include "tests/golden.h"
#include "tests/messages.h"
#include "tests/sha256.h"
#include "tests/temporary_folder.h"
#include "tokenizer/files.h"
#include "tokenizer/stream_decoder.h"

namespace dikkat::test {
namespace {

std::string setting(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::vector<int32_t> ids_of(JsonView list) {
  std::vector<int32_t> ids;
  for (const JsonView id : list.elements()) ids.push_back(static_cast<int32_t>(id.integer()));
  return ids;
}

std::string bytes_of(const std::string& hex) {
  std::string bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  return bytes;
}

std::string sum_of(const std::vector<int32_t>& ids) {
  return sha256({reinterpret_cast<const char*>(ids.data()), ids.size() * sizeof(int32_t)});
}

TEST(Sha256, KnowsThePublishedExamples) {
  EXPECT_EQ(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

// Both folders, and the tokenizer that the first test makes for all.
class GoldenGpt2 : public testing::Test {
 protected:
  void SetUp() override {
    if (!is_folder(folder_)) GTEST_SKIP() << "there is no " << folder_;
    if (!is_file(folder_ + "/vocab.bpe") && setting("DIKKAT_GPT2").empty())
      GTEST_SKIP() << folder_ << " has no vocabulary; DIKKAT_GPT2 can name a folder with vocab.bpe and encoder.json";
    if (tokenizer_ == nullptr) tokenizer_ = std::make_unique<Tokenizer>(read_vocabulary(vocabulary_));
  }
  static void TearDownTestSuite() { tokenizer_.reset(); }

  // The lines of a file of the folder; none if it has no such file.
  std::vector<Json> lines(const std::string& name) const {
    if (!is_file(folder_ + "/" + name)) return {};
    std::vector<Json> all = read_json_lines(folder_ + "/" + name);
    std::cout << "gpt2/" << name << ": " << all.size() << " cases\n";
    return all;
  }

  const std::string folder_ = golden() + "/gpt2";
  const std::string vocabulary_ = is_file(folder_ + "/vocab.bpe") ? folder_ : setting("DIKKAT_GPT2");
  static std::unique_ptr<Tokenizer> tokenizer_;
};
std::unique_ptr<Tokenizer> GoldenGpt2::tokenizer_;

TEST_F(GoldenGpt2, EveryFileIsChecked) {
  const std::set<std::string> checked = {"encode.jsonl", "special.jsonl", "long_repeats.jsonl", "bytes.jsonl",
                                         "decode.jsonl", "bad_ids.json",  "vocab.bpe",          "encoder.json"};
  for (const std::string& name : list_folder(folder_))
    EXPECT_TRUE(checked.contains(name) || name.starts_with("text_")) << name << ": nothing checks it";
}

TEST_F(GoldenGpt2, Encode) {
  for (const Json& one : lines("encode.jsonl")) {
    const std::string& text = one.at("text").string();
    SCOPED_TRACE(text);
    const std::vector<int32_t> ids = tokenizer_->encode(text, SpecialTokens::as_text);
    EXPECT_EQ(ids, ids_of(one.at("ids")));
    EXPECT_EQ(tokenizer_->decode(ids), text);
  }
}

TEST_F(GoldenGpt2, SpecialTokens) {
  for (const Json& one : lines("special.jsonl")) {
    const std::string& text = one.at("text").string();
    SCOPED_TRACE(text);
    EXPECT_EQ(tokenizer_->encode(text, SpecialTokens::allowed), ids_of(one.at("ids_allowed")));
    EXPECT_EQ(tokenizer_->encode(text, SpecialTokens::as_text), ids_of(one.at("ids_ordinary")));
    EXPECT_EQ(!message_of([&] { tokenizer_->encode(text); }).empty(), one.at("default_raises").boolean());
    EXPECT_EQ(tokenizer_->decode(ids_of(one.at("ids_allowed"))), text);
  }
}

TEST_F(GoldenGpt2, LongRepeats) {
  for (const Json& one : lines("long_repeats.jsonl")) {
    std::string text;
    for (int64_t i = one.at("repeat").integer(); i > 0; --i) text += one.at("unit").string();
    SCOPED_TRACE(one.at("unit").string());
    const std::vector<int32_t> ids = tokenizer_->encode(text);
    ASSERT_EQ(static_cast<int64_t>(ids.size()), one.at("n_ids").integer());
    EXPECT_EQ(sum_of(ids), one.at("ids_sha256_u32le").string());
    const std::vector<int32_t> head = ids_of(one.at("head")), tail = ids_of(one.at("tail"));
    EXPECT_TRUE(std::equal(head.begin(), head.end(), ids.begin()));
    EXPECT_TRUE(std::equal(tail.rbegin(), tail.rend(), ids.rbegin()));
  }
}

TEST_F(GoldenGpt2, BytesComeBack) {
  for (const Json& one : lines("bytes.jsonl")) {
    const std::string bytes = bytes_of(one.at("bytes_hex").string());
    SCOPED_TRACE(one.at("bytes_hex").string());
    EXPECT_EQ(tokenizer_->decode(tokenizer_->encode(bytes)), bytes);
    EXPECT_EQ(tokenizer_->encode(one.at("replaced_text").string()), ids_of(one.at("ids_of_replaced_text")));
  }
}

TEST_F(GoldenGpt2, Decode) {
  for (const Json& one : lines("decode.jsonl")) {
    const std::string bytes = bytes_of(one.at("bytes_hex").string());
    EXPECT_EQ(tokenizer_->decode(ids_of(one.at("ids"))), bytes);
    StreamDecoder stream(*tokenizer_);
    std::string shown;
    for (const int32_t id : ids_of(one.at("ids"))) shown += stream.next(id);
    EXPECT_EQ(shown + stream.finish(), bytes);
  }
}

TEST_F(GoldenGpt2, BadIdsAreRefused) {
  if (!is_file(folder_ + "/bad_ids.json")) GTEST_SKIP();
  const Json file = read_json(folder_ + "/bad_ids.json");
  EXPECT_EQ(tokenizer_->vocab_size(), file.at("vocab_size").integer())
      << "the ids of " << folder_ << " belong to another vocabulary than the one in " << vocabulary_;
  for (const JsonView ids : file.at("ids_that_must_be_rejected").elements())
    expect_parts(message_of([&] { tokenizer_->decode(ids_of(ids)); }), {"no token with the id"});
}

TEST_F(GoldenGpt2, WholeTexts) {
  for (const std::string& name : list_folder(folder_)) {
    if (!name.starts_with("text_") || !name.ends_with(".json")) continue;
    SCOPED_TRACE(name);
    const Json file = read_json(folder_ + "/" + name);
    const std::string text = read_text(folder_ + "/" + file.at("file").string(), uint64_t{1} << 30);
    ASSERT_EQ(sha256(text), file.at("sha256").string());
    const std::vector<int32_t> ids = tokenizer_->encode(text, SpecialTokens::as_text);
    EXPECT_EQ(static_cast<int64_t>(ids.size()), file.at("n_ids").integer());
    EXPECT_EQ(sum_of(ids), file.at("ids_sha256_u32le").string());
    EXPECT_EQ(tokenizer_->decode(ids), text);
    std::cout << "gpt2/" << name << ": " << ids.size() << " ids\n";
  }
}

// The vocabulary through every format that can hold it, and the same ids afterwards.
TEST_F(GoldenGpt2, TheVocabularyReadsBackTheSame) {
  const TemporaryFolder folder;
  const Vocabulary& vocabulary = tokenizer_->vocabulary();
  write_gpt2_files(vocabulary, folder / "merges.txt", folder / "vocab.json");
  EXPECT_EQ(read_gpt2_files(folder / "merges.txt", folder / "vocab.json"), vocabulary);
  write_tokenizer_json(vocabulary, folder / "tokenizer.json");
  EXPECT_EQ(read_tokenizer_json(folder / "tokenizer.json"), vocabulary);
  write_tiktoken(vocabulary, folder / "a.tiktoken");
  const Tokenizer by_rank(read_tiktoken(folder / "a.tiktoken", PreTokenizer::gpt2, vocabulary.added));
  for (const Json& one : lines("encode.jsonl"))
    EXPECT_EQ(by_rank.encode(one.at("text").string(), SpecialTokens::as_text), ids_of(one.at("ids")));
  write_gpt2_files(by_rank.vocabulary(), folder / "vocab.bpe", folder / "encoder.json");
  EXPECT_EQ(read_gpt2_files(folder / "vocab.bpe", folder / "encoder.json"), vocabulary);
}

// DIKKAT_GPT2 alone: ids that everybody has seen once.
TEST(Gpt2Vocabulary, GivesTheIdsThatEverybodyKnows) {
  const std::string folder = setting("DIKKAT_GPT2");
  if (folder.empty()) GTEST_SKIP() << "DIKKAT_GPT2 names no folder with vocab.bpe and encoder.json";
  const Tokenizer tokenizer(read_vocabulary(folder));
  if (tokenizer.vocab_size() != 50257) GTEST_SKIP() << folder << " holds another vocabulary than GPT-2's";
  EXPECT_EQ(tokenizer.encode("Hello, world!"), (std::vector<int32_t>{15496, 11, 995, 0}));
  EXPECT_EQ(tokenizer.encode("<|endoftext|>", SpecialTokens::allowed), std::vector<int32_t>{50256});
}

void check_tokenize_file(const std::string& path, const Tokenizer& tokenizer) {
  const std::vector<Json> cases = read_json_lines(path);
  EXPECT_FALSE(cases.empty()) << path;
  for (const Json& one : cases) {
    SCOPED_TRACE(one.at("text").string());
    const std::vector<int32_t> ids = ids_of(one.at("ids"));
    EXPECT_EQ(tokenizer.encode(one.at("text").string(), SpecialTokens::as_text), ids);
    EXPECT_EQ(tokenizer.decode(ids), one.at("decoded").string());
  }
}

TEST(GoldenSentencePiece, TokenizeAsTheModelsDo) {
  const std::string all = golden() + "/models";
  if (!is_folder(all)) GTEST_SKIP() << "no models in " << golden();
  int files = 0;
  for (const std::string& model : list_folder(all)) {
    const std::string folder = all + "/" + model, cases = folder + "/golden/tokenize.jsonl";
    if (!is_file(cases)) continue;
    std::vector<std::string> vocabularies = {folder + "/hf/tokenizer.json"};
    for (const std::string& name : list_folder(folder))
      if (name.starts_with("tok") && name.ends_with(".bin")) vocabularies.push_back(folder + "/" + name);
    for (const std::string& path : vocabularies) {
      SCOPED_TRACE(path);
      const Vocabulary vocabulary = read_vocabulary(path);
      check_tokenize_file(cases, Tokenizer(vocabulary));
      // The same after writing and reading it.
      const TemporaryFolder temporary;
      const std::string again = temporary / path.substr(path.rfind('/') + 1);
      path.ends_with(".bin") ? write_llama2c_tokenizer(vocabulary, again) : write_tokenizer_json(vocabulary, again);
      EXPECT_EQ(read_vocabulary(again), vocabulary);
      std::cout << path.substr(golden().size() + 1) << ": checked\n";
      ++files;
    }
  }
  if (files == 0) GTEST_SKIP() << "no tokenize.jsonl in " << all;
}

}  // namespace
}  // namespace dikkat::test
