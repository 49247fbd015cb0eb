// Finding added tokens in a text.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "tokenizer/vocabulary.h"

namespace dikkat {

class AddedTokens {
 public:
  struct Match {
    size_t begin = 0, end = 0;
    int32_t id = -1;
    bool special = false;
  };

  explicit AddedTokens(const std::vector<AddedToken>& tokens);

  // The first place at or behind `from` where an added token stands, and the longest one there; special ones only if
  // they are wanted. Without any, begin and end are text.size().
  Match find(std::string_view text, size_t from, bool with_special) const;

  const AddedToken* by_text(std::string_view text) const;  // nullptr if there is none

 private:
  // The longest token that text[begin, ...) begins with, or nullptr.
  const AddedToken* longest_at(std::string_view text, size_t begin, bool with_special) const;

  std::vector<AddedToken> sorted_;     // by text
  std::array<bool, 256> begins_ = {};  // the bytes that a token begins with
  int first_byte_ = -1;                // if it is the same for all
};

}  // namespace dikkat
