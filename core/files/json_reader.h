// JSON, token by token (RFC 8259, strict): the one place that knows its grammar. Json::parse builds a tree with it;
// whoever reads a large header (safetensors) uses it directly and needs no memory for what it refuses.
//
//   JsonReader reader(text, "model.json");
//   reader.enter_object();
//   for (std::string key; reader.next_member(key);) widths[key] = reader.number();
//   reader.end();
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "kernels/check.h"

namespace dikkat {

enum class JsonKind { null, boolean, integer, real, string, array, object };

// A number as it is written: whole ones that fit 64 bits stay whole (uint64_t only above the largest int64_t),
// everything else is the nearest double. Beyond the range of double is an error, below it is zero.
using JsonNumber = std::variant<int64_t, uint64_t, double>;

class JsonReader {
 public:
  static constexpr int max_depth = 128;

  // Reads `text`, which must outlive the reader. Messages begin with `source` and count bytes from `first_offset`, the
  // place of `text` in its file. Every function below throws Error "source: byte N: expected ..., found ...".
  JsonReader(std::string_view text, std::string source, uint64_t first_offset = 0)
      : text_(text), source_(std::move(source)), first_offset_(first_offset) {}

  // The kind of the value that comes next; a number is always announced as `real`.
  JsonKind next_kind();

  void null();
  bool boolean();
  JsonNumber number();
  std::string string();

  // An object or array: enter, then ask for its members until there are none, reading one value after each "true".
  void enter_object();
  bool next_member(std::string& key);
  void enter_array();
  bool next_element();

  // Nothing but white space may be left.
  void end();

  // Where the value or key that was read last began, in bytes of the file.
  uint64_t value_offset() const { return first_offset_ + value_start_; }
  uint64_t key_offset() const { return first_offset_ + key_start_; }

  // "source: byte N: "
  std::string at(uint64_t offset) const { return text(source_, ": byte ", offset, ": "); }

 private:
  void skip_white_space();
  void start_value();
  void enter(char open);
  bool next(char close);
  void literal(std::string_view word);
  void escape(std::string& out);
  char32_t four_hex_digits();
  size_t digits();
  bool at_end() const { return position_ == text_.size(); }
  bool looking_at(char c) const { return position_ < text_.size() && text_[position_] == c; }
  [[noreturn]] void expected(std::string_view what) const;

  std::string_view text_;
  std::string source_;
  uint64_t first_offset_ = 0;
  size_t position_ = 0;
  size_t value_start_ = 0;
  size_t key_start_ = 0;
  int depth_ = 0;
  std::array<bool, max_depth> nothing_yet_{};  // per open container: has it no member so far?
};

}  // namespace dikkat
