#include "lessons/stage/chart.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "kernels/check.h"
#include "lessons/stage/canvas.h"
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

// One axis: the lowest and highest value of all points that can be drawn. long double, so that the distance between the
// two largest doubles is still a number.
struct Axis {
  bool logarithmic = false;
  long double low = 0, high = 0;  // of the values, or of their logarithms
  bool any = false;

  bool can_draw(double value) const { return std::isfinite(value) && (!logarithmic || value > 0); }
  long double place(double value) const { return logarithmic ? std::log10(value) : static_cast<long double>(value); }
  void include(double value) {
    low = any ? std::min(low, place(value)) : place(value);
    high = any ? std::max(high, place(value)) : place(value);
    any = true;
  }
  // Where `value` lies among `cells` cells.
  int cell(double value, int cells) const {
    if (!(high > low)) return cells / 2;
    const long double share = (place(value) - low) / (high - low);
    return std::clamp(static_cast<int>(share * (cells - 1) + 0.5L), 0, cells - 1);
  }
  std::string label(long double at) const { return short_number(logarithmic ? std::pow(10.0, at) : at); }

  // The powers of ten between the limits of a logarithmic axis.
  std::vector<double> steps() const {
    std::vector<double> all;
    if (!logarithmic) return all;
    for (long double power = std::ceil(low); power <= high; ++power) all.push_back(std::pow(10.0, power));
    return all;
  }
};

// "━ name 1.234" in the curve's colour, or "a name 1.234".
std::string caption(const Curve& curve, int index, int width, const Look& look) {
  const std::string value = curve.y.empty() || !curve.shows_last ? "" : " " + short_number(curve.y.back());
  const std::string mark = look.colours != Colours::none ? "━ " : std::string(1, 'a' + index % 26) + " ";
  const int room = std::max(1, width - display_width(mark) - display_width(value));
  const std::string name = cut(harmless(curve.name), room, look.drawing ? "…" : "~");
  return paint(look, okabe_ito(index), cut(mark + name + value, width, ""));
}

