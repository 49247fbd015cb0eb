// The parts of lesson 05 that are not about byte-pair encoding: choices, tables, pictures, the conversation.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lessons/05_tokenizer/bpe.h"
#include "lessons/05_tokenizer/texts.h"
#include "lessons/stage/lesson.h"

namespace dikkat {

// The flags of this lesson, besides the common ones.
std::vector<Flag> tokenizer_flags();

// --vocab: the vocabulary in that folder or file; nothing if the flag is not given. Throws Error if it cannot be read.
std::optional<Tokenizer> vocabulary_of_the_user(const Lesson& lesson);

// --vocab_size, or the preset's.
int64_t largest_vocabulary(const Lesson& lesson);

// Nothing is left to tell: after Ctrl-C, or if --section asks for one of these, which have all been told.
bool is_over(const Lesson& lesson, const std::vector<std::string>& sections);

// A token as the screen shows it: a space as "·" or, with --plain, "_".
std::string shown(const Lesson& lesson, const std::string& token);

// Words, characters, bytes ------------------------------------------------------------------------------------------
void set_units(Lesson& lesson, const std::vector<Text>& texts, const std::vector<Units>& units);
void predict_unknown_words(Lesson& lesson, const std::vector<Units>& units);
void show_units(Lesson& lesson, const std::vector<Text>& texts, const std::vector<Units>& units);

// Merging, step by step ---------------------------------------------------------------------------------------------
std::vector<std::string> all_bytes();  // 256 tokens: "\x00", "\x01" ...
// How a word with an apostrophe is cut before any merging.
void set_pieces(Lesson& lesson, const std::string& word);
void predict_first_merge(Lesson& lesson, const std::map<Pair, int64_t>& counts);
void set_tiny(Lesson& lesson, const std::vector<Merge>& merges, const std::vector<std::string>& tokens);

// Training: the rows as they are, and after a merge (its result is marked).
Frame frame_of_bytes(const Lesson& lesson, const std::vector<Row>& rows, const std::vector<std::string>& tokens);
Frame frame_of_merge(const Lesson& lesson, const std::vector<Row>& rows, const std::vector<std::string>& tokens,
                     const Merge& merge, int64_t count);
// Encoding: the row of a single piece, and what came of it.
Frame frame_of_row(const Lesson& lesson, const Row& row, const Vocabulary& vocabulary, const Merge* merge = nullptr);
void set_word(Lesson& lesson, const std::string& word, const Row& row);

std::map<Pair, Merge> merges_by_pair(const Vocabulary& vocabulary);
// Of the merges that neighbours in `row` allow, the one with the lowest rank; null if there is none.
const Merge* first_learned(const Row& row, const std::map<Pair, Merge>& by_pair);

// Merges as (number of merges, 3): left, right, result; ids as (number of ids).
Tensor as_tensor(const std::vector<Merge>& merges);
Tensor as_tensor(const Row& ids);

// Vocabularies ------------------------------------------------------------------------------------------------------
// One for each text, and how long that took.
std::vector<Vocabulary> train_each(Lesson& lesson, const std::vector<Text>& texts, int64_t largest);
Vocabulary train_together(Lesson& lesson, const std::vector<Text>& texts, int64_t largest);
void show_vocabularies(Lesson& lesson, const std::vector<Text>& texts, const std::vector<Vocabulary>& vocabularies,
                       int64_t largest);
// One sentence with the first 256, 512, 1024 ... tokens.
void show_ladder(Lesson& lesson, const Vocabulary& vocabulary);

// A text's own vocabulary in several sizes, smallest first.
struct Study {
  std::string key, name;  // the text's
  std::vector<Judgement> sizes;
};
// With a progress bar if a text is long. After Ctrl-C some are missing.
std::vector<Study> study_sizes(Lesson& lesson, const std::vector<Text>& texts,
                               const std::vector<Vocabulary>& vocabularies);
void set_study(Lesson& lesson, const std::vector<Study>& studies);
void predict_language(Lesson& lesson, const std::vector<Study>& studies);
// Tables have the sizes 256, 512, 1024 ..., the one of rare tokens also the last of each text, charts all of them.
void show_tokens_per_word(Lesson& lesson, const std::vector<Study>& studies);
void show_bits(Lesson& lesson, const std::vector<Study>& studies);
void show_bits_chart(Lesson& lesson, const std::vector<Study>& studies);
void show_rare(Lesson& lesson, const std::vector<Study>& studies);

// The letters i -----------------------------------------------------------------------------------------------------
void set_lower_case(Lesson& lesson, const std::vector<Text>& texts);
void show_lower_case(Lesson& lesson, const std::vector<Text>& texts, const Tokenizer& tokenizer);

// The reader's turn -------------------------------------------------------------------------------------------------
void compare_vocabularies(Lesson& lesson, const std::vector<Text>& texts, const Tokenizer& ours,
                          const Tokenizer& theirs);
// --text, or a sentence of the lesson's, as tokens.
void show_own_text(Lesson& lesson, const Tokenizer& ours, const std::optional<Tokenizer>& theirs);
// Shows what is typed as tokens, line by line until the input ends.
void conversation(Lesson& lesson, const Tokenizer& ours, const std::optional<Tokenizer>& theirs);

}  // namespace dikkat
