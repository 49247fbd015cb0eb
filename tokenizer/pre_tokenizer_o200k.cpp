#include "tokenizer/pre_tokenizer_scan.h"

namespace dikkat::scan {
namespace {

// Letters without case and marks count on both sides of a word's one change from capitals to small letters.
constexpr Categories both =
    set_of(GeneralCategory::modifier) | set_of(GeneralCategory::letter) | set_of(GeneralCategory::mark);
constexpr Categories small = set_of(GeneralCategory::lower) | both;  // [\p{Ll}\p{Lm}\p{Lo}\p{M}]
constexpr Categories capitals =
    set_of(GeneralCategory::upper) | set_of(GeneralCategory::title) | both;  // [\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]

struct Word {
  size_t small_end;    // [capitals]*[small]+, or where it was to begin if that does not fit
  size_t capital_end;  // [capitals]*
};

Word word_at(std::string_view text, size_t begin) {
  size_t at = begin, last_both_end = begin;
  Seen seen = see(text, at);
  while (seen.is(capitals)) {
    at = seen.end;
    if (seen.is(both)) last_both_end = at;
    seen = see(text, at);
  }
  // [small]+ begins with a small letter behind the capitals or, if there is none, takes back the last of those that
  // count on both sides, and then ends with it.
  return {seen.is(set_of(GeneralCategory::lower)) ? skip_letters(text, seen.end, small, AsciiLetters::small)
                                                  : last_both_end,
          at};
}

// The first two alternatives below without their contraction; `begin` if neither fits.
size_t word_end(std::string_view text, size_t begin) {
  const Seen first = see(text, begin);
  if (first.is(letters)) {
    const Word word = word_at(text, begin);
    return word.small_end > begin ? word.small_end : word.capital_end;
  }
  if (first.is(numbers) || text[begin] == '\r' || text[begin] == '\n') return begin;
  const Word word = word_at(text, first.end);
  if (word.small_end > first.end) return word.small_end;
  if (first.is(both)) return first.end;  // a mark: as [small]+ of its own, which comes before capitals alone
  return word.capital_end > first.end ? word.capital_end : begin;
}

}  // namespace

// [^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|
// [^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|
// \p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+
size_t o200k(std::string_view text, size_t begin) {
  const size_t end = word_end(text, begin);
  if (end > begin) return skip_contraction(text, end);
  if (const size_t number_end = skip(text, begin, numbers, 3); number_end > begin) return number_end;
  const size_t first = begin + (text[begin] == ' ');
  if (const size_t symbols_end = skip(text, first, symbols); symbols_end > first)
    return skip_line_ends(text, symbols_end, true);
  return line_ends_or_spaces(text, begin, skip(text, begin, white_space));
}

}  // namespace dikkat::scan
