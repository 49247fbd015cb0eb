// Lesson 11 as its user meets it: what it measures, that it continues to the same bits, and what it says to bad input.
#include <cmath>
#include <csignal>
#include <filesystem>
#include <functional>

#include "core/files/folders.h"
#include "core/files/json.h"
#include "core/files/mapped_file.h"
#include "core/files/safetensors.h"
#include "tests/baby_gpt_lesson.h"
#include "tokenizer/files.h"
#include "tokenizer/train.h"

namespace dikkat {
namespace {

constexpr uint64_t most_bytes = 1 << 30;

using BabyGPT = test::BabyGPTLesson;

TEST_F(BabyGPT, LearnsAnswersAndWritesWhatItMeasured) {
  const ProgramRun run = lesson("--pace auto --json '" + file("r.json") + "'", "merhaba\nhello\n");
  ASSERT_EQ(run.code, 0) << run.err;
  const Json r = read_json(file("r.json"));
  for (const char* key :
       {"lesson", "preset", "device", "precision", "threads", "seed", "parameters", "vocabulary", "steps",
        "tokens_per_second", "seconds", "loss_first", "loss_train", "loss_validation", "peak_rss_bytes"})
    EXPECT_TRUE(r.find(key)) << key;
  for (const char* key : {"weights", "gradients", "optimizer", "activations", "workspace", "total"})
    EXPECT_GT(r.at("peak_bytes").at(key).integer(), 0) << key;
  EXPECT_EQ(r.at("parameters").integer(), 37760);
  EXPECT_EQ(r.at("vocabulary").integer(), 320);
  EXPECT_GT(r.at("bits_per_character").number(), 1);
  EXPECT_EQ(r.at("replies").size(), 2u);
  EXPECT_GT(r.at("samples").size(), 0u);
  EXPECT_NEAR(r.at("loss_first").number(), std::log(320.0), 0.1);
  // Text never seen becomes more than e^1.6 = 5 times as likely, token by token.
  EXPECT_LT(r.at("loss_validation").number(), r.at("validation_losses").at(size_t{0}).at("loss").number() - 1.6);
  EXPECT_EQ(r.at("losses").size(), 120u);
  ASSERT_EQ(r.at("claims").size(), 3u);
  for (size_t i = 1; i < 3; ++i) {
    EXPECT_EQ(r.at("claims").at(i).at("claim").string(), i == 1 ? "11.training_loss" : "11.validation_loss");
    EXPECT_EQ(r.at("claims").at(i).at("verdict").string(), "not_at_this_scale");
  }
}

TEST_F(BabyGPT, SameBitsForAnyNumberOfThreads) {
  const std::string flags = "--pace auto --steps 12 --print_every 1 --threads ";
  const auto expected = loss_lines(lesson(flags + "1").out, 1, 12);
  ASSERT_EQ(expected.size(), 12u);
  EXPECT_EQ(expected, loss_lines(lesson(flags + "2").out, 1, 12));
  EXPECT_EQ(expected, loss_lines(lesson(flags + "5").out, 1, 12));
  EXPECT_NE(expected, loss_lines(lesson(flags + "1 --seed 1").out, 1, 12));
}

TEST_F(BabyGPT, KilledAndResumedItGoesOnToTheSameBits) {
  const std::string flags = "--pace auto --print_every 1 --save_every 4 --checkpoint '" + file("model") + "' ";
  const auto expected = loss_lines(lesson("--pace auto --steps 40 --print_every 1").out, 1, 40);
  ASSERT_EQ(expected.size(), 40u);
  // The shell kills the lesson with SIGKILL as soon as step 14 has been printed.
  const ProgramRun killed =
      run_program("DIKKAT_HOME='" + file("home") +
                      "' '" DIKKAT_PROGRAMS "/11_baby_gpt' --preset test --lang en --plain --steps 40 " + flags +
                      "</dev/null & p=$!; until grep -q '^step 14 ' out; do sleep 0.02; done; kill -9 $p; wait $p",
                  "", folder.path());
  EXPECT_EQ(killed.code, 128 + SIGKILL);
  const ProgramRun resumed = lesson("--resume " + flags);
  ASSERT_EQ(resumed.code, 0) << resumed.err;
  const auto continued = loss_lines(resumed.out, 1, 40);
  ASSERT_GT(continued.size(), 20u);
  ASSERT_LT(continued.size(), 40u);
  EXPECT_EQ(continued, std::vector<std::string>(expected.end() - static_cast<long>(continued.size()), expected.end()));
}

TEST_F(BabyGPT, ChatReadsTheSavedModel) {
  const std::string model = " --checkpoint '" + file("model") + "' ";
  ASSERT_EQ(lesson("--pace auto --steps 20" + model).code, 0);
  const ProgramRun once = lesson("--chat" + model, "merhaba\n"), twice = lesson("--chat" + model, "merhaba\n");
  EXPECT_EQ(once.code, 0);
  EXPECT_NE(once.out.find("you> merhaba\n"), std::string::npos) << once.out;
  EXPECT_EQ(once.out, twice.out);
  EXPECT_EQ(once.out.find("step 1 "), std::string::npos);
}

TEST_F(BabyGPT, OwnText) {
  std::string text;
  for (int i = 0; i < 200; ++i) text += "the cat sat on the mat and looked at rat number " + std::to_string(i) + "\n";
  const ProgramRun run =
      lesson("--pace auto --steps 60 --temperature 0 --data '" + write("cat.txt", text) + "'", "the c\n");
  ASSERT_EQ(run.code, 0) << run.err;
  EXPECT_NE(run.out.find("the "), std::string::npos);
}

TEST_F(BabyGPT, ZeroBytesAreText) {
  std::string text;
  for (int i = 0; i < 200; ++i) text += "zero" + std::string(1, '\0') + "byte " + std::to_string(i) + "\n";
  const ProgramRun run = lesson("--pace auto --steps 3 --data '" + write("zeros", text) + "'");
  EXPECT_EQ(run.code, 0) << run.err;
}

TEST_F(BabyGPT, OneLineOfAMillionEqualLettersIsAText) {
  const ProgramRun run = lesson("--pace auto --steps 2 --data '" + write("line", std::string(1'000'000, 'a')) + "'");
  EXPECT_EQ(run.code, 0) << run.err;
}

TEST_F(BabyGPT, AVocabularyOfOnesOwnStaysWithTheModel) {
  Training training = train_bpe("the cat sat on the mat and the dog sat on the cat", {.vocab_size = 300});
  write_tokenizer_json(training.vocabulary, file("tokenizer.json"));
  const int64_t size = training.vocabulary.size();
  const std::string model = " --checkpoint '" + file("model") + "' ";
  const ProgramRun run = lesson("--pace auto --steps 6 --json r.json --vocab '" + file("tokenizer.json") + "'" + model);
  ASSERT_EQ(run.code, 0) << run.err;
  EXPECT_NE(run.out.find("you gave it with"), std::string::npos) << run.out;
  const Json r = read_json(file("r.json"));
  EXPECT_EQ(r.at("vocabulary").integer(), size);
  std::filesystem::remove(file("tokenizer.json"));  // the model holds it
  EXPECT_EQ(lesson("--resume --steps 9" + model).code, 0);
  EXPECT_EQ(lesson("--chat" + model, "the cat\n").code, 0);
  refused("--chat --vocab_size 300" + model, 2, "--vocab_size");
  refused("--resume --vocab '" + file("x") + "'" + model, 2, "--vocab");
  refused("--vocab x --vocab_size 300", 2, "--vocab_size");
  refused("--vocab '" + file("missing") + "'", 1, "missing");
  refused("--vocab_size 255", 2, "256");
  EXPECT_EQ(lesson("--pace auto --steps 2 --vocab_size 256 --json r.json").code, 0);
  const Json bytes_alone = read_json(file("r.json"));
  EXPECT_EQ(bytes_alone.at("vocabulary").integer(), 256);
}

TEST_F(BabyGPT, ACheckpointWithADamagedVocabularyIsRefused) {
  ASSERT_EQ(lesson("--pace auto --steps 3 --checkpoint '" + file("model") + "'").code, 0);
  const Safetensors whole(file("model"));
  std::vector<SafetensorsItem> items;
  for (const SafetensorsEntry& entry : whole.entries())
    items.push_back({entry.name, entry.dtype, entry.shape, entry.bytes});
  const auto with_tokens = [&](const std::string& name, const std::function<std::string(std::string)>& change) {
    auto metadata = whole.metadata();
    for (auto& [key, value] : metadata) value = change(value);
    write_safetensors(file(name), items, metadata);
    return "--chat --checkpoint '" + file(name) + "'";
  };
  const auto replaced = [](const std::string& from, const std::string& to) {
    return [=](std::string value) {
      const size_t at = value.find(from);
      return at == std::string::npos ? value : value.replace(at, from.size(), to);
    };
  };
  refused(with_tokens("none", replaced("\"tokenizer\"", "\"tokenless\"")), 1, "without its tokens");
  refused(with_tokens("unigram", replaced("BPE", "Unigram")), 1, "Unigram");
  refused(with_tokens("cut", replaced("\\\"merges\\\"", "\\\"murges\\\"")), 1, "merges");
}

TEST_F(BabyGPT, BadDataIsRefusedInOneLine) {
  refused("--data '" + file("missing.txt") + "'", 1, "missing.txt");
  refused("--data '" + write("empty.txt", "") + "'", 1, "empty");
  refused("--data '" + write("short.txt", "too short") + "'", 1, "too short");
  refused("--data '" + write("latin5.txt", "g\xfcn ayd\xfdn") + "'", 1, "byte 1 is not UTF-8");
  refused("--data '" + folder.path() + "'", 1, folder.path());
}

TEST_F(BabyGPT, WrongFlagsAreRefusedInOneLine) {
  refused("--stesp 5", 2, "--steps");
  refused("--steps many", 2, "many");
  refused("--steps -1", 2, "-1");
  refused("--device vulkan", 2, "vulkan");
  refused("--batch 0", 2, "batch");
  refused("--steps 0", 2, "steps");
}

TEST_F(BabyGPT, BadCheckpointsAreRefusedInOneLine) {
  const std::string flags = "--pace auto --steps 3 --checkpoint '" + file("model") + "'";
  ASSERT_EQ(lesson(flags).code, 0);
  const std::string bytes = read_text(file("model"), most_bytes);
  refused("--resume --checkpoint '" + file("nowhere") + "'", 1, "there is no checkpoint");
  refused("--chat --checkpoint '" + write("half", bytes.substr(0, bytes.size() / 2)) + "'", 1, "half");
  refused("--resume --checkpoint '" + write("text", "this is no checkpoint at all") + "'", 1, "text");
  refused("--resume --seed 9 --checkpoint '" + file("model") + "'", 1, "--seed");
  std::string dialogue;
  for (int i = 0; i < 300; ++i) dialogue += "another text entirely, line " + std::to_string(i) + "\n";
  refused("--resume --data '" + write("other.txt", dialogue) + "' --checkpoint '" + file("model") + "'", 1,
          "other data");

  std::vector<SafetensorsItem> items;
  const Safetensors whole(file("model"));
  std::vector<float> wrong(12);
  for (const SafetensorsEntry& entry : whole.entries()) {
    if (entry.name == "final_norm.weight")
      items.push_back(safetensors_item<float>(entry.name, {12}, wrong));
    else
      items.push_back({entry.name, entry.dtype, entry.shape, entry.bytes});
  }
  write_safetensors(file("reshaped"), items, whole.metadata());
  refused("--resume --checkpoint '" + file("reshaped") + "'", 1, "final_norm.weight");
}

TEST_F(BabyGPT, ACheckpointReplacesNothingButCheckpoints) {
  const std::string book = write("book.txt", "chapter one");
  refused("--checkpoint '" + book + "'", 1, "no checkpoint of this program");
  EXPECT_EQ(read_text(book, most_bytes), "chapter one");
  refused("--checkpoint '" + folder.path() + "'", 1, "folder");
  // An earlier run's model is kept under another name.
  const std::string flags = "--pace auto --save_every 2 --checkpoint '" + file("model") + "' ";
  ASSERT_EQ(lesson("--steps 6 " + flags).code, 0);
  const std::string before = read_text(file("model"), most_bytes);
  ASSERT_EQ(lesson("--steps 7 --seed 3 " + flags).code, 0);
  EXPECT_EQ(read_text(file("model.old"), most_bytes), before);
}

TEST_F(BabyGPT, TheReferenceAgreesWithEveryKernel) {
  EXPECT_EQ(lesson("--pace auto --check --steps 8").code, 0);
}

TEST_F(BabyGPT, EarlySectionsDoNotTrain) {
  const ProgramRun run = lesson("--pace auto --section one_head");
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_NE(run.out.find("[ok]"), std::string::npos) << run.out;
  EXPECT_FALSE(is_folder(file("home/checkpoints")) && is_file(file("home/checkpoints/11_baby_gpt.safetensors")));
}

TEST_F(BabyGPT, ResumedWithNothingLeftItSaysSoAndTalks) {
  const std::string flags = "--pace auto --checkpoint '" + file("model") + "' ";
  ASSERT_EQ(lesson("--steps 5 --seed 7 " + flags).code, 0);
  const ProgramRun run = lesson("--resume --json '" + file("r.json") + "' " + flags, "hello\n");
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_NE(run.out.find("at step 5 already"), std::string::npos) << run.out;
  EXPECT_EQ(run.out.find("tokens were processed"), std::string::npos) << run.out;
  const Json measured = read_json(file("r.json"));
  EXPECT_EQ(measured.at("seed").integer(), 7);
}

TEST_F(BabyGPT, AFullDiskLosesNothing) {
  const std::string flags = "--pace auto --save_every 2 --print_every 1 --checkpoint '" + file("model") + "' ";
  ASSERT_EQ(lesson("--steps 4 " + flags).code, 0);
  const std::string before = read_text(file("model"), most_bytes);
  // No file may grow beyond 64 blocks of 1024 bytes: the next checkpoint does not fit.
  const ProgramRun run = lesson("--resume --steps 8 " + flags, "", "ulimit -f 64; ");
  EXPECT_EQ(run.code, 1);
  EXPECT_NE(run.err.find("could not"), std::string::npos) << run.err;
  EXPECT_EQ(loss_lines(run.out, 5, 8).size(), 4u) << "training goes on";
  EXPECT_EQ(read_text(file("model"), most_bytes), before);
  for (const std::string& name : list_folder(folder.path()))
    EXPECT_EQ(name.find(".partial"), std::string::npos) << name;
}

TEST_F(BabyGPT, CtrlCSavesAndSaysHowToGoOn) {
  const std::string flags = "--pace auto --print_every 1 --checkpoint '" + file("model") + "' ";
  const ProgramRun run =
      run_program("set -m; DIKKAT_HOME='" + file("home") +
                      "' '" DIKKAT_PROGRAMS "/11_baby_gpt' --preset test --lang en --plain --steps 4000 " + flags +
                      "</dev/null & p=$!; until grep -q '^step 5 ' out; do sleep 0.02; done; kill -INT $p; wait $p",
                  "", folder.path());
  EXPECT_EQ(run.code, 130) << run.err;
  EXPECT_NE(run.out.find("--resume"), std::string::npos) << run.out;
  const ProgramRun resumed = lesson("--resume --steps 12 " + flags);
  EXPECT_EQ(resumed.code, 0) << resumed.err;
}

}  // namespace
}  // namespace dikkat
