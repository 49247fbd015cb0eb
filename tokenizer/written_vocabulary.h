// What the readers of vocabulary files share: tokens in the spelling of the file, and merges between them. For
// tokenizer/files_*.cpp alone.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tokenizer/token_index.h"
#include "tokenizer/vocabulary.h"

namespace dikkat {

constexpr uint64_t most_vocabulary_bytes = uint64_t{64} << 20;  // of a file: the largest in use has half of it
constexpr size_t most_vocabulary_values = size_t{1} << 22;      // in JSON: the largest in use has half of them

// The whole file, at most `limit` bytes of UTF-8. Throws Error for one that begins with a byte order mark.
std::string read_vocabulary_text(const std::string& path, uint64_t limit);

// Throws Error "source: ..." if the JSON `text` may hold more than most_vocabulary_values: a value of three bytes can
// take thirty times its size in memory.
void check_json_values(std::string_view text, const std::string& source);

// Calls each(line, number) for the lines of a text, counted from 1. The last one need not end; what ends lines on
// Windows, a carriage return, is no part of them.
template <class Each>
void for_each_line(std::string_view content, const Each& each) {
  for (size_t number = 1; !content.empty(); ++number) {
    std::string_view line = content.substr(0, content.find('\n'));
    content.remove_prefix(std::min(line.size() + 1, content.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    each(line, number);
  }
}

class WrittenVocabulary {
 public:
  // `tokens` in the order of the file, each with its id. Throws Error "source: ..." if a token or an id occurs twice,
  // or the ids leave holes; only those in front of an id above `dense` may.
  WrittenVocabulary(std::string source, std::vector<std::pair<std::string, int64_t>> tokens, int64_t dense);

  const std::string& source() const { return source_; }
  const std::vector<std::string>& tokens() const { return tokens_; }  // by id; empty: a hole
  const std::string& token(int32_t id) const { return tokens_[static_cast<size_t>(id)]; }
  int32_t find(std::string_view token) const { return index_.find(tokens_, token); }  // -1: there is none

 private:
  std::string source_;
  std::vector<std::string> tokens_;
  TokenIndex index_;
};

// The merges of a file, one after the other. Messages say "source: line 7: ...", if `unit` is "line".
class WrittenMerges {
 public:
  WrittenMerges(const WrittenVocabulary& vocabulary, std::string source, std::string unit)
      : vocabulary_(vocabulary),
        source_(std::move(source)),
        unit_(std::move(unit)),
        last_(vocabulary.tokens().size(), -1) {}

  // The two parts of merge `number`. Throws Error if one of them or what they make is no token, or the same merge has
  // occurred before.
  void add(size_t number, std::string_view left, std::string_view right);

  bool makes(int32_t id) const { return last_[static_cast<size_t>(id)] >= 0; }
  const std::vector<Merge>& merges() const { return merges_; }
  size_t number_of(const Merge& merge) const { return numbers_[merge.rank]; }
  [[noreturn]] void fail_at(size_t number, const std::string& reason) const;

 private:
  const WrittenVocabulary& vocabulary_;
  std::string source_, unit_;
  std::vector<Merge> merges_;
  std::vector<size_t> numbers_;
  std::vector<int32_t> last_;    // of each token: the last merge that makes it, or -1
  std::vector<int32_t> before_;  // of each merge: the one before that makes the same token
  std::string joined_;
};

// The same vocabulary with one merge for each token and a rank of its own for each merge, as files with a list of
// merges need it. Throws Error "source: ..." if there is no such list that always gives the same ids.
std::vector<Merge> as_merge_list(const Vocabulary& vocabulary, std::string_view source);

// SentencePiece's name of a byte, "<0x0A>"; and the byte of a name, or nothing.
std::string byte_name(size_t byte);
std::optional<size_t> byte_of_name(std::string_view token);

// Does `token` look like a sign for the model, "<|endoftext|>" or "[MASK]"?
bool looks_special(std::string_view token);

}  // namespace dikkat
