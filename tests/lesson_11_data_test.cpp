// Lesson 11 on what its user brings: dialogues in JSON lines and in plain text, a validation text, sizes; and that
// training goes on to the same bits with all of it.
#include <cmath>
#include <filesystem>

#include "core/files/folders.h"
#include "core/files/safetensors.h"
#include "lessons/models/baby_gpt.h"
#include "nn/train/checkpoint.h"
#include "tests/baby_gpt_lesson.h"

namespace dikkat {
namespace {

struct BabyGPTData : test::BabyGPTLesson {
  // Small talk about numbers, as DialogSum's files have it; every second line with other optional members.
  std::string json_lines(int count) const {
    std::string all;
    for (int i = 0; i < count; ++i) {
      const std::string n = std::to_string(i), id = i % 2 == 0 ? "\"fname\": \"own_" : "\"id\": \"own_";
      all += "{" + id + n + "\", \"dialogue\": \"#Person1#: How many apples do you have?\\n#Person2#: I have " + n +
             ", and you?\\n#Person1#: One more than you.\"" + (i % 2 == 0 ? "" : ", \"summary1\": \"Apples.\"") + "}\n";
    }
    return all;
  }
  std::string plain_dialogues(int count) const {
    std::string all;
    for (int i = 0; i < count; ++i)
      all += "A: Saat kaç?\nB: Saat " + std::to_string(i) + ", geç kaldın.\nA: Olsun, yine gelirim.\n\n";
    return all;
  }
  std::string is_dialogue() const { return CheckpointFile(file("model")).checkpoint().notes.at("dialogue"); }
  bool same_weights(const std::string& one, const std::string& other) const {
    const Safetensors a(file(one)), b(file(other));
    return std::ranges::equal(a.entries(), b.entries(), [](const auto& x, const auto& y) {
      return x.name == y.name && std::ranges::equal(x.bytes, y.bytes);
    });
  }
  // A short training; its checkpoint is "model".
  ProgramRun train(const std::string& flags, const std::string& input = "") const {
    return lesson("--pace auto --steps 6 --json r.json --checkpoint '" + file("model") + "' " + flags, input);
  }
};

TEST_F(BabyGPTData, WritesEveryFigureThatItPromises) {
  ASSERT_EQ(lesson("--pace auto --steps 20 --json r.json", "hello\n").code, 0);
  const Json r = results();
  EXPECT_GT(r.at("ngram_loss").number(), 1);
  EXPECT_EQ(r.at("ngram_losses").size(), 5u);
  double best_of_counting = 100;
  for (const JsonView& loss : r.at("ngram_losses").elements())
    best_of_counting = std::min(best_of_counting, loss.number());
  EXPECT_EQ(r.at("ngram_loss").number(), best_of_counting);
  EXPECT_EQ(r.at("ngram_losses").at(static_cast<size_t>(r.at("ngram_n").integer() - 1)).number(), best_of_counting);
  const double loss = r.at("loss_best").number();
  EXPECT_NEAR(r.at("percent_below_ngram").number(), 100 * (1 - loss / best_of_counting), 1e-9);
  EXPECT_LT(r.at("percent_below_ngram").number(), 0) << "after 20 steps counting is ahead";
  EXPECT_NEAR(r.at("perplexity").number(), std::exp(loss), 1e-9);
  EXPECT_GE(r.at("memorised_8_grams").number(), 0);
  EXPECT_LE(r.at("memorised_8_grams").number(), 1);
  EXPECT_GT(r.at("repeated_8_grams_of_validation").number(), 0);
  EXPECT_LT(r.at("repeated_8_grams_of_validation").number(), 0.5);

  EXPECT_EQ(r.at("openings").integer(), 40);
  EXPECT_EQ(r.at("opening_replies").size(), 40u);
  int64_t right = 0, topic = 0;
  for (const JsonView& reply : r.at("opening_replies").elements()) {
    right += reply.at("right_language").boolean(), topic += !reply.at("topic_word").string().empty();
    EXPECT_FALSE(reply.at("opening").string().empty());
  }
  EXPECT_EQ(r.at("openings_right_language").integer(), right);
  EXPECT_EQ(r.at("openings_topic_word").integer(), topic);
  EXPECT_LT(r.at("chance_topic_word").number(), 0.5);

  ASSERT_EQ(r.at("parameter_audit").size(), 4u);
  for (const JsonView& row : r.at("parameter_audit").elements())
    EXPECT_EQ(row.at("untied").integer() - row.at("tied").integer(), row.at("tokens").integer() * 32);
  EXPECT_EQ(r.at("parameter_audit").at(size_t{2}).at("tied").integer(), r.at("parameters").integer());
  EXPECT_EQ(r.at("parameter_audit").at(size_t{3}).at("tokens").integer(), 50257);
  // A preset that was trained as planned has three claims, one that was cut short only that of the sizes.
  ASSERT_EQ(r.at("claims").size(), 1u);
  EXPECT_EQ(r.at("claims").at(size_t{0}).at("claim").string(), "11.parameters");
  EXPECT_TRUE(is_file(file("home/ledger/11.parameters.json")));
}

TEST_F(BabyGPTData, UntiedTheOutputLayerHasItsOwnWeights) {
  const ProgramRun run = train("--untied");
  ASSERT_EQ(run.code, 0) << run.err;
  EXPECT_TRUE(says(run, "lm_head"));
  EXPECT_FALSE(says(lesson("--pace auto --section idea"), "lm_head"));
  const Json r = results();
  EXPECT_EQ(r.at("parameters").integer(), 37760 + 320 * 32);
  EXPECT_EQ(r.at("parameter_audit").at(size_t{2}).at("untied").integer(), r.at("parameters").integer());
  const ProgramRun talk = lesson("--chat --checkpoint '" + file("model") + "'", "hello\n");
  EXPECT_EQ(talk.code, 0) << talk.err;
  EXPECT_EQ(lesson("--resume --steps 8 --checkpoint '" + file("model") + "'").code, 0);
}

TEST_F(BabyGPTData, DialoguesInJsonLinesAndInPlainTextAreUnderstood) {
  const std::string json = write("own.jsonl", json_lines(40)), plain = write("own.txt", plain_dialogues(40));
  for (const std::string& files : {json, plain, json + "," + plain}) {
    const ProgramRun run = train("--data '" + files + "'", "Saat kaç?\n");
    ASSERT_EQ(run.code, 0) << run.err;
    EXPECT_EQ(is_dialogue(), "yes") << files;
    EXPECT_FALSE(says(run, "dialogue\"")) << "the notation is not shown as text\n" << run.out;
    const Json r = results();
    EXPECT_FALSE(r.find("openings")) << "its opening lines are of the course's dialogues";
    const ProgramRun talk = lesson("--say hello --checkpoint '" + file("model") + "'");
    EXPECT_EQ(talk.out.find("Dikkat> hello"), std::string::npos) << "a reply, not the line gone on with\n" << talk.out;
  }
  EXPECT_TRUE(says(train("--data '" + json + "'"), "How many apples"));
  // Somebody's book with two speakers in one place is no dialogue.
  std::string book = "A: Who is there?\nB: Nobody.\n\n";
  for (int i = 0; i < 60; ++i) book += "And so the winter number " + std::to_string(i) + " went by, slowly.\n\n";
  ASSERT_EQ(train("--data '" + write("book.txt", book) + "'").code, 0);
  EXPECT_EQ(is_dialogue(), "no");
}

TEST_F(BabyGPTData, AValidationTextOfItsOwnIsJudgedOn) {
  const std::string easy = write("easy.txt", plain_dialogues(60)), hard = write("hard.jsonl", json_lines(60));
  const auto loss = [&](const std::string& flags) {
    const ProgramRun run = lesson("--pace auto --steps 60 --json r.json --data '" + easy + "'" + flags);
    EXPECT_EQ(run.code, 0) << run.err;
    const Json r = results();
    return r.at("loss_best").number();
  };
  EXPECT_LT(loss("") + 0.5, loss(" --validation '" + hard + "'"));
  refused("--validation '" + hard + "'", 2, "--data");
  refused("--data '" + easy + "' --validation '" + file("missing") + "'", 1, "missing");
  refused("--data '" + easy + "' --validation '" + write("tiny.txt", "tiny") + "'", 1,
          "tiny.txt: the text is too short");
}

// Whatever preset is named when it goes on: sizes, plan and precision are those of the checkpoint.
TEST_F(BabyGPTData, ResumedUnderAnotherPresetItGoesOnToTheSameBits) {
  const std::string data = "--pace auto --print_every 1 --data '" + write("own.jsonl", json_lines(200)) + "' ";
  ASSERT_NE(baby_gpt_setting(Preset::test).training.adamw.weight_decay,
            baby_gpt_setting(Preset::class_room).training.adamw.weight_decay);
  for (const char* presets : {"--preset class --batch 2", "--preset test"}) {
    const ProgramRun whole = without_preset(data + presets + " --steps 12 --save_every 5 --checkpoint whole");
    ASSERT_EQ(whole.code, 0) << whole.err;
    const auto expected = loss_lines(whole.out, 11, 12);
    ASSERT_EQ(expected.size(), 2u) << whole.out;
    std::filesystem::rename(file("whole.previous"), file("half"));
    const CheckpointFile half(file("half"));
    EXPECT_EQ(half.checkpoint().step, 10);
    const Preset preset = presets == std::string("--preset test") ? Preset::test : Preset::class_room;
    EXPECT_EQ(half.checkpoint().weight_decay, baby_gpt_setting(preset).training.adamw.weight_decay);
    for (const char* other : {"", "--preset test ", "--preset class "}) {
      std::filesystem::copy_file(file("half"), file("copy"), std::filesystem::copy_options::overwrite_existing);
      const ProgramRun resumed = without_preset(data + other + "--resume --checkpoint copy");
      EXPECT_EQ(resumed.code, 0) << resumed.err;
      EXPECT_EQ(loss_lines(resumed.out, 1, 12), expected) << presets << " then " << other << "\n" << resumed.out;
      EXPECT_TRUE(same_weights("copy", "whole")) << presets << " then " << other;
    }
    for (const char* name : {"whole", "whole.best", "half", "copy", "copy.previous", "copy.best"})
      std::filesystem::remove(file(name));
  }
}

TEST_F(BabyGPTData, ResumedWithoutItsPresetItLearnsFromTheSameDialogues) {
  const std::string flags = "--pace auto --print_every 1 --checkpoint '" + file("model") + "' ";
  const auto expected = loss_lines(lesson(flags + "--steps 8 --save_every 6").out, 7, 8);
  ASSERT_EQ(expected.size(), 2u);
  const ProgramRun resumed = without_preset(flags.substr(0, flags.size() - 2) + ".previous' --resume");
  EXPECT_EQ(resumed.code, 0) << resumed.err;
  EXPECT_EQ(loss_lines(resumed.out, 1, 8), expected) << resumed.out;
}

TEST_F(BabyGPTData, BadLinesAreRefusedWithTheirNumber) {
  const std::string good = json_lines(30);
  const auto bad = [&](const std::string& line, const std::string& words) {
    const std::string path = write("bad.jsonl", good + "\n" + line + "\n" + good);
    refused("--data '" + path + "'", 1, "bad.jsonl, line 32: ");  // an empty line stands before it
    refused("--data '" + path + "'", 1, words);
    refused("--data '" + write("good.jsonl", good) + "' --validation '" + path + "'", 1, "bad.jsonl, line 32: ");
  };
  bad("#Person1#: no JSON at all", "");
  bad("{\"dialogue\": \"#Person1#: Hi.\\n#Person2#: Hel", "");
  bad("{\"summary\": \"Nobody speaks.\"}", "there is no \"dialogue\"");
  bad("{\"dialogue\": \"#Person1#: Hi.\\n#Person1#: Is nobody there?\"}", "two speakers");
  bad("{\"dialogue\": [\"Hi.\"]}", "dialogue");
  bad(std::string(100'000, '['), "deep");
  refused("--data '" + write("few.jsonl", json_lines(1)) + "'", 1, "few.jsonl");
  refused("--data '" + write("few.jsonl", json_lines(1)) + "'", 1, "too short");
}

TEST_F(BabyGPTData, AVocabularyThatDoesNotFitTheCheckpointIsRefused) {
  ASSERT_EQ(train("").code, 0);
  const Safetensors whole(file("model"));
  std::vector<SafetensorsItem> items;
  for (const SafetensorsEntry& entry : whole.entries())
    items.push_back({entry.name, entry.dtype, entry.shape, entry.bytes});
  auto metadata = whole.metadata();
  for (auto& [key, value] : metadata) {
    const std::string size = "\"vocab_size\":320";
    if (const size_t at = value.find(size); at != std::string::npos)
      value.replace(at, size.size(), "\"vocab_size\":321");
  }
  write_safetensors(file("other"), items, metadata);
  for (const char* flags : {"--chat", "--say hello", "--resume"})
    refused(std::string(flags) + " --checkpoint '" + file("other") + "'", 1,
            "the model knows 321 tokens, but its vocabulary has 320");
  refused("--vocab '" + write("tokenizer.json", "{\"model\": 7}") + "'", 1, "tokenizer.json");
}

}  // namespace
}  // namespace dikkat
