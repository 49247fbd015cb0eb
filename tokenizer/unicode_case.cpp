// Upper and lower case: The Unicode Standard, section 3.13, with SpecialCasing.txt. Its Lithuanian rules are left out.
#include <algorithm>

#include "tokenizer/unicode.h"

namespace dikkat {
namespace {

using namespace unicode_tables;

constexpr uint32_t dot_above = 0x307;
constexpr uint32_t dotted_capital_i = 0x130, dotless_small_i = 0x131;
constexpr uint32_t capital_sigma = 0x3A3, small_sigma = 0x3C3, final_sigma = 0x3C2;

uint32_t moved(const CaseRun* runs, size_t count, uint32_t value) {
  const CaseRun* run = find_range(runs, count, value);
  const bool has_partner = run != nullptr && (value - run->first) % static_cast<uint32_t>(run->step) == 0;
  return has_partner ? value + static_cast<uint32_t>(run->distance) : value;
}

const LongCase* long_upper_of(uint32_t value) {
  const LongCase* end = long_upper + long_upper_count;
  const LongCase* entry =
      std::partition_point(long_upper, end, [&](const LongCase& known) { return known.point < value; });
  return entry != end && entry->point == value ? entry : nullptr;
}

bool is_case_ignorable(uint32_t value) {
  return find_range(case_ignorable, case_ignorable_count, value) != nullptr;
}

bool is_cased(uint32_t value) {
  return find_range(cased, cased_count, value) != nullptr;
}

// Does a dot above follow, with nothing but marks that leave the place above free between?
bool dot_follows(std::string_view text, size_t at) {
  while (at < text.size()) {
    const CodePoint point = decode(text, at);
    if (point.value == dot_above) return true;
    const int place = combining_class(point.value);
    if (place == 0 || place == 230) return false;
    at += point.length;
  }
  return false;
}

// Do the code points from `at` on, or those before it, reach a cased letter when the ones without meaning for case
// (apostrophes, marks) are stepped over? These decide whether a word goes on.
bool cased_follows(std::string_view text, size_t at) {
  while (at < text.size()) {
    const CodePoint point = decode(text, at);
    if (!is_case_ignorable(point.value)) return is_cased(point.value);
    at += point.length;
  }
  return false;
}

bool cased_precedes(std::string_view text, size_t at) {
  while (at > 0) {
    const CodePoint point = decode_before(text, at);
    if (!is_case_ignorable(point.value)) return is_cased(point.value);
    at -= point.length;
  }
  return false;
}

}  // namespace

std::string to_lower(std::string_view text, Language language) {
  const bool turkish = language == Language::turkish;
  bool drop_dot = false;  // a dot above that belongs to an I, already written as i, is still to come
  std::string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    const CodePoint point = decode(text, at);
    const size_t next = at + point.length;
    if (turkish && point.value == 'I') {
      drop_dot = dot_follows(text, next);
      append_utf8(out, drop_dot ? 'i' : dotless_small_i);
    } else if (point.value < 0x80) {
      const bool is_capital = point.value >= 'A' && point.value <= 'Z';
      out += static_cast<char>(is_capital ? point.value + 32 : point.value);
    } else if (drop_dot && point.value == dot_above) {
      drop_dot = false;
    } else if (point.value == dotted_capital_i) {
      out += 'i';
      if (!turkish) append_utf8(out, dot_above);  // so that nothing of the letter is lost
    } else if (point.value == capital_sigma) {
      const bool ends_word = cased_precedes(text, at) && !cased_follows(text, next);
      append_utf8(out, ends_word ? final_sigma : small_sigma);
    } else {
      append_utf8(out, moved(lower_runs, lower_run_count, point.value));
    }
    at = next;
  }
  return out;
}

std::string to_upper(std::string_view text, Language language) {
  std::string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    const CodePoint point = decode(text, at);
    at += point.length;
    if (point.value == 'i' && language == Language::turkish) {
      append_utf8(out, dotted_capital_i);
    } else if (point.value < 0x80) {
      const bool is_small = point.value >= 'a' && point.value <= 'z';
      out += static_cast<char>(is_small ? point.value - 32 : point.value);
    } else if (const LongCase* entry = long_upper_of(point.value)) {
      for (uint64_t rest = entry->upper; rest != 0; rest >>= 21)
        append_utf8(out, static_cast<uint32_t>(rest & 0x1FFFFF));
    } else {
      append_utf8(out, moved(upper_runs, upper_run_count, point.value));
    }
  }
  return out;
}

}  // namespace dikkat
