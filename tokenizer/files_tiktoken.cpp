// *.tiktoken: "IQ== 0" on each line, a token in base64 and its rank, which is its id too.
#include <algorithm>
#include <charconv>

#include "core/files/atomic_file.h"
#include "core/files/utf8.h"
#include "kernels/check.h"
#include "tokenizer/files.h"
#include "tokenizer/merge_table.h"
#include "tokenizer/merging.h"
#include "tokenizer/quoted.h"
#include "tokenizer/written_vocabulary.h"

namespace dikkat {

namespace {

constexpr std::string_view base64_digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// The bytes of base64 (RFC 4648, with padding); nothing if it is none.
std::optional<std::string> from_base64(std::string_view digits) {
  if (digits.empty() || digits.size() % 4 != 0) return std::nullopt;
  const size_t padding = digits.ends_with("==") ? 2 : digits.ends_with("=") ? 1 : 0;
  digits.remove_suffix(padding);
  std::string bytes;
  uint32_t bits = 0;
  int count = 0;
  for (const char digit : digits) {
    const size_t value = base64_digits.find(digit);
    if (value == base64_digits.npos) return std::nullopt;
    bits = bits << 6 | static_cast<uint32_t>(value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes += static_cast<char>(bits >> count & 0xFF);
  }
  return bytes;
}

std::string to_base64(std::string_view bytes) {
  std::string digits;
  for (size_t at = 0; at < bytes.size(); at += 3) {
    const std::string_view three = bytes.substr(at, 3);
    uint32_t bits = 0;
    for (size_t i = 0; i < 3; ++i) bits = bits << 8 | (i < three.size() ? static_cast<unsigned char>(three[i]) : 0u);
    for (size_t i = 0; i < 4; ++i) digits += i <= three.size() ? base64_digits[bits >> (18 - 6 * i) & 63] : '=';
  }
  return digits;
}

std::vector<std::pair<std::string, int64_t>> read_lines(const std::string& path) {
  const std::string source = shown(path), content = read_vocabulary_text(path, most_vocabulary_bytes / 4);
  std::vector<std::pair<std::string, int64_t>> tokens;
  for_each_line(content, [&](std::string_view line, size_t number) {
    const size_t space = std::min(line.find(' '), line.size());
    std::optional<std::string> token = from_base64(line.substr(0, space));
    const std::string_view digits = line.substr(std::min(space + 1, line.size()));
    int64_t rank = -1;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), rank);
    const bool whole = error == std::errc() && end == digits.data() + digits.size();
    require(token && whole, source, ": line ", number, ": expected a token in base64 and its rank, found ",
            Quoted{line});
    tokens.emplace_back(std::move(*token), rank);
  });
  return tokens;
}

struct Encoding {
  std::string_view name;
  PreTokenizer pre_tokenizer;
  std::vector<AddedToken> special;
};

const std::vector<Encoding>& published_encodings() {
  static const std::vector<Encoding> all = {
      {"r50k_base", PreTokenizer::gpt2, {{"<|endoftext|>", 50256}}},
      {"p50k_base", PreTokenizer::gpt2, {{"<|endoftext|>", 50256}}},
      {"cl100k_base",
       PreTokenizer::cl100k,
       {{"<|endoftext|>", 100257},
        {"<|fim_prefix|>", 100258},
        {"<|fim_middle|>", 100259},
        {"<|fim_suffix|>", 100260},
        {"<|endofprompt|>", 100276}}},
      {"o200k_base", PreTokenizer::o200k, {{"<|endoftext|>", 199999}, {"<|endofprompt|>", 200018}}}};
  return all;
}

}  // namespace

