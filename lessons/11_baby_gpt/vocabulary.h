// The tokens of lesson 11: byte-pair encoding learned from the corpus itself, --vocab, or the saved model's own.
#pragma once

#include "lessons/models/baby_gpt.h"
#include "lessons/stage/lesson.h"
#include "tokenizer/tokenizer.h"

namespace dikkat {

// What this run counts in. A new model: the vocabulary of --vocab, or one of --vocab_size tokens learned from the part
// of the corpus that is not held back. It is put into the notes of `setting`, and so into every checkpoint, where
// --resume takes it from. Sets setting.config.vocab_size. Throws Error for a vocabulary that cannot be read.
Tokenizer choose_tokenizer(const Lesson& lesson, const Corpus& corpus, BabyGPTSetting& setting,
                           const std::string& path);

// The vocabulary of --vocab as the text of a tokenizer.json; "" without --vocab. Throws Error if it cannot be read.
std::string given_vocabulary(const Lesson& lesson);

// The tokens that the checkpoint at `path` was trained with. Throws Error if it names none.
Tokenizer saved_tokenizer(const BabyGPTSetting& setting, const std::string& path);

// The first tokens of a text, with their ids.
std::vector<ShownToken> shown_tokens(const Tokenizer& tokenizer, const std::string& text);

// Fills the placeholders about tokens, and shows the first ones of the corpus.
void show_tokens(Lesson& lesson, const Corpus& corpus, const Tokenizer& tokenizer, const TokenData& tokens,
                 const BabyGPTSetting& setting);

}  // namespace dikkat
