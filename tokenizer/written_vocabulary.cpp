#include "tokenizer/written_vocabulary.h"

#include <algorithm>

#include "core/files/mapped_file.h"
#include "core/files/utf8.h"
#include "kernels/check.h"
#include "tokenizer/merge_table.h"
#include "tokenizer/merging.h"
#include "tokenizer/quoted.h"

namespace dikkat {

namespace {

// Behind the dense ids a file may leave some out, as OpenAI's do between their special tokens.
constexpr int64_t most_holes = 1024;

constexpr std::string_view hex_digits = "0123456789ABCDEF";

}  // namespace

std::string read_vocabulary_text(const std::string& path, uint64_t limit) {
  std::string content = read_text(path, limit);
  for (const std::string_view mark : {"\xFF\xFE", "\xFE\xFF"})
    require(!content.starts_with(mark), shown(path), ": begins with the byte order mark of UTF-16; save it as UTF-8");
  require(!content.starts_with("\xEF\xBB\xBF"), shown(path),
          ": begins with a byte order mark; save it as UTF-8 without one (\"BOM\")");
  return content;
}

void check_json_values(std::string_view text, const std::string& source) {
  // Each value but the outermost stands behind one of these; some of them may stand inside strings.
  const auto begins_a_value = [](char c) { return c == ',' || c == '[' || c == '{'; };
  const auto values = static_cast<size_t>(std::count_if(text.begin(), text.end(), begins_a_value));
  require(values <= most_vocabulary_values, source, ": its JSON may hold ", values,
          " values, too many for a vocabulary; at most ", most_vocabulary_values, " are possible");
}

WrittenVocabulary::WrittenVocabulary(std::string source, std::vector<std::pair<std::string, int64_t>> tokens,
                                     int64_t dense)
    : source_(std::move(source)), index_(tokens.size()) {
  require(!tokens.empty(), source_, ": the vocabulary is empty");
  const auto count = static_cast<int64_t>(tokens.size());
  for (auto& [token, id] : tokens) {
    require(!token.empty(), source_, ": the token with the id ", id, " is empty");
    require(id >= 0, source_, ": the token ", Quoted{token}, " has the negative id ", id);
    require(id < count + most_holes && count <= static_cast<int64_t>(most_tokens), source_, ": the token ",
            Quoted{token}, " has the id ", id, ", but there are only ", count, " tokens: most ids would be holes");
    if (static_cast<size_t>(id) >= tokens_.size()) tokens_.resize(std::max(static_cast<size_t>(id) + 1, tokens.size()));
    std::string& place = tokens_[static_cast<size_t>(id)];
    require(place != token, source_, ": the token ", Quoted{token}, " occurs twice, both times with the id ", id);
    require(place.empty(), source_, ": the tokens ", Quoted{place}, " and ", Quoted{token}, " share the id ", id);
    place = std::move(token);
  }
  while (tokens_.back().empty()) tokens_.pop_back();
  // First what occurs twice, then the holes: a token that takes another's place leaves one.
  for (size_t id = 0; id < tokens_.size(); ++id) {
    if (tokens_[id].empty()) continue;
    const int32_t other = index_.add(tokens_, static_cast<int32_t>(id));
    require(other < 0, source_, ": the token ", Quoted{tokens_[id]}, " occurs twice, with the ids ", other, " and ",
            id);
  }
  for (size_t id = 0; id < tokens_.size(); ++id)
    require(!tokens_[id].empty() || static_cast<int64_t>(id) > dense, source_, ": no token has the id ", id,
            ", but there are ids up to ", tokens_.size() - 1);
}

void WrittenMerges::fail_at(size_t number, const std::string& reason) const {
  fail(source_, ": ", unit_, " ", number, ": ", reason);
}

void WrittenMerges::add(size_t number, std::string_view left, std::string_view right) {
  const auto known = [&](std::string_view token, std::string_view what) {
    const int32_t id = vocabulary_.find(token);
    if (id < 0) fail_at(number, text(what, Quoted{token}, " is no token of ", vocabulary_.source()));
    return id;
  };
  Merge merge;
  merge.left = known(left, "");
  merge.right = known(right, "");
  joined_.assign(left).append(right);
  // Most files list merges in the order of the ids that they make: a guess that spares looking for it.
  const size_t next = merges_.empty() ? 0 : static_cast<size_t>(merges_.back().result) + 1;
  const bool guessed = next < vocabulary_.tokens().size() && vocabulary_.tokens()[next] == joined_;
  merge.result = guessed ? static_cast<int32_t>(next) : known(joined_, "what it makes, ");
  merge.rank = static_cast<uint32_t>(merges_.size());
  int32_t& last = last_[static_cast<size_t>(merge.result)];
  for (int32_t i = last; i >= 0; i = before_[static_cast<size_t>(i)]) {
    const Merge& earlier = merges_[static_cast<size_t>(i)];
    if (earlier.left == merge.left && earlier.right == merge.right)
      fail_at(number, text("the merge of ", Quoted{left}, " and ", Quoted{right}, " has occurred in ", unit_, " ",
                           number_of(earlier)));
  }
  before_.push_back(last);
  last = static_cast<int32_t>(merges_.size());
  merges_.push_back(merge);
  numbers_.push_back(number);
}

std::vector<Merge> as_merge_list(const Vocabulary& vocabulary, std::string_view source) {
  std::vector<Merge> merges = vocabulary.merges;
  std::sort(merges.begin(), merges.end(), [](const Merge& a, const Merge& b) { return a.rank < b.rank; });
  const auto same_rank = [](const Merge& a, const Merge& b) { return a.rank == b.rank; };
  const bool is_list = std::adjacent_find(merges.begin(), merges.end(), same_rank) == merges.end();
  if (is_list && !vocabulary.whole_pieces_first) return merges;
  require(!vocabulary.sentencepiece, source, ": merges of equal rank cannot be written as a list");

  // With the merges that come before its own, a token must be reached as two parts: those are its merge. Then merges
  // do the same as looking for whole tokens: what stands between two borders is merged as if it stood alone.
  std::vector<Merge> list;
  const MergeTable table(merges);
  Merging merging;
  std::vector<int32_t> symbols;
  std::vector<bool> done(vocabulary.tokens.size());
  for (const Merge& merge : merges) {
    if (done[static_cast<size_t>(merge.result)]) continue;
    done[static_cast<size_t>(merge.result)] = true;
    const std::string& token = vocabulary.tokens[static_cast<size_t>(merge.result)];
    symbols.clear();
    for (const char byte : token) symbols.push_back(vocabulary.byte_tokens[static_cast<unsigned char>(byte)]);
    merging.run(table, symbols, merge.rank);
    require(symbols.size() == 2, source, ": no merge of two tokens makes ", Quoted{token}, " (id ", merge.result,
            "), so that it cannot be written as a list of merges");
    list.push_back({symbols[0], symbols[1], merge.result, static_cast<uint32_t>(list.size())});
  }
  if (!vocabulary.whole_pieces_first) return list;
  for (const int32_t byte : vocabulary.byte_tokens) done[static_cast<size_t>(byte)] = true;
  for (const AddedToken& token : vocabulary.added) done[static_cast<size_t>(token.id)] = true;
  for (size_t id = 0; id < done.size(); ++id)
    require(done[id] || vocabulary.tokens[id].empty(), source, ": no merge makes ", Quoted{vocabulary.tokens[id]},
            " (id ", id, "), so that it cannot be written as a list of merges");
  return list;
}

std::string byte_name(size_t byte) {
  return std::string("<0x") + hex_digits[byte >> 4] + hex_digits[byte & 15] + ">";
}

std::optional<size_t> byte_of_name(std::string_view token) {
  if (token.size() != 6 || !token.starts_with("<0x") || token[5] != '>') return std::nullopt;
  const size_t high = hex_digits.find(token[3]), low = hex_digits.find(token[4]);
  if (high == hex_digits.npos || low == hex_digits.npos) return std::nullopt;
  return 16 * high + low;
}

bool looks_special(std::string_view token) {
  const auto between = [&](char open, char close) {
    return token.size() > 2 && token.front() == open && token.back() == close;
  };
  return between('<', '>') || between('[', ']');
}

}  // namespace dikkat