Vocabulary read_tiktoken(const std::string& path, PreTokenizer pre_tokenizer, const std::vector<AddedToken>& special) {
  const std::string source = shown(path);
  std::vector<std::pair<std::string, int64_t>> tokens = read_lines(path);
  int64_t highest = -1;
  for (const auto& [token, rank] : tokens) highest = std::max(highest, rank);
  for (const AddedToken& token : special) {
    for (const auto& [known, rank] : tokens)
      require(rank != token.id && known != token.text, source, ": the special token ", Quoted{token.text},
              " with the id ", token.id, " stands in the file, too");
    tokens.emplace_back(token.text, token.id);
  }
  const WrittenVocabulary written(source, std::move(tokens), highest);

  Vocabulary vocabulary;
  vocabulary.tokens = written.tokens();
  vocabulary.pre_tokenizer = pre_tokenizer;
  vocabulary.added = special;
  vocabulary.whole_pieces_first = true;
  for (size_t byte = 0; byte < 256; ++byte) {
    vocabulary.byte_tokens[byte] = written.find(std::string(1, static_cast<char>(byte)));
    require(vocabulary.byte_tokens[byte] >= 0, source, ": the byte ", byte, " has no token");
  }
  std::vector<std::string> mergeable = written.tokens();
  for (const AddedToken& token : special) mergeable[static_cast<size_t>(token.id)].clear();
  std::vector<uint32_t> ranks(mergeable.size());
  for (size_t id = 0; id < ranks.size(); ++id) {
    ranks[id] = static_cast<uint32_t>(id);
    require(mergeable[id].size() <= most_token_bytes, source, ": the token with the rank ", id, " has ",
            mergeable[id].size(), " bytes, more than ", most_token_bytes);
  }
  vocabulary.merges = merges_by_rank(mergeable, ranks, source);
  vocabulary.check(source);
  return vocabulary;
}

Vocabulary read_tiktoken(const std::string& path) {
  std::string_view name = path;
  if (const size_t slash = name.rfind('/'); slash != name.npos) name.remove_prefix(slash + 1);
  if (name.ends_with(".tiktoken")) name.remove_suffix(9);
  for (const Encoding& encoding : published_encodings())
    if (name == encoding.name) return read_tiktoken(path, encoding.pre_tokenizer, encoding.special);
  fail(shown(path),
       ": the file does not say how texts are cut and which special tokens there are, and its name is none "
       "of r50k_base, p50k_base, cl100k_base, o200k_base; rename it, or use a tokenizer.json");
}

void write_tiktoken(const Vocabulary& vocabulary, const std::string& path) {
  vocabulary.check("vocabulary");
  const std::string source = text("could not write ", shown(path));
  require(!vocabulary.sentencepiece && !vocabulary.nfc, source,
          ": only byte-level vocabularies without normalisation have a .tiktoken file");
  std::vector<bool> added(vocabulary.tokens.size());
  for (const AddedToken& token : vocabulary.added) added[static_cast<size_t>(token.id)] = true;

  // A reader merges two tokens wherever they make a third, and the lower id first. That is the same only if the merges
  // are ranked like that as well, and reach every token.
  const auto falls = [](const Merge& a, const Merge& b) { return a.rank != b.rank && a.result >= b.result; };
  std::vector<Merge> merges = vocabulary.merges;
  std::sort(merges.begin(), merges.end(), [](const Merge& a, const Merge& b) { return a.rank < b.rank; });
  require(std::adjacent_find(merges.begin(), merges.end(), falls) == merges.end(), source,
          ": the merges are not in the order of the ids that they make");
  const bool by_rank =
      vocabulary.whole_pieces_first && std::all_of(merges.begin(), merges.end(), [](const Merge& merge) {
        return merge.rank == static_cast<uint32_t>(merge.result);
      });
  const MergeTable table(merges);
  Merging merging;
  std::vector<int32_t> symbols;
  std::string content;
  for (size_t id = 0; id < vocabulary.tokens.size(); ++id) {
    const std::string& token = vocabulary.tokens[id];
    if (added[id] || token.empty()) continue;
    symbols.clear();
    for (const char byte : token) symbols.push_back(vocabulary.byte_tokens[static_cast<unsigned char>(byte)]);
    if (!by_rank) merging.run(table, symbols);
    require(by_rank || (symbols.size() == 1 && symbols[0] == static_cast<int32_t>(id)), source,
            ": the merges do not make ", Quoted{token}, " (id ", id, ") out of its bytes");
    content += to_base64(token) + " " + std::to_string(id) + "\n";
  }
  write_file(path, content);
}

}  // namespace dikkat
