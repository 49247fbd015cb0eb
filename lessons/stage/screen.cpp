#include "lessons/stage/screen.h"

#include <algorithm>

#include "lessons/stage/terminal.h"

namespace dikkat {

Screen::Screen(bool plain)
    : is_terminal_(terminal::output_is_terminal()),
      plain_(plain),
      colours_(plain || !is_terminal_ ? Colours::none : colours_of_environment()) {}

Look Screen::look() const {
  return {std::clamp(terminal::columns(), narrowest, widest), colours_, !plain_};
}

std::string Screen::erasing_bar() const {
  if (bar_.empty()) return "";
  if (colours_ != Colours::none) return "\r\x1b[K";
  return "\r" + std::string(display_width(bar_), ' ') + "\r";
}

void Screen::print(const std::string& bytes) {
  if (record_ != nullptr) *record_ += bytes;
  terminal::write(erasing_bar() + bytes + bar_);  // in one piece, so that no half bar is ever seen
}

void Screen::lines(const std::vector<std::string>& drawn) {
  if (silent_) return;
  std::string all = letters_.end();
  if (!all.empty()) line_open_ = true;
  if (line_open_) all += "\n";
  line_open_ = false;
  for (const std::string& line : drawn) all += line + "\n";
  if (!drawn.empty()) last_was_empty_ = drawn.back().empty();
  if (!all.empty()) print(all);
}

void Screen::space() {
  if (!last_was_empty_ || line_open_) lines({""});
}

void Screen::stream(std::string_view piece) {
  if (silent_) return;
  const std::string ready = letters_.add(piece);
  if (ready.empty()) return;
  hide_bar();
  line_open_ = ready.back() != '\n';
  last_was_empty_ = false;
  print(ready);
}

void Screen::ask(const std::string& question) {
  hide_bar();
  lines({});
  std::string* const record = record_;
  record_ = nullptr;  // questions are not part of what "back" and "repeat" show
  print(question);
  record_ = record;
  line_open_ = true;
  last_was_empty_ = false;
}

void Screen::error_line(const std::string& content) {
  hide_bar();
  if (line_open_) terminal::write("\n");
  line_open_ = false;
  terminal::write_error(harmless(content) + "\n");
}

void Screen::show_bar(const std::string& content) {
  if (!is_terminal_) return;
  if (line_open_) lines({});
  const std::string erased = erasing_bar();
  bar_ = content;
  terminal::set_line_open(true);
  terminal::write(erased + bar_);
}

void Screen::hide_bar() {
  if (bar_.empty()) return;
  const std::string erased = erasing_bar();
  bar_.clear();
  terminal::set_line_open(false);
  terminal::write(erased);
}

}  // namespace dikkat
