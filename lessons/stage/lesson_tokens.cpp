// Tokens, and pictures that follow each other.
#include <algorithm>
#include <chrono>
#include <thread>

#include "lessons/stage/lesson_state.h"
#include "lessons/stage/terminal.h"

namespace dikkat {
namespace {

// Waits, but not after Ctrl-C.
void pause_for(double seconds) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  while (std::chrono::steady_clock::now() < end && !terminal::interrupted())
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
}

}  // namespace

void Lesson::tokens(const std::vector<ShownToken>& tokens) {
  state_->screen.lines(draw_tokens(tokens, state_->screen.look()));
}

void Lesson::animate(const std::vector<Frame>& frames, Frames what_stays) {
  Screen& screen = state_->screen;
  if (screen.silent() || frames.empty()) return;
  const bool moves = screen.has_bars() && screen.look().colours != Colours::none && preset != Preset::test;
  const double seconds = std::min(0.5, 8.0 / static_cast<double>(frames.size()));
  for (size_t i = 0; i < frames.size(); ++i) {
    const Frame& frame = frames[i];
    const Look look = screen.look();
    const std::string caption = harmless(frame.caption);
    if (moves && i > 0) pause_for(seconds);
    if (moves && what_stays == Frames::last && i + 1 < frames.size()) {
      Look rest = look;
      rest.width = std::max(1, look.width - 1 - display_width(caption) - 2);
      const std::vector<std::string> row = draw_tokens(frame.tokens, rest);
      screen.show_bar(row.size() == 1 ? caption + "  " + row[0] : std::string(fit_prefix(caption, look.width - 1)));
      continue;
    }
    screen.hide_bar();
    line(frame.caption);
    tokens(frame.tokens);
  }
}

}  // namespace dikkat
