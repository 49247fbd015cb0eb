#include "lessons/stage/progress.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "kernels/check.h"
#include "lessons/stage/letters.h"
#include "lessons/stage/screen.h"

namespace dikkat {

std::string clock_time(double seconds) {
  const int64_t whole = std::llround(std::clamp(seconds, 0.0, 1e9));
  char buffer[48];
  if (whole >= 3600) {
    std::snprintf(buffer, sizeof buffer, "%lld:%02lld:%02lld", static_cast<long long>(whole / 3600),
                  static_cast<long long>(whole / 60 % 60), static_cast<long long>(whole % 60));
  } else {
    std::snprintf(buffer, sizeof buffer, "%lld:%02lld", static_cast<long long>(whole / 60),
                  static_cast<long long>(whole % 60));
  }
  return buffer;
}

std::string draw_bar(const ProgressState& state, const Look& look) {
  const int width = look.width - 1;  // the last column would make some terminals begin a new line
  const std::string count = dikkat::text(state.done, "/", state.total);
  if (display_width(count) >= width) return std::string(fit_prefix(count, width));
  std::string rate, left, words;
  if (state.rate > 0) rate = short_number(state.rate) + " " + state.unit;
  if (state.seconds_left >= 0) left = clock_time(state.seconds_left) + " " + state.left_word;
  words = harmless(state.text);
  const std::string mark = look.drawing ? "…" : "~";
  const std::string what = cut(harmless(state.what), std::max(0, width - display_width(count) - 1), mark);

  int used = display_width(what) + 1 + display_width(count);
  for (std::string* part : {&left, &words, &rate}) {  // the most useful first
    if (part->empty()) continue;
    if (used + 2 + display_width(*part) > width) {
      part->clear();
    } else {
      used += 2 + display_width(*part);
    }
  }
  std::string bar;
  const int cells = std::min(24, width - used - 1);
  if (cells >= 6) {
    const double share = state.total > 0 ? std::clamp(static_cast<double>(state.done) / state.total, 0.0, 1.0) : 0;
    const int full = static_cast<int>(share * cells);
    std::string done, open;
    for (int i = 0; i < full; ++i) done += look.drawing ? "━" : "#";
    for (int i = full; i < cells; ++i) open += look.drawing ? "─" : ".";
    bar = " " + paint(look, okabe_ito(2), done) + open;
  }
  std::string line = paint(look, Ink::bold, what) + bar + " " + count;
  for (const std::string* part : {&rate, &left, &words}) {
    if (!part->empty()) line += "  " + *part;
  }
  return line;
}

Progress::Progress(Screen& screen, int64_t total, std::string what, std::string rate_unit, std::string left_word)
    : screen_(screen), begun_(Clock::now()) {
  state_.what = std::move(what);
  state_.unit = std::move(rate_unit);
  state_.left_word = std::move(left_word);
  state_.total = total;
  if (screen_.has_bars()) screen_.show_bar(draw_bar(state_, screen_.look()));
  drawn_ = begun_;
}

void Progress::start_at(int64_t done) {
  first_ = done;
  state_.done = done;
  begun_ = Clock::now();
  if (screen_.has_bars()) screen_.show_bar(draw_bar(state_, screen_.look()));
}

Progress::~Progress() {
  try {
    screen_.hide_bar();
  } catch (const Error&) {
    // The next line printed meets the same closed output and says so.
  }
}

void Progress::update(int64_t done, double units_done, const std::string& text) {
  const Clock::time_point now = Clock::now();
  const double seconds = std::chrono::duration<double>(now - begun_).count();
  rate_ = seconds > 0 ? units_done / seconds : 0;
  if (!screen_.has_bars()) return;
  const bool recently = std::chrono::duration<double>(now - drawn_).count() < 0.1;
  if (recently && done < state_.total) return;
  drawn_ = now;
  state_.done = done;
  state_.rate = rate_;
  state_.text = text;
  state_.seconds_left = done > first_ ? seconds / (done - first_) * (state_.total - done) : -1;
  screen_.show_bar(draw_bar(state_, screen_.look()));
}

}  // namespace dikkat
