// Json::dump.
#include <algorithm>
#include <charconv>
#include <cmath>

#include "core/files/json_data.h"
#include "core/files/utf8.h"

namespace dikkat {

namespace {

template <class Number>
void write_number(std::string& out, Number value) {
  char digits[32];  // the longest: -2.2250738585072014e-308
  const std::string_view written(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
  out += written;
  if (std::is_same_v<Number, double> && written.find_first_of(".e") == written.npos) {
    out += ".0";  // 1 would read as whole
  }
}

void write_string(std::string& out, std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  constexpr std::string_view special = "\"\\\b\f\n\r\t";
  constexpr std::string_view letters = "\"\\bfnrt";
  out += '"';
  while (!bytes.empty()) {
    const size_t length = utf8_length(bytes);
    const char c = bytes[0];
    if (length == 0) {
      out += "\xEF\xBF\xBD";  // U+FFFD, the replacement character
    } else if (const size_t i = special.find(c); i != std::string_view::npos) {
      out += '\\';
      out += letters[i];
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += "\\u00";
      out += digits[static_cast<unsigned char>(c) >> 4];
      out += digits[static_cast<unsigned char>(c) & 15];
    } else {
      out += bytes.substr(0, length);
    }
    bytes.remove_prefix(std::max<size_t>(1, length));
  }
  out += '"';
}

bool is_number(const Json& value) {
  return value.kind() == JsonKind::integer || value.kind() == JsonKind::real;
}

void new_line(std::string& out, int indent, int depth) {
  if (indent > 0) out.append(1, '\n').append(static_cast<size_t>(indent) * static_cast<size_t>(depth), ' ');
}

}  // namespace

void Json::write(std::string& out, int indent, int depth) const {
  if (const bool* truth = std::get_if<bool>(&data_)) {
    out += *truth ? "true" : "false";
  } else if (const int64_t* small = std::get_if<int64_t>(&data_)) {
    write_number(out, *small);
  } else if (const uint64_t* large = std::get_if<uint64_t>(&data_)) {
    write_number(out, *large);
  } else if (const double* real = std::get_if<double>(&data_); real != nullptr && std::isfinite(*real)) {
    write_number(out, *real);
  } else if (const auto* string = std::get_if<Box<std::string>>(&data_)) {
    write_string(out, **string);
  } else if (const auto* array = std::get_if<Box<Array>>(&data_)) {
    const std::vector<Json>& elements = (*array)->elements;
    const bool one_line = std::all_of(elements.begin(), elements.end(), is_number);
    out += '[';
    for (size_t i = 0; i < elements.size(); ++i) {
      if (i > 0) out += one_line && indent > 0 ? ", " : ",";
      if (!one_line) new_line(out, indent, depth + 1);
      elements[i].write(out, indent, depth + 1);
    }
    if (!one_line) new_line(out, indent, depth);
    out += ']';
  } else if (const auto* object = std::get_if<Box<Object>>(&data_)) {
    const std::vector<Member>& members = (*object)->members;
    out += '{';
    for (size_t i = 0; i < members.size(); ++i) {
      if (i > 0) out += ',';
      new_line(out, indent, depth + 1);
      write_string(out, members[i].first);
      out += indent > 0 ? ": " : ":";
      members[i].second.write(out, indent, depth + 1);
    }
    if (!members.empty()) new_line(out, indent, depth);
    out += '}';
  } else {
    out += "null";  // also NaN and infinity, which JSON cannot say
  }
}

std::string Json::dump(int indent) const {
  std::string out;
  write(out, indent, 0);
  return out;
}

}  // namespace dikkat
