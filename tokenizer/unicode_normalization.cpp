// Normal form C: The Unicode Standard, section 3.11, and Annex 15.
#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "tokenizer/unicode.h"

namespace dikkat {
namespace {

using namespace unicode_tables;

// Hangul syllables are computed, not listed: leading consonant, vowel and, if not 0, trailing consonant.
constexpr uint32_t syllables = 0xAC00, leading = 0x1100, vowels = 0x1161, trailing = 0x11A7;
constexpr uint32_t leading_count = 19, vowel_count = 21, trailing_count = 28;
constexpr uint32_t syllable_count = leading_count * vowel_count * trailing_count;

// `value` lies in [first, first + count). Below `first` the difference wraps round to a large number.
constexpr bool lies_in(uint32_t value, uint32_t first, uint32_t count) {
  return value - first < count;
}

struct Decomposition {
  bool composes;
  uint32_t point, first, second;
};

constexpr Decomposition unpacked(uint64_t entry) {
  const auto field = [&](int shift) { return static_cast<uint32_t>(entry >> shift & 0x1FFFFF); };
  return {entry >> 63 != 0, field(42), field(21), field(0)};
}

struct Part {
  uint32_t value;
  int combining_class;
};

// Appends the full canonical decomposition of `value`. The tables go one step at a time; only the first part of a pair
// can be decomposed further, and never more than a few times.
void decompose(uint32_t value, std::vector<Part>& parts) {
  if (lies_in(value, syllables, syllable_count)) {
    const uint32_t index = value - syllables;
    parts.push_back({leading + index / (vowel_count * trailing_count), 0});
    parts.push_back({vowels + index / trailing_count % vowel_count, 0});
    if (index % trailing_count != 0) parts.push_back({trailing + index % trailing_count, 0});
    return;
  }
  const uint64_t* end = decompositions + decomposition_count;
  const uint64_t* entry =
      std::partition_point(decompositions, end, [&](uint64_t known) { return unpacked(known).point < value; });
  if (entry == end || unpacked(*entry).point != value) {
    parts.push_back({value, combining_class(value)});
    return;
  }
  const Decomposition found = unpacked(*entry);
  decompose(found.first, parts);
  if (found.second != 0) decompose(found.second, parts);
}

// What is looked up while composing, made once from the table of decompositions.
class Composition {
 public:
  static const Composition& get() {
    static const Composition composition;
    return composition;
  }

  // Can `value` be changed by what stands before it, or change by itself? If not, a text may be cut before it: nothing
  // is ever reordered or composed across that cut.
  bool is_stable(uint32_t value) const {
    if (value < 0x300 || value >= first_invalid_byte || !has_unstable_[value >> 7]) return true;
    return !std::binary_search(unstable_.begin(), unstable_.end(), value);
  }

  // The code point that `first` and `second` make together; 0 if there is none.
  uint32_t composed(uint32_t first, uint32_t second) const {
    if (lies_in(first, leading, leading_count) && lies_in(second, vowels, vowel_count))
      return syllables + ((first - leading) * vowel_count + (second - vowels)) * trailing_count;
    if (lies_in(first, syllables, syllable_count) && (first - syllables) % trailing_count == 0 &&
        lies_in(second, trailing + 1, trailing_count - 1))
      return first + (second - trailing);
    const std::pair<uint64_t, uint32_t> wanted(pair(first, second), 0);
    const auto found = std::lower_bound(pairs_.begin(), pairs_.end(), wanted);
    return found != pairs_.end() && found->first == wanted.first ? found->second : 0;
  }

 private:
  static uint64_t pair(uint32_t first, uint32_t second) { return uint64_t{first} << 21 | second; }

