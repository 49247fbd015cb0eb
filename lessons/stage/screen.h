// The screen of a lesson: lines, a reply that grows, and one progress bar at the bottom that nothing tears.
#pragma once

#include <string>
#include <vector>

#include "lessons/stage/chart.h"
#include "lessons/stage/letters.h"
#include "lessons/stage/look.h"
#include "lessons/stage/progress.h"
#include "lessons/stage/table.h"

namespace dikkat {

// The cursor is never hidden and no mode of the terminal is changed: however a lesson ends, there is nothing to restore
// but the line of the bar.
class Screen {
 public:
  static constexpr int narrowest = 20, widest = 100;

  // `plain`: --plain, no colours and no drawing characters.
  explicit Screen(bool plain = false);

  // The terminal as it is now (it may have been resized). Between 20 and 100 columns wide.
  Look look() const;

  // Lines that are drawn already. An open bar is erased first and drawn again below.
  void lines(const std::vector<std::string>& drawn);

  // An empty line, unless the last one is empty already or nothing has been printed.
  void space();

  // A text without a line end, made harmless; letters may arrive byte by byte.
  void stream(std::string_view piece);

  // A question whose answer will be typed behind it; the answer ends the line.
  void ask(const std::string& question);
  void answered() { line_open_ = false; }

  // One line for the standard error, below everything written so far.
  void error_line(const std::string& content);

  // The line at the bottom. Only at a terminal: elsewhere nothing happens.
  bool has_bars() const { return is_terminal_; }
  void show_bar(const std::string& content);
  void hide_bar();

  // Everything that is printed from now on (without bars) is also added to `record`; null: no longer.
  void record_into(std::string* record) { record_ = record; }

  // While silent nothing but bars and errors is printed: for sections that were not asked for.
  void set_silent(bool silent) { silent_ = silent; }
  bool silent() const { return silent_; }

 private:
  void print(const std::string& bytes);
  std::string erasing_bar() const;

  bool is_terminal_, plain_;
  Colours colours_;
  bool silent_ = false;
  bool line_open_ = false;      // the last line printed has no end yet
  bool last_was_empty_ = true;  // nothing, or an empty line, was printed last
  std::string bar_;
  WholeLetters letters_;
  std::string* record_ = nullptr;
};

}  // namespace dikkat
