// The parts of Hugging Face's tokenizer.json besides the vocabulary itself. For tokenizer/files_tokenizer_json*.cpp
// alone.
#pragma once

#include <string_view>

#include "core/files/json.h"
#include "tokenizer/vocabulary.h"

namespace dikkat {

constexpr std::string_view sentencepiece_space = "\u2581";

// Each of these reads one key of the file into the vocabulary and throws Error, with the name of what it found, for
// anything that is not supported. `file` is the whole.
void read_json_normalizer(JsonView file, Vocabulary& vocabulary);
void read_json_pre_tokenizer(JsonView file, Vocabulary& vocabulary);
void read_json_decoder(JsonView file, const Vocabulary& vocabulary);
void read_json_post_processor(JsonView file, Vocabulary& vocabulary);

// The same parts, as they are written.
Json json_normalizer(const Vocabulary& vocabulary);
Json json_pre_tokenizer(const Vocabulary& vocabulary);
Json json_decoder(const Vocabulary& vocabulary);
Json json_post_processor(const Vocabulary& vocabulary);

}  // namespace dikkat