  Composition() {
    for (size_t i = 0; i < decomposition_count; ++i) {
      const Decomposition entry = unpacked(decompositions[i]);
      unstable_.push_back(entry.composes ? entry.second : entry.point);
      if (entry.composes) pairs_.emplace_back(pair(entry.first, entry.second), entry.point);
    }
    // A composite whose very first part is the second part of another may fall apart and give it to what stands before.
    std::vector<uint32_t> second_parts = unstable_;
    std::sort(second_parts.begin(), second_parts.end());
    for (const auto& [parts, point] : pairs_) {
      std::vector<Part> all;
      decompose(point, all);
      if (std::binary_search(second_parts.begin(), second_parts.end(), all[0].value)) unstable_.push_back(point);
    }
    for (size_t i = 0; i < combining_run_count; ++i)
      for (uint32_t value = combining_runs[i].first; value <= combining_runs[i].last; ++value)
        unstable_.push_back(value);
    for (uint32_t i = 0; i < vowel_count; ++i) unstable_.push_back(vowels + i);
    for (uint32_t i = 1; i < trailing_count; ++i) unstable_.push_back(trailing + i);
    std::sort(pairs_.begin(), pairs_.end());
    std::sort(unstable_.begin(), unstable_.end());
    for (const uint32_t value : unstable_) has_unstable_[value >> 7] = true;
  }

  std::vector<std::pair<uint64_t, uint32_t>> pairs_;  // pair(first, second) and what it composes to; sorted
  std::vector<uint32_t> unstable_;                    // sorted
  std::array<bool, 0x110000 / 128> has_unstable_{};   // by 128 code points
};

// Sorts every run of marks by combining class; marks of the same class keep their order.
void put_in_order(std::vector<Part>& parts) {
  const auto is_mark = [](const Part& part) { return part.combining_class != 0; };
  for (auto at = parts.begin(); at != parts.end();) {
    const auto first = std::find_if(at, parts.end(), is_mark);
    const auto last = std::find_if_not(first, parts.end(), is_mark);
    std::stable_sort(first, last, [](const Part& a, const Part& b) { return a.combining_class < b.combining_class; });
    at = last;
  }
}

// Joins each part with the last one before it that no mark can join (the starter), unless something between them is in
// the way: a part of the same or a higher class. The result takes the front of `parts`.
void compose(std::vector<Part>& parts) {
  const Composition& composition = Composition::get();
  size_t kept = 0, starter = parts.size();
  for (size_t i = 0; i < parts.size(); ++i) {
    const Part part = parts[i];
    const bool has_starter = starter < kept;
    const bool blocked = has_starter && starter + 1 < kept && parts[kept - 1].combining_class >= part.combining_class;
    const uint32_t joined = has_starter && !blocked ? composition.composed(parts[starter].value, part.value) : 0;
    if (joined != 0) {
      parts[starter].value = joined;
    } else {
      if (part.combining_class == 0) starter = kept;
      parts[kept++] = part;
    }
  }
  parts.resize(kept);
}

// Appends the normal form of text[first, last), which holds no invalid byte but perhaps one at its beginning.
// `parts` is scratch.
void append_normalized(std::string& out, std::string_view text, size_t first, size_t last, std::vector<Part>& parts) {
  parts.clear();
  for (size_t at = first; at < last;) {
    const CodePoint point = decode(text, at);
    decompose(point.value, parts);
    at += point.length;
  }
  put_in_order(parts);
  compose(parts);
  for (const Part& part : parts) append_utf8(out, part.value);
}

}  // namespace

int combining_class(uint32_t value) {
  const CombiningRun* run = find_range(combining_runs, combining_run_count, value);
  return run == nullptr ? 0 : run->combining_class;
}

std::string nfc(std::string_view text) {
  const Composition& composition = Composition::get();
  std::vector<Part> parts;
  std::string out;
  out.reserve(text.size());
  size_t copied = 0;    // text[0, copied) is done
  size_t boundary = 0;  // the last stable code point before `at`
  for (size_t at = 0; at < text.size();) {
    const CodePoint point = decode(text, at);
    if (composition.is_stable(point.value)) {
      boundary = at;
      at += point.length;
      continue;
    }
    // Something may change between the last stable code point and the next one.
    size_t end = at + point.length;
    while (end < text.size()) {
      const CodePoint next = decode(text, end);
      if (composition.is_stable(next.value)) break;
      end += next.length;
    }
    out.append(text, copied, boundary - copied);
    append_normalized(out, text, boundary, end, parts);
    copied = boundary = at = end;
  }
  out.append(text, copied);
  return out;
}

}  // namespace dikkat
