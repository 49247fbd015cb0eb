// JsonView: reading a value, and saying where it stands when it is not what was expected.
#include <algorithm>

#include "core/files/json_data.h"
#include "core/files/utf8.h"

namespace dikkat {

namespace {

// "the string 'twelve'", for messages.
std::string describe(const Json& value) {
  switch (value.kind()) {
    case JsonKind::null:
      return "null";
    case JsonKind::boolean:
    case JsonKind::integer:
    case JsonKind::real:
      return value.dump();
    case JsonKind::string:
      return text("the string ", in_quotes(JsonView(value).string()));
    case JsonKind::array:
      return "an array";
    case JsonKind::object:
      return "an object";
  }
  return "";
}

}  // namespace

// Looked for only when there is something to complain about: the way from the root to the value.
std::string JsonView::where() const {
  struct Search {
    const Json* wanted;
    std::vector<std::string> steps;  // last one first

    bool inside(const Json& value) {
      if (&value == wanted) return true;
      if (const auto* array = std::get_if<Json::Box<Json::Array>>(&value.data_)) {
        const std::vector<Json>& elements = (*array)->elements;
        for (size_t i = 0; i < elements.size(); ++i) {
          if (inside(elements[i])) return steps.push_back(text("[", i, "]")), true;
        }
      } else if (const auto* object = std::get_if<Json::Box<Json::Object>>(&value.data_)) {
        for (const Json::Member& member : (*object)->members) {
          if (inside(member.second)) return steps.push_back(text(".", shown(member.first, 80))), true;
        }
      }
      return false;
    }
  };
  Search search{value_, {}};
  search.inside(*root_);
  std::string path;
  for (auto step = search.steps.rbegin(); step != search.steps.rend(); ++step) path += *step;
  return name_of(path);
}

std::string JsonView::name_of(std::string_view path) const {
  const std::string* source = root_->source();
  const std::string file = source == nullptr ? "JSON" : *source;
  if (path.empty()) return text(file, ": the top level");
  if (path.front() == '.') path.remove_prefix(1);
  return text(file, ": key '", path, "'");
}

void JsonView::must_be(std::string_view what) const {
  fail(where(), " must be ", what, ", found ", describe(*value_));
}

bool JsonView::boolean() const {
  if (const bool* value = std::get_if<bool>(&value_->data_)) return *value;
  must_be("true or false");
}

int64_t JsonView::integer() const {
  if (const int64_t* value = std::get_if<int64_t>(&value_->data_)) return *value;
  must_be(std::holds_alternative<uint64_t>(value_->data_) ? "smaller than 2^63" : "a whole number");
}

int64_t JsonView::integer(int64_t low, int64_t high) const {
  const int64_t value = integer();
  if (value < low || value > high) must_be(text("between ", low, " and ", high));
  return value;
}

uint64_t JsonView::unsigned_integer() const {
  if (const uint64_t* value = std::get_if<uint64_t>(&value_->data_)) return *value;
  if (const int64_t* value = std::get_if<int64_t>(&value_->data_); value != nullptr && *value >= 0) {
    return static_cast<uint64_t>(*value);
  }
  must_be("a whole number from 0 to 2^64-1");
}

double JsonView::number() const {
  if (const double* value = std::get_if<double>(&value_->data_)) return *value;
  if (const int64_t* value = std::get_if<int64_t>(&value_->data_)) return static_cast<double>(*value);
  if (const uint64_t* value = std::get_if<uint64_t>(&value_->data_)) return static_cast<double>(*value);
  must_be("a number");
}

const std::string& JsonView::string() const {
  if (const auto* value = std::get_if<Json::Box<std::string>>(&value_->data_)) return **value;
  must_be("a string");
}

const Json::Array& JsonView::array() const {
  if (const auto* value = std::get_if<Json::Box<Json::Array>>(&value_->data_)) return **value;
  must_be("an array");
}

const Json::Object& JsonView::object() const {
  if (const auto* value = std::get_if<Json::Box<Json::Object>>(&value_->data_)) return **value;
  must_be("an object");
}

JsonView JsonView::at(std::string_view key) const {
  const Json::Object& found = object();
  const size_t i = found.find(key);
  if (i == found.members.size()) {
    std::string path = where();
    const bool top = path.ends_with(": the top level");
    if (top) {
      path = name_of(text(".", shown(key, 80)));
    } else {
      path.insert(path.size() - 1, text(".", shown(key, 80)));  // before the closing quote
    }
    fail(path, " is missing");
  }
  return {found.members[i].second, *root_};
}

std::optional<JsonView> JsonView::find(std::string_view key) const {
  const Json::Object& found = object();
  const size_t i = found.find(key);
  if (i == found.members.size()) return std::nullopt;
  const JsonView view(found.members[i].second, *root_);
  if (view.is_null()) return std::nullopt;
  return view;
}

std::vector<std::pair<std::string_view, JsonView>> JsonView::members() const {
  std::vector<std::pair<std::string_view, JsonView>> views;
  views.reserve(object().members.size());
  for (const Json::Member& member : object().members) views.emplace_back(member.first, JsonView(member.second, *root_));
  return views;
}

JsonView JsonView::at(size_t index) const {
  const Json::Array& found = array();
  if (index >= found.elements.size()) {
    fail(where(), " has ", found.elements.size(), " elements, so there is no number ", index);
  }
  return {found.elements[index], *root_};
}

std::vector<JsonView> JsonView::elements() const {
  std::vector<JsonView> views;
  views.reserve(array().elements.size());
  for (const Json& element : array().elements) views.push_back(JsonView(element, *root_));
  return views;
}

size_t JsonView::size() const {
  if (kind() == JsonKind::string) return string().size();
  if (kind() == JsonKind::array) return array().elements.size();
  if (kind() == JsonKind::object) return object().members.size();
  must_be("an object, an array or a string");
}

JsonView Json::at(std::string_view key) const& {
  return JsonView(*this).at(key);
}

std::optional<JsonView> Json::find(std::string_view key) const& {
  return JsonView(*this).find(key);
}

std::vector<JsonView> Json::elements() const& {
  return JsonView(*this).elements();
}

std::vector<std::pair<std::string_view, JsonView>> Json::members() const& {
  return JsonView(*this).members();
}

}  // namespace dikkat
