// tests/bench: how fast things are. Each subject measures its cases and puts them into one table, or with --json into
// one JSON object. Nothing here can fail for being slow: tests never look at times.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <iomanip>
#include <iostream>

#include "core/files/json.h"
#include "tests/bench.h"

namespace dikkat::bench {

namespace {

const std::vector<std::pair<std::string, Subject>>& subjects() {
  static const std::vector<std::pair<std::string, Subject>> all = {{"tokenizer", tokenizer}};
  return all;
}

void print_table(const std::vector<Case>& cases) {
  size_t width = 0;
  for (const Case& one : cases) width = std::max(width, one.name.size());
  for (const Case& one : cases) {
    std::cout << std::left << std::setw(static_cast<int>(width) + 2) << one.name << std::right << std::fixed
              << std::setprecision(one.value < 10 ? 3 : 1) << std::setw(10) << one.value << " " << one.unit;
    if (!one.note.empty()) std::cout << "   " << one.note;
    std::cout << "\n";
  }
}

void print_json(const std::string& subject, const std::vector<Case>& cases) {
  std::vector<Json> list;
  for (const Case& one : cases)
    list.push_back(Json::object({{"name", one.name}, {"value", one.value}, {"unit", one.unit}, {"note", one.note}}));
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
  for (size_t i = 0; i < arguments.size(); i += 2) {
    require(arguments[i].starts_with("--") && i + 1 < arguments.size(), "expected --NAME VALUE, found ", arguments[i]);
    values_[arguments[i].substr(2)] = arguments[i + 1];
  }
}

std::string Options::text(const std::string& name, const std::string& otherwise) {
  const auto found = values_.find(name);
  if (found == values_.end()) return otherwise;
  std::string value = found->second;
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
