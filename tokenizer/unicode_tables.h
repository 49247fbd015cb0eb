// The tables behind unicode.h. unicode_tables.py writes them from the standard's files.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace dikkat::unicode_tables {

// Categories, four bits each, in words of 16 code points, pages of 64 and chapters of 32 pages. Equal pages and equal
// chapters stand there once. See category_of() in unicode.h.
extern const uint8_t category_chapters[];
extern const uint16_t category_pages[];
extern const uint64_t category_words[];

// first, first + step, ..., last: each has its partner `distance` further on.
struct CaseRun {
  uint32_t first, last;
  int32_t step, distance;
};
extern const CaseRun lower_runs[], upper_runs[];
extern const size_t lower_run_count, upper_run_count;

// A letter whose upper case is two or three code points: 21 bits each, the first one lowest.
struct LongCase {
  uint32_t point;
  uint64_t upper;
};
extern const LongCase long_upper[];
extern const size_t long_upper_count;

// The properties Cased and Case_Ignorable, which decide about the final sigma.
struct Range {
  uint32_t first, last;
};
extern const Range cased[], case_ignorable[];
extern const size_t cased_count, case_ignorable_count;

// Canonical combining classes other than 0.
struct CombiningRun {
  uint32_t first, last;
  int32_t combining_class;
};
extern const CombiningRun combining_runs[];
extern const size_t combining_run_count;

// Canonical decompositions of one step, sorted by what is decomposed, without the Hangul syllables:
//   bit 63: composes (the pair becomes the point again) | point: 21 bits | first: 21 bits | second, 0 if none: 21 bits
extern const uint64_t decompositions[];
extern const size_t decomposition_count;

// The entry of a table sorted by ranges whose range holds `value`, or nothing.
template <class Entry>
const Entry* find_range(const Entry* table, size_t count, uint32_t value) {
  const Entry* end = table + count;
  const Entry* entry = std::partition_point(table, end, [&](const Entry& range) { return range.last < value; });
  return entry != end && entry->first <= value ? entry : nullptr;
}

}  // namespace dikkat::unicode_tables
