#include "lessons/stage/look.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

#include "kernels/check.h"

namespace dikkat {

Rgb okabe_ito(int category) {
  static constexpr std::array<Rgb, 6> colours = {
      {{86, 180, 233}, {230, 159, 0}, {0, 158, 115}, {204, 121, 167}, {213, 94, 0}, {240, 228, 66}}};
  return colours[category % colours.size()];
}

Rgb cividis(double magnitude) {
  static constexpr std::array<Rgb, 10> steps = {{{0, 34, 78},
                                                 {18, 53, 112},
                                                 {59, 73, 108},
                                                 {87, 93, 109},
                                                 {112, 113, 115},
                                                 {138, 134, 120},
                                                 {165, 156, 116},
                                                 {195, 179, 105},
                                                 {225, 204, 85},
                                                 {254, 232, 56}}};
  const double position = (magnitude > 0 ? std::min(magnitude, 1.0) : 0.0) * (steps.size() - 1);  // NaN counts as 0
  const int below = std::min(static_cast<int>(position), static_cast<int>(steps.size()) - 2);
  const double share = position - below;
  const auto between = [&](int a, int b) { return static_cast<int>(std::lround(a + share * (b - a))); };
  const Rgb &low = steps[below], &high = steps[below + 1];
  return {between(low.red, high.red), between(low.green, high.green), between(low.blue, high.blue)};
}

std::string paint(const Look& look, Rgb colour, std::string_view content) {
  if (look.colours == Colours::none || content.empty()) return std::string(content);
  if (look.colours == Colours::full) {
    return text("\x1b[38;2;", colour.red, ";", colour.green, ";", colour.blue, "m", content, "\x1b[0m");
  }
  // The palette of 256 holds a cube of 6 x 6 x 6 colours at these levels.
  const auto level = [](int value) { return value < 48 ? 0 : value < 115 ? 1 : (value - 35) / 40; };
  const int index = 16 + 36 * level(colour.red) + 6 * level(colour.green) + level(colour.blue);
  return text("\x1b[38;5;", index, "m", content, "\x1b[0m");
}

std::string paint(const Look& look, Ink ink, std::string_view content) {
  if (look.colours == Colours::none || content.empty()) return std::string(content);
  switch (ink) {
    case Ink::normal:
      return std::string(content);
    case Ink::bold:
      return text("\x1b[1m", content, "\x1b[0m");
    case Ink::title:
      return text("\x1b[1m", paint(look, okabe_ito(1), content));
    case Ink::code:
      return paint(look, okabe_ito(0), content);
    case Ink::right:
      return paint(look, okabe_ito(2), content);
    case Ink::wrong:
      return paint(look, okabe_ito(4), content);
    case Ink::warning:
      return paint(look, okabe_ito(1), content);
  }
  return std::string(content);
}

Colours colours_of_environment() {
  const auto variable = [](const char* name) {
    const char* value = std::getenv(name);
    return std::string(value == nullptr ? "" : value);
  };
  const std::string term = variable("TERM"), colorterm = variable("COLORTERM");
  if (!variable("NO_COLOR").empty() || term.empty() || term == "dumb") return Colours::none;
  if (colorterm == "truecolor" || colorterm == "24bit") return Colours::full;
  for (const char* name : {"xterm", "screen", "tmux", "rxvt", "vte", "konsole", "gnome", "alacritty", "kitty"}) {
    if (term.find(name) != std::string::npos) return Colours::palette;
  }
  return term.find("256color") != std::string::npos ? Colours::palette : Colours::none;
}

}  // namespace dikkat
