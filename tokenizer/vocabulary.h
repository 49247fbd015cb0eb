// What a tokenizer knows: its tokens, how they are merged, and how a text is cut before. A plain value: files are read
// into it and written from it (tokenizer/files.h), training makes one (train.h), a Tokenizer works with it.
//
// Sources: Gage, "A New Algorithm for Data Compression" (1994); Sennrich, Haddow, Birch, "Neural Machine Translation of
// Rare Words with Subword Units" (2016); Radford et al., "Language Models are Unsupervised Multitask Learners" (2019).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tokenizer/pre_tokenizer.h"

namespace dikkat {

// Two neighbours become one token. Of all merges that a piece of text allows, the one with the lowest rank is done
// first, and of equal ones the leftmost.
struct Merge {
  int32_t left = 0, right = 0, result = 0;
  uint32_t rank = 0;

  friend bool operator==(const Merge&, const Merge&) = default;
};

// A token that no merge makes: it stands for its text as a whole.
struct AddedToken {
  std::string text;
  int32_t id = 0;
  bool special = true;  // a sign for the model (<|endoftext|>); false: a word that is found in every text

  friend bool operator==(const AddedToken&, const AddedToken&) = default;
};

// How SentencePiece-style vocabularies differ from byte-level ones: they merge characters; one that they do not know
// falls back to the tokens of its bytes; spaces belong to the word behind them.
struct SentencePieceStyle {
  bool space_in_front = true;   // encode " text" for "text", and take that space away again
  bool block_is_space = false;  // the files write U+2581 for a space, and in texts both are the same

  friend bool operator==(const SentencePieceStyle&, const SentencePieceStyle&) = default;
};

struct Vocabulary {
  std::vector<std::string> tokens;            // the bytes that each id stands for; empty: there is no such id
  std::array<int32_t, 256> byte_tokens = {};  // the id of each byte: what every text can be written with
  std::vector<Merge> merges;                  // by rank
  std::vector<AddedToken> added;
  PreTokenizer pre_tokenizer = PreTokenizer::gpt2;
  bool whole_pieces_first = false;  // a piece that is a token as it is, is that token, whatever the merges say
  bool nfc = false;                 // texts are brought to Unicode's normal form C first
  std::optional<SentencePieceStyle> sentencepiece;
  std::vector<int32_t> beginning, ending;  // ids that the model expects around a text, such as <s>
  std::vector<float> scores;               // llama2.c: of each token; otherwise empty

  int64_t size() const { return static_cast<int64_t>(tokens.size()); }

  // Throws Error unless all ids lie in the vocabulary, no pair and no added text occurs twice, merges join what they
  // say, every byte has its token and no token is longer than most_token_bytes. `source` begins the message.
  void check(std::string_view source) const;

  friend bool operator==(const Vocabulary&, const Vocabulary&) = default;
};

constexpr size_t most_token_bytes = 512;  // the longest in use have 128
constexpr size_t most_tokens = size_t{1} << 24;

// All ways in which two tokens join to a third, for vocabularies that give each token a rank instead of listing merges
// (tiktoken: its id; SentencePiece: the order of its score). `ranks` has one number for each of `written`, which are
// the texts to be joined; ids without text take no part. Throws Error "source: ..." if there are absurdly many ways.
std::vector<Merge> merges_by_rank(const std::vector<std::string>& written, const std::vector<uint32_t>& ranks,
                                  std::string_view source);

}  // namespace dikkat
