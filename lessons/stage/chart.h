// Curves and marked points on the screen: braille dots in colours, or letters where there are no colours to tell the
// curves apart.
#pragma once

#include <string>
#include <vector>

#include "lessons/stage/look.h"

namespace dikkat {

struct Curve {
  std::string name;
  std::vector<double> x, y;  // of the same length; a point that is not finite breaks the line
  bool shows_last = true;    // the last y beside the name

  void add(double px, double py) {
    x.push_back(px);
    y.push_back(py);
  }
};

// A point with a sign of its own: one or a few letters, such as the number of a row in a table.
struct Mark {
  std::string sign;
  double x = 0, y = 0;
};

struct Chart {
  std::string title{};
  std::vector<Curve> curves{};
  std::vector<Mark> marks{};  // drawn over the curves; one that would hide another moves aside by a few rows
  bool logarithmic = false;   // both axes: every step multiplies. What is not above 0 is not drawn
  std::string x_name{};       // below the horizontal axis
  int rows = 12;
};

// The lines of a chart with the limits of both axes, and the powers of ten between them on logarithmic ones; each
// curve's name stands beside its end, or below the chart where the screen is narrow. No line is wider than look.width.
std::vector<std::string> draw(const Chart& chart, const Look& look);

// The same for curves alone.
std::vector<std::string> draw_chart(const std::string& title, const std::vector<Curve>& curves, const Look& look,
                                    int rows = 12);

// A number in few characters: "0.4512", "12.3", "1.2e-05", "5000", "nan".
std::string short_number(double value);

}  // namespace dikkat
