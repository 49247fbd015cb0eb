// Curves on the screen: braille dots in colours, or letters where there are no colours to tell the curves apart.
#pragma once

#include <string>
#include <vector>

#include "lessons/stage/look.h"

namespace dikkat {

struct Curve {
  std::string name;
  std::vector<double> x, y;  // of the same length; a point that is not finite breaks the line

  void add(double px, double py) {
    x.push_back(px);
    y.push_back(py);
  }
};

// The lines of a chart of `rows` rows with the limits of both axes; the last value of each curve stands beside its end,
// or below the chart where the screen is narrow. No line is wider than look.width.
std::vector<std::string> draw_chart(const std::string& title, const std::vector<Curve>& curves, const Look& look,
                                    int rows = 12);

// A number in few characters: "0.4512", "12.3", "1.2e-05", "5000", "nan".
std::string short_number(double value);

}  // namespace dikkat
