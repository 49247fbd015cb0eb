// How things may look on this output: how wide, with which colours, with which characters.
#pragma once

#include <string>
#include <string_view>

namespace dikkat {

enum class Colours { none, palette, full };  // without colours not a single escape sequence is written

struct Look {
  int width = 80;  // columns; the stage uses 20 to 100
  Colours colours = Colours::none;
  bool drawing = true;  // false: ASCII only around the text
};

// What a piece of text is. Its colour follows from that; what the colour says is also written in words or signs.
enum class Ink { normal, bold, title, code, right, wrong, warning };

struct Rgb {
  int red, green, blue;
};

// Categories, told apart by colour-blind readers (Okabe & Ito, "Color universal design", 2008). Repeats after 6.
Rgb okabe_ito(int category);

// Magnitude from 0 (dark blue) to 1 (yellow), evenly lighter (Nuñez, Anderton & Renslow, 2018).
Rgb cividis(double magnitude);

// The text between the escape sequences of its colour; unchanged without colours.
std::string paint(const Look& look, Ink ink, std::string_view content);
std::string paint(const Look& look, Rgb colour, std::string_view content);

// The colours that an output offers, from the environment: NO_COLOR, TERM, COLORTERM.
Colours colours_of_environment();

}  // namespace dikkat
