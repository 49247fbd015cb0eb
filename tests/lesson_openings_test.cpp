// Opening lines that a model never saw, and what its replies are measured by.
#include "lessons/models/openings.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "lessons/models/turns.h"
#include "tests/recited_model.h"

namespace dikkat::test {
namespace {

TEST(TopicWords, AreMoreFrequentInTheirTopicThanElsewhere) {
  std::vector<Dialogue> dialogues;
  const auto add = [&](const char* topic, const std::string& line, int count) {
    for (int i = 0; i < count; ++i) dialogues.push_back({"", "#Person1#: " + line, "", topic});
  };
  add("a", "Bugün IŞIKLARI söndürdüm.", 3);
  add("a", "Bugün iki kere geldim, peki.", 2);
  add("b", "Bugün ve yarın, peki.", 5);
  const TopicWords words(dialogues, Language::turkish);
  using Set = std::set<std::string>;
  EXPECT_EQ(words.of("Bugün ışıklar söndü, başkası yok mu?", "a"), (Set{"ışıkl", "söndü"}));
  EXPECT_EQ(words.of("IŞIKLI İSTANBUL", "a"), (Set{"ışıkl"}));
  EXPECT_EQ(words.of("Bugün ışıklar söndü, yarın iki kere", "b"), (Set{"yarın"})) << "\"ve\" is too short";
  EXPECT_EQ(words.of("geldim", "a"), Set{}) << "twice is not enough";
  EXPECT_EQ(words.of("ışıklar", "c"), Set{});
  EXPECT_EQ(words.of("ve 12 \xff", "b"), Set{});
}

TEST(Openings, AreUnseenSpreadOverTopicsAndTheSameForASeed) {
  const OpeningResults people = Openings(3).of_people(), again = Openings(3).of_people(),
                       other = Openings(4).of_people();
  ASSERT_EQ(people.asked, 40);
  std::set<std::string> seen_lines, openings, others;
  for (const bool turkish : {true, false}) {
    for (const Dialogue& dialogue : make_dialogues(skeleton_files(turkish), false, 4, 1)) {
      for (const std::string& line : spoken_lines(dialogue.dialogue)) seen_lines.insert(line);
    }
  }
  for (size_t i = 0; i < people.replies.size(); ++i) {
    EXPECT_EQ(people.replies[i].opening, again.replies[i].opening);
    EXPECT_EQ(seen_lines.count(people.replies[i].opening), 0u) << people.replies[i].opening;
    openings.insert(people.replies[i].opening);
    others.insert(other.replies[i].opening);
  }
  EXPECT_EQ(openings.size(), 40u);
  EXPECT_NE(openings, others);
  EXPECT_EQ(
      std::count_if(people.replies.begin(), people.replies.end(), [](const auto& reply) { return reply.turkish; }), 20);
}

TEST(Openings, ARandomReplySeldomHasATopicWordAndPeoplesOftenHave) {
  const Openings openings(0);
  const OpeningResults chance = openings.of_chance(), people = openings.of_people();
  EXPECT_EQ(chance.asked, 1000);
  EXPECT_LE(chance.has_topic_word * 100, chance.asked * 30) << chance.has_topic_word;
  EXPECT_GE(people.has_topic_word * 100, people.asked * 70) << people.has_topic_word;
  EXPECT_EQ(people.right_language, 40);
  EXPECT_EQ(chance.has_topic_word, openings.of_chance().has_topic_word);
}

TEST(Openings, AModelIsAskedAndJudged) {
  const Tokenizer tokenizer(learn_vocabulary("Bankada hesap, evet. At the bank, yes.", 280, true));
  const Openings openings(0, 12);
  RecitedModel model(tokenizer, 128);
  model.recite(tokenizer.encode(" Evet, bankada hesap açtım.\n#Person1#:", SpecialTokens::allowed));
  const OpeningResults results = openings.ask(model, tokenizer);
  EXPECT_EQ(results.asked, 24);
  EXPECT_EQ(results.right_language, 12);
  EXPECT_GE(results.has_topic_word, 1);
  EXPECT_LE(results.has_topic_word, 4);
  for (const OpeningReply& reply : results.replies) {
    EXPECT_EQ(reply.reply, "Evet, bankada hesap açtım.");
    EXPECT_EQ(reply.right_language, reply.turkish);
  }
  EXPECT_EQ(openings.ask(model, tokenizer, [] { return false; }).asked, 0);
}

}  // namespace
}  // namespace dikkat::test
