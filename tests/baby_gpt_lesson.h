// For tests of lesson 11: it is run as its user runs it, on its smallest preset, in English, with its home in a folder
// of its own.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <sstream>

#include "core/files/json.h"
#include "tests/run_program.h"
#include "tests/temporary_folder.h"

namespace dikkat::test {

struct BabyGPTLesson : testing::Test {
  ProgramRun lesson(const std::string& flags, const std::string& input = "", const std::string& before = "") const {
    return without_preset("--preset test " + flags, input, before);
  }

  ProgramRun without_preset(const std::string& flags, const std::string& input = "",
                            const std::string& before = "") const {
    return run_program(before + command() + flags, input, folder.path());
  }

  // Up to the flags.
  std::string command() const {
    return "DIKKAT_HOME='" + file("home") + "' '" DIKKAT_PROGRAMS "/11_baby_gpt' --lang en --plain ";
  }

  // What has been measured, by a lesson that was given --json r.json.
  Json results() const { return read_json(file("r.json")); }

  std::string file(const std::string& name) const { return folder.path() + "/" + name; }

  std::string write(const std::string& name, const std::string& content) const {
    std::ofstream(file(name), std::ios::binary) << content;
    return file(name);
  }

  // "step 3  loss 5.12345678  validation ..." for the steps in question.
  static std::vector<std::string> loss_lines(const std::string& out, int first, int last) {
    std::vector<std::string> found;
    std::istringstream lines(out);
    for (std::string line; std::getline(lines, line);) {
      int step = 0;
      if (std::sscanf(line.c_str(), "step %d  loss", &step) == 1 && step >= first && step <= last)
        found.push_back(line.substr(0, line.find("  validation")));
    }
    return found;
  }

  static bool has_trained(const ProgramRun& run) { return !loss_lines(run.out, 1, 1'000'000).empty(); }

  // Wherever lines that are too long for the screen were wrapped.
  static bool says(const ProgramRun& run, const std::string& words) {
    return without_spaces(run.out).find(without_spaces(words)) != std::string::npos;
  }
  static std::string without_spaces(std::string text) {
    std::erase_if(text, [](char c) { return c == ' ' || c == '\n'; });
    return text;
  }

  // One line on the standard error, of which `words` is a part, and the exit code.
  void refused(const std::string& flags, int code, const std::string& words) const {
    const ProgramRun run = lesson(flags);
    EXPECT_EQ(run.code, code) << flags << "\n" << run.err;
    EXPECT_NE(run.err.find(words), std::string::npos) << flags << "\n" << run.err;
    EXPECT_EQ(std::count(run.err.begin(), run.err.end(), '\n'), 1) << run.err;
  }

  TemporaryFolder folder;
};

}  // namespace dikkat::test
