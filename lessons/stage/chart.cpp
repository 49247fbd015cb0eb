#include "lessons/stage/chart.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>

#include "kernels/check.h"
#include "lessons/stage/letters.h"
#include "lessons/stage/text.h"

namespace dikkat {

std::string short_number(double value) {
  if (!std::isfinite(value)) return std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, std::abs(value) >= 1000 && std::abs(value) < 1e7 ? "%.0f" : "%.4g", value);
  return buffer;
}

namespace {

// The lowest and highest value of all points that can be drawn. long double, so that the distance between the two
// largest doubles is still a number.
struct Limits {
  long double low = 0, high = 0;
  bool any = false;

  void include(double value) {
    low = any ? std::min<long double>(low, value) : value;
    high = any ? std::max<long double>(high, value) : value;
    any = true;
  }
  // Where `value` lies among `cells` cells.
  int cell(double value, int cells) const {
    if (!(high > low)) return cells / 2;
    const long double share = (value - low) / (high - low);
    return std::clamp(static_cast<int>(share * (cells - 1) + 0.5L), 0, cells - 1);
  }
};

bool is_drawable(const Curve& curve, size_t i) {
  return std::isfinite(curve.x[i]) && std::isfinite(curve.y[i]);
}

// A grid of characters; each holds the dots of a braille letter (2 x 4), or one letter.
class Canvas {
 public:
  Canvas(int columns, int rows, bool braille)
      : columns_(columns), rows_(rows), braille_(braille), cells_(static_cast<size_t>(columns) * rows) {}

  int width() const { return braille_ ? columns_ * 2 : columns_; }
  int height() const { return braille_ ? rows_ * 4 : rows_; }

  // y counts from the bottom.
  void dot(int x, int y, int curve) {
    static constexpr std::array<std::array<int, 2>, 4> bits = {
        {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}}};
    const int down = height() - 1 - y;
    Cell& cell = cells_[static_cast<size_t>(braille_ ? down / 4 : down) * columns_ + (braille_ ? x / 2 : x)];
    cell.dots |= braille_ ? bits[down % 4][x % 2] : 1;
    cell.curve = curve;
  }

  void stroke(int x0, int y0, int x1, int y1, int curve) {
    const int steps = std::max(std::abs(x1 - x0), std::abs(y1 - y0));
    for (int i = 0; i <= steps; ++i) {
      const double share = steps == 0 ? 0 : static_cast<double>(i) / steps;
      dot(static_cast<int>(std::lround(x0 + share * (x1 - x0))), static_cast<int>(std::lround(y0 + share * (y1 - y0))),
          curve);
    }
  }

  std::string row(int row, const Look& look) const {
    std::string line;
    for (int column = 0; column < columns_; ++column) {
      const Cell& cell = cells_[static_cast<size_t>(row) * columns_ + column];
      if (cell.dots == 0) {
        line += ' ';
      } else if (braille_) {
        const int code = 0x2800 + cell.dots;
        const char letter[] = {static_cast<char>(0xE0 | (code >> 12)), static_cast<char>(0x80 | ((code >> 6) & 0x3F)),
                               static_cast<char>(0x80 | (code & 0x3F)), '\0'};
        line += paint(look, okabe_ito(cell.curve), letter);
      } else {
        line += static_cast<char>('a' + cell.curve % 26);
      }
    }
    return line;
  }

 private:
  struct Cell {
    int dots = 0, curve = 0;
  };
  int columns_, rows_;
  bool braille_;
  std::vector<Cell> cells_;
};

// "━ name 1.234" in the curve's colour, or "a name 1.234".
std::string caption(const Curve& curve, int index, int width, const Look& look) {
  const std::string value = curve.y.empty() ? "" : " " + short_number(curve.y.back());
  const std::string mark = look.colours != Colours::none ? "━ " : std::string(1, 'a' + index % 26) + " ";
  const int room = std::max(1, width - display_width(mark) - display_width(value));
  const std::string name = cut(harmless(curve.name), room, look.drawing ? "…" : "~");
  return paint(look, okabe_ito(index), cut(mark + name + value, width, ""));
}