// The row (from the top) for each caption: that of the curve's last point, or the nearest that is free.
std::vector<int> caption_rows(const std::vector<Curve>& curves, const Axis& x, const Axis& y, int rows) {
  std::vector<int> chosen;
  for (const Curve& curve : curves) {
    int wanted = rows / 2;
    for (size_t i = 0; i < curve.x.size(); ++i) {
      if (x.can_draw(curve.x[i]) && y.can_draw(curve.y[i])) wanted = rows - 1 - y.cell(curve.y[i], rows);
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

void draw_curve(Canvas& canvas, const Curve& curve, int index, const Axis& x, const Axis& y) {
  const auto can_draw = [&](size_t i) { return x.can_draw(curve.x[i]) && y.can_draw(curve.y[i]); };
  for (size_t point = 0; point < curve.x.size(); ++point) {
    if (!can_draw(point)) continue;
    const size_t from = point > 0 && can_draw(point - 1) ? point - 1 : point;
    canvas.stroke(x.cell(curve.x[from], canvas.width()), y.cell(curve.y[from], canvas.height()),
                  x.cell(curve.x[point], canvas.width()), y.cell(curve.y[point], canvas.height()), index);
  }
}

// What stands left of each row: the limits, and between them the powers of ten that have a row for themselves.
std::vector<std::string> row_labels(const Axis& y, int rows) {
  std::vector<std::string> labels(static_cast<size_t>(rows));
  for (const double step : y.steps()) labels[static_cast<size_t>(rows - 1 - y.cell(step, rows))] = short_number(step);
  labels.back() = y.label(y.low);
  labels.front() = y.label(y.high);
  return labels;
}

// The line below an axis of `columns` columns that begins behind `margin` columns and the corner: the limits, and
// between them the powers of ten for which there is room.
std::string column_labels(const Axis& x, int margin, int columns) {
  const std::string first = x.label(x.low), last = x.label(x.high);
  if (x.low == x.high) return pad_left(last, margin + 1 + columns / 2 + 1);  // below the one place where points are
  const int end = columns - display_width(last);
  if (end - display_width(first) < 1) return pad_left(last, margin + 1 + columns);
  std::string line = pad_right(first, end) + last;
  int used = display_width(first);
  for (const double step : x.steps()) {
    const std::string label = short_number(step);  // ASCII: as many bytes as columns
    const int at = x.cell(step, columns) - display_width(label) / 2, after = at + display_width(label);
    if (at <= used || after >= end) continue;
    line.replace(static_cast<size_t>(at), label.size(), label);
    used = after;
  }
  return std::string(static_cast<size_t>(margin) + 1, ' ') + line;
}

}  // namespace

std::vector<std::string> draw(const Chart& chart, const Look& look) {
  const std::vector<Curve>& curves = chart.curves;
  const int rows = chart.rows, count = static_cast<int>(curves.size());
  Axis x{.logarithmic = chart.logarithmic}, y{.logarithmic = chart.logarithmic};
  const auto include = [&](double px, double py) {
    if (!x.can_draw(px) || !y.can_draw(py)) return;
    x.include(px);
    y.include(py);
  };
  int widest_caption = 0;
  for (int i = 0; i < count; ++i) {
    const Curve& curve = curves[static_cast<size_t>(i)];
    require(curve.x.size() == curve.y.size(), "chart: curve ", curve.name, " has ", curve.x.size(), " x and ",
            curve.y.size(), " y");
    for (size_t point = 0; point < curve.x.size(); ++point) include(curve.x[point], curve.y[point]);
    Look bare = look;
    bare.colours = Colours::none;
    widest_caption = std::max(widest_caption, display_width(caption(curve, i, 200, bare)));
  }
  for (const Mark& mark : chart.marks) include(mark.x, mark.y);

  std::vector<std::string> lines;
  for (const std::string& line : wrap(chart.title, look.width)) {
    if (!line.empty()) lines.push_back(paint(look, Ink::bold, line));
  }
  const bool beside = look.width >= 50 && widest_caption <= look.width / 3 && count <= rows;
  if (x.any) {
    const std::vector<std::string> left = row_labels(y, rows);
    int margin = 0;
    for (const std::string& label : left) margin = std::max(margin, display_width(label));
    const int columns = std::max(4, look.width - margin - 1 - (beside ? widest_caption + 1 : 0));
    Canvas canvas(columns, rows, look.colours != Colours::none);
    for (int i = 0; i < count; ++i) draw_curve(canvas, curves[static_cast<size_t>(i)], i, x, y);
    for (const Mark& mark : chart.marks) {
      if (!x.can_draw(mark.x) || !y.can_draw(mark.y)) continue;
      canvas.write(x.cell(mark.x, columns), rows - 1 - y.cell(mark.y, rows), harmless(mark.sign));
    }
    const std::vector<int> captions = beside ? caption_rows(curves, x, y, rows) : std::vector<int>{};
    for (int row = 0; row < rows; ++row) {
      std::string line = pad_left(left[static_cast<size_t>(row)], margin);
      line += (look.drawing ? "│" : "|") + canvas.row(row, look);
      const auto found = std::find(captions.begin(), captions.end(), row);
      if (found != captions.end()) {
        const int curve = static_cast<int>(found - captions.begin());
        line += " " + caption(curves[static_cast<size_t>(curve)], curve, widest_caption, look);
      }
      while (line.back() == ' ') line.pop_back();
      lines.push_back(line);
    }
    std::string axis = std::string(static_cast<size_t>(margin), ' ') + (look.drawing ? "└" : "+");
    for (int i = 0; i < columns; ++i) axis += look.drawing ? "─" : "-";
    lines.push_back(axis);
    lines.push_back(column_labels(x, margin, columns));
    if (!chart.x_name.empty()) {
      for (const std::string& line : wrap(chart.x_name, look.width - margin - 1))
        lines.push_back(std::string(static_cast<size_t>(margin) + 1, ' ') + line);
    }
  }
  if (!beside || !x.any) {
    for (int i = 0; i < count; ++i) lines.push_back(caption(curves[static_cast<size_t>(i)], i, look.width, look));
  }
  return lines;
}

std::vector<std::string> draw_chart(const std::string& title, const std::vector<Curve>& curves, const Look& look,
                                    int rows) {
  return draw(Chart{.title = title, .curves = curves, .rows = rows}, look);
}

}  // namespace dikkat
