// Text to token ids and back, by byte-pair encoding with any Vocabulary.
//
//   const Tokenizer gpt2(read_vocabulary("gpt2"));                  // tokenizer/files.h
//   const std::vector<int32_t> ids = gpt2.encode("Hello, world!");  // 15496 11 995 0
//   gpt2.decode(ids);                                               // "Hello, world!"
//
// Whatever the bytes are, decode(encode(bytes)) == bytes, valid UTF-8 or not. (Two kinds of vocabularies change a text
// before they look at it: those that normalise it, and SentencePiece files that write U+2581 for a space.)
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tokenizer/added_tokens.h"
#include "tokenizer/merge_table.h"
#include "tokenizer/token_index.h"
#include "tokenizer/vocabulary.h"

namespace dikkat {

// What to do with the text of a special token, "<|endoftext|>": a text of unknown origin must not be able to speak to
// the model in its own signs.
enum class SpecialTokens {
  refused,  // an Error that names the place
  allowed,  // becomes the special token
  as_text   // is text like any other
};

// May be used by several threads at once.
class Tokenizer {
 public:
  // Throws Error for a vocabulary that contradicts itself (Vocabulary::check); `source` is what messages call it.
  explicit Tokenizer(Vocabulary vocabulary, std::string_view source = "vocabulary");
  ~Tokenizer();
  Tokenizer(Tokenizer&&) noexcept;
  Tokenizer& operator=(Tokenizer&&) noexcept;

  // The ids of a text, without those that the model expects around it. Takes time in proportion to the text, times the
  // logarithm of its longest piece.
  std::vector<int32_t> encode(std::string_view text, SpecialTokens special = SpecialTokens::refused) const;

  // The bytes of the ids, one after the other; half a letter stays half a letter (see StreamDecoder). Throws Error for
  // an id that the vocabulary does not have.
  std::string decode(std::span<const int32_t> ids) const;

  // What one token stands for. Throws Error for an id that the vocabulary does not have.
  const std::string& token(int32_t id) const;
  // The token that stands for exactly these bytes, an added one or another; nothing if there is none.
  std::optional<int32_t> find(std::string_view bytes) const;

  int64_t vocab_size() const { return vocabulary_.size(); }  // one more than the highest id
  const Vocabulary& vocabulary() const { return vocabulary_; }

 private:
  struct Workbench;  // what encoding needs besides the vocabulary: memory that is used again
  struct Workbenches;
  struct Output;

  void encode_text(std::string_view text, Workbench& bench, Output& out) const;
  void encode_pieces(std::string_view text, Workbench& bench, Output& out) const;
  void merge_piece(std::string_view piece, Workbench& bench) const;
  void split_to_characters(std::string_view piece, std::vector<int32_t>& symbols) const;
  std::string prepared(std::string_view text) const;
  void choose_pieces();

  Vocabulary vocabulary_;
  MergeTable merges_;
  TokenIndex index_;  // without added tokens and, SentencePiece, those that stand for one byte
  AddedTokens added_;
  PieceEnd piece_end_ = nullptr;
  std::unique_ptr<Workbenches> benches_;
};

}  // namespace dikkat
