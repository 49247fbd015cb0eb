#include "tokenizer/vocabulary.h"

#include <algorithm>
#include <set>
#include <utility>

#include "core/files/utf8.h"
#include "kernels/check.h"
#include "tokenizer/quoted.h"
#include "tokenizer/token_index.h"

namespace dikkat {

namespace {

void check_added(const Vocabulary& v, std::string_view source) {
  std::set<std::string_view> texts;
  std::set<int32_t> ids;
  for (const AddedToken& token : v.added) {
    require(!token.text.empty(), source, ": the added token with the id ", token.id, " has no text");
    require(texts.insert(token.text).second, source, ": the added token ", Quoted{token.text}, " occurs twice");
    require(ids.insert(token.id).second, source, ": two added tokens have the id ", token.id);
  }
}

void check_merges(const Vocabulary& v, std::string_view source) {
  const size_t ranks = std::max(v.merges.size(), v.tokens.size());  // queues have a place for each
  for (const Merge& merge : v.merges) {
    const auto& [left, right, result, rank] = merge;
    for (const int32_t id : {left, right, result})
      require(id >= 0 && id < v.size() && !v.tokens[static_cast<size_t>(id)].empty(), source, ": a merge of ", left,
              " and ", right, " to ", result, " names an id that the vocabulary does not have");
    const auto bytes = [&](int32_t id) -> const std::string& { return v.tokens[static_cast<size_t>(id)]; };
    if (!v.sentencepiece)
      require(bytes(result).size() == bytes(left).size() + bytes(right).size() &&
                  bytes(result).starts_with(bytes(left)) && bytes(result).ends_with(bytes(right)),
              source, ": the tokens ", Quoted{bytes(left)}, " and ", Quoted{bytes(right)}, " do not make ",
              Quoted{bytes(result)});
    require(rank < ranks, source, ": a merge has the rank ", rank, ", which is too high");
  }
}

// Goes through the merges of one left part after the other, and remembers with which left part each right part was seen
// last. Not before their ids are checked.
void check_pairs(const Vocabulary& v, std::string_view source) {
  const auto at = [](int64_t i) { return static_cast<size_t>(i); };
  std::vector<int64_t> last(v.tokens.size(), -1), before(v.merges.size());  // merges with the same left part
  for (size_t i = 0; i < v.merges.size(); ++i)
    before[i] = std::exchange(last[at(v.merges[i].left)], static_cast<int64_t>(i));
  std::vector<int32_t> seen_with(v.tokens.size(), -1);
  for (int32_t left = 0; left < v.size(); ++left) {
    for (int64_t i = last[at(left)]; i >= 0; i = before[at(i)]) {
      const int32_t right = v.merges[at(i)].right;
      require(std::exchange(seen_with[at(right)], left) != left, source, ": two merges join the same two tokens, ",
              Quoted{v.tokens[at(left)]}, " and ", Quoted{v.tokens[at(right)]});
    }
  }
}

}  // namespace

void Vocabulary::check(std::string_view source) const {
  require(!tokens.empty(), source, ": the vocabulary is empty");
  require(tokens.size() <= most_tokens, source, ": ", tokens.size(), " tokens are too many; at most ", most_tokens,
          " are possible");
  const auto check_id = [&](int32_t id, std::string_view what) {
    require(id >= 0 && id < size() && !tokens[static_cast<size_t>(id)].empty(), source, ": ", what, " has the id ", id,
            ", which the vocabulary does not have");
  };
  for (size_t byte = 0; byte < byte_tokens.size(); ++byte) {
    check_id(byte_tokens[byte], "a byte");
    const std::string& token = tokens[static_cast<size_t>(byte_tokens[byte])];
    require(token.size() == 1 && static_cast<unsigned char>(token[0]) == byte, source, ": the token of the byte ", byte,
            " is ", Quoted{token});
  }
  for (const std::string& token : tokens)
    require(token.size() <= most_token_bytes, source, ": a token has ", token.size(), " bytes, more than ",
            most_token_bytes, ": ", Quoted{token});
  for (const AddedToken& token : added) check_id(token.id, "an added token");
  for (const int32_t id : beginning) check_id(id, "the token that begins a text");
  for (const int32_t id : ending) check_id(id, "the token that ends a text");
  require(scores.empty() || scores.size() == tokens.size(), source, ": ", scores.size(), " scores for ", tokens.size(),
          " tokens");
  check_added(*this, source);
  check_merges(*this, source);
  check_pairs(*this, source);
}

std::vector<Merge> merges_by_rank(const std::vector<std::string>& written, const std::vector<uint32_t>& ranks,
                                  std::string_view source) {
  const size_t most_merges = 64 * written.size() + (size_t{1} << 16);  // published ones have two or three for a token
  TokenIndex index(written.size());
  for (size_t id = 0; id < written.size(); ++id)
    if (!written[id].empty()) index.add(written, static_cast<int32_t>(id));
  std::vector<Merge> merges;
  for (size_t id = 0; id < written.size(); ++id) {
    const std::string_view token = written[id];
    require(merges.size() <= most_merges, source, ": the tokens can be joined in more than ", most_merges,
            " ways; this is no vocabulary that training makes");
    for (size_t cut = 1; cut < token.size(); ++cut) {
      const int32_t left = index.find(written, token.substr(0, cut));
      if (left < 0) continue;
      const int32_t right = index.find(written, token.substr(cut));
      if (right >= 0) merges.push_back({left, right, static_cast<int32_t>(id), ranks[id]});
    }
  }
  std::sort(merges.begin(), merges.end(), [](const Merge& a, const Merge& b) {
    return a.rank != b.rank ? a.rank < b.rank : a.left != b.left ? a.left < b.left : a.right < b.right;
  });
  return merges;
}

}  // namespace dikkat
