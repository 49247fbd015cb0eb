// tests/bench: how fast things are. Each subject measures its cases and puts them into one table, or with --json into
// one JSON object. Nothing here can fail for being slow: tests never look at times.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <iomanip>
#include <iostream>
#include <sstream>

#include "core/files/json.h"
#include "tests/bench.h"

namespace dikkat::bench {

namespace {

const std::vector<std::pair<std::string, Subject>>& subjects() {
  static const std::vector<std::pair<std::string, Subject>> all = {{"tokenizer", tokenizer}, {"matmul", matmul}};
  return all;
}

// 1234.5, 12.3, 1.234, 0.012, and below that 1.2e-03.
std::string written(double value) {
  std::ostringstream out;
  if (value != 0 && value < 0.01)
    out << std::scientific << std::setprecision(1) << value;
  else
    out << std::fixed << std::setprecision(value < 10 ? 3 : 1) << value;
  return out.str();
}

void print_table(const std::vector<Case>& cases) {
  size_t width = 0;
  for (const Case& one : cases) width = std::max(width, one.name.size());
  for (const Case& one : cases) {
    std::cout << std::left << std::setw(static_cast<int>(width) + 2) << one.name << std::right << std::setw(10)
              << written(one.value) << " " << one.unit;
    for (const Figure& figure : one.figures) {
      if (!figure.unit.empty()) std::cout << std::setw(10) << written(figure.value) << " " << figure.unit;
    }
    if (!one.note.empty()) std::cout << "   " << one.note;
    std::cout << "\n";
  }
}

void print_json(const std::string& subject, const std::vector<Case>& cases) {
  std::vector<Json> list;
  for (const Case& one : cases) {
    Json line = Json::object({{"name", one.name}, {"value", one.value}, {"unit", one.unit}, {"note", one.note}});
    for (const Figure& figure : one.figures) {
      const bool whole = figure.unit.empty() && figure.value == std::floor(figure.value);  // a size or a count
      line.set(figure.key, whole ? Json(static_cast<int64_t>(figure.value)) : Json(figure.value));
    }
    list.push_back(std::move(line));
  }
  std::cout << Json::object({{"subject", subject}, {"cases", Json::array(std::move(list))}}).dump(2) << "\n";
}

int run(const std::vector<std::string>& arguments) {
  std::vector<std::string> rest;
  bool json = false;
  for (const std::string& argument : arguments) {
    if (argument == "--json")
      json = true;
    else
      rest.push_back(argument);
  }
  for (const auto& [name, subject] : subjects()) {
    if (rest.empty() || rest[0] != name) continue;
    const std::vector<Case> cases = subject(Options({rest.begin() + 1, rest.end()}));
    json ? print_json(name, cases) : print_table(cases);
    return 0;
  }
  std::string known;
  for (const auto& [name, subject] : subjects()) known += " " + name;
  fail("usage: tests/bench SUBJECT [--json] [options]; subjects:", known);
}

}  // namespace

Options::Options(const std::vector<std::string>& arguments) {
  for (size_t i = 0; i < arguments.size(); ++i) {
    require(arguments[i].starts_with("--"), "expected --NAME, found ", arguments[i]);
    std::optional<std::string>& value = values_[arguments[i].substr(2)];
    value.reset();
    if (i + 1 < arguments.size() && !arguments[i + 1].starts_with("--")) value = arguments[++i];
  }
}

std::string Options::text(const std::string& name, const std::string& otherwise) {
  const auto found = values_.find(name);
  if (found == values_.end()) return otherwise;
  require(found->second.has_value(), "--", name, " takes a value");
  std::string value = *found->second;
  values_.erase(found);
  return value;
}

int64_t Options::number(const std::string& name, int64_t otherwise) {
  const std::string value = text(name, "");
  if (value.empty()) return otherwise;
  char* end = nullptr;
  const int64_t number = std::strtoll(value.c_str(), &end, 10);
  require(*end == '\0' && number > 0, "--", name, " takes a whole number above 0, not ", value);
  return number;
}

bool Options::flag(const std::string& name) {
  const auto found = values_.find(name);
  if (found == values_.end()) return false;
  require(!found->second.has_value(), "--", name, " stands alone; found ", found->second.value_or(""), " behind it");
  values_.erase(found);
  return true;
}

void Options::end() const {
  if (!values_.empty()) fail("unknown option --", values_.begin()->first);
}

}  // namespace dikkat::bench

int main(int argc, char** argv) {
  try {
    return dikkat::bench::run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 2;
  }
}
