#include "tokenizer/added_tokens.h"

#include <algorithm>
#include <cstring>

namespace dikkat {

namespace {

std::vector<AddedToken> without_special(std::vector<AddedToken> tokens) {
  std::erase_if(tokens, [](const AddedToken& token) { return token.special; });
  return tokens;
}

size_t common_beginning(std::string_view a, std::string_view b) {
  return static_cast<size_t>(std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin());
}

}  // namespace

AddedTokens::AddedTokens(const std::vector<AddedToken>& tokens) : all_(tokens), words_(without_special(tokens)) {}

AddedTokens::Match AddedTokens::find(std::string_view text, size_t from, bool with_special) const {
  return (with_special ? all_ : words_).find(text, from);
}

const AddedToken* AddedTokens::by_text(std::string_view text) const {
  return all_.by_text(text);
}

AddedTokens::Sorted::Sorted(std::vector<AddedToken> tokens) : tokens_(std::move(tokens)), beginning_(tokens_.size()) {
  std::sort(tokens_.begin(), tokens_.end(), [](const AddedToken& a, const AddedToken& b) { return a.text < b.text; });
  for (size_t i = 0; i < tokens_.size(); ++i) {
    // Whatever this token begins with, the one in front of it in the order begins with, too, or is it.
    int32_t shorter = static_cast<int32_t>(i) - 1;
    while (shorter >= 0 && !tokens_[i].text.starts_with(tokens_[static_cast<size_t>(shorter)].text))
      shorter = beginning_[static_cast<size_t>(shorter)];
    beginning_[i] = shorter;
    ++first_with_[static_cast<unsigned char>(tokens_[i].text[0]) + size_t{1}];
  }
  for (size_t byte = 0; byte < 256; ++byte) {
    if (first_with_[byte + 1] == static_cast<int32_t>(tokens_.size())) first_byte_ = static_cast<int>(byte);
    first_with_[byte + 1] += first_with_[byte];
  }
  if (tokens_.empty()) first_byte_ = -1;
}

AddedTokens::Match AddedTokens::Sorted::find(std::string_view text, size_t from) const {
  for (size_t at = from; at < text.size() && !tokens_.empty(); ++at) {
    if (first_byte_ >= 0) {
      const void* found = std::memchr(text.data() + at, first_byte_, text.size() - at);
      if (found == nullptr) break;
      at = static_cast<size_t>(static_cast<const char*>(found) - text.data());
    }
    if (const AddedToken* token = longest_before(text.substr(at)))
      return {at, at + token->text.size(), token->id, token->special};
  }
  return {text.size(), text.size(), -1, false};
}

// In the order of the texts, what `text` begins with stands in front of it, and between the two stands only what begins
// with the same. So the longest such token is the last one in front of `text`, or one that that one begins with.
const AddedToken* AddedTokens::Sorted::longest_before(std::string_view text) const {
  const auto byte = static_cast<unsigned char>(text[0]);
  const int32_t begin = first_with_[byte], end = first_with_[byte + size_t{1}];
  if (begin == end) return nullptr;
  const auto behind =
      std::partition_point(tokens_.begin() + begin, tokens_.begin() + end,
                           [&](const AddedToken& token) { return std::string_view(token.text) <= text; });
  int32_t i = static_cast<int32_t>(behind - tokens_.begin()) - 1;
  if (i < begin) return nullptr;
  const size_t common = common_beginning(tokens_[static_cast<size_t>(i)].text, text);
  while (i >= 0 && tokens_[static_cast<size_t>(i)].text.size() > common) i = beginning_[static_cast<size_t>(i)];
  return i < 0 ? nullptr : &tokens_[static_cast<size_t>(i)];
}

const AddedToken* AddedTokens::Sorted::by_text(std::string_view text) const {
  const auto place =
      std::partition_point(tokens_.begin(), tokens_.end(), [&](const AddedToken& token) { return token.text < text; });
  return place != tokens_.end() && place->text == text ? &*place : nullptr;
}

}  // namespace dikkat
