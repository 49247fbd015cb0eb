// Whose turn it is: how a conversation stands in a text that a model learns from.
//
//   \n#Person1#: Good morning.
//   #Person2#: Good morning, how are you?
//   #Person1#: Fine, thanks.\n
//
// A line feed ends every turn, and a sign in front says who speaks: DialogSum's signs, since a vocabulary that does not
// know them can spell them. In a vocabulary of our own each sign, line feed included, is one special token.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tokenizer/tokenizer.h"

namespace dikkat {

inline constexpr std::string_view first_speaker = "\n#Person1#:", second_speaker = "\n#Person2#:";

// The signs of both speakers, as special tokens for a vocabulary of our own.
std::vector<std::string> turn_tokens();

// Does the vocabulary have them as tokens?
bool knows_turns(const Tokenizer& tokenizer);

// A vocabulary of `vocab_size` tokens learned from a text by byte-pair encoding. If `with_turns`, the signs of the
// speakers are among its tokens, and nothing is learned from them (there must be room beside the 256 bytes).
Vocabulary learn_vocabulary(std::string_view text, int64_t vocab_size, bool with_turns);

// One dialogue (lines of "#Person1#: ...", as in lessons/data/dialogues.h) as it stands in the text to learn from:
// a line feed in front of it and one behind. Those of several dialogues are simply put one behind the other.
std::string turns_text(std::string_view dialogue);

// What is said in a dialogue (lines of "#Person1#: ..."): its lines without the signs.
std::vector<std::string> spoken_lines(std::string_view dialogue);

}  // namespace dikkat
