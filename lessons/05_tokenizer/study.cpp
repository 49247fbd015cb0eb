// Vocabularies of different sizes against each other: what size buys, and what it costs.
#include <functional>
#include <memory>
#include <set>

#include "lessons/05_tokenizer/numbers.h"
#include "lessons/05_tokenizer/show.h"

namespace dikkat {

namespace {

Json figures(const std::string& key, const Judgement& judgement) {
  Json row = Json::object();
  row.set("text", key);
  row.set("vocab_size", judgement.size);
  row.set("tokens_per_word", judgement.tokens_per_word);
  row.set("bits_per_token", judgement.bits_per_token);
  row.set("bits_per_character", judgement.bits_per_character);
  row.set("rare", judgement.rare);
  return row;
}

// The vocabulary of that size; null if the text's own never reached it.
const Judgement* of_size(const Study& study, int64_t size) {
  for (const Judgement& judgement : study.sizes)
    if (judgement.size == size) return &judgement;
  return nullptr;
}

// The largest of the sizes 256, 512, 1024 ... that both languages have.
int64_t shared_size(const std::vector<Study>& studies) {
  int64_t size = 256;
  while (of_size(studies[0], 2 * size) != nullptr && of_size(studies[1], 2 * size) != nullptr) size *= 2;
  return size;
}

// 256, 512, 1024 ... and, if wanted, the last size of each text.
std::set<int64_t> rows_of(const std::vector<Study>& studies, bool with_last) {
  std::set<int64_t> rows;
  for (const Study& study : studies) {
    for (int64_t size = 256; of_size(study, size) != nullptr; size *= 2) rows.insert(size);
    if (with_last) rows.insert(study.sizes.back().size);
  }
  return rows;
}

void show_table(Lesson& lesson, const std::string& title, const std::vector<Study>& studies,
                const std::set<int64_t>& sizes, const std::function<std::string(const Judgement&)>& cell) {
  std::vector<std::string> columns = {lesson.label("vocab_size")};
  for (const Study& study : studies) columns.push_back(study.name);
  Table table(columns);
  table.title = title;
  for (const int64_t size : sizes) {
    std::vector<std::string> row = {std::to_string(size)};
    for (const Study& study : studies) {
      const Judgement* judgement = of_size(study, size);
      row.push_back(judgement != nullptr ? cell(*judgement) : "-");
    }
    table.add(row);
  }
  lesson.table(table);
}

void show_chart(Lesson& lesson, const std::string& title, const std::vector<Study>& studies,
                double Judgement::*figure) {
  std::vector<Curve> curves;
  for (const Study& study : studies) {
    Curve curve{study.name, {}, {}};
    for (const Judgement& judgement : study.sizes) curve.add(static_cast<double>(judgement.size), judgement.*figure);
    curves.push_back(curve);
  }
  lesson.chart(title, curves);
}

}  // namespace

std::vector<Study> study_sizes(Lesson& lesson, const std::vector<Text>& texts,
                               const std::vector<Vocabulary>& vocabularies) {
  constexpr size_t long_text = 500'000;  // bytes: from here on it takes seconds
  bool is_long = false;
  int64_t done = 0, total = 0;
  for (size_t i = 0; i < texts.size(); ++i) {
    is_long |= texts[i].training.size() > long_text;
    total += static_cast<int64_t>(sizes_up_to(vocabularies[i].size()).size());
  }
  std::unique_ptr<Progress> progress;
  if (is_long) progress = lesson.progress(total, lesson.label("measuring"), "");
  std::vector<Study> studies;
  for (size_t i = 0; i < texts.size(); ++i) {
    Study study{texts[i].key, texts[i].name, {}};
    for (const int64_t size : sizes_up_to(vocabularies[i].size())) {
      if (Lesson::interrupted()) return studies;
      study.sizes.push_back(judge(Tokenizer(first_tokens(vocabularies[i], size)), texts[i]));
      if (progress) progress->update(++done, 0);
    }
    studies.push_back(study);
  }
  return studies;
}

void set_study(Lesson& lesson, const std::vector<Study>& studies) {
  const int64_t size = shared_size(studies);
  const Judgement &bytes = *of_size(studies[0], 256), &turkish = *of_size(studies[0], size),
                  &english = *of_size(studies[1], size);
  lesson.set("shared_size", std::to_string(size));
  lesson.set("tokens_bytes", bytes.tokens_per_word, 2);
  lesson.set("tokens_tr", turkish.tokens_per_word, 2);
  lesson.set("tokens_en", english.tokens_per_word, 2);
  lesson.set("tokens_ratio", turkish.tokens_per_word / english.tokens_per_word, 2);
  lesson.set("token_bits_bytes", bytes.bits_per_token, 2);
  lesson.set("token_bits", turkish.bits_per_token, 2);
  lesson.set("character_bits_bytes", bytes.bits_per_character, 2);
  lesson.set("character_bits", turkish.bits_per_character, 2);
  lesson.set("character_bits_en", english.bits_per_character, 2);
  lesson.set("few", few);
  lesson.set("rare_tr", 100 * studies[0].sizes.back().rare, 1);
  lesson.set("rare_en", 100 * studies[1].sizes.back().rare, 1);
  Json rows = Json::array();
  for (const Study& study : studies)
    for (const Judgement& judgement : study.sizes) rows.append(figures(study.key, judgement));
  lesson.record("sizes", rows);
}

void predict_language(Lesson& lesson, const std::vector<Study>& studies) {
  constexpr double same_within = 1.05;
  const int64_t size = shared_size(studies);
  const double ratio = of_size(studies[0], size)->tokens_per_word / of_size(studies[1], size)->tokens_per_word;
  lesson.predict("language", {studies[0].name, studies[1].name, lesson.label("about_the_same")},
                 ratio > same_within       ? 0
                 : ratio < 1 / same_within ? 1
                                           : 2);
}

void show_tokens_per_word(Lesson& lesson, const std::vector<Study>& studies) {
  show_table(lesson, lesson.label("tokens_per_word"), studies, rows_of(studies, false),
             [](const Judgement& judgement) { return fixed(judgement.tokens_per_word, 2); });
  show_chart(lesson, lesson.label("tokens_per_word_chart"), studies, &Judgement::tokens_per_word);
}

void show_bits(Lesson& lesson, const std::vector<Study>& studies) {
  show_table(lesson, lesson.label("bits_per_character"), studies, rows_of(studies, false),
             [](const Judgement& judgement) { return fixed(judgement.bits_per_character, 2); });
}

void show_bits_chart(Lesson& lesson, const std::vector<Study>& studies) {
  show_chart(lesson, lesson.label("bits_per_character_chart"), studies, &Judgement::bits_per_character);
}

void show_rare(Lesson& lesson, const std::vector<Study>& studies) {
  show_table(
      lesson, lesson.label("rare", {{"few", std::to_string(few)}}), studies, rows_of(studies, true),
      [](const Judgement& judgement) { return judgement.size > 256 ? percent(judgement.rare) : std::string("-"); });
}

}  // namespace dikkat
