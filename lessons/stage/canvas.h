// A grid of characters to draw curves on; each holds the dots of a braille letter (2 x 4), or one letter.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lessons/stage/look.h"

namespace dikkat {

class Canvas {
 public:
  Canvas(int columns, int rows, bool braille)
      : columns_(columns), rows_(rows), braille_(braille), cells_(static_cast<size_t>(columns) * rows) {}

  // Dots. y counts from the bottom.
  int width() const { return braille_ ? columns_ * 2 : columns_; }
  int height() const { return braille_ ? rows_ * 4 : rows_; }
  void dot(int x, int y, int curve);
  void stroke(int x0, int y0, int x1, int y1, int curve);

  // A sign of a few letters over whatever is drawn, its middle at that place; rows count from the top. Where another
  // sign stands already, or beside it, it moves up or down, by as little as possible; where there is no room at all it
  // is left out.
  void write(int column, int row, std::string_view sign);

  // A row from the top, as it is printed.
  std::string row(int row, const Look& look) const;

 private:
  struct Cell {
    int dots = 0, curve = 0;
    std::string letter{};  // of a sign
    bool is_taken = false;
  };
  Cell& cell(int column, int row) { return cells_[static_cast<size_t>(row) * columns_ + column]; }
  bool is_free(int column, int row, int width);

  int columns_, rows_;
  bool braille_;
  std::vector<Cell> cells_;
};

}  // namespace dikkat
