// The store of trained models: what is saved comes back to the same bits, and what is damaged does not come back.
#include "lessons/stage/trained.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "core/files/folders.h"
#include "core/files/mapped_file.h"
#include "nn/models/gpt.h"
#include "nn/optim/adamw.h"
#include "tests/hugging_face_folders.h"
#include "tests/messages.h"
#include "tokenizer/files.h"
#include "tokenizer/tokenizer.h"
#include "tokenizer/train.h"

namespace dikkat {
namespace {

using namespace test;
using Names = std::vector<std::string>;

const std::string sample = "A: merhaba, nasılsın? B: iyiyim, sağ ol. A: merhaba, iyi misin? B: iyiyim, sen nasılsın?";

struct TrainedTest : testing::Test {
  TrainedTest() { ::setenv("DIKKAT_HOME", home.path().c_str(), 1); }
  ~TrainedTest() override { ::unsetenv("DIKKAT_HOME"); }

  // A GPT and a vocabulary that fit together.
  std::unique_ptr<GPT> model(bool tied = true) const {
    GPTConfig config = tiny_gpt;
    config.vocab_size = vocabulary.size();
    config.tie_word_embeddings = tied;
    return random_model<GPT>(config);
  }

  std::string save(const TrainedKey& key) const { return save_trained(key, *model(), vocabulary, facts); }

  // Expects the folder to be refused with a reason of that part, and the next save to mend it.
  void refused(const std::string& part) const {
    std::string reason;
    EXPECT_FALSE(find_trained(key, reason)) << part;
    expect_parts(reason, {part});
    save(key);
    EXPECT_TRUE(find_trained(key, reason)) << reason;
    EXPECT_EQ(reason, "");
  }

