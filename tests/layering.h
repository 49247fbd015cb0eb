// The house rules that a program can check by reading: which floor may include what, who may start threads, intrinsics
// and the system, and how files look. Each function takes text and returns what is wrong with it, one line each.
#pragma once

#include <algorithm>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace dikkat::test {

using Problems = std::vector<std::string>;

inline bool starts_with_any(const std::string& path, const std::vector<std::string>& beginnings) {
  return std::any_of(beginnings.begin(), beginnings.end(), [&](const auto& start) { return path.starts_with(start); });
}

inline bool ends_with_any(const std::string& path, const std::vector<std::string>& endings) {
  return std::any_of(endings.begin(), endings.end(), [&](const auto& end) { return path.ends_with(end); });
}

inline bool is_source(const std::string& path) {
  return ends_with_any(path, {".cpp", ".h"});
}

// What the includes of a file may begin with, first rule that fits the file's path. Paths are relative to the root.
struct Floor {
  std::string files;
  std::vector<std::string> may_include;
};

inline const std::vector<Floor>& floors() {
  static const std::vector<std::string> whole_house = {"kernels/", "core/", "tokenizer/", "nn/", "lessons/stage/"};
  static const std::vector<std::string> lesson = {"core/",          "tokenizer/",    "nn/",
                                                  "lessons/stage/", "lessons/data/", "lessons/models/"};
  static const std::vector<Floor> rules = {
      {"kernels/", {"kernels/"}},
      {"core/files/", {"core/files/", "kernels/check.h", "kernels/half.h", "kernels/parallel.h"}},
      {"core/", {"core/", "kernels/"}},
      {"tokenizer/", {"tokenizer/", "core/files/", "kernels/check.h", "kernels/parallel.h"}},
      {"nn/", {"nn/", "tokenizer/", "core/"}},
      {"lessons/stage/", whole_house},
      {"lessons/00_", whole_house},
      {"lessons/02_", whole_house},
      {"lessons/24_", whole_house},
      {"lessons/25_", whole_house},
      {"lessons/26_", whole_house},
      {"lessons/data/", {"lessons/data/", "lessons/stage/embedded.h", "tokenizer/", "core/files/", "kernels/check.h"}},
      {"lessons/models/",
       {"lessons/models/", "lessons/data/", "lessons/stage/", "nn/", "tokenizer/", "core/", "kernels/check.h"}},
      {"lessons/pages/", {"lessons/stage/", "core/files/", "kernels/check.h"}},
      {"lessons/", lesson},
      {"tests/", {"kernels/", "core/", "tokenizer/", "nn/", "lessons/", "tests/"}}};
  return rules;
}

// "lessons/11_baby_gpt/": the folder of a lesson's file; empty for other files.
inline std::string lesson_folder(const std::string& path) {
  std::smatch found;
  return std::regex_search(path, found, std::regex("^lessons/[0-9]+_[^/]*/")) ? found[0].str() : "";
}

// The names in a file's #include lines, with their quotes or brackets.
inline std::vector<std::string> includes_of(const std::string& text) {
  std::vector<std::string> names;
  const std::regex include("(?:^|\n)[ \t]*#[ \t]*include[ \t]*([\"<][^\">\n]*[\">])");
  for (std::sregex_iterator it(text.begin(), text.end(), include), end; it != end; ++it) names.push_back((*it)[1]);
  return names;
}

inline Problems include_problems(const std::string& path, const std::string& text) {
  const auto floor =
      std::find_if(floors().begin(), floors().end(), [&](const Floor& rule) { return path.starts_with(rule.files); });
  if (floor == floors().end()) return {path + " belongs to no floor"};
  Problems problems;
  for (const std::string& quoted : includes_of(text)) {
    const std::string name = quoted.substr(1, quoted.size() - 2);
    const std::string own = lesson_folder(path);
    const bool is_own = !own.empty() && name.starts_with(own);
    const bool is_timed = path.ends_with("/rungs.cpp") && name == "kernels/simd.h";
    if (quoted[0] == '"' && !starts_with_any(name, floor->may_include) && !is_own && !is_timed)
      problems.push_back(path + " includes \"" + name + "\", which lies above it or beside it");
    if (quoted[0] == '<' && starts_with_any(name, {"kernels/", "core/", "tokenizer/", "nn/", "lessons/", "tests/"}))
      problems.push_back(path + " includes <" + name + ">; the project's own files stand in quotes");
  }
  return problems;
}

// The code without comments and without what stands in quotes, so that neither counts as use.
inline std::string code_of(const std::string& text) {
  return std::regex_replace(text, std::regex("//[^\n]*|\"(?:[^\"\\\\\n]|\\\\.)*\""), "");
}

// Words that only some files may hold.
struct Reserved {
  std::string what, pattern;
  std::vector<std::string> files;
};

inline const std::vector<Reserved>& reserved_words() {
  static const std::vector<Reserved> rules = {
      {"threads",
       "#\\s*pragma\\s+omp|\\bomp\\.h|\\bomp_\\w+|\\bstd::j?thread\\b|\\bpthread_create\\b",
       {"kernels/parallel.", "tests/"}},
      {"intrinsics",
       "\\w*mmintrin\\.h|immintrin|arm_neon\\.h|\\b_mm\\d*_\\w+|\\b__m(128|256|512)",
       {"kernels/simd.h", "kernels/matmul/", "tests/bench_limits"}},
      {"system calls",
       "<(unistd|fcntl|termios|poll|signal|dirent|sys/\\w+)\\.h>|<csignal>",
       {"core/files/", "kernels/bf16_unit.", "kernels/memory.", "lessons/stage/", "tests/"}}};
  return rules;
}

inline Problems reserved_problems(const std::string& path, const std::string& text) {
  Problems problems;
  const std::string code = code_of(text);
  for (const Reserved& rule : reserved_words())
    if (!starts_with_any(path, rule.files) && std::regex_search(code, std::regex(rule.pattern)))
      problems.push_back(path + " names " + rule.what + ", which belongs to " + rule.files[0]);
  return problems;
}

constexpr int most_lines = 450;

inline Problems look_problems(const std::string& path, const std::string& text) {
  Problems problems;
  if (text.empty()) return {path + " is empty"};
  if (text.back() != '\n') problems.push_back(path + " does not end with a newline");
  if (text.find('\t') != std::string::npos && !path.ends_with("Makefile")) problems.push_back(path + " holds a tab");
  if (text.find('\r') != std::string::npos) problems.push_back(path + " holds a carriage return");
  const auto lines = std::count(text.begin(), text.end(), '\n');
  if (is_source(path) && lines > most_lines)
    problems.push_back(path + " has " + std::to_string(lines) + " lines, more than one sitting can read");
  return problems;
}

// The visible names at the top of the repository must be these, no more and no fewer.
inline Problems top_level_problems(const std::set<std::string>& names) {
  const std::set<std::string> promised = {"core",    "nn",    "tokenizer",      "lessons",
                                          "kernels", "tests", "CMakeLists.txt", "README.md"};
  Problems problems;
  for (const std::string& name : names)
    if (!name.starts_with(".") && !promised.contains(name)) problems.push_back(name + " does not belong at the top");
  for (const std::string& name : promised)
    if (!names.contains(name)) problems.push_back(name + " is missing at the top");
  return problems;
}

}  // namespace dikkat::test