// The row (from the top) for each caption: that of the curve's last point, or the nearest that is free.
std::vector<int> caption_rows(const std::vector<Curve>& curves, const Limits& limits, int rows) {
  std::vector<int> chosen;
  for (const Curve& curve : curves) {
    int wanted = rows / 2;
    for (size_t i = 0; i < curve.x.size(); ++i) {
      if (is_drawable(curve, i)) wanted = rows - 1 - limits.cell(curve.y[i], rows);
    }
    for (int distance = 0; distance < rows; ++distance) {
      const auto free = [&](int row) {
        return row >= 0 && row < rows && std::count(chosen.begin(), chosen.end(), row) == 0;
      };
      if (free(wanted - distance) || free(wanted + distance)) {
        wanted = free(wanted - distance) ? wanted - distance : wanted + distance;
        break;
      }
    }
    chosen.push_back(wanted);
  }
  return chosen;
}

}  // namespace

std::vector<std::string> draw_chart(const std::string& title, const std::vector<Curve>& curves, const Look& look,
                                    int rows) {
  Limits x, y;
  int widest_caption = 0;
  for (size_t i = 0; i < curves.size(); ++i) {
    const Curve& curve = curves[i];
    require(curve.x.size() == curve.y.size(), "chart: curve ", curve.name, " has ", curve.x.size(), " x and ",
            curve.y.size(), " y");
    for (size_t point = 0; point < curve.x.size(); ++point) {
      if (!is_drawable(curve, point)) continue;
      x.include(curve.x[point]);
      y.include(curve.y[point]);
    }
    Look bare = look;
    bare.colours = Colours::none;
    widest_caption = std::max(widest_caption, display_width(caption(curve, static_cast<int>(i), 200, bare)));
  }

  std::vector<std::string> lines;
  for (const std::string& line : wrap(title, look.width)) {
    if (!line.empty()) lines.push_back(paint(look, Ink::bold, line));
  }
  const int count = static_cast<int>(curves.size());
  const bool beside = look.width >= 50 && widest_caption <= look.width / 3 && count <= rows;
  if (x.any) {
    const std::string high = short_number(y.high), low = short_number(y.low);
    const int margin = std::max(display_width(high), display_width(low));
    const int columns = std::max(4, look.width - margin - 1 - (beside ? widest_caption + 1 : 0));
    Canvas canvas(columns, rows, look.colours != Colours::none);
    for (int i = 0; i < count; ++i) {
      const Curve& curve = curves[i];
      for (size_t point = 0; point < curve.x.size(); ++point) {
        if (!is_drawable(curve, point)) continue;
        const size_t from = point > 0 && is_drawable(curve, point - 1) ? point - 1 : point;
        canvas.stroke(x.cell(curve.x[from], canvas.width()), y.cell(curve.y[from], canvas.height()),
                      x.cell(curve.x[point], canvas.width()), y.cell(curve.y[point], canvas.height()), i);
      }
    }
    const std::vector<int> captions = beside ? caption_rows(curves, y, rows) : std::vector<int>{};
    for (int row = 0; row < rows; ++row) {
      std::string line = pad_left(row == 0 ? high : row == rows - 1 ? low : "", margin);
      line += (look.drawing ? "│" : "|") + canvas.row(row, look);
      const auto found = std::find(captions.begin(), captions.end(), row);
      if (found != captions.end()) {
        const int curve = static_cast<int>(found - captions.begin());
        line += " " + caption(curves[curve], curve, widest_caption, look);
      }
      while (line.back() == ' ') line.pop_back();
      lines.push_back(line);
    }
    std::string axis = std::string(margin, ' ') + (look.drawing ? "└" : "+");
    for (int i = 0; i < columns; ++i) axis += look.drawing ? "─" : "-";
    lines.push_back(axis);
    const std::string first = short_number(x.low), last = short_number(x.high);
    const int between = columns - display_width(first) - display_width(last);
    if (x.low == x.high) {
      lines.push_back(pad_left(last, margin + 1 + columns / 2 + 1));  // below the one place where points are
    } else {
      lines.push_back(between < 1 ? pad_left(last, margin + 1 + columns)
                                  : std::string(margin + 1, ' ') + first + std::string(between, ' ') + last);
    }
  }
  if (!beside || !x.any) {
    for (int i = 0; i < count; ++i) lines.push_back(caption(curves[i], i, look.width, look));
  }
  return lines;
}

}  // namespace dikkat
