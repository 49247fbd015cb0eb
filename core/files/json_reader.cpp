#include "core/files/json_reader.h"

#include <algorithm>
#include <charconv>

#include "core/files/utf8.h"

namespace dikkat {

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Is the number `written`, which has left the range of double, too small rather than too large? Its order of magnitude
// decides: the place of the first digit that is not 0, plus the exponent.
bool is_tiny(std::string_view written) {
  const size_t e = written.find_first_of("eE");
  const std::string_view mantissa = written.substr(0, e);
  int64_t exponent = 0;
  if (e != std::string_view::npos) {
    std::string_view power = written.substr(e + 1);
    if (power.front() == '+') power.remove_prefix(1);
    const auto [end, error] = std::from_chars(power.data(), power.data() + power.size(), exponent);
    if (error != std::errc()) return power.front() == '-';  // |exponent| >= 2^63: no text is long enough to balance it
  }
  const size_t point = std::min(mantissa.find('.'), mantissa.size());
  const size_t first = mantissa.find_first_of("123456789");
  if (first == std::string_view::npos) return true;  // zero
  return exponent < static_cast<int64_t>(first) - static_cast<int64_t>(point);
}

}  // namespace

void JsonReader::expected(std::string_view what) const {
  std::string found = "the end of the text";
  if (!at_end()) {
    const size_t length = std::max<size_t>(1, utf8_length(text_.substr(position_)));
    found = in_quotes(text_.substr(position_, length));
  }
  fail(at(first_offset_ + position_), "expected ", what, ", found ", found);
}

void JsonReader::skip_white_space() {
  while (!at_end() && (text_[position_] == ' ' || text_[position_] == '\n' || text_[position_] == '\r' ||
                       text_[position_] == '\t')) {
    ++position_;
  }
}

void JsonReader::start_value() {
  skip_white_space();
  value_start_ = position_;
}

JsonKind JsonReader::next_kind() {
  start_value();
  if (at_end()) expected("a value");
  switch (const char c = text_[position_]) {
    case '{':
      return JsonKind::object;
    case '[':
      return JsonKind::array;
    case '"':
      return JsonKind::string;
    case 't':
    case 'f':
      return JsonKind::boolean;
    case 'n':
      return JsonKind::null;
    default:
      if (c == '-' || is_digit(c)) return JsonKind::real;
      expected("a value");
  }
}

void JsonReader::literal(std::string_view word) {
  if (text_.substr(position_, word.size()) != word) expected(in_quotes(word));
  position_ += word.size();
}

void JsonReader::null() {
  start_value();
  literal("null");
}

bool JsonReader::boolean() {
  start_value();
  const bool value = looking_at('t');
  if (!value && !looking_at('f')) expected("true or false");
  literal(value ? "true" : "false");
  return value;
}

size_t JsonReader::digits() {
  const size_t start = position_;
  while (!at_end() && is_digit(text_[position_])) ++position_;
  return position_ - start;
}

JsonNumber JsonReader::number() {
  start_value();
  bool whole = true;
  const bool negative = looking_at('-');
  if (negative) ++position_;
  if (at_end() || !is_digit(text_[position_])) expected(negative ? "a digit" : "a number");
  const bool leading_zero = looking_at('0');
  if (digits() > 1 && leading_zero) {
    position_ = value_start_ + (negative ? 2 : 1);
    expected("no digit after a leading 0");
  }
  if (looking_at('.')) {
    whole = false;
    ++position_;
    if (digits() == 0) expected("a digit after the decimal point");
  }
  if (looking_at('e') || looking_at('E')) {
    whole = false;
    ++position_;
    if (looking_at('+') || looking_at('-')) ++position_;
    if (digits() == 0) expected("a digit in the exponent");
  }
  const std::string_view written = text_.substr(value_start_, position_ - value_start_);
  const char* const first = written.data();
  const char* const last = first + written.size();
  if (whole && written != "-0") {  // -0 is a double: whole numbers have no negative zero
    int64_t small = 0;
    if (std::from_chars(first, last, small).ec == std::errc()) return small;
    uint64_t large = 0;
    if (!negative && std::from_chars(first, last, large).ec == std::errc()) return large;
  }
  double value = 0;
  if (std::from_chars(first, last, value).ec == std::errc::result_out_of_range) {
    if (!is_tiny(written)) fail(at(value_offset()), "the number ", shown(written, 40), " is too large");
    value = negative ? -0.0 : 0.0;
  }
  return value;
}

