// A progress bar with rate and time left.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "lessons/stage/look.h"

namespace dikkat {

class Screen;

// What a bar says at one moment.
struct ProgressState {
  std::string what;  // "Training"
  int64_t done = 0, total = 0;
  double rate = 0;           // units per second; 0: not known yet
  std::string unit;          // "token/s"
  double seconds_left = -1;  // below 0: not known yet
  std::string text;          // "loss 2.31"
  std::string left_word;     // "left"
};

// The bar as one line at most look.width - 1 columns wide; on a narrow screen the parts that matter least go first.
std::string draw_bar(const ProgressState& state, const Look& look);

// "0:42", "12:05", "1:02:03"
std::string clock_time(double seconds);

// One bar; it disappears with the object. At most one at a time, and none outlives its screen.
class Progress {
 public:
  Progress(Screen& screen, int64_t total, std::string what, std::string rate_unit, std::string left_word);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // How much had been done before this run: the time left is reckoned from what this run does.
  void start_at(int64_t done);

  // `done` of the total; `units_done` counts what the rate is given in (tokens) since the bar began. Drawn ten times a
  // second at most: call it as often as you like.
  void update(int64_t done, double units_done, const std::string& text = "");

  // Units per second since the bar began.
  double rate() const { return rate_; }

 private:
  using Clock = std::chrono::steady_clock;

  Screen& screen_;
  ProgressState state_;
  int64_t first_ = 0;
  double rate_ = 0;
  Clock::time_point begun_, drawn_;
};

}  // namespace dikkat
