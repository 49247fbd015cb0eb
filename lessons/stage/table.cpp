#include "lessons/stage/table.h"

#include <algorithm>
#include <numeric>

#include "kernels/check.h"
#include "lessons/stage/letters.h"
#include "lessons/stage/text.h"

namespace dikkat {
namespace {

constexpr int gap = 2;       // between columns
constexpr int shortest = 6;  // no text column is cut below this

bool looks_like_number(const std::string& cell) {
  if (cell.empty() || cell == "-" || cell == "nan" || cell == "inf" || cell == "-inf") return true;
  const size_t digit = cell.find_first_not_of("+-.<>~≈");
  return digit != std::string::npos && cell[digit] >= '0' && cell[digit] <= '9' && cell.size() <= 20;
}

std::vector<std::string> as_blocks(const Table& table, const Look& look) {
  std::vector<std::string> lines;
  for (size_t row = 0; row < table.rows.size(); ++row) {
    if (row > 0) lines.emplace_back();
    for (size_t column = 0; column < table.columns.size(); ++column) {
      const std::string cell = column < table.rows[row].size() ? table.rows[row][column] : "";
      const std::string heading = table.columns[column].empty() ? "" : table.columns[column] + ": ";
      for (const std::string& line : wrap(heading + cell, look.width)) lines.push_back(line);
    }
  }
  return lines;
}

}  // namespace

std::vector<std::string> draw(const Table& table, const Look& look) {
  const size_t count = table.columns.size();
  for (const auto& row : table.rows) {
    require(row.size() <= count, "table: a row has ", row.size(), " cells, but there are ", count, " columns");
  }
  Table clean = table;
  for (std::string& heading : clean.columns) heading = harmless(heading);
  for (auto& row : clean.rows) {
    row.resize(count);
    for (std::string& cell : row) cell = harmless(cell);
  }

  std::vector<int> widths(count);
  std::vector<bool> is_number(count, !clean.rows.empty());
  for (size_t column = 0; column < count; ++column) {
    widths[column] = display_width(clean.columns[column]);
    for (const auto& row : clean.rows) {
      widths[column] = std::max(widths[column], display_width(row[column]));
      if (!looks_like_number(row[column])) is_number[column] = false;
    }
  }

  std::vector<std::string> lines;
  for (const std::string& line : wrap(table.title, look.width)) {
    if (!line.empty()) lines.push_back(paint(look, Ink::bold, line));
  }
  const int gaps = gap * (static_cast<int>(count) - 1);
  int too_wide = std::accumulate(widths.begin(), widths.end(), gaps) - look.width;
  while (too_wide > 0) {  // the widest text column gives way, one letter at a time
    size_t widest = count;
    for (size_t column = 0; column < count; ++column) {
      if (is_number[column] || widths[column] <= shortest) continue;
      if (widest == count || widths[column] > widths[widest]) widest = column;
    }
    if (widest == count) break;
    --widths[widest];
    --too_wide;
  }
  if (too_wide > 0) {
    for (const std::string& line : as_blocks(clean, look)) lines.push_back(line);
    return lines;
  }

  const std::string mark = look.drawing ? "…" : "~";
  const auto draw_row = [&](const std::vector<std::string>& cells, Ink ink) {
    std::string line;
    for (size_t column = 0; column < count; ++column) {
      const std::string cell = cut(cells[column], widths[column], mark);
      const bool last = column + 1 == count;
      line += is_number[column] ? pad_left(cell, widths[column]) : last ? cell : pad_right(cell, widths[column]);
      if (!last) line += std::string(gap, ' ');
    }
    while (!line.empty() && line.back() == ' ') line.pop_back();
    lines.push_back(paint(look, ink, line));
  };
  draw_row(clean.columns, Ink::bold);
  std::string rule;
  for (int i = 0; i < std::accumulate(widths.begin(), widths.end(), gaps); ++i) rule += look.drawing ? "─" : "-";
  lines.push_back(rule);
  for (const auto& row : clean.rows) draw_row(row, Ink::normal);
  return lines;
}

std::vector<std::string> draw_beside(const std::string& heading, int column, const std::string& content,
                                     const Look& look, Ink ink) {
  const bool beside = look.width >= 3 * column;
  std::vector<std::string> lines =
      wrap(beside ? content : heading + ": " + content, look.width - (beside ? column : 0));
  for (size_t i = 0; i < lines.size(); ++i) {
    const std::string before = beside ? pad_right(i == 0 ? harmless(heading) : "", column) : "";
    lines[i] = before + paint(look, ink, lines[i]);
  }
  return lines;
}

}  // namespace dikkat
