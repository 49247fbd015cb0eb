// The course's dialogues and the Turkish suffixes in them.
#include "lessons/data/dialogues.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <sstream>

#include "core/files/json.h"
#include "lessons/data/dialogue_lines.h"
#include "lessons/data/turkish_suffix.h"
#include "tests/messages.h"
#include "tokenizer/unicode.h"

namespace dikkat::test {
namespace {

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

TEST(TurkishSuffix, TakesTheSoundsOfTheWord) {
  const std::vector<std::vector<std::string>> rows = {{"ev", "de", "evde"},
                                                      {"araba", "de", "arabada"},
                                                      {"kitap", "de", "kitapta"},
                                                      {"at", "dir", "attır"},
                                                      {"ev", "dir", "evdir"},
                                                      {"göz", "i", "gözü"},
                                                      {"okul", "i", "okulu"},
                                                      {"kız", "i", "kızı"},
                                                      {"çocuk", "ler e", "çocuklara"},
                                                      {"ev", "ler den", "evlerden"},
                                                      {"tuz", "siz lik", "tuzsuzluk"},
                                                      {"balık", "ci", "balıkçı"},
                                                      {"ev", "imiz de", "evimizde"},
                                                      {"oda", "iniz in", "odanızın"},
                                                      {"çorba", "mi", "çorba mı"},
                                                      {"süt", "mi", "süt mü"},
                                                      {"İzmir", "de mi", "İzmir'de mi"},
                                                      {"hasta", "di", "hastaydı"},
                                                      {"sıcak", "di", "sıcaktı"},
                                                      {"güzel", "di", "güzeldi"},
                                                      {"araba", "le", "arabayla"},
                                                      {"tren", "le", "trenle"},
                                                      {"Türk", "ce", "Türkçe"}};
  for (const auto& row : rows) EXPECT_EQ(with_suffixes(row[0], words_of(row[1])), row[2]);
}

TEST(TurkishSuffix, ChangesTheEndOfTheWord) {
  const std::vector<std::vector<std::string>> rows = {
      {"kitap", "i", "kitabı"},     {"ağaç", "e", "ağaca"},      {"saç", "i", "saçı"},
      {"süt", "i", "sütü"},         {"bilet", "i", "bileti"},    {"armut", "i", "armudu"},
      {"kağıt", "i", "kağıdı"},     {"dört", "e", "dörde"},      {"renk", "i", "rengi"},
      {"kek", "i", "keki"},         {"çocuk", "im", "çocuğum"},  {"bilek", "in2", "bileğin"},
      {"gök", "e", "göğe"},         {"şehir", "i", "şehri"},     {"şehir", "de", "şehirde"},
      {"burun", "im", "burnum"},    {"ağız", "iniz", "ağzınız"}, {"vakit", "i", "vakti"},
      {"saat", "e", "saate"},       {"saat", "ler", "saatler"},  {"rol", "i", "rolü"},
      {"kontrol", "i", "kontrolü"}, {"kalp", "i", "kalbi"}};
  for (const auto& row : rows) EXPECT_EQ(with_suffixes(row[0], words_of(row[1])), row[2]);
}

TEST(TurkishSuffix, PutsLettersBetweenVowels) {
  const std::vector<std::vector<std::string>> rows = {{"araba", "i", "arabayı"},
                                                      {"araba", "in", "arabanın"},
                                                      {"araba", "si", "arabası"},
                                                      {"araba", "si i", "arabasını"},
                                                      {"araba", "si de", "arabasında"},
                                                      {"araba", "si le", "arabasıyla"},
                                                      {"anne", "im e", "anneme"},
                                                      {"anne", "im le", "annemle"},
                                                      {"kardeş", "im in", "kardeşimin"},
                                                      {"su", "i", "suyu"},
                                                      {"su", "in", "suyun"},
                                                      {"su", "im", "suyum"},
                                                      {"su", "si", "suyu"},
                                                      {"ev", "si den", "evinden"}};
  for (const auto& row : rows) EXPECT_EQ(with_suffixes(row[0], words_of(row[1])), row[2]);
}

TEST(TurkishSuffix, KeepsNamesWhole) {
  const std::vector<std::vector<std::string>> rows = {
      {"İzmir", "den", "İzmir'den"}, {"Muş", "den", "Muş'tan"},   {"Ayşe", "e", "Ayşe'ye"},
      {"Zeynep", "i", "Zeynep'i"},   {"Burak", "in", "Burak'ın"}, {"Kemal", "e", "Kemal'e"},
      {"Can", "le", "Can'la"},       {"İzmir", "li", "İzmirli"},  {"Ankara", "li ler e", "Ankaralılara"},
      {"Ayşe", "ler e", "Ayşelere"}, {"Işık", "i", "Işık'ı"}};
  for (const auto& row : rows) EXPECT_EQ(with_suffixes(row[0], words_of(row[1])), row[2]);
}

TEST(TurkishSuffix, SaysWhatIsWrong) {
  EXPECT_EQ(message_of([] { with_suffixes("ev", {"ca"}); }),
            "no Turkish suffix is called \"ca\"; known are those of turkish_suffix.h");
  EXPECT_EQ(message_of([] { with_suffixes("", {"de"}); }), "a suffix needs a word in front of it");
}

TEST(Skeletons, AreFilled) {
  const SkeletonFile file = parse_skeletons(
      "topic: test\nad: Can\nmeyve: elma, armut\nşehir: Muş\n\n"
      "# {ad} konuşuyor.\nA: [Selam|Merhaba], {şehir-den} geldim.\nB: {Meyve-i} ve {meyve.2-i} sever misin?\n",
      "a.txt", true);
  std::set<std::string> seen;
  for (uint64_t seed = 0; seed < 50; ++seed) {
    const Dialogue dialogue = fill_skeleton(file, file.skeletons.at(0), seed);
    EXPECT_EQ(dialogue.summary, "Can konuşuyor.");
    EXPECT_EQ(dialogue.topic, "test");
    seen.insert(dialogue.dialogue);
  }
  EXPECT_EQ(seen,
            (std::set<std::string>{"#Person1#: Selam, Muş'tan geldim.\n#Person2#: Elmayı ve armudu sever misin?",
                                   "#Person1#: Selam, Muş'tan geldim.\n#Person2#: Armudu ve elmayı sever misin?",
                                   "#Person1#: Merhaba, Muş'tan geldim.\n#Person2#: Elmayı ve armudu sever misin?",
                                   "#Person1#: Merhaba, Muş'tan geldim.\n#Person2#: Armudu ve elmayı sever misin?"}));
}

TEST(Skeletons, TakeArticlesAndEmptyAlternatives) {
  const SkeletonFile file =
      parse_skeletons("topic: test\nfruit: apple\n\n! x\nA: [|] {A fruit} is {a fruit}[, | ]Tom.\n", "a.txt", false);
  EXPECT_TRUE(file.skeletons.at(0).for_validation);
  const std::string text = fill_skeleton(file, file.skeletons[0], 1).dialogue;
  EXPECT_TRUE(text == "#Person1#: An apple is an apple, Tom." || text == "#Person1#: An apple is an apple Tom.")
      << text;
}

TEST(Skeletons, SayWhatIsWrong) {
  const auto mistake = [](const std::string& text) {
    return message_of([&] { parse_skeletons(text, "a.txt", true); });
  };
  EXPECT_EQ(mistake("topic: t\n\n# s\nB: x\n"), "a.txt, line 4: expected \"A: ...\", found \"B: x\"");
  EXPECT_EQ(mistake("topic: t\nwhat\n"), "a.txt, line 2: expected a list or a skeleton, found \"what\"");
  EXPECT_EQ(mistake("\n"), "a.txt: the first line should be \"topic: ...\"");
  const auto filling = [](const std::string& line) {
    const SkeletonFile file = parse_skeletons("topic: t\nad: Can\n\n# s\nA: " + line + "\n", "a.txt", true);
    return message_of([&] { fill_skeleton(file, file.skeletons[0], 1); });
  };
  EXPECT_EQ(filling("{yok}"), "topic t: no list is called \"yok\"");
  EXPECT_EQ(filling("{ad} {ad.2}"), "topic t: the list \"ad\" has too few values for {ad.2}");
  EXPECT_EQ(filling("[a|b"), "\"[a|b\": [ without ]");
}

TEST(DialogueLines, AreRead) {
  const std::string two = "\"#Person1#: Hi.\\n#Person2#: Hello.\"";
  const std::vector<Dialogue> read =
      parse_dialogue_lines("{\"fname\": \"a\", \"dialogue\": " + two +
                               ", \"summary\": \"s\", \"topic\": \"t\"}\n\n"
                               "{\"id\": \"b\", \"summary1\": \"u\", \"summary2\": \"v\", "
                               "\"topic1\": \"w\", \"dialogue\": " +
                               two + "}\r\n{\"dialogue\": " + two + "}",
                           "x.jsonl");
  ASSERT_EQ(read.size(), 3u);
  EXPECT_EQ(read[0].fname + read[0].summary + read[0].topic, "ast");
  EXPECT_EQ(read[1].fname + read[1].summary + read[1].topic, "buw");
  EXPECT_EQ(read[2].fname + read[2].summary + read[2].topic, "");
  EXPECT_EQ(read[2].dialogue, "#Person1#: Hi.\n#Person2#: Hello.");
  EXPECT_TRUE(is_dialogue_lines("\n {\"dialogue\": 1}"));
  EXPECT_FALSE(is_dialogue_lines("Hello {"));
  EXPECT_FALSE(is_dialogue_lines(""));
}

TEST(DialogueLines, SayWhatIsWrong) {
  const auto mistake = [](const std::string& text) {
    return message_of([&] { parse_dialogue_lines(text, "x.jsonl"); });
  };
  const std::string fine = "{\"dialogue\": \"#Person1#: Hi.\\n#Person2#: Hello.\"}\n";
  expect_parts(mistake(fine + "{\"dialogue\":\n"), {"x.jsonl, line 2: byte "});
  expect_parts(mistake(fine + "\n[1]\n"), {"x.jsonl, line 3: expected an object"});
  expect_parts(mistake("{\"summary\": \"s\"}"), {"x.jsonl, line 1: there is no \"dialogue\""});
  expect_parts(mistake("{\"dialogue\": \"#Person1#: Hi.\\n#Person1#: Me again.\"}"),
               {"line 1", "two speakers", "found 1"});
  expect_parts(mistake("{\"dialogue\": \"Hi.\"}"), {"line 1", "two speakers", "found 0"});
  expect_parts(mistake("{\"dialogue\": 7}"), {"line 1", "dialogue"});
  EXPECT_EQ(mistake("\n \n"), "x.jsonl: there is no dialogue in it");
}

class Corpus : public testing::TestWithParam<bool> {
 protected:
  std::vector<SkeletonFile> files = skeleton_files(GetParam());
};

TEST_P(Corpus, HasEnoughSkeletonsAboutEnoughTopics) {
  EXPECT_GE(files.size(), 8u);
  std::set<std::string> topics;
  for (const SkeletonFile& file : files) {
    topics.insert(file.topic);
    const auto held_back = std::count_if(file.skeletons.begin(), file.skeletons.end(),
                                         [](const Skeleton& skeleton) { return skeleton.for_validation; });
    EXPECT_GE(static_cast<int64_t>(file.skeletons.size()) - held_back, 40) << file.topic;
    EXPECT_GE(held_back, 4) << file.topic;
  }
  EXPECT_EQ(topics.size(), files.size());
}

// Every filled skeleton is whole: both speak, nothing of the notation is left.
TEST_P(Corpus, FillsEverySkeleton) {
  for (const bool for_validation : {false, true}) {
    for (const Dialogue& dialogue : make_dialogues(files, for_validation, 8, 1)) {
      SCOPED_TRACE(dialogue.dialogue);
      EXPECT_NE(dialogue.dialogue.find("\n#Person2#: "), std::string::npos);
      EXPECT_EQ((dialogue.dialogue + dialogue.summary).find_first_of("{}[]|_"), std::string::npos);
      EXPECT_EQ(dialogue.dialogue.find("  "), std::string::npos);
      EXPECT_EQ(dialogue.dialogue.find(" ,"), std::string::npos);
      EXPECT_FALSE(dialogue.summary.empty());
    }
  }
}

TEST_P(Corpus, IsTheSameForTheSameSeedOnly) {
  const auto text = [&](uint64_t seed) { return to_json_lines(make_dialogues(files, false, 2, seed)); };
  EXPECT_EQ(text(1), text(1));
  EXPECT_NE(text(1), text(2));
}

// No sequence of twelve words in more than one dialogue of a hundred, and none of validation in training.
TEST_P(Corpus, RepeatsNoLongSequences) {
  const Language language = GetParam() ? Language::turkish : Language::any;
  const auto sequences = [&](const Dialogue& dialogue) {
    std::vector<std::string> words = words_of(to_lower(dialogue.dialogue, language));
    std::set<std::string> result;
    for (size_t i = 0; i + 12 <= words.size(); ++i) {
      std::string sequence;
      for (size_t j = i; j < i + 12; ++j) sequence += words[j] + " ";
      result.insert(sequence);
    }
    return result;
  };
  const std::vector<Dialogue> training = make_dialogues(files, false, 8, 3);
  std::map<std::string, int64_t> found;
  for (const Dialogue& dialogue : training) {
    for (const std::string& sequence : sequences(dialogue)) ++found[sequence];
  }
  for (const auto& [sequence, count] : found) {
    EXPECT_LE(count * 100, static_cast<int64_t>(training.size())) << sequence;
  }
  for (const Dialogue& dialogue : make_dialogues(files, true, 8, 3)) {
    for (const std::string& sequence : sequences(dialogue)) EXPECT_FALSE(found.contains(sequence)) << sequence;
  }
}

TEST_P(Corpus, IsWrittenAsDialogSumIs) {
  const std::vector<Dialogue> dialogues = make_dialogues(files, true, 1, 1);
  std::istringstream lines(to_json_lines(dialogues));
  size_t count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    const Json json = Json::parse(line);
    EXPECT_EQ(json.at("fname").string(), "validation_" + std::to_string(count));
    EXPECT_EQ(json.at("dialogue").string(), dialogues[count].dialogue);
    EXPECT_EQ(json.at("summary").string(), dialogues[count].summary);
    EXPECT_EQ(json.at("topic").string(), dialogues[count].topic);
  }
  EXPECT_EQ(count, dialogues.size());
}

INSTANTIATE_TEST_SUITE_P(All, Corpus, testing::Values(true, false),
                         [](const auto& info) { return info.param ? "turkish" : "english"; });

}  // namespace
}  // namespace dikkat::test
