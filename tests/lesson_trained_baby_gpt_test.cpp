// Baby GPT for lessons that begin with a trained model: trained once, then taken from the store, and the same that
// lesson 11 trains.
#include <cstdlib>
#include <filesystem>

#include "core/files/folders.h"
#include "core/files/mapped_file.h"
#include "lessons/models/baby_gpt.h"
#include "lessons/stage/embedded.h"
#include "tests/baby_gpt_lesson.h"

namespace dikkat {
namespace {

const EmbeddedFile text_of_a_lesson("needs_baby_gpt/text.en.md",
                                    "# A lesson that needs a trained model\n\n## labels\na: b\n");

struct TrainedBabyGPT : test::BabyGPTLesson {
  TrainedBabyGPT() { ::setenv("DIKKAT_HOME", file("home").c_str(), 1); }
  ~TrainedBabyGPT() override { ::unsetenv("DIKKAT_HOME"); }

  static BabyGPT ask(const std::string& seed = "0") {
    std::vector<std::string> arguments{"test", "--lang", "en", "--plain", "--preset", "test", "--seed", seed};
    std::vector<char*> addresses;
    for (std::string& argument : arguments) addresses.push_back(argument.data());
    Lesson lesson("needs_baby_gpt", static_cast<int>(addresses.size()), addresses.data());
    return trained_baby_gpt(lesson, Preset::test);
  }
  static void same_bits(BabyGPT& a, BabyGPT& b) {
    EXPECT_EQ(a.tokenizer.vocab_size(), b.tokenizer.vocab_size());
    const std::vector<Parameter> ours = parameters(*a.model), theirs = parameters(*b.model);
    ASSERT_EQ(ours.size(), theirs.size());
    for (size_t i = 0; i < ours.size(); ++i)
      EXPECT_TRUE(std::ranges::equal(ours[i].tensor.values(), theirs[i].tensor.values())) << ours[i].name;
  }
  std::vector<std::string> models() const { return list_folder(file("home/models")); }
};

TEST_F(TrainedBabyGPT, IsTrainedOnceAndThenTakenFromTheStore) {
  BabyGPT first = ask();
  ASSERT_EQ(models().size(), 1u);
  const std::string weights = file("home/models/" + models()[0] + "/model.safetensors");
  const auto written = std::filesystem::last_write_time(weights);
  BabyGPT second = ask();
  EXPECT_EQ(std::filesystem::last_write_time(weights), written) << "it was trained again";
  same_bits(first, second);
  EXPECT_EQ(first.model->config, second.model->config);
  const Json facts = read_json(file("home/models/" + models()[0] + "/trained.json"));
  EXPECT_EQ(facts.at("preset").string(), "test");
  EXPECT_EQ(facts.at("steps").integer(), 120);
  ask("5");
  EXPECT_EQ(models().size(), 2u) << "another seed is another model";
}

TEST_F(TrainedBabyGPT, IsTheModelThatTheLessonTrains) {
  BabyGPT here = ask();
  const std::string name = models().at(0), weights = "home/models/" + name + "/model.safetensors";
  const std::string ours = read_text(file(weights), 1 << 24);
  remove_folder(file("home/models/" + name));
  // How often losses are printed changes nothing.
  ASSERT_EQ(lesson("--pace auto --print_every 7").code, 0);
  ASSERT_EQ(models(), std::vector<std::string>{name}) << "the same key";
  EXPECT_EQ(read_text(file(weights), 1 << 24), ours);
  BabyGPT from_lesson = ask();
  same_bits(here, from_lesson);
}

}  // namespace
}  // namespace dikkat
