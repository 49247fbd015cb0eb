// tokenizer.json in the forms in which it is published, and the template for conversations beside it.
#include <gtest/gtest.h>

#include "core/files/atomic_file.h"
#include "core/files/json.h"
#include "core/files/mapped_file.h"
#include "tests/messages.h"
#include "tests/temporary_folder.h"
#include "tests/tokenizer_vocabularies.h"
#include "tokenizer/files.h"

namespace dikkat::test {
namespace {

Json read_written(const TemporaryFolder& folder, const Vocabulary& vocabulary) {
  write_tokenizer_json(vocabulary, folder / "tokenizer.json");
  return read_json(folder / "tokenizer.json");
}

// A copy of `json` in which the value at `keys` is another one, or is gone.
Json with(const Json& json, const std::vector<std::string>& keys, const Json& value, size_t depth = 0) {
  if (depth == keys.size()) return value;
  Json changed = json;
  const auto inner = JsonView(json).find(keys[depth]);
  changed.set(keys[depth], with(inner ? inner->json() : Json::object(), keys, value, depth + 1));
  return changed;
}

TEST(TokenizerJson, MergesMayBePairs) {
  const TemporaryFolder folder;
  const Json file = read_written(folder, sample_vocabulary());
  std::vector<Json> pairs;
  for (const JsonView merge : file.at("model").at("merges").elements()) {
    const std::string& parts = merge.string();
    const size_t space = parts.find(' ');
    pairs.push_back(Json::array({Json(parts.substr(0, space)), Json(parts.substr(space + 1))}));
  }
  write_file(folder / "tokenizer.json", with(file, {"model", "merges"}, Json::array(pairs)).dump());
  EXPECT_EQ(read_vocabulary(folder.path()), sample_vocabulary());
}

TEST(TokenizerJson, AddedTokensMayStandBehindTheVocabulary) {
  const TemporaryFolder folder;
  const Json file = read_written(folder, sample_vocabulary());
  std::vector<Json::Member> vocab;
  for (const auto& [token, id] : file.at("model").at("vocab").members())
    if (token != "<|endoftext|>") vocab.emplace_back(token, id.json());
  write_file(folder / "tokenizer.json", with(file, {"model", "vocab"}, Json::object(vocab)).dump());
  EXPECT_EQ(read_vocabulary(folder.path()), sample_vocabulary());
}

TEST(TokenizerJson, WhatIsNotSupportedIsRefusedByName) {
  const TemporaryFolder folder;
  const Json file = read_written(folder, sample_vocabulary());
  const auto parse = [](const char* json) { return Json::parse(json); };
  struct Case {
    std::vector<std::string> keys;
    Json value;
    std::vector<std::string> parts;
  };
  const std::vector<Case> cases = {
      {{"model", "type"}, "Unigram", {"'Unigram'", "not supported"}},
      {{"model", "type"}, "WordPiece", {"'WordPiece'", "not supported"}},
      {{"model", "dropout"}, 0.1, {"dropout"}},
      {{"model", "continuing_subword_prefix"}, "##", {"'##'"}},
      {{"model", "end_of_word_suffix"}, "</w>", {"'</w>'"}},
      {{"model", "byte_fallback"}, true, {"byte_fallback", "U+2581"}},
      {{"normalizer"}, parse(R"({"type":"NFKC"})"), {"normalizer", "'NFKC'"}},
      {{"normalizer"},
       parse(R"({"type":"Sequence","normalizers":[{"type":"NFC"},{"type":"Lowercase"}]})"),
       {"'Lowercase'"}},
      {{"normalizer"}, parse(R"({"type":"Prepend","prepend":"x"})"), {"'Prepend'"}},
      {{"pre_tokenizer"}, nullptr, {"without pre-tokenizer"}},
      {{"pre_tokenizer"}, parse(R"({"type":"Whitespace"})"), {"'Whitespace'"}},
      {{"pre_tokenizer"}, parse(R"({"type":"Metaspace","replacement":"_"})"), {"'Metaspace'"}},
      {{"pre_tokenizer"}, parse(R"({"type":"ByteLevel"})"), {"add_prefix_space"}},
      {{"pre_tokenizer"}, parse(R"({"type":"ByteLevel","add_prefix_space":false,"use_regex":false})"), {"use_regex"}},
      {{"pre_tokenizer"},
       parse(R"({"type":"Split","pattern":{"Regex":"\\s+"},"behavior":"Isolated","invert":false})"),
       {"regular expression '\\s+'"}},
      {{"pre_tokenizer"},
       parse(
           R"({"type":"Sequence","pretokenizers":[{"type":"Digits","individual_digits":true},{"type":"ByteLevel"}]})"),
       {"'Digits'"}},
      {{"decoder"}, parse(R"({"type":"WordPiece"})"), {"decoder", "'WordPiece'"}},
      {{"post_processor"}, parse(R"({"type":"BertProcessing"})"), {"post_processor", "'BertProcessing'"}},
      {{"added_tokens"},
       parse(R"([{"id":399,"content":"<|endoftext|>","lstrip":true,"special":true}])"),
       {"lstrip", "not supported"}},
      {{"added_tokens"}, parse(R"([{"id":398,"content":"<|endoftext|>","special":true}])"), {"398", "399"}},
      {{"added_tokens"}, parse(R"([{"id":399,"content":"<|new|>","special":true}])"), {"share the id 399"}},
      {{"added_tokens"}, parse(R"([{"id":-1,"content":"<|new|>"}])"), {"added_tokens"}},
      {{"added_tokens"}, parse(R"([{"id":4000000000,"content":"<|new|>"}])"), {"added_tokens"}},
      {{"added_tokens"}, parse(R"([{"id":1600000,"content":"<|new|>"}])"), {"1600000", "holes"}},
      {{"added_tokens"}, parse("[]"), {"<|endoftext|>"}},  // then no merge makes it, and it is kept as a token
      {{"model", "merges"}, parse(R"(["a b c"])"), {"merge 1", "'a b c'"}},
      {{"model", "merges"}, parse(R"([["a"]])"), {"merge 1"}},
      {{"model", "merges"}, parse(R"(["a ☃"])"), {"merge 1", "'☃' is no token"}},
      {{"model", "merges"}, parse(R"(["q z"])"), {"merge 1", "'qz'"}},
      {{"model", "merges"}, parse(R"([7])"), {"model.merges"}},
      {{"model", "vocab"}, parse("{}"), {"no token has the id 0"}},
      {{"model", "vocab"}, parse(R"({"a":0,"b":2})"), {"no token has the id 1"}},
      {{"model", "vocab"}, parse(R"({"a":0,"b":0})"), {"share the id 0"}},
      {{"model", "vocab"}, parse(R"({"a":0,"☃":1})"), {"'☃'"}},
      {{"model", "vocab"}, parse(R"({"a":0.5})"), {"whole number"}},
      {{"model", "vocab"}, parse(R"(["a"])"), {"model.vocab"}},
      {{"model"}, nullptr, {"model"}}};
  for (const Case& one : cases) {
    write_file(folder / "tokenizer.json", with(file, one.keys, one.value).dump());
    const std::string message = message_of([&] { Tokenizer(read_vocabulary(folder.path())); });
    if (one.value == Json::array() && one.keys[0] == "added_tokens") {
      EXPECT_EQ(message, "");
      continue;
    }
    expect_parts(message, {"tokenizer.json"});
    expect_parts(message, one.parts);
  }
}

// The engine of Hugging Face's files reads \p{N}{1,3}+ as a repetition: the digits would not be cut as tiktoken does.
TEST(TokenizerJson, PatternsMeanWhatTheFilesEngineMakesOfThem) {
  const TemporaryFolder folder;
  Vocabulary vocabulary = sample_vocabulary();
  vocabulary.pre_tokenizer = PreTokenizer::cl100k;
  write_tokenizer_json(vocabulary, folder / "tokenizer.json");
  std::string content = read_text(folder / "tokenizer.json", 1 << 20);
  EXPECT_EQ(content.find("{1,3}+"), content.npos);
  const size_t place = content.find("{1,3}|");
  ASSERT_NE(place, content.npos);
  write_file(folder / "tokenizer.json", content.insert(place + 5, "+"));
  expect_parts(message_of([&] { read_vocabulary(folder.path()); }), {"tokenizer.json", "regular expression"});
}

TEST(TokenizerJson, AByteOrderMarkIsCalledByItsName) {
  const TemporaryFolder folder;
  write_file(folder / "tokenizer.json", "\xEF\xBB\xBF" + read_written(folder, sample_vocabulary()).dump());
  expect_parts(message_of([&] { read_vocabulary(folder.path()); }),
               {"tokenizer.json: begins with a byte order mark", "without"});
}

TEST(TokenizerJson, TruncationAndPaddingAreSettingsOfARun) {
  const TemporaryFolder folder;
  const Json file = with(read_written(folder, sample_vocabulary()), {"truncation"}, Json::parse(R"({"max_length":2})"));
  write_file(folder / "tokenizer.json", file.dump());
  EXPECT_EQ(read_vocabulary(folder.path()), sample_vocabulary());
}

TEST(ChatTemplate, IsFound) {
  const TemporaryFolder folder;
  EXPECT_EQ(read_chat_template(folder.path()), std::nullopt);
  write_file(folder / "tokenizer_config.json", R"({"model_max_length": 512})");
  EXPECT_EQ(read_chat_template(folder.path()), std::nullopt);
  write_file(folder / "tokenizer_config.json", R"({"chat_template": "{{ ı }}"})");
  EXPECT_EQ(read_chat_template(folder.path()), "{{ ı }}");
  write_file(folder / "tokenizer_config.json",
             R"({"chat_template": [{"name": "tools", "template": "a"}, {"name": "default", "template": "b"}]})");
  EXPECT_EQ(read_chat_template(folder.path()), "b");
  write_file(folder / "tokenizer_config.json", R"({"chat_template": 7})");
  expect_parts(message_of([&] { read_chat_template(folder.path()); }), {"tokenizer_config.json", "chat_template"});
  write_file(folder / "tokenizer_config.json", "\xEF\xBB\xBF{}");
  expect_parts(message_of([&] { read_chat_template(folder.path()); }), {"tokenizer_config.json: begins with a byte"});
  write_file(folder / "chat_template.jinja", "c");
  EXPECT_EQ(read_chat_template(folder.path()), "c");
}

}  // namespace
}  // namespace dikkat::test
