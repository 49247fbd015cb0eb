// Decoding token by token, for a text that is shown while it is being written.
#pragma once

#include <cstdint>
#include <string>

#include "tokenizer/tokenizer.h"

namespace dikkat {

// The parts that it hands out, one behind the other, are the text that Tokenizer::decode gives; but none of them ends
// within a letter: a letter of several bytes is held back until its last byte has come. Bytes that can no longer become
// a letter are handed out as they are.
class StreamDecoder {
 public:
  // `tokenizer` must outlive it.
  explicit StreamDecoder(const Tokenizer& tokenizer) : tokenizer_(&tokenizer) {}

  // What can be shown after one more token; often nothing. Throws Error for an id that the vocabulary does not have.
  std::string next(int32_t id);

  // What is still held back: half a letter, when the tokens ended within one. Afterwards a new text begins.
  std::string finish();

 private:
  const Tokenizer* tokenizer_;
  std::string held_;
  bool at_beginning_ = true;
};

}  // namespace dikkat
