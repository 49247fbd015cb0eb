// JSON values: what configuration files, vocabularies, headers and results are made of.
//
//   const Json config = read_json("model/config.json");
//   const int64_t layers = config.at("n_layer").integer(1, 1000);     // config.json: key 'n_layer' is missing
//   if (const auto rope = config.find("rope_scaling")) factor = rope->at("factor").number();
//
//   Json results = Json::object();
//   results.set("loss", 0.5);
//   write_file("r.json", results.dump(2) + "\n");
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/files/json_reader.h"
#include "kernels/check.h"

namespace dikkat {

class JsonView;

// A value that owns its parts; copying copies them all. 16 bytes, so that a tree stays near the size of its text.
class Json {
 public:
  using Member = std::pair<std::string, Json>;

  Json();  // null
  Json(std::nullptr_t) : Json() {}
  Json(bool value);
  explicit Json(const JsonNumber& value);
  template <std::integral Whole>
  Json(Whole value) : Json(whole(value)) {}
  template <std::floating_point Number>
  Json(Number value) : Json(JsonNumber(static_cast<double>(value))) {}
  Json(std::string value);
  Json(std::string_view value) : Json(std::string(value)) {}
  Json(const char* value) : Json(std::string(value)) {}
  template <class T>
  Json(T*) = delete;  // an address is no value
  static Json array(std::vector<Json> elements = {});
  static Json object(std::vector<Member> members = {});  // throws Error if a key occurs twice
  Json(const Json& other);
  Json(Json&& other) noexcept;
  Json& operator=(Json other) noexcept;
  ~Json();

  // Reads one JSON text (RFC 8259, strict). A key that occurs twice, nesting deeper than 128 levels, broken UTF-8 or
  // anything after the value throws Error "source: byte N: expected ..., found ...". Takes
  // time in proportion to the text (n log n for the keys) and at most some thirty times its memory.
  static Json parse(std::string_view text, const std::string& source = "JSON");

  JsonKind kind() const;

  // An object's member `key` becomes `value`; a new one is put behind the others. Many at once: object(members).
  void set(const std::string& key, Json value);
  // Puts `value` behind the others of an array.
  void append(Json value);

  // The text of the value. Compact by default; with `indent` each member stands on its own line, but arrays of numbers
  // stay on one. Numbers are the shortest that read back exactly, NaN and infinity null, broken UTF-8 U+FFFD.
  std::string dump(int indent = 0) const;

  // Reading: see JsonView, which remembers the way from here so that its messages can name it.
  JsonView at(std::string_view key) const&;
  std::optional<JsonView> find(std::string_view key) const&;
  std::vector<JsonView> elements() const&;
  std::vector<std::pair<std::string_view, JsonView>> members() const&;
  // A view must not outlive its value.
  void at(std::string_view) const&& = delete;
  void find(std::string_view) const&& = delete;
  void elements() const&& = delete;
  void members() const&& = delete;

  friend bool operator==(const Json& a, const Json& b);  // members in the same order, 1 and 1.0 differ

 private:
  friend class JsonView;
  struct Array;
  struct Object;
  template <class T>
  using Box = std::unique_ptr<T>;
  using Data = std::variant<std::monostate, bool, int64_t, uint64_t, double, Box<std::string>, Box<Array>, Box<Object>>;

  template <class Whole>
  static JsonNumber whole(Whole value) {
    if (std::in_range<int64_t>(value)) return static_cast<int64_t>(value);
    return static_cast<uint64_t>(value);
  }
  static Json read_value(JsonReader& reader);
  static Json read_object(JsonReader& reader);
  void write(std::string& out, int indent, int depth) const;
  const std::string* source() const;

  Data data_;
};

// A place inside a Json: the value, and from where to look for its name when something is wrong. Cheap to copy; valid
// as long as the Json it came from is neither changed nor destroyed. Every function throws Error if the value is of
// another kind:  config.json: key 'n_layer' must be a whole number, found the string 'twelve'.
class JsonView {
 public:
  JsonView(const Json& value) : value_(&value), root_(&value) {}
  JsonView(const Json&&) = delete;

  JsonKind kind() const { return value_->kind(); }
  bool is_null() const { return kind() == JsonKind::null; }
  const Json& json() const { return *value_; }

  bool boolean() const;
  int64_t integer() const;                           // 2.0 is no whole number
  int64_t integer(int64_t low, int64_t high) const;  // also checks low <= value <= high
  uint64_t unsigned_integer() const;                 // 0 .. 2^64-1
  double number() const;                             // whole numbers too
  const std::string& string() const;

  // Members of an object. `at` fails if there is none; `find` gives nothing if there is none or it is null, which is
  // how configurations write "not set".
  JsonView at(std::string_view key) const;
  std::optional<JsonView> find(std::string_view key) const;
  std::vector<std::pair<std::string_view, JsonView>> members() const;  // in the order of the text

  // Elements of an array.
  JsonView at(size_t index) const;
  std::vector<JsonView> elements() const;

  size_t size() const;  // of an object, array or string

  // "config.json: key 'rope_scaling.type'": the beginning of a message about this value.
  std::string where() const;

 private:
  JsonView(const Json& value, const Json& root) : value_(&value), root_(&root) {}
  [[noreturn]] void must_be(std::string_view what) const;
  const Json::Array& array() const;
  const Json::Object& object() const;
  std::string name_of(std::string_view path) const;

  const Json* value_;
  const Json* root_;
};

// The JSON file `path`, at most `limit` bytes long. A beginning U+FEFF is an error like any other foreign character.
Json read_json(const std::string& path, uint64_t limit = uint64_t{256} << 20);

// One JSON value per line ("JSON lines"); blank lines are skipped. Messages name the line and count bytes from
// its beginning:  cases.jsonl: line 2: byte 7: expected ...
std::vector<Json> read_json_lines(const std::string& path, uint64_t limit = uint64_t{256} << 20);

}  // namespace dikkat
