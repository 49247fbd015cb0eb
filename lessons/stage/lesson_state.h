// What a Lesson keeps behind its interface. For lesson*.cpp; page.cpp uses what stands below it.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "lessons/stage/figures.h"
#include "lessons/stage/lesson.h"

namespace dikkat {

struct Lesson::State {
  State(const std::string& folder, Narration narration, bool plain)
      : folder(folder), narration(std::move(narration)), screen(plain) {}

  std::string folder;
  Narration narration;
  Screen screen;
  Values values;
  bool turkish = true;

  // Pace
  bool waits = false;             // --pace step
  std::string only_section;       // --section
  std::vector<std::string> told;  // what each section has printed, for "back" and "repeat"
  bool told_any = false;

  // Results
  std::chrono::steady_clock::time_point begun;
  std::string json_path, device, precision, preset;
  std::vector<Json::Member> recorded;
  int asked = 0, right = 0, failures = 0;
  std::vector<Json::Member> claims;  // id and what is known of it
  bool ledger_failed = false;

  std::string in(const char* turkish_words, const char* english_words) const {
    return turkish ? turkish_words : english_words;
  }
  void say(const Section& section) {
    screen.space();
    screen.lines(narration.say(section, values, screen.look()));
  }
  void wait_for_next();
  void say_precision();
  void write_json(uint64_t seed);
};

// Prints an uncaught Error as one line and ends the program; `turkish` chooses "hata" or "error".
void install_error_printer(bool turkish, Screen* screen);

// Why nothing could be written to `path` in the end, or "". Asked before anything is computed.
std::string reason_not_to_write(const std::string& path, bool turkish);

}  // namespace dikkat
