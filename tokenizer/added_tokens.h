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
  // they are wanted. Without any, begin and end are text.size(). A place costs a binary search at most, and a step for
  // each letter of a token, however many tokens begin alike.
  Match find(std::string_view text, size_t from, bool with_special) const;

  const AddedToken* by_text(std::string_view text) const;  // nullptr if there is none

 private:
  class Sorted {
   public:
    explicit Sorted(std::vector<AddedToken> tokens);
    Match find(std::string_view text, size_t from) const;
    const AddedToken* by_text(std::string_view text) const;

   private:
    // The longest token that `text` begins with, or nullptr. Not for an empty text.
    const AddedToken* longest_before(std::string_view text) const;

    std::vector<AddedToken> tokens_;            // by text
    std::vector<int32_t> beginning_;            // of each: the longest other one that it begins with, or -1
    std::array<int32_t, 257> first_with_ = {};  // by byte: the first token that begins with it or a higher one
    int first_byte_ = -1;                       // if it is the same for all
  };

  Sorted all_, words_;  // words_: those that are not special
};

}  // namespace dikkat
