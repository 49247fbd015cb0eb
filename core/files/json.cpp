#include "core/files/json.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "core/files/json_data.h"
#include "core/files/mapped_file.h"
#include "core/files/utf8.h"

namespace dikkat {

namespace {

template <class T>
std::unique_ptr<T> copy(const std::unique_ptr<T>& box) {
  return box == nullptr ? nullptr : std::make_unique<T>(*box);
}

}  // namespace

size_t Json::Object::find(std::string_view key) const {
  if (sorted.empty()) {
    return static_cast<size_t>(
        std::find_if(members.begin(), members.end(), [&](const Member& m) { return m.first == key; }) -
        members.begin());
  }
  const auto place = std::lower_bound(sorted.begin(), sorted.end(), key,
                                      [&](uint32_t i, std::string_view wanted) { return members[i].first < wanted; });
  return place != sorted.end() && members[*place].first == key ? *place : members.size();
}

size_t Json::Object::sort() {
  std::vector<uint32_t> order(members.size());
  std::iota(order.begin(), order.end(), 0u);
  std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
    const int difference = members[a].first.compare(members[b].first);
    return difference != 0 ? difference < 0 : a < b;
  });
  size_t repeated = members.size();
  for (size_t i = 1; i < order.size(); ++i) {
    if (members[order[i - 1]].first == members[order[i]].first) repeated = std::min<size_t>(repeated, order[i]);
  }
  sorted = members.size() > few ? std::move(order) : std::vector<uint32_t>{};
  return repeated;
}

void Json::Object::append(Member member) {
  require(members.size() < std::numeric_limits<uint32_t>::max(), "JSON: an object has too many members");
  members.push_back(std::move(member));
  if (members.size() <= few) return;
  if (sorted.empty()) {
    sort();
    return;
  }
  const auto place = std::lower_bound(sorted.begin(), sorted.end(), members.back().first,
                                      [&](uint32_t i, const std::string& key) { return members[i].first < key; });
  sorted.insert(place, static_cast<uint32_t>(members.size() - 1));
}

Json::Json() = default;

Json::Json(bool value) : data_(value) {}

Json::Json(const JsonNumber& value) {
  std::visit([&](auto number) { data_ = number; }, value);
}

Json::Json(std::string value) : data_(std::make_unique<std::string>(std::move(value))) {}

Json::Json(const Json& other) {
  std::visit(
      [&](const auto& value) {
        using T = std::decay_t<decltype(value)>;
        if constexpr (std::is_same_v<T, Box<std::string>>) {
          data_ = copy(value);
        } else if constexpr (std::is_same_v<T, Box<Array>>) {
          data_ = std::make_unique<Array>(Array{value->elements, copy(value->source)});
        } else if constexpr (std::is_same_v<T, Box<Object>>) {
          data_ = std::make_unique<Object>(Object{value->members, value->sorted, copy(value->source)});
        } else {
          data_ = value;
        }
      },
      other.data_);
}

Json::Json(Json&& other) noexcept : data_(std::exchange(other.data_, Data{})) {}

Json& Json::operator=(Json other) noexcept {
  data_.swap(other.data_);
  return *this;
}

Json::~Json() = default;

Json Json::array(std::vector<Json> elements) {
  Json value;
  value.data_ = std::make_unique<Array>(Array{std::move(elements), nullptr});
  return value;
}

Json Json::object(std::vector<Member> members) {
  auto body = std::make_unique<Object>();
  body->members = std::move(members);
  const size_t repeated = body->sort();
  if (repeated < body->members.size())
    fail("JSON: the key ", in_quotes(body->members[repeated].first), " occurs twice");
  Json value;
  value.data_ = std::move(body);
  return value;
}

JsonKind Json::kind() const {
  constexpr JsonKind kinds[] = {JsonKind::null, JsonKind::boolean, JsonKind::integer, JsonKind::integer,
                                JsonKind::real, JsonKind::string,  JsonKind::array,   JsonKind::object};
  return kinds[data_.index()];
}

