// Tokens, and pictures that follow each other.
#include <algorithm>

#include "lessons/stage/lesson_state.h"
#include "lessons/stage/terminal.h"

namespace dikkat {

void Lesson::tokens(const std::vector<ShownToken>& tokens) {
  state_->screen.lines(draw_tokens(tokens, state_->screen.look()));
}

void Lesson::animate(const std::vector<Frame>& frames, Frames layout) {
  Screen& screen = state_->screen;
  if (screen.silent() || frames.empty()) return;
  bool moves = screen.has_bars() && screen.look().colours != Colours::none && preset != Preset::test;
  const double seconds = std::min(0.5, 8.0 / static_cast<double>(frames.size()));
  bool is_first = true;
  for (const std::vector<std::string>& lines : draw_frames(frames, layout, screen.look())) {
    if (moves && !is_first && terminal::wait_for_line(seconds)) {
      moves = false;
      // What was typed has ended its line: go back up and write over it.
      if (terminal::read_line(4096)) terminal::write("\x1b[A\x1b[K");
    }
    screen.lines(lines);
    is_first = false;
  }
}

}  // namespace dikkat
