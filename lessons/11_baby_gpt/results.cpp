#include "lessons/11_baby_gpt/results.h"

#include <algorithm>
#include <cmath>

#include "lessons/11_baby_gpt/options.h"
#include "lessons/models/openings.h"
#include "lessons/models/turns.h"
#include "lessons/models/words.h"
#include "lessons/stage/figures.h"

namespace dikkat {

namespace {

constexpr int64_t memorised_tokens = 8;         // the length of the sequences that are looked for
constexpr size_t most_counted = 2'000'000;      // tokens: n-grams take 200 bytes of memory for each
constexpr uint32_t result_draws = 0x10000000u;  // other texts than the samples during training

// The tokens that the model is judged on.
std::span<const int32_t> judged_tokens(const TokenData& tokens, int64_t block_size, int64_t most_windows) {
  const int64_t windows = std::min(most_windows, count_windows(tokens.validation, block_size));
  return std::span(tokens.validation).first(static_cast<size_t>(windows * block_size + 1));
}

std::vector<int32_t> write_texts(Lesson& lesson, GPT& model, const Tokenizer& tokenizer, int64_t count) {
  GenerateOptions options = writing_options(lesson, result_draws);
  options.max_new_tokens = 80;
  const bool has_turns = knows_turns(tokenizer);
  const std::vector<int32_t> beginning =
      has_turns ? tokenizer.encode(first_speaker, SpecialTokens::allowed) : tokenizer.encode("\n");
  std::vector<int32_t> written;
  for (int64_t i = 0; i < count && !Lesson::interrupted(); ++i, ++options.draw) {
    const std::vector<int32_t> text = generate(model, beginning, options);
    written.insert(written.end(), text.begin(), text.end());
  }
  return written;
}

}  // namespace

double Baseline::bits_per_character(double loss) const {
  return loss / characters_per_token / std::log(2.0);
}

Baseline show_baseline(Lesson& lesson, const TokenData& tokens, const Tokenizer& tokenizer,
                       const BabyGPTSetting& setting) {
  const auto judged = judged_tokens(tokens, setting.config.block_size, setting.training.validation_windows);
  Baseline baseline;
  const size_t counted = std::min(tokens.training.size(), most_counted);
  baseline.best = best_ngram(NGrams(std::span(tokens.training).first(counted), tokenizer.vocab_size()), judged);
  baseline.characters_per_token =
      static_cast<double>(letter_count(tokenizer.decode(judged))) / static_cast<double>(judged.size());
  lesson.set("ngram_n", baseline.best.n);
  lesson.set("ngram_loss", baseline.best.loss, 3);
  lesson.record("ngram_n", baseline.best.n);
  lesson.record("ngram_loss", baseline.best.loss);
  Json losses = Json::array();
  for (const double loss : baseline.best.losses) losses.append(loss);
  lesson.record("ngram_losses", losses);
  if (!lesson.section("baseline")) return baseline;
  Table table({"n", lesson.label("looks_at"), lesson.label("validation_loss"), lesson.label("perplexity")});
  for (size_t i = 0; i < baseline.best.losses.size(); ++i) {
    const double loss = baseline.best.losses[i];
    table.add({std::to_string(i + 1), std::to_string(i), fixed(loss, 3), fixed(std::exp(loss), 1)});
  }
  lesson.table(table);
  return baseline;
}

void show_result(Lesson& lesson, GPT& model, const Tokenizer& tokenizer, const TokenData& tokens, double loss,
                 const Baseline& baseline) {
  const double uniform = std::log(static_cast<double>(tokenizer.vocab_size()));
  const double better = 100 * (1 - loss / baseline.best.loss);
  lesson.set("better", std::abs(better), 1);
  lesson.record("bits_per_character", baseline.bits_per_character(loss));
  lesson.record("perplexity", std::exp(loss));
  lesson.record("percent_below_ngram", better);
  Table table({lesson.label("guesses_by"), lesson.label("validation_loss"), lesson.label("perplexity"),
               lesson.label("bits_per_character")});
  const auto add = [&](const std::string& name, double of) {
    table.add({name, fixed(of, 3), fixed(std::exp(of), 1), fixed(baseline.bits_per_character(of), 3)});
  };
  add(lesson.label("chance"), uniform);
  add(lesson.label("counting", {{"n", std::to_string(baseline.best.n)}}), baseline.best.loss);
  add(lesson.label("this_model"), loss);
  if (lesson.section(better > 0 ? "compared" : "compared_worse")) lesson.table(table);

  const std::vector<int32_t> written = write_texts(lesson, model, tokenizer, 4);
  const double memorised = repeated_share(tokens.training, written, memorised_tokens);
  const double people = repeated_share(tokens.training, tokens.validation, memorised_tokens);
  lesson.set("memorised_tokens", memorised_tokens);
  lesson.set("memorised", 100 * memorised, 0);
  lesson.set("repeated_by_people", 100 * people, 0);
  lesson.record("memorised_8_grams", memorised);
  lesson.record("repeated_8_grams_of_validation", people);
  lesson.section("memorised");
}

void claim_losses(Lesson& lesson, const Trainer& trainer, double training_loss) {
  const auto claim = [&](const std::string& what, const Bilingual& where, double measured) {
    const bool is_full = lesson.preset == Preset::full;
    lesson.claim({.id = "11." + what,
                  .statement = {"Kayıp 5000 adımda 4.5'ten 0.5'e iner: " + where.turkish,
                                "The loss falls from 4.5 to 0.5 in 5000 steps: " + where.english},
                  .source = lesson.turkish ? "Baby GPT ders notları" : "course notes on Baby GPT",
                  .published = "4.5 → 0.5",
                  .measured = measured,
                  .digits = 2,
                  .unit = lesson.turkish ? "nat" : "nats",
                  .verdict = !is_full         ? Claim::Verdict::not_at_this_scale
                             : measured < 0.6 ? Claim::Verdict::reproduced
                                              : Claim::Verdict::not_reproduced});
  };
  claim("training_loss", {"eğitim metninde", "on the training text"}, training_loss);
  claim("validation_loss", {"görmediği metinde", "on text never seen"}, trainer.validations().back().second);
}

void show_openings(Lesson& lesson, GPT& model, const Tokenizer& tokenizer) {
  const Openings openings(lesson.seed);
  const OpeningResults results = openings.ask(model, tokenizer, [] { return !Lesson::interrupted(); });
  if (Lesson::interrupted()) return;
  const OpeningResults chance = openings.of_chance(), people = openings.of_people();
  const auto percent = [](int64_t part, int64_t all) {
    return 100 * static_cast<double>(part) / static_cast<double>(std::max<int64_t>(1, all));
  };
  lesson.set("openings", results.asked);
  lesson.set("right_language", results.right_language);
  lesson.set("topic_word", results.has_topic_word);
  lesson.set("chance_topic_word", percent(chance.has_topic_word, chance.asked), 0);
  lesson.set("people_topic_word", people.has_topic_word);
  lesson.record("openings", results.asked);
  lesson.record("openings_right_language", results.right_language);
  lesson.record("openings_topic_word", results.has_topic_word);
  lesson.record("chance_topic_word", percent(chance.has_topic_word, chance.asked) / 100);
  Json replies = Json::array();
  for (const OpeningReply& reply : results.replies) {
    replies.append(Json::object({{"opening", reply.opening},
                                 {"reply", harmless(reply.reply)},
                                 {"right_language", reply.right_language},
                                 {"topic_word", reply.topic_word}}));
  }
  lesson.record("opening_replies", replies);
  if (!lesson.section("openings")) return;
  constexpr size_t shown = 6;
  for (size_t i = 0; i < results.replies.size();
       i += std::max<size_t>(1, (results.replies.size() + shown - 1) / shown)) {
    const OpeningReply& reply = results.replies[i];
    lesson.quote("", reply.opening + "\n→ " + (reply.reply.empty() ? "…" : reply.reply));
  }
}

}  // namespace dikkat
