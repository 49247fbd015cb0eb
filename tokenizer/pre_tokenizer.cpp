#include "tokenizer/pre_tokenizer.h"

#include "kernels/check.h"
#include "tokenizer/pre_tokenizer_scan.h"

namespace dikkat {

PieceEnd piece_end_of(PreTokenizer kind) {
  switch (kind) {
    case PreTokenizer::gpt2:
      return scan::gpt2;
    case PreTokenizer::cl100k:
      return scan::cl100k;
    case PreTokenizer::o200k:
      return scan::o200k;
    case PreTokenizer::llama3:
      return scan::llama3;
    case PreTokenizer::qwen2:
      return scan::qwen2;
    case PreTokenizer::bytes:
      return scan::bytes;
    case PreTokenizer::characters:
      return scan::characters;
    case PreTokenizer::words:
      return scan::words;
  }
  fail("pre-tokenizer: there is no kind ", static_cast<int>(kind));
}

size_t piece_end(PreTokenizer kind, std::string_view text, size_t begin) {
  return piece_end_of(kind)(text, begin);
}

std::optional<PreTokenizer> pre_tokenizer_by_pattern(std::string_view regular_expression) {
  struct Published {
    PreTokenizer kind;
    std::string_view pattern;
  };
  // Several spellings of one kind give the same pieces; possessive ones (++) are only faster in some engines.
  static constexpr Published published[] = {
      {PreTokenizer::gpt2, R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)"},
      {PreTokenizer::gpt2, R"('s|'t|'re|'ve|'m|'ll|'d| ?[\p{L}]+| ?[\p{N}]+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)"},
      {PreTokenizer::gpt2, R"('(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)"},
      {PreTokenizer::gpt2, R"('(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s)"},
      {PreTokenizer::cl100k,
       R"('(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|)"
       R"(\s++$|\s*[\r\n]|\s+(?!\S)|\s)"},
      {PreTokenizer::llama3,
       R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|)"
       R"(\s*[\r\n]+|\s+(?!\S)|\s+)"},
      {PreTokenizer::llama3, R"('(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|)"
                             R"(\s*[\r\n]|\s+(?!\S)|\s+)"},
      {PreTokenizer::qwen2, R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|)"
                            R"(\s*[\r\n]+|\s+(?!\S)|\s+)"},
      {PreTokenizer::o200k,
       R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|)"
       R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|)"
       R"(\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)"}};
  for (const Published& known : published)
    if (known.pattern == regular_expression) return known.kind;
  return std::nullopt;
}

}  // namespace dikkat