const std::string* Json::source() const {
  if (const auto* array = std::get_if<Box<Array>>(&data_)) return (*array)->source.get();
  if (const auto* object = std::get_if<Box<Object>>(&data_)) return (*object)->source.get();
  return nullptr;
}

void Json::set(const std::string& key, Json value) {
  auto* object = std::get_if<Box<Object>>(&data_);
  require(object != nullptr, "JSON: only an object has keys; start with Json::object() to set ", in_quotes(key));
  const size_t i = (*object)->find(key);
  if (i < (*object)->members.size()) {
    (*object)->members[i].second = std::move(value);
  } else {
    (*object)->append({key, std::move(value)});
  }
}

void Json::append(Json value) {
  auto* array = std::get_if<Box<Array>>(&data_);
  require(array != nullptr, "JSON: only an array can be appended to; start with Json::array()");
  (*array)->elements.push_back(std::move(value));
}

bool operator==(const Json& a, const Json& b) {
  if (a.data_.index() != b.data_.index()) return false;
  return std::visit(
      [&](const auto& value) {
        using T = std::decay_t<decltype(value)>;
        const T& other = std::get<T>(b.data_);
        if constexpr (std::is_same_v<T, Json::Box<std::string>>) {
          return *value == *other;
        } else if constexpr (std::is_same_v<T, Json::Box<Json::Array>>) {
          return value->elements == other->elements;
        } else if constexpr (std::is_same_v<T, Json::Box<Json::Object>>) {
          return value->members == other->members;
        } else {
          return value == other;
        }
      },
      a.data_);
}

// The reader limits the depth, and with it the depth of this recursion.
Json Json::read_value(JsonReader& reader) {
  switch (reader.next_kind()) {
    case JsonKind::null:
      reader.null();
      return Json();
    case JsonKind::boolean:
      return Json(reader.boolean());
    case JsonKind::string:
      return Json(reader.string());
    case JsonKind::object:
      return read_object(reader);
    case JsonKind::array: {
      std::vector<Json> elements;
      reader.enter_array();
      while (reader.next_element()) elements.push_back(read_value(reader));
      return array(std::move(elements));
    }
    default:
      return Json(reader.number());
  }
}

Json Json::read_object(JsonReader& reader) {
  auto body = std::make_unique<Object>();
  std::vector<uint64_t> offsets;  // of the keys
  reader.enter_object();
  for (std::string key; reader.next_member(key);) {
    offsets.push_back(reader.key_offset());
    if (offsets.size() == std::numeric_limits<uint32_t>::max()) {
      fail(reader.at(offsets.back()), "an object has too many members");
    }
    body->members.emplace_back(std::move(key), Json());
    body->members.back().second = read_value(reader);
  }
  const size_t repeated = body->sort();
  if (repeated < body->members.size()) {
    fail(reader.at(offsets[repeated]), "the key ", in_quotes(body->members[repeated].first), " occurs twice");
  }
  Json value;
  value.data_ = std::move(body);
  return value;
}

Json Json::parse(std::string_view text, const std::string& source) {
  JsonReader reader(text, source);
  Json value = read_value(reader);
  reader.end();
  if (auto* array = std::get_if<Box<Array>>(&value.data_)) (*array)->source = std::make_unique<std::string>(source);
  if (auto* object = std::get_if<Box<Object>>(&value.data_)) (*object)->source = std::make_unique<std::string>(source);
  return value;
}

Json read_json(const std::string& path, uint64_t limit) {
  return Json::parse(read_text(path, limit), shown(path));
}

std::vector<Json> read_json_lines(const std::string& path, uint64_t limit) {
  const std::string content = read_text(path, limit);
  std::vector<Json> values;
  std::string_view rest = content;
  for (size_t line = 1; !rest.empty(); ++line) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view written = rest.substr(0, end);
    if (written.find_first_not_of(" \t\r") != std::string_view::npos) {
      values.push_back(Json::parse(written, text(shown(path), ": line ", line)));
    }
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return values;
}

}  // namespace dikkat
