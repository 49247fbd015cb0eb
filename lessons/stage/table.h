// A table of text and numbers, drawn for a given width.
#pragma once

#include <string>
#include <vector>

#include "lessons/stage/look.h"

namespace dikkat {

// Columns whose cells are all numbers ("12,345", "1.5 MB", "98 %", "-", "nan") stand on the right.
struct Table {
  std::vector<std::string> columns;            // headings; their number is the table's
  std::vector<std::vector<std::string>> rows;  // missing cells are empty
  std::string title;

  explicit Table(std::vector<std::string> columns) : columns(std::move(columns)) {}
  void add(std::vector<std::string> row) { rows.push_back(std::move(row)); }
};

// The lines of the table, none wider than look.width. Text is cut where the width is short, numbers never: when even
// that is not enough, every row becomes a small block of "heading: cell" lines.
std::vector<std::string> draw(const Table& table, const Look& look);

// One line of a list: a heading and beside it, from `column` on, its content; on a narrow screen one behind the other.
std::vector<std::string> draw_beside(const std::string& heading, int column, const std::string& content,
                                     const Look& look, Ink ink = Ink::normal);

}  // namespace dikkat
