#include "lessons/models/openings.h"

#include <algorithm>
#include <random>

#include "lessons/models/conversation.h"
#include "lessons/models/reply.h"
#include "lessons/models/turns.h"
#include "lessons/models/words.h"

namespace dikkat {

namespace {

constexpr size_t compared_letters = 5;    // what suffixes follow is compared, they are not
constexpr size_t shortest_word = 3;       // letters
constexpr int64_t times_as_frequent = 2;  // a topic word is among its topic
constexpr int64_t fewest_dialogues = 3;   // that it stands in there
constexpr int64_t longest_reply = 60;     // tokens
constexpr uint64_t training_seed = 1;     // the words counted are always the same

}  // namespace

TopicWords::TopicWords(const std::vector<Dialogue>& dialogues, Language language)
    : language_(language), all_dialogues_(static_cast<int64_t>(dialogues.size())) {
  for (const Dialogue& dialogue : dialogues) {
    ++dialogues_[dialogue.topic];
    std::set<std::string> words;
    for (const std::string& line : spoken_lines(dialogue.dialogue)) {
      for (const std::string& word : words_of(line, language)) words.insert(first_letters(word, compared_letters));
    }
    for (const std::string& word : words) ++words_[word][dialogue.topic];
  }
}

std::set<std::string> TopicWords::of(std::string_view text, const std::string& topic) const {
  std::set<std::string> found;
  const auto known = dialogues_.find(topic);
  if (known == dialogues_.end()) return found;
  const int64_t inside = known->second, outside = all_dialogues_ - inside;
  for (const std::string& word : words_of(text, language_)) {
    const std::string beginning = first_letters(word, compared_letters);
    const auto counts = words_.find(beginning);
    if (counts == words_.end() || letter_count(beginning) < shortest_word) continue;
    int64_t with_word_inside = 0, with_word = 0;
    for (const auto& [where, count] : counts->second) {
      with_word += count;
      if (where == topic) with_word_inside = count;
    }
    // inside share >= times * outside share, without dividing
    const bool is_typical = with_word_inside * outside >= times_as_frequent * (with_word - with_word_inside) * inside;
    if (is_typical && with_word_inside >= fewest_dialogues) found.insert(beginning);
  }
  return found;
}

Openings::Openings(uint64_t seed, int64_t each)
    : seed_(seed),
      turkish_(make_dialogues(skeleton_files(true), false, 1, training_seed)),
      english_(make_dialogues(skeleton_files(false), false, 1, training_seed)),
      language_(LanguageGuess::of_the_course()),
      turkish_words_(turkish_, Language::turkish),
      english_words_(english_, Language::any) {
  for (const bool turkish : {true, false}) add(make_dialogues(skeleton_files(turkish), true, 1, seed), turkish, each);
}

// In turn one dialogue of each topic. They come shuffled.
void Openings::add(const std::vector<Dialogue>& kept_back, bool turkish, int64_t count) {
  std::map<std::string, std::vector<const Dialogue*>> of_topic;
  for (const Dialogue& dialogue : kept_back) of_topic[dialogue.topic].push_back(&dialogue);
  for (size_t round = 0, before = openings_.size() + 1; count > 0 && before != openings_.size(); ++round) {
    before = openings_.size();
    for (const auto& [topic, dialogues] : of_topic) {
      if (round >= dialogues.size() || count == 0) continue;
      const std::vector<std::string> lines = spoken_lines(dialogues[round]->dialogue);
      if (lines.size() < 2) continue;
      openings_.push_back({.topic = topic, .line = lines[0], .reply = lines[1], .turkish = turkish});
      --count;
    }
  }
}

OpeningReply Openings::judged(const Opening& opening, const std::string& reply) const {
  OpeningReply result{.opening = opening.line, .reply = reply, .turkish = opening.turkish, .topic_word = ""};
  result.right_language = language_(reply) == (opening.turkish ? Spoken::turkish : Spoken::english);
  const auto words = (opening.turkish ? turkish_words_ : english_words_).of(reply, opening.topic);
  if (!words.empty()) result.topic_word = *words.begin();
  return result;
}

namespace {

void count_in(OpeningResults& results, OpeningReply reply) {
  ++results.asked;
  results.right_language += reply.right_language;
  results.has_topic_word += !reply.topic_word.empty();
  results.replies.push_back(std::move(reply));
}

}  // namespace

OpeningResults Openings::ask(LanguageModel& model, const Tokenizer& tokenizer,
                             const std::function<bool()>& goes_on) const {
  const int64_t room = std::min(longest_reply, model.context_length() / 4);
  const GenerateOptions likeliest = {.max_new_tokens = longest_reply, .temperature = 0, .top_k = 0};
  OpeningResults results;
  for (const Opening& opening : openings_) {
    if (goes_on && !goes_on()) break;
    Conversation conversation(tokenizer, model.context_length(), room);
    conversation.say(opening.line);
    const std::string reply = write_turn(model, tokenizer, conversation.prompt().ids, likeliest);
    count_in(results, judged(opening, reply));
  }
  return results;
}

OpeningResults Openings::of_chance(int64_t draws) const {
  std::mt19937_64 engine(seed_);
  OpeningResults results;
  for (const Opening& opening : openings_) {
    const std::vector<Dialogue>& dialogues = opening.turkish ? turkish_ : english_;
    for (int64_t i = 0; i < draws;) {
      const Dialogue& other = dialogues[engine() % dialogues.size()];
      const std::vector<std::string> lines = spoken_lines(other.dialogue);
      if (other.topic == opening.topic || lines.size() < 2) continue;
      count_in(results, judged(opening, lines[1]));
      ++i;
    }
  }
  return results;
}

OpeningResults Openings::of_people() const {
  OpeningResults results;
  for (const Opening& opening : openings_) count_in(results, judged(opening, opening.reply));
  return results;
}

}  // namespace dikkat