  TemporaryFolder home;
  TrainedKey key{.name = "baby_gpt_test", .recipe = R"({"seed":1,"steps":20})"};
  Vocabulary vocabulary = train_bpe(sample, {.vocab_size = 270, .special_tokens = {}}).vocabulary;
  Json facts = Json::object({{"lesson", "11_baby_gpt"}, {"preset", "test"}, {"steps", 20}, {"loss_validation", 3.5}});
};

TEST_F(TrainedTest, KeysAreFNV1a) {
  EXPECT_EQ(fingerprint_of(""), 0xcbf29ce484222325u);  // the published test vectors
  EXPECT_EQ(fingerprint_of("a"), 0xaf63dc4c8601ec8cu);
  EXPECT_EQ(fingerprint_of("foobar"), 0x85944171f73967e8u);
  EXPECT_EQ((TrainedKey{.name = "x_1", .recipe = "foobar"}.folder_name()), "x_1-85944171f73967e8");
  for (const std::string name : {"", "a b", "../x", "ğ", "a.b"}) {
    expect_parts(message_of([&] { TrainedKey{.name = name, .recipe = ""}.folder_name(); }), {"baby_gpt_class"});
  }
}

TEST_F(TrainedTest, AModelComesBackToTheSameBits) {
  for (const bool tied : {true, false}) {
    const std::unique_ptr<GPT> saved = model(tied);
    const std::string folder = save_trained(key, *saved, vocabulary, facts);
    EXPECT_EQ(folder, home / "models/" + key.folder_name());
    EXPECT_EQ(list_folder(folder), (Names{"config.json", "model.safetensors", "tokenizer.json", "trained.json"}));
    std::string reason;
    const std::optional<TrainedModel> found = find_trained(key, reason);
    ASSERT_TRUE(found) << reason;
    auto* gpt = dynamic_cast<GPT*>(found->model.get());
    ASSERT_NE(gpt, nullptr);
    EXPECT_EQ(gpt->config, saved->config);
    const Ids ids({1, 200, 260, 255, 0, 3}, {2, 3});
    EXPECT_EQ(difference(saved->forward(ids), gpt->forward(ids)), 0);
    const Tokenizer before(vocabulary), after(found->vocabulary);
    EXPECT_EQ(before.encode(sample), after.encode(sample));
    EXPECT_EQ(found->facts.at("name").string(), "baby_gpt_test");
    EXPECT_EQ(found->facts.at("steps").integer(), 20);
    EXPECT_EQ(found->facts.at("parameters").integer(), parameter_count(*saved));
    EXPECT_EQ(found->facts.at("recipe").string(), key.recipe);
    EXPECT_EQ(found->facts.at("key").string().size(), 16u);
    EXPECT_EQ(found->facts.at("date").string().size(), 19u);
    EXPECT_EQ(found->folder, folder);
  }
}

TEST_F(TrainedTest, AnotherRecipeIsAnotherModel) {
  std::string reason = "something";
  EXPECT_FALSE(find_trained(key, reason));
  EXPECT_EQ(reason, "");
  save(key);
  TrainedKey other = key;
  other.recipe += " ";
  EXPECT_FALSE(find_trained(other, reason));
  EXPECT_EQ(reason, "");
  save(other);
  EXPECT_EQ(list_trained().size(), 2u);
}

TEST_F(TrainedTest, DamagedFoldersAreNothingAndAreReplaced) {
  const std::string folder = save(key) + "/";
  const auto write = [&](const std::string& name, const std::string& content) {
    std::ofstream(folder + name, std::ios::binary) << content;
  };
  std::filesystem::resize_file(folder + "model.safetensors", file_bytes(folder + "model.safetensors") - 1);
  refused("model.safetensors");
  for (const char* part : {"config.json", "model.safetensors", "tokenizer.json", "trained.json"}) {
    remove_file(folder + part);
    refused(part);
    write(part, "");
    refused(part);
  }
  write("trained.json", "[]");
  refused("trained.json");
  write("trained.json", R"({"name": "baby_gpt_test", "key": "0", "recipe": "foreign"})");
  refused("another recipe");
  const Vocabulary larger = train_bpe(sample, {.vocab_size = 275, .special_tokens = {}}).vocabulary;
  ASSERT_GT(larger.size(), vocabulary.size());
  write("tokenizer.json", tokenizer_json(larger));
  refused("the vocabulary has");
  expect_parts(message_of([&] { save_trained(key, *model(), larger, facts); }), {"the vocabulary has"});
}

TEST_F(TrainedTest, AKilledRunLeavesNothingThatIsSeen) {
  const std::string left = home / "models/." + key.folder_name() + ".0123456789abcdef.partial";
  make_folders(left);
  std::ofstream(left + "/model.safetensors") << "half";
  std::string reason;
  EXPECT_FALSE(find_trained(key, reason));
  EXPECT_TRUE(list_trained().empty());
  save(key);
  EXPECT_EQ(list_folder(home / "models"), Names{key.folder_name()});
}

TEST_F(TrainedTest, ASaveThatFailsLeavesTheOldModel) {
  save(key);
  // An adapter has no place in such a folder: refused when the writing has begun.
  struct WithExtra : GPT {
    using GPT::GPT;
    void visit(Visitor& v) override {
      GPT::visit(v);
      v("extra", extra);
    }
    Tensor extra = parameter(zeros({2}));
  };
  GPTConfig config = tiny_gpt;
  config.vocab_size = vocabulary.size();
  WithExtra odd(config);
  EXPECT_NE(message_of([&] { save_trained(key, odd, vocabulary, facts); }), "");
  EXPECT_EQ(list_folder(home / "models"), Names{key.folder_name()});
  std::string reason;
  EXPECT_TRUE(find_trained(key, reason)) << reason;
}

TEST_F(TrainedTest, AreListedAndRemoved) {
  EXPECT_TRUE(list_trained().empty());
  const TrainedKey other{.name = "another", .recipe = "{}"};
  const std::string folder = save(key);
  remove_file(save(other) + "/config.json");
  make_folders(home / "models/my own folder");
  make_folders(home / "models/short-0123");
  std::ofstream(home / "models/notes-0123456789abcdef") << "a file";
  const std::vector<StoredModel> all = list_trained();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].folder_name, other.folder_name());
  expect_parts(all[0].damaged, {"config.json"});
  EXPECT_EQ(all[1].folder_name, key.folder_name());
  EXPECT_EQ(all[1].damaged, "");
  EXPECT_EQ(all[1].bytes, folder_bytes(folder));
  EXPECT_EQ(all[1].facts.at("preset").string(), "test");
  for (const std::string name : {"", "..", "my own folder", "short-0123", "notes-0123456789abcdef", "../models"}) {
    expect_parts(message_of([&] { remove_trained(name); }), {"there is no trained model"});
  }
  remove_trained(all[0].folder_name);
  remove_trained(all[1].folder_name);
  EXPECT_EQ(list_folder(home / "models"), (Names{"my own folder", "notes-0123456789abcdef", "short-0123"}));
}

TEST_F(TrainedTest, AStoreThatCannotBeWrittenIsAnError) {
  std::ofstream(home / "models") << "a file where the folder should be";
  expect_parts(message_of([&] { save(key); }), {home / "models"});
}

}  // namespace
}  // namespace dikkat
