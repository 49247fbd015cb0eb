#include "lessons/11_baby_gpt/model_parts.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/autograd.h"
#include "lessons/stage/figures.h"
#include "tokenizer/unicode.h"

namespace dikkat {

namespace {

constexpr int64_t gpt2_vocabulary = 50257;

void note_characters(const std::string& text, std::vector<bool>& seen) {
  for (size_t at = 0; at < text.size();) {
    const CodePoint letter = decode(text, at);
    seen[letter.value] = true;
    at += letter.length;
  }
}

int64_t different_characters(const Corpus& corpus) {
  std::vector<bool> seen(first_invalid_byte + 256);
  note_characters(corpus.training, seen);
  note_characters(corpus.validation, seen);
  return std::count(seen.begin(), seen.end(), true);
}

GPTConfig with_vocabulary(GPTConfig config, int64_t vocab_size, bool tied) {
  config.vocab_size = vocab_size;
  config.tie_word_embeddings = tied;
  return config;
}

// The published configuration: "6 layers, 6 heads, 384 wide, GPT-2's tokenizer".
void claim_ten_million(Lesson& lesson) {
  const GPTConfig full = baby_gpt_setting(Preset::full).config;
  const double millions = static_cast<double>(with_vocabulary(full, gpt2_vocabulary, true).parameter_count()) / 1e6;
  lesson.claim({.id = "11.parameters",
                .statement = {"6 katman, 6 baş, genişlik 384, GPT-2'nin sözlüğü: yaklaşık 10 M parametre",
                              "6 layers, 6 heads, width 384, GPT-2's tokenizer: about 10 M parameters"},
                .source = lesson.turkish ? "Baby GPT ders notları" : "course notes on Baby GPT",
                .published = "10 M",
                .measured = millions,
                .digits = 1,
                .unit = "M",
                .verdict = std::abs(millions - 10) < 1 ? Claim::Verdict::reproduced : Claim::Verdict::not_reproduced});
}

}  // namespace

void describe_model(Lesson& lesson, GPT& model, const BabyGPTSetting& setting) {
  const GPTConfig& config = model.config;
  lesson.set("n_layer", config.n_layer);
  lesson.set("n_embd", config.n_embd);
  lesson.set("n_head", config.n_head);
  lesson.set("block_size", config.block_size);
  lesson.set("vocabulary", config.vocab_size);
  lesson.set("parameters", parameter_count(model));
  lesson.set("batch", setting.training.batch);
  lesson.set("steps", setting.training.steps);
  lesson.set("ln_vocabulary", std::log(static_cast<double>(config.vocab_size)), 3);
  lesson.record("parameters", parameter_count(model));
  lesson.record("vocabulary", config.vocab_size);
}

void show_parts(Lesson& lesson, GPT& model) {
  Table table({lesson.label("part"), lesson.label("parameters")});
  const auto add = [&](const std::string& name, Module& part) { table.add({name, grouped(parameter_count(part))}); };
  add("token_embedding", model.token_embedding);
  add("position_embedding", model.position_embedding);
  for (size_t i = 0; i < model.blocks.size(); ++i) add("blocks." + std::to_string(i), *model.blocks[i]);
  add("final_norm", model.final_norm);
  if (model.lm_head) add("lm_head", *model.lm_head);
  lesson.table(table);
}

void audit_parameters(Lesson& lesson, const GPTConfig& config, const Corpus& corpus) {
  const int64_t characters = different_characters(corpus);
  Table table({lesson.label("vocabulary_kind"), lesson.label("tokens"), lesson.label("tied"), lesson.label("untied")});
  Json rows = Json::array();
  const auto add = [&](const std::string& kind, int64_t tokens) {
    const int64_t tied = with_vocabulary(config, tokens, true).parameter_count();
    const int64_t untied = with_vocabulary(config, tokens, false).parameter_count();
    table.add({lesson.label(kind), grouped(tokens), grouped(tied), grouped(untied)});
    rows.append(Json::object({{"vocabulary", kind}, {"tokens", tokens}, {"tied", tied}, {"untied", untied}}));
  };
  add("characters", characters);
  add("bytes", 256);
  add("this_vocabulary", config.vocab_size);
  add("gpt2_vocabulary", gpt2_vocabulary);
  lesson.table(table);
  lesson.record("parameter_audit", rows);
  claim_ten_million(lesson);
}

void predict_first_loss(Lesson& lesson, GPT& model, const Trainer& trainer) {
  double first = trainer.losses().empty() ? 0 : static_cast<double>(trainer.losses().front());
  if (trainer.losses().empty()) {
    const NoGrad only_reading;
    const Batch batch = trainer.next_batch();
    first = static_cast<double>(cross_entropy(model.forward(batch.inputs), batch.targets).item());
  }
  lesson.set("loss_first", first, 3);
  lesson.predict("first_loss", first, 0.2);
}

}  // namespace dikkat
