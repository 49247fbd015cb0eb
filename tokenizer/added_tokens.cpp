#include "tokenizer/added_tokens.h"

#include <algorithm>
#include <cstring>

namespace dikkat {

AddedTokens::AddedTokens(const std::vector<AddedToken>& tokens) : sorted_(tokens) {
  std::sort(sorted_.begin(), sorted_.end(), [](const AddedToken& a, const AddedToken& b) { return a.text < b.text; });
  for (const AddedToken& token : sorted_) begins_[static_cast<unsigned char>(token.text[0])] = true;
  if (std::count(begins_.begin(), begins_.end(), true) == 1)
    first_byte_ = static_cast<unsigned char>(sorted_[0].text[0]);
}

AddedTokens::Match AddedTokens::find(std::string_view text, size_t from, bool with_special) const {
  for (size_t at = from; at < text.size() && !sorted_.empty(); ++at) {
    if (first_byte_ >= 0) {
      const void* found = std::memchr(text.data() + at, first_byte_, text.size() - at);
      if (found == nullptr) break;
      at = static_cast<size_t>(static_cast<const char*>(found) - text.data());
    } else if (!begins_[static_cast<unsigned char>(text[at])]) {
      continue;
    }
    if (const AddedToken* token = longest_at(text, at, with_special))
      return {at, at + token->text.size(), token->id, token->special};
  }
  return {text.size(), text.size(), -1, false};
}

const AddedToken* AddedTokens::longest_at(std::string_view text, size_t begin, bool with_special) const {
  const AddedToken* longest = nullptr;
  auto low = sorted_.begin(), high = sorted_.end();  // those that agree with the text so far
  for (size_t depth = 0; low != high; ++depth) {
    if (low->text.size() == depth) {
      if (with_special || !low->special) longest = &*low;
      ++low;
    }
    if (begin + depth == text.size()) break;
    const auto wanted = static_cast<unsigned char>(text[begin + depth]);
    const auto byte = [&](const AddedToken& token) { return static_cast<unsigned char>(token.text[depth]); };
    low = std::partition_point(low, high, [&](const AddedToken& token) { return byte(token) < wanted; });
    high = std::partition_point(low, high, [&](const AddedToken& token) { return byte(token) == wanted; });
  }
  return longest;
}

const AddedToken* AddedTokens::by_text(std::string_view text) const {
  const auto place =
      std::partition_point(sorted_.begin(), sorted_.end(), [&](const AddedToken& token) { return token.text < text; });
  return place != sorted_.end() && place->text == text ? &*place : nullptr;
}

}  // namespace dikkat
