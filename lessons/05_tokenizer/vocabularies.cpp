// Vocabularies trained on the texts: their merges, their tokens, and one sentence as they grow.
#include <algorithm>
#include <chrono>

#include "lessons/05_tokenizer/show.h"
#include "lessons/stage/letters.h"
#include "tokenizer/train.h"

namespace dikkat {

namespace {

constexpr size_t first_ending = 13, last_ending = 100;  // the ranks among which suffixes appear, counted from 1

// A token, or the beginning of a very long one.
std::string brief(const Lesson& lesson, const std::string& token) {
  constexpr int widest = 24;
  const std::string whole = shown(lesson, token);
  return display_width(whole) <= widest ? whole : std::string(fit_prefix(whole, widest)) + "...";
}

std::string list_of(const Lesson& lesson, const std::vector<std::string>& tokens) {
  std::string list;
  for (const std::string& token : tokens) list += (list.empty() ? "" : "  ") + brief(lesson, token);
  return list;
}

// What was learned in those ranks and can stand at the end of a word: no space before it, more than one letter.
std::vector<std::string> possible_endings(const Vocabulary& vocabulary) {
  std::vector<std::string> endings;
  for (const Merge& merge : vocabulary.merges) {
    if (merge.rank + 1 < first_ending || merge.rank + 1 > last_ending) continue;
    const std::string& token = vocabulary.tokens[static_cast<size_t>(merge.result)];
    if (!token.starts_with(' ') && count_characters(token) > 1) endings.push_back(token);
  }
  return endings;
}

std::vector<std::string> longest_tokens(const Vocabulary& vocabulary) {
  constexpr size_t most = 10;
  std::vector<std::string> longest(vocabulary.tokens.begin() + 256, vocabulary.tokens.end());
  std::stable_sort(longest.begin(), longest.end(), [](const std::string& a, const std::string& b) {
    return count_characters(a) > count_characters(b);
  });
  longest.resize(std::min(most, longest.size()));
  return longest;
}

Json size_of(const std::string& key, const Vocabulary& vocabulary, int64_t largest) {
  Json row = Json::object();
  row.set("text", key);
  row.set("vocab_size", vocabulary.size());
  row.set("limit_reached", vocabulary.size() == largest);
  return row;
}

}  // namespace

std::vector<Vocabulary> train_each(Lesson& lesson, const std::vector<Text>& texts, int64_t largest) {
  const auto begun = std::chrono::steady_clock::now();
  std::vector<Vocabulary> vocabularies;
  for (const Text& text : texts)
    vocabularies.push_back(train_bpe(text.training, {.vocab_size = largest, .special_tokens = {}}).vocabulary);
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begun;
  lesson.set("milliseconds", 1000 * taken.count(), 1);
  lesson.set("limit", std::to_string(largest));
  lesson.set("largest_tr", std::to_string(vocabularies[0].size()));
  lesson.set("largest_en", std::to_string(vocabularies[1].size()));
  lesson.set("first_ending", static_cast<int64_t>(first_ending));
  lesson.set("last_ending", static_cast<int64_t>(last_ending));
  lesson.record("seconds_training", taken.count());
  Json sizes = Json::array();
  for (size_t i = 0; i < texts.size(); ++i) sizes.append(size_of(texts[i].key, vocabularies[i], largest));
  lesson.record("largest", sizes);
  return vocabularies;
}

Vocabulary train_together(Lesson& lesson, const std::vector<Text>& texts, int64_t largest) {
  std::vector<std::string_view> all;
  for (const Text& text : texts) all.push_back(text.training);
  Vocabulary together = train_bpe(all, {.vocab_size = largest}).vocabulary;
  lesson.set("together", std::to_string(together.size()));
  lesson.record("together", size_of("all", together, largest));
  return together;
}

void show_vocabularies(Lesson& lesson, const std::vector<Text>& texts, const std::vector<Vocabulary>& vocabularies,
                       int64_t largest) {
  constexpr size_t most_rows = 6;
  Table reached({lesson.label("text"), lesson.label("vocab_size"), lesson.label("stopped")});
  std::vector<std::string> columns = {lesson.label("rank")};
  for (size_t i = 0; i < texts.size(); ++i) {
    const int64_t size = vocabularies[i].size();
    reached.add({texts[i].name, std::to_string(size), lesson.label(size == largest ? "at_limit" : "no_pairs")});
    columns.push_back(texts[i].name);
  }
  lesson.table(reached);

  Table table(columns);
  table.title = lesson.label("first_merges");
  for (size_t rank = 0; rank < most_rows; ++rank) {
    std::vector<std::string> row = {std::to_string(rank + 1)};
    for (const Vocabulary& vocabulary : vocabularies) {
      if (rank < vocabulary.merges.size()) {
        const Merge& merge = vocabulary.merges[rank];
        row.push_back(brief(lesson, vocabulary.tokens[static_cast<size_t>(merge.left)]) + " + " +
                      brief(lesson, vocabulary.tokens[static_cast<size_t>(merge.right)]));
      } else {
        row.emplace_back("-");
      }
    }
    table.add(row);
  }
  lesson.table(table);

  for (size_t i = 0; i < texts.size(); ++i) {
    const std::string endings = list_of(lesson, possible_endings(vocabularies[i]));
    lesson.line("");
    if (!endings.empty())
      lesson.quote(lesson.label("endings", {{"first", std::to_string(first_ending)},
                                            {"last", std::to_string(last_ending)},
                                            {"text", texts[i].name}}),
                   endings);
    lesson.quote(lesson.label("longest", {{"text", texts[i].name}}), list_of(lesson, longest_tokens(vocabularies[i])));
  }
}

void show_ladder(Lesson& lesson, const Vocabulary& vocabulary) {
  const std::string sentence = lesson.label("sentence");
  Json rungs = Json::array();
  for (int64_t size = 256;; size *= 2) {
    const int64_t real = std::min(size, vocabulary.size());
    const Tokenizer tokenizer(first_tokens(vocabulary, real));
    std::vector<ShownToken> tokens;
    for (const int32_t id : tokenizer.encode(sentence)) tokens.push_back({tokenizer.token(id)});
    if (size > 256) lesson.line("");
    lesson.line(
        lesson.label("ladder_caption", {{"size", std::to_string(real)}, {"tokens", std::to_string(tokens.size())}}));
    lesson.tokens(tokens);
    Json rung = Json::object();
    rung.set("vocab_size", real);
    rung.set("tokens", static_cast<int64_t>(tokens.size()));
    rungs.append(rung);
    if (real == vocabulary.size()) break;
  }
  lesson.record("ladder", rungs);
}

}  // namespace dikkat
