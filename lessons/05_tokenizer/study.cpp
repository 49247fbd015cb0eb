// Vocabularies trained on the dialogues, their sizes against each other, and the letters i.
#include <algorithm>
#include <chrono>

#include "lessons/05_tokenizer/numbers.h"
#include "lessons/05_tokenizer/show.h"
#include "tokenizer/train.h"

namespace dikkat {

namespace {

constexpr int64_t bytes_alone = 256;

bool drawing(const Lesson& lesson) {
  return !lesson.flags.boolean("plain");
}

Json figures(const std::string& name, const Judgement& judgement) {
  Json row = Json::object();
  row.set("text", name);
  row.set("vocab_size", judgement.size);
  row.set("tokens_per_word", judgement.tokens_per_word);
  row.set("bits_per_token", judgement.bits_per_token);
  row.set("bits_per_character", judgement.bits_per_character);
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
  lesson.set("largest_tr", vocabularies[0].size());
  lesson.set("largest_en", vocabularies[1].size());
  lesson.record("seconds_training", taken.count());
  return vocabularies;
}

Vocabulary train_together(const std::vector<Text>& texts, int64_t largest) {
  std::vector<std::string_view> all;
  for (const Text& text : texts) all.push_back(text.training);
  return train_bpe(all, {.vocab_size = largest}).vocabulary;
}

void show_vocabularies(Lesson& lesson, const std::vector<Text>& texts, const std::vector<Vocabulary>& vocabularies) {
  constexpr size_t most_rows = 10, most_tokens_shown = 16;
  std::vector<std::string> columns = {lesson.label("rank")};
  for (const Text& text : texts) columns.push_back(text.name);
  Table table(columns);
  table.title = lesson.label("first_merges");
  for (size_t rank = 0; rank < most_rows; ++rank) {
    std::vector<std::string> row = {std::to_string(rank + 1)};
    for (const Vocabulary& vocabulary : vocabularies) {
      if (rank >= vocabulary.merges.size()) continue;
      const Merge& merge = vocabulary.merges[rank];
      row.push_back(visible(vocabulary.tokens[merge.left], drawing(lesson)) + " + " +
                    visible(vocabulary.tokens[merge.right], drawing(lesson)));
    }
    table.add(row);
  }
  lesson.table(table);
  for (size_t i = 0; i < texts.size(); ++i) {
    std::vector<std::string> longest = vocabularies[i].tokens;
    std::stable_sort(longest.begin(), longest.end(), [](const std::string& a, const std::string& b) {
      return characters_of(a).size() > characters_of(b).size();
    });
    std::string list;
    for (size_t token = 0; token < std::min(most_tokens_shown, longest.size()); ++token)
      list += (token > 0 ? "  " : "") + visible(longest[token], drawing(lesson));
    lesson.line("");
    lesson.quote(lesson.label("longest", {{"text", texts[i].name}}), list);
  }
}

void show_ladder(Lesson& lesson, const Vocabulary& vocabulary) {
  lesson.line("");
  lesson.line(lesson.label("ladder"));
  const std::string sentence = lesson.label("sentence");
  for (int64_t size = bytes_alone;; size *= 2) {
    const int64_t real = std::min(size, vocabulary.size());
    const Tokenizer tokenizer(first_tokens(vocabulary, real));
    std::vector<ShownToken> shown;
    for (const int32_t id : tokenizer.encode(sentence)) shown.push_back({tokenizer.token(id)});
    lesson.line("");
    lesson.line(
        lesson.label("ladder_caption", {{"size", std::to_string(real)}, {"tokens", std::to_string(shown.size())}}));
    lesson.tokens(shown);
    if (real == vocabulary.size()) break;
  }
}

// Sizes ---------------------------------------------------------------------------------------------------------------

std::vector<Study> study_sizes(const std::vector<Text>& texts, const std::vector<Vocabulary>& vocabularies,
                               int64_t largest) {
  std::vector<int64_t> shared;
  for (int64_t size = bytes_alone; size <= largest; size *= 2) {
    shared.push_back(size);
    if (size + size / 2 <= largest) shared.push_back(size + size / 2);
  }
  if (shared.back() < largest) shared.push_back(largest);
  std::vector<Study> studies;
  for (size_t i = 0; i < texts.size(); ++i) {
    Study study{texts[i].name, {}, {}};
    for (const int64_t size : shared)
      if (size <= vocabularies[i].size())
        study.table.push_back(judge(Tokenizer(first_tokens(vocabularies[i], size)), texts[i]));
    for (const int64_t size : sizes_up_to(vocabularies[i].size(), 16))
      study.curve.push_back(judge(Tokenizer(first_tokens(vocabularies[i], size)), texts[i]));
    studies.push_back(study);
  }
  return studies;
}

namespace {

// The last row that both languages have.
size_t last_shared(const std::vector<Study>& studies) {
  return std::min(studies[0].table.size(), studies[1].table.size()) - 1;
}

}  // namespace

void set_study(Lesson& lesson, const std::vector<Study>& studies) {
  const size_t last = last_shared(studies);
  const Judgement &turkish = studies[0].table[last], &english = studies[1].table[last];
  lesson.set("shared_size", turkish.size);
  lesson.set("tokens_tr", turkish.tokens_per_word, 2);
  lesson.set("tokens_en", english.tokens_per_word, 2);
  lesson.set("tokens_ratio", turkish.tokens_per_word / english.tokens_per_word, 2);
  const Judgement& bytes = studies[0].table[0];
  lesson.set("token_bits_bytes", bytes.bits_per_token, 2);
  lesson.set("token_bits", turkish.bits_per_token, 2);
  lesson.set("character_bits_bytes", bytes.bits_per_character, 2);
  lesson.set("character_bits", turkish.bits_per_character, 2);
  lesson.set("character_bits_en", english.bits_per_character, 2);
  lesson.set("length_in_tokens", bytes.tokens_per_word / turkish.tokens_per_word, 1);
  Json rows = Json::array();
  for (const Study& study : studies)
    for (const Judgement& judgement : study.table) rows.append(figures(study.name, judgement));
  lesson.record("sizes", rows);
}

void predict_language(Lesson& lesson, const std::vector<Study>& studies) {
  constexpr double same_within = 1.05;
  const size_t last = last_shared(studies);
  const double ratio = studies[0].table[last].tokens_per_word / studies[1].table[last].tokens_per_word;
  lesson.predict("language", {studies[0].name, studies[1].name, lesson.label("about_the_same")},
                 ratio > same_within       ? 0
                 : ratio < 1 / same_within ? 1
                                           : 2);
}

void show_study(Lesson& lesson, const std::vector<Study>& studies) {
  const auto draw = [&](const std::string& label, double Judgement::*figure) {
    std::vector<std::string> columns = {lesson.label("vocab_size")};
    std::vector<Curve> curves;
    size_t rows = 0;
    for (const Study& study : studies) {
      columns.push_back(study.name);
      Curve curve{study.name, {}, {}};
      for (const Judgement& judgement : study.curve) curve.add(static_cast<double>(judgement.size), judgement.*figure);
      curves.push_back(curve);
      rows = std::max(rows, study.table.size());
    }
    Table table(columns);
    table.title = lesson.label(label);
    for (size_t row = 0; row < rows; ++row) {
      std::vector<std::string> cells(1);
      for (const Study& study : studies)
        if (row < study.table.size()) cells[0] = std::to_string(study.table[row].size);
      for (const Study& study : studies)
        cells.push_back(row < study.table.size() ? fixed(study.table[row].*figure, 2) : "-");
      table.add(cells);
    }
    lesson.table(table);
    lesson.chart(lesson.label(label + "_chart"), curves);
  };
  draw("tokens_per_word", &Judgement::tokens_per_word);
  draw("bits_per_character", &Judgement::bits_per_character);
}

// The letters i -------------------------------------------------------------------------------------------------------

namespace {

const std::string border = "SINIR", good = "İYİ";

}  // namespace

void set_lower_case(Lesson& lesson, const std::vector<Text>& texts) {
  lesson.set("border", border);
  lesson.set("border_tr", lower(border, true));
  lesson.set("border_any", lower(border, false));
  lesson.set("good", good);
  lesson.set("good_letters", static_cast<int64_t>(characters_of(good).size()));
  lesson.set("good_letters_any", static_cast<int64_t>(characters_of(lower(good, false)).size()));
  lesson.set("damaged_tr", 100 * up_and_down(texts[0].held_back, true, false).damaged, 1);
  lesson.set("damaged_en", 100 * up_and_down(texts[1].held_back, false, true).damaged, 1);
}

void show_lower_case(Lesson& lesson, const std::vector<Text>& texts, const Tokenizer& tokenizer) {
  const std::vector<std::string> choices = {lower(border, true), lower(border, false), "sInIr"};
  lesson.predict("lower", choices, 1);

  Table words({lesson.label("written"), lesson.label("any_rule"), lesson.label("characters"),
               lesson.label("turkish_rule"), lesson.label("characters")});
  for (const std::string& word : {border, std::string("ILIK"), good, std::string("ÇİÇEK"), std::string("IŞIK")}) {
    const std::string any = lower(word, false), turkish = lower(word, true);
    words.add(
        {word, any, std::to_string(characters_of(any).size()), turkish, std::to_string(characters_of(turkish).size())});
  }
  lesson.table(words);

  Table damage({lesson.label("text"), lesson.label("rule"), lesson.label("damaged"), lesson.label("tokens_per_word")});
  damage.title = lesson.label("damage_title");
  Json rows = Json::array();
  for (size_t i = 0; i < 2; ++i) {
    const bool text_is_turkish = i == 0;
    for (const bool rule_is_turkish : {text_is_turkish, !text_is_turkish}) {
      const RoundTrip trip = up_and_down(texts[i].held_back, text_is_turkish, rule_is_turkish);
      const double tokens = tokens_per_word(tokenizer, trip.lowered);
      damage.add({texts[i].name, lesson.label(rule_is_turkish ? "turkish_rule" : "any_rule"), percent(trip.damaged),
                  fixed(tokens, 2)});
      Json row = Json::object();
      row.set("text", texts[i].name);
      row.set("turkish_rule", rule_is_turkish);
      row.set("damaged", trip.damaged);
      row.set("tokens_per_word", tokens);
      rows.append(row);
    }
  }
  lesson.table(damage);
  lesson.record("lower_case", rows);
}

}  // namespace dikkat
