// How well does a trained model answer? Opening lines of dialogues that it never saw, and two plain questions about
// each reply: is it in the language of the line, and has it a word of the topic?
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "lessons/data/dialogues.h"
#include "lessons/models/language.h"
#include "nn/models/language_model.h"
#include "tokenizer/tokenizer.h"
#include "tokenizer/unicode.h"

namespace dikkat {

// The words that tell what a text is about, found by counting: a topic word stands in at least twice as large a
// share of its topic's dialogues as of all others, and in three of them at least. "Account" is one of banks; "very",
// "today" and "thanks" are of none. Words are compared by their first letters, without regard to case: "okulda" and
// "Okulum" are one.
class TopicWords {
 public:
  TopicWords(const std::vector<Dialogue>& dialogues, Language language);

  // First letters of the words in a text that belong to a topic.
  std::set<std::string> of(std::string_view text, const std::string& topic) const;

 private:
  using Counts = std::map<std::string, int64_t>;  // topic -> dialogues

  Language language_;
  int64_t all_dialogues_ = 0;
  Counts dialogues_;                     // of each topic
  std::map<std::string, Counts> words_;  // first letters of a word -> the dialogues that it stands in
};

struct OpeningReply {
  std::string opening, reply;
  bool turkish = false, right_language = false;
  std::string topic_word;  // first letters of a word in the reply that belongs to the opening's topic, or ""
};

struct OpeningResults {
  int64_t asked = 0, right_language = 0, has_topic_word = 0;
  std::vector<OpeningReply> replies;
};

class Openings {
 public:
  // `each` opening lines in either language, from the course's dialogues for validation, spread evenly over the topics.
  // The same for the same seed.
  explicit Openings(uint64_t seed, int64_t each = 20);

  // The model answers each line, always with its likeliest token: the result is the model's and not that of chance.
  // Stops early after `goes_on` has returned false (asked before each line).
  OpeningResults ask(LanguageModel& model, const Tokenizer& tokenizer, const std::function<bool()>& goes_on = {}) const;

  // What replies score that know nothing of the line: `draws` for each line, of training dialogues of other topics in
  // the same language. A model that has learned to answer scores clearly more.
  OpeningResults of_chance(int64_t draws = 25) const;

  // What the held-out dialogues' own replies score: what can be hoped for.
  OpeningResults of_people() const;

 private:
  struct Opening {
    std::string topic, line, reply;  // the reply that the dialogue has
    bool turkish = false;
  };

  void add(const std::vector<Dialogue>& kept_back, bool turkish, int64_t count);
  OpeningReply judged(const Opening& opening, const std::string& reply) const;

  uint64_t seed_;
  std::vector<Dialogue> turkish_, english_;  // for training: to count words in, and to draw replies from
  LanguageGuess language_;
  TopicWords turkish_words_, english_words_;
  std::vector<Opening> openings_;
};

}  // namespace dikkat