char32_t JsonReader::four_hex_digits() {
  char32_t code = 0;
  for (int i = 0; i < 4; ++i, ++position_) {
    const char c = at_end() ? '\0' : text_[position_];
    code <<= 4;
    if (is_digit(c)) {
      code += static_cast<char32_t>(c - '0');
    } else if (c >= 'a' && c <= 'f') {
      code += static_cast<char32_t>(c - 'a' + 10);
    } else if (c >= 'A' && c <= 'F') {
      code += static_cast<char32_t>(c - 'A' + 10);
    } else {
      expected("four hexadecimal digits after \\u");
    }
  }
  return code;
}

void JsonReader::escape(std::string& out) {
  const size_t start = position_++;  // the backslash
  const char c = at_end() ? '\0' : text_[position_];
  constexpr std::string_view letters = "\"\\/bfnrt";
  constexpr std::string_view meaning = "\"\\/\b\f\n\r\t";
  if (const size_t i = letters.find(c); c != '\0' && i != std::string_view::npos) {
    out += meaning[i];
    ++position_;
    return;
  }
  if (c != 'u') expected("one of \"\\/bfnrtu after a backslash");
  ++position_;
  char32_t code = four_hex_digits();
  if (code >= 0xD800 && code <= 0xDBFF && text_.substr(position_, 2) == "\\u") {
    position_ += 2;
    const char32_t low = four_hex_digits();
    if (low >= 0xDC00 && low <= 0xDFFF) code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
  }
  if (code >= 0xD800 && code <= 0xDFFF) {
    fail(at(first_offset_ + start),
         "half a surrogate pair is no letter: \\uD800..\\uDBFF and \\uDC00..\\uDFFF must come as a pair");
  }
  append_utf8(out, code);
}

std::string JsonReader::string() {
  start_value();
  if (!looking_at('"')) expected("a string");
  ++position_;
  std::string out;
  for (size_t run = position_;;) {
    if (at_end()) expected("'\"' at the end of the string");
    const auto c = static_cast<unsigned char>(text_[position_]);
    if (c == '"' || c == '\\') {
      out += text_.substr(run, position_ - run);
      if (c == '"') {
        ++position_;
        return out;
      }
      escape(out);
      run = position_;
    } else if (c < 0x20) {
      expected("control characters in a string to be escaped");
    } else if (c < 0x80) {
      ++position_;
    } else {
      const size_t length = utf8_length(text_.substr(position_));
      if (length == 0) expected("UTF-8");
      position_ += length;
    }
  }
}

void JsonReader::enter(char open) {
  start_value();
  if (!looking_at(open)) expected(open == '{' ? "'{'" : "'['");
  if (depth_ == max_depth) fail(at(value_offset()), "nested deeper than ", max_depth, " levels");
  ++position_;
  nothing_yet_[static_cast<size_t>(depth_++)] = true;
}

// After the opening bracket or a value: is there a next member? Reads the comma or the closing bracket.
bool JsonReader::next(char close) {
  skip_white_space();
  bool& nothing_yet = nothing_yet_[static_cast<size_t>(depth_ - 1)];
  if (looking_at(close)) {
    ++position_;
    --depth_;
    return false;
  }
  if (!nothing_yet) {
    if (!looking_at(',')) expected(close == '}' ? "',' or '}'" : "',' or ']'");
    ++position_;
  }
  nothing_yet = false;
  return true;
}

void JsonReader::enter_object() {
  enter('{');
}

void JsonReader::enter_array() {
  enter('[');
}

bool JsonReader::next_element() {
  return next(']');
}

bool JsonReader::next_member(std::string& key) {
  if (!next('}')) return false;
  skip_white_space();
  if (!looking_at('"')) expected("a key in double quotes");
  key = string();
  key_start_ = value_start_;
  skip_white_space();
  if (!looking_at(':')) expected("':'");
  ++position_;
  return true;
}

void JsonReader::end() {
  skip_white_space();
  if (!at_end()) expected("nothing after the value");
}

}  // namespace dikkat
