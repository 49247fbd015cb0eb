#include "lessons/11_baby_gpt/vocabulary.h"

#include "lessons/models/turns.h"
#include "tokenizer/files.h"

namespace dikkat {

namespace {

// Their places in the checkpoint.
constexpr const char* note = "tokenizer";      // the text of a tokenizer.json
constexpr const char* given_note = "--vocab";  // where it came from, unless it was learned from the corpus

}  // namespace

Tokenizer saved_tokenizer(const BabyGPTSetting& setting, const std::string& path) {
  const auto saved = setting.training.notes.find(note);
  require(saved != setting.training.notes.end(), path,
          ": the model was saved without its tokens; train it again (without --resume and --chat)");
  Tokenizer tokenizer(parse_tokenizer_json(saved->second, path + ": tokenizer"), path);
  require(tokenizer.vocab_size() == setting.config.vocab_size, path, ": the model knows ", setting.config.vocab_size,
          " tokens, but its vocabulary has ", tokenizer.vocab_size());
  return tokenizer;
}

std::string given_vocabulary(const Lesson& lesson) {
  if (!lesson.flags.given("vocab")) return "";
  const std::string given = lesson.flags.word("vocab");
  return tokenizer_json(read_vocabulary(given), given + ": it cannot be kept with the model");
}

Tokenizer choose_tokenizer(const Lesson& lesson, const Corpus& corpus, BabyGPTSetting& setting,
                           const std::string& path) {
  if (lesson.flags.boolean("resume")) return saved_tokenizer(setting, path);
  Vocabulary vocabulary;
  if (lesson.flags.given("vocab")) {
    setting.training.notes[given_note] = lesson.flags.word("vocab");
    setting.training.notes[note] = given_vocabulary(lesson);
    vocabulary = read_vocabulary(lesson.flags.word("vocab"));
  } else {
    vocabulary = learn_vocabulary(corpus.training, setting.vocab_size, corpus.is_dialogue);
    setting.training.notes[note] = tokenizer_json(vocabulary);
  }
  Tokenizer tokenizer(std::move(vocabulary));
  setting.config.vocab_size = tokenizer.vocab_size();
  return tokenizer;
}

std::vector<ShownToken> shown_tokens(const Tokenizer& tokenizer, const std::string& text) {
  constexpr size_t most = 40;
  std::vector<ShownToken> shown;
  const SpecialTokens signs = knows_turns(tokenizer) ? SpecialTokens::allowed : SpecialTokens::as_text;
  for (const int32_t id : tokenizer.encode(text, signs)) {
    if (shown.size() < most) shown.push_back({tokenizer.token(id), std::to_string(id)});
  }
  return shown;
}

void show_tokens(Lesson& lesson, const Corpus& corpus, const Tokenizer& tokenizer, const TokenData& tokens,
                 const BabyGPTSetting& setting) {
  lesson.set("vocabulary", tokenizer.vocab_size());
  lesson.set("training_tokens", static_cast<int64_t>(tokens.training.size()));
  lesson.set("bytes_per_token",
             static_cast<double>(corpus.training.size()) / static_cast<double>(tokens.training.size()));
  const bool is_given = setting.training.notes.contains(given_note);
  if (lesson.section(is_given ? "tokens_given" : "tokens"))
    lesson.tokens(shown_tokens(tokenizer, "\n" + first_passage(corpus, lesson.turkish)));
}

}  // namespace dikkat
