// What stays when lesson 11 ends: runs, trained models that talk at once, the best weights; and what is said of those
// that are damaged.
#include <filesystem>

#include "core/files/folders.h"
#include "core/files/mapped_file.h"
#include "lessons/stage/runs.h"
#include "nn/train/checkpoint.h"
#include "tests/baby_gpt_lesson.h"

namespace dikkat {
namespace {

constexpr uint64_t most_bytes = 1 << 30;

struct BabyGPTStore : test::BabyGPTLesson {
  // A text of the user's: without the 40 openings it is quicker.
  std::string own() const { return " --vocab_size 260 --data '" + file("cat.txt") + "' "; }
  void SetUp() override {
    std::string text;
    for (int i = 0; i < 100; ++i) text += "the cat sat on the mat and saw rat " + std::to_string(i) + "\n";
    write("cat.txt", text);
  }

  std::vector<std::string> models() const {
    return is_folder(file("home/models")) ? list_folder(file("home/models")) : std::vector<std::string>();
  }
  std::string in_store(const std::string& model, const std::string& part) const {
    return file("home/models/" + model + "/" + part);
  }
  std::string reply() const {
    const Json r = results();
    return r.at("replies").at(size_t{0}).string();
  }
};

TEST_F(BabyGPTStore, EveryTrainingIsARunAlsoAnInterruptedOne) {
  ASSERT_EQ(lesson("--pace auto --steps 6 --json r.json").code, 0);
  ASSERT_EQ(lesson("--pace auto --section one_head").code, 0);
  ASSERT_EQ(lesson("--chat --steps 6", "hello\n").code, 0);
  const ProgramRun interrupted =
      run_program("set -m; " + command() +
                      "--preset test --pace auto --steps 4000 --seed 3 --print_every 1 </dev/null & p=$!; "
                      "until grep -q '^step 5 ' out; do sleep 0.02; done; kill -INT $p; wait $p",
                  "", folder.path());
  ASSERT_EQ(interrupted.code, 130) << interrupted.err;
  const Runs all = read_runs(file("home/runs"));
  EXPECT_TRUE(all.problems.empty());
  ASSERT_EQ(all.runs.size(), 2u) << "neither --chat nor an early section is a run";
  const dikkat::Run &whole = all.runs[0], &part = all.runs[1];
  EXPECT_EQ(whole.lesson + " " + whole.preset + " " + whole.device + " " + whole.precision, "11_baby_gpt test cpu f32");
  EXPECT_EQ(whole.data, "lessons/data/dialogues");
  EXPECT_TRUE(whole.is_finished);
  const Json r = results();
  EXPECT_EQ(*whole.fact("parameters"), Json(r.at("parameters").integer()));
  EXPECT_EQ(*whole.fact("steps"), Json(6));
  EXPECT_EQ(whole.fact("lm_head"), nullptr) << "tied";
  EXPECT_EQ(whole.training.size(), 6u);
  EXPECT_EQ(whole.validation.size(), r.at("validation_losses").size());
  EXPECT_EQ(whole.validation_loss(), r.at("loss_validation").number());
  EXPECT_EQ(whole.training_loss, r.at("loss_train").number());
  EXPECT_EQ(whole.ngram_loss, r.at("ngram_loss").number());
  EXPECT_TRUE(whole.bits_per_character && whole.tokens_per_second && whole.seconds_training && whole.peak_bytes);
  EXPECT_FALSE(part.is_finished);
  EXPECT_EQ(part.seed, 3u);
  EXPECT_GE(JsonView(*part.fact("steps")).integer(), 5);
  EXPECT_EQ(models().size(), 1u) << "what was interrupted is no trained model";
}

TEST_F(BabyGPTStore, ATrainedModelTalksAtOnce) {
  const ProgramRun trained = lesson("--pace auto --steps 8 --json r.json" + own(), "hello\n");
  ASSERT_EQ(trained.code, 0) << trained.err;
  const std::string answer = reply();
  ASSERT_EQ(models().size(), 1u);
  const std::string name = models()[0];
  EXPECT_TRUE(name.starts_with("baby_gpt_test_own-")) << name;
  EXPECT_TRUE(says(trained, name)) << trained.out;
  for (const std::string flags : {"--chat --steps 8 --json r.json", "--chat --steps 8 --seed 0 --json r.json"}) {
    const ProgramRun talk = lesson(flags + own(), "hello\n");
    EXPECT_EQ(talk.code, 0) << talk.err;
    EXPECT_FALSE(has_trained(talk)) << talk.out;
    EXPECT_TRUE(says(talk, name)) << talk.out;
    EXPECT_EQ(reply(), answer) << "the same model, the same seed";
  }
  const ProgramRun once = without_preset("--say 'hello'");
  EXPECT_EQ(once.code, 0) << once.err;
  EXPECT_FALSE(has_trained(once)) << "no flag chooses a model: the last one talks\n" << once.out;
  EXPECT_TRUE(says(once, name)) << once.out;
  EXPECT_EQ(models().size(), 1u);
}

TEST_F(BabyGPTStore, WhatTheFlagsDescribeIsTrainedFirst) {
  ASSERT_EQ(lesson("--pace auto --steps 5" + own()).code, 0);
  for (const char* flags : {"--say hello --steps 6", "--say hello --steps 5 --seed 1",
                            "--say hello --steps 5 --batch 9", "--say hello --steps 5 --untied"}) {
    const size_t before = models().size();
    const ProgramRun first = lesson(flags + own()), second = lesson(flags + own());
    EXPECT_EQ(first.code + second.code, 0) << first.err << second.err;
    EXPECT_TRUE(says(first, "No model has been trained with these flags yet")) << first.out;
    EXPECT_TRUE(has_trained(first)) << flags;
    EXPECT_TRUE(says(first, "you> hello")) << first.out;
    EXPECT_FALSE(has_trained(second)) << flags;
    EXPECT_EQ(models().size(), before + 1) << flags;
  }
}

TEST_F(BabyGPTStore, WithoutFlagsTheModelThatWasTrainedLastTalks) {
  ASSERT_EQ(lesson("--pace auto --steps 3" + own()).code, 0);
  const std::string older = models().at(0), facts = in_store(older, "trained.json");
  ASSERT_EQ(lesson("--pace auto --steps 4" + own()).code, 0);
  const std::vector<std::string> both = models();
  ASSERT_EQ(both.size(), 2u);
  const std::string newer = both[0] == older ? both[1] : both[0];
  std::string text = read_text(facts, most_bytes);  // the clock has seconds only
  const size_t year = text.find("\"date\": \"20");
  ASSERT_NE(year, std::string::npos) << text;
  text.replace(year, 11, "\"date\": \"19");
  std::ofstream(facts) << text;
  EXPECT_TRUE(says(without_preset("--say hello"), newer));
  remove_folder(file("home/models/" + newer));
  EXPECT_TRUE(says(without_preset("--say hello"), older));
}

TEST_F(BabyGPTStore, ADamagedModelIsNamedAndTrainedAgain) {
  const std::string flags = "--say hello --steps 5" + own();
  ASSERT_EQ(lesson(flags).code, 0);
  const std::string name = models().at(0);
  for (const char* part : {"model.safetensors", "tokenizer.json", "trained.json", "config.json"}) {
    const std::string whole = read_text(in_store(name, part), most_bytes);
    std::ofstream(in_store(name, part), std::ios::binary) << whole.substr(0, whole.size() / 2);
    const ProgramRun again = lesson(flags);
    EXPECT_EQ(again.code, 0) << again.err;
    EXPECT_TRUE(says(again, part)) << part << "\n" << again.out;
    EXPECT_TRUE(has_trained(again)) << part;
    EXPECT_GT(read_text(in_store(name, part), most_bytes).size(), whole.size() / 2) << "whole again";
    EXPECT_FALSE(has_trained(lesson(flags))) << part;
  }
  EXPECT_EQ(models(), std::vector<std::string>{name});
}

TEST_F(BabyGPTStore, WhereNothingCanBeKeptTheLessonWarnsAndGoesOn) {
  make_folders(file("home"));
  write("home/models", "a file in its place");
  const ProgramRun run = lesson("--pace auto --steps 3" + own(), "hello\n");
  EXPECT_EQ(run.code, 1) << "what failed is told at the end, too";
  EXPECT_NE(run.err.find("The trained model could not be kept"), std::string::npos) << run.err;
  EXPECT_TRUE(says(run, "Dikkat> ")) << run.out;
  EXPECT_EQ(read_text(file("home/models"), most_bytes), "a file in its place");
}

// A text that can only be learned by heart: what is kept back has the same letters in another order.
TEST_F(BabyGPTStore, TheBestWeightsComeBackWhereTheModelLearnsByHeart) {
  uint32_t state = 1;
  const auto letters = [&](int count) {
    std::string text;
    for (int i = 0; i < count; ++i) {
      state = state * 1664525u + 1013904223u;
      text += i % 40 == 39 ? '\n' : static_cast<char>('a' + (state >> 16) % 12);
    }
    return text;
  };
  const std::string data = " --data '" + write("learn.txt", letters(400)) + "' --validation '" +
                           write("judge.txt", letters(2000)) + "' --vocab_size 256 --steps 400 ";
  const std::string model = " --checkpoint '" + file("model") + "' ";
  const ProgramRun run = lesson("--pace auto --json r.json" + data + model, "abc\n");
  ASSERT_EQ(run.code, 0) << run.err;
  const Json r = results();
  const int64_t best = r.at("step_best").integer();
  EXPECT_GT(best, 0);
  EXPECT_LT(best, 400);
  EXPECT_LT(r.at("loss_best").number(), r.at("loss_validation").number() - 0.01);
  EXPECT_TRUE(says(run, "The validation loss was lowest at step " + std::to_string(best))) << run.out;
  double lowest = 100;
  for (const JsonView& entry : r.at("validation_losses").elements())
    lowest = std::min(lowest, entry.at("loss").number());
  EXPECT_EQ(r.at("loss_best").number(), lowest);

  // The model that talks, and the one that is kept, is that of the best step; the checkpoint is that of the last.
  const std::string answer = reply();
  EXPECT_EQ(CheckpointFile(file("model.best")).checkpoint().step, best);
  EXPECT_EQ(CheckpointFile(file("model")).checkpoint().step, 400);
  ASSERT_EQ(lesson("--chat --json r.json" + data, "abc\n").code, 0);
  EXPECT_EQ(reply(), answer);
  ASSERT_EQ(lesson("--chat --json r.json --checkpoint '" + file("model.best") + "'", "abc\n").code, 0);
  EXPECT_EQ(reply(), answer);
  ASSERT_EQ(lesson("--chat --json r.json" + model, "abc\n").code, 0);
  EXPECT_NE(reply(), answer);
  const Runs runs = read_runs(file("home/runs"));
  ASSERT_EQ(runs.runs.size(), 1u);

  refused("--resume --checkpoint '" + file("model.best") + "'" + " --data '" + file("learn.txt") + "' --validation '" +
              file("judge.txt") + "'",
          1, "model.best: it holds weights alone");
  write("book.best", "chapter one");
  refused("--checkpoint '" + file("book") + "'", 1, "book.best");
  EXPECT_EQ(read_text(file("book.best"), most_bytes), "chapter one");
}

}  // namespace
}  // namespace dikkat
