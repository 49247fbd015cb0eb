// The reader's turn: other vocabularies, own texts.
#include <algorithm>

#include "lessons/05_tokenizer/numbers.h"
#include "lessons/05_tokenizer/show.h"

namespace dikkat {

namespace {

constexpr size_t most_shown = 300;  // tokens: a few screens

Json json_of(const Row& ids) {
  Json all = Json::array();
  for (const int32_t id : ids) all.append(static_cast<int64_t>(id));
  return all;
}

// One text by one vocabulary: tokens with their ids, and the figures below. Returns the ids.
Row show_tokens(Lesson& lesson, const std::string& name, const Tokenizer& tokenizer, const std::string& text) {
  const Row ids = tokenizer.encode(text, SpecialTokens::as_text);
  std::vector<ShownToken> shown;
  for (size_t i = 0; i < std::min(ids.size(), most_shown); ++i)
    shown.push_back({tokenizer.token(ids[i]), std::to_string(ids[i])});
  lesson.line(name + ":");
  lesson.tokens(shown);
  if (shown.size() < ids.size())
    lesson.line(lesson.label("more", {{"count", std::to_string(ids.size() - shown.size())}}));
  const size_t words = words_of(text).size();
  std::string figures = lesson.label("figures", {{"tokens", std::to_string(ids.size())},
                                                 {"characters", std::to_string(count_characters(text))},
                                                 {"bytes", std::to_string(text.size())}});
  if (words > 0) {
    const double per_word = static_cast<double>(ids.size()) / static_cast<double>(words);
    figures += lesson.label("figures_words", {{"per_word", fixed(per_word, 2)}});
  }
  lesson.line(figures + ".");
  if (tokenizer.decode(ids) != text) lesson.line(lesson.label("changed"));
  return ids;
}

void show_both(Lesson& lesson, const Tokenizer& ours, const std::optional<Tokenizer>& theirs, const std::string& text,
               Json* record) {
  const Row ids = show_tokens(lesson, lesson.label("ours"), ours, text);
  if (record != nullptr) record->set("ours", json_of(ids));
  if (!theirs) return;
  lesson.line("");
  const Row their_ids = show_tokens(lesson, lesson.flags.word("vocab"), *theirs, text);
  if (record != nullptr) record->set("theirs", json_of(their_ids));
}

}  // namespace

void compare_vocabularies(Lesson& lesson, const std::vector<Text>& texts, const Tokenizer& ours,
                          const Tokenizer& theirs) {
  std::vector<std::string> columns = {lesson.label("vocabulary"), lesson.label("vocab_size")};
  for (const Text& text : texts) columns.push_back(text.name);
  Table table(columns);
  table.title = lesson.label("tokens_per_word");
  Json rows = Json::array();
  const auto add = [&](const std::string& key, const std::string& name, const Tokenizer& tokenizer) {
    std::vector<std::string> cells = {name, std::to_string(tokenizer.vocab_size())};
    Json row = Json::object();
    row.set("vocabulary", key);
    row.set("vocab_size", tokenizer.vocab_size());
    Json values = Json::object();
    for (const Text& text : texts) {
      const double tokens = tokens_per_word(tokenizer, text.held_out);
      cells.push_back(fixed(tokens, 2));
      values.set(text.key, tokens);
    }
    row.set("tokens_per_word", values);
    rows.append(row);
    table.add(cells);
  };
  add("ours", lesson.label("ours"), ours);
  add("theirs", lesson.flags.word("vocab"), theirs);
  lesson.table(table);
  lesson.record("vocabularies", rows);
}

void show_own_text(Lesson& lesson, const Tokenizer& ours, const std::optional<Tokenizer>& theirs) {
  const std::string text = lesson.flags.given("text") ? lesson.flags.word("text") : lesson.label("own_sentence");
  Json record = Json::object();
  record.set("text", harmless(text, true));
  show_both(lesson, ours, theirs, text, &record);
  lesson.record("own_text", record);
}

void conversation(Lesson& lesson, const Tokenizer& ours, const std::optional<Tokenizer>& theirs) {
  lesson.section("try");
  while (const std::optional<std::string> line = lesson.read_line(lesson.label("you") + "> ")) {
    if (line->empty() && lesson.input_is_terminal()) break;
    if (!line->empty()) show_both(lesson, ours, theirs, *line, nullptr);
    if (Lesson::interrupted()) break;
  }
}

}  // namespace dikkat
