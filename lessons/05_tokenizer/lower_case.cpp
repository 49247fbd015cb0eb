// The letters i: what becomes of Turkish and English words in lower case, by either rule.
#include "lessons/05_tokenizer/numbers.h"
#include "lessons/05_tokenizer/show.h"

namespace dikkat {

namespace {

const std::string border = "SINIR", good = "İYİ";

}  // namespace

void set_lower_case(Lesson& lesson, const std::vector<Text>& texts) {
  lesson.set("border", border);
  lesson.set("border_tr", lower(border, true));
  lesson.set("border_any", lower(border, false));
  lesson.set("good", good);
  lesson.set("good_letters", count_characters(good));
  lesson.set("good_letters_any", count_characters(lower(good, false)));
  lesson.set("damaged_tr", 100 * up_and_down(texts[0].held_out, true, false).damaged, 1);
  lesson.set("damaged_en", 100 * up_and_down(texts[1].held_out, false, true).damaged, 1);
}

void show_lower_case(Lesson& lesson, const std::vector<Text>& texts, const Tokenizer& tokenizer) {
  const std::vector<std::string> choices = {lower(border, true), lower(border, false), "sInIr"};
  lesson.predict("lower", choices, 1);

  Table words({lesson.label("written"), lesson.label("any_rule"), lesson.label("characters"),
               lesson.label("turkish_rule"), lesson.label("characters")});
  Json lengths = Json::array();
  for (const std::string& word : {border, std::string("ILIK"), good, std::string("ÇİÇEK"), std::string("IŞIK")}) {
    const std::string any = lower(word, false), turkish = lower(word, true);
    const int64_t characters_any = count_characters(any), characters_turkish = count_characters(turkish);
    words.add({word, any, std::to_string(characters_any), turkish, std::to_string(characters_turkish)});
    Json row = Json::object();
    row.set("word", word);
    row.set("characters_any_rule", characters_any);
    row.set("characters_turkish_rule", characters_turkish);
    lengths.append(row);
  }
  lesson.table(words);
  lesson.record("lower_case_words", lengths);

  Table damage({lesson.label("text"), lesson.label("rule"), lesson.label("damaged"), lesson.label("tokens_per_word")});
  damage.title = lesson.label("damage_title", {{"size", std::to_string(tokenizer.vocab_size())}});
  Json rows = Json::array();
  for (size_t i = 0; i < 2; ++i) {
    const bool text_is_turkish = i == 0;
    for (const bool rule_is_turkish : {text_is_turkish, !text_is_turkish}) {
      const RoundTrip trip = up_and_down(texts[i].held_out, text_is_turkish, rule_is_turkish);
      const double tokens = tokens_per_word(tokenizer, trip.lowered);
      damage.add({texts[i].name, lesson.label(rule_is_turkish ? "turkish_rule" : "any_rule"), percent(trip.damaged),
                  fixed(tokens, 2)});
      Json row = Json::object();
      row.set("text", texts[i].key);
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
