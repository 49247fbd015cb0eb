// Memory that will be read soon, in portions: the lines of a rectangle of numbers.
#pragma once

#include <cstdint>

namespace dikkat::tile {

class Ahead {
 public:
  // Nothing.
  Ahead() = default;

  // `rows` rows of `width` numbers, to be handed out in so many portions.
  Ahead(const float* start, int64_t row_step, int64_t rows, int64_t width, int64_t portions)
      : row_(reinterpret_cast<const char*>(start)),
        step_(4 * row_step),
        lines_in_row_((width + 30) / 16),  // a row may begin with the last number of a line
        rows_(rows),
        portion_((rows * lines_in_row_ + portions - 1) / portions) {}

  // Adds at most one portion to lines[count ... size). Returns the new count.
  int64_t next(const char** lines, int64_t count, int64_t size) {
    for (int64_t i = 0; i < portion_ && rows_ > 0 && count < size; ++i) {
      lines[count++] = row_ + 64 * line_;
      if (++line_ == lines_in_row_) line_ = 0, row_ += step_, --rows_;
    }
    return count;
  }

 private:
  const char* row_ = nullptr;  // the first one that is left
  int64_t step_ = 0, lines_in_row_ = 0, rows_ = 0, line_ = 0, portion_ = 0;
};

}  // namespace dikkat::tile
