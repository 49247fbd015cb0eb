#include "lessons/11_baby_gpt/vocabulary.h"

#include "tokenizer/files.h"
#include "tokenizer/train.h"

namespace dikkat {

namespace {

// Their places in the checkpoint.
constexpr const char* note = "tokenizer";      // the text of a tokenizer.json
constexpr const char* given_note = "--vocab";  // where it came from, unless it was learned from the corpus

int64_t vocab_size(const Lesson& lesson) {
  if (lesson.flags.given("vocab_size")) return lesson.flags.integer("vocab_size");
  switch (lesson.preset) {
    case Preset::test:
      return 320;
    case Preset::full:
      return 4096;
    case Preset::class_room:
      break;
  }
  return 1024;
}

}  // namespace

Tokenizer saved_tokenizer(const Setting& setting, const std::string& path) {
  const auto saved = setting.training.notes.find(note);
  require(saved != setting.training.notes.end(), path,
          ": the model was saved without its tokens; train it again (without --resume and --chat)");
  Tokenizer tokenizer(parse_tokenizer_json(saved->second, path + ": tokenizer"), path);
  require(tokenizer.vocab_size() == setting.config.vocab_size, path, ": the model knows ", setting.config.vocab_size,
          " tokens, but its vocabulary has ", tokenizer.vocab_size());
  return tokenizer;
}

Tokenizer choose_tokenizer(const Lesson& lesson, const Corpus& corpus, Setting& setting, const std::string& path) {
  if (lesson.flags.boolean("resume")) return saved_tokenizer(setting, path);
  Vocabulary vocabulary;
  if (lesson.flags.given("vocab")) {
    const std::string given = lesson.flags.word("vocab");
    vocabulary = read_vocabulary(given);
    setting.training.notes[given_note] = given;
    setting.training.notes[note] = tokenizer_json(vocabulary, given + ": it cannot be kept with the model");
  } else {
    vocabulary = train_bpe(corpus.parts.training, {.vocab_size = vocab_size(lesson), .special_tokens = {}}).vocabulary;
    setting.training.notes[note] = tokenizer_json(vocabulary);
  }
  Tokenizer tokenizer(std::move(vocabulary));
  setting.config.vocab_size = tokenizer.vocab_size();
  return tokenizer;
}

std::vector<ShownToken> shown_tokens(const Tokenizer& tokenizer, const std::string& text) {
  constexpr size_t most = 40;
  std::vector<ShownToken> shown;
  for (const int32_t id : tokenizer.encode(text, SpecialTokens::as_text)) {
    if (shown.size() < most) shown.push_back({tokenizer.token(id), std::to_string(id)});
  }
  return shown;
}

void show_tokens(Lesson& lesson, const Corpus& corpus, const Tokenizer& tokenizer, const TokenData& tokens,
                 const Setting& setting) {
  lesson.set("training_tokens", static_cast<int64_t>(tokens.training.size()));
  lesson.set("bytes_per_token",
             static_cast<double>(corpus.parts.training.size()) / static_cast<double>(tokens.training.size()));
  const bool is_given = setting.training.notes.contains(given_note);
  if (lesson.section(is_given ? "tokens_given" : "tokens"))
    lesson.tokens(shown_tokens(tokenizer, first_passage(lesson, corpus)));
}

}  // namespace dikkat
