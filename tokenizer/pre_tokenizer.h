// Cutting text into pieces before any merging: the first half of every byte-level BPE. A token never reaches over the
// border of a piece, so that "dog" and "dog!" share a token, and so that no text takes quadratic time.
//
// The published vocabularies say how they cut by a regular expression. Here each of them is a scanner written by hand:
// it gives the same pieces as the expression on any text (tests hold them equal), in time linear in the text.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace dikkat {

enum class PreTokenizer {
  gpt2,        // GPT-2, GPT-3 (r50k_base, p50k_base)
  cl100k,      // GPT-3.5 and GPT-4, as tiktoken spells it today
  o200k,       // GPT-4o, gpt-oss
  llama3,      // Llama 3; also GPT-4 as it was first published
  qwen2,       // Qwen 2 and 2.5: digits stand alone
  bytes,       // each byte is a piece
  characters,  // each code point is a piece; a byte that is no UTF-8 stands alone
  words        // words between white space, each with the one space before it
};

// The end of the piece of `text` that begins at `begin` (begin < text.size()); always > begin. What stands before
// `begin` does not matter, what follows does: text must reach to its true end, or at least as far as the next piece.
// No piece ends within a character. Bytes that are no UTF-8 count as symbols of their own.
size_t piece_end(PreTokenizer kind, std::string_view text, size_t begin);

// The same for one kind, to be asked for once before a loop over the pieces.
using PieceEnd = size_t (*)(std::string_view text, size_t begin);
PieceEnd piece_end_of(PreTokenizer kind);

// The scanner for a published regular expression, in any of the spellings under which it is published (tokenizer.json,
// tiktoken). Nothing for an expression that no scanner here implements.
std::optional<PreTokenizer> pre_tokenizer_by_pattern(std::string_view regular_expression);

}  // namespace dikkat
