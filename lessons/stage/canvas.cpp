#include "lessons/stage/canvas.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

#include "lessons/stage/letters.h"

namespace dikkat {

void Canvas::dot(int x, int y, int curve) {
  static constexpr std::array<std::array<int, 2>, 4> bits = {{{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}}};
  const int down = height() - 1 - y;
  Cell& at = cell(braille_ ? x / 2 : x, braille_ ? down / 4 : down);
  at.dots |= braille_ ? bits[down % 4][x % 2] : 1;
  at.curve = curve;
}

void Canvas::stroke(int x0, int y0, int x1, int y1, int curve) {
  const int steps = std::max(std::abs(x1 - x0), std::abs(y1 - y0));
  for (int i = 0; i <= steps; ++i) {
    const double share = steps == 0 ? 0 : static_cast<double>(i) / steps;
    dot(static_cast<int>(std::lround(x0 + share * (x1 - x0))), static_cast<int>(std::lround(y0 + share * (y1 - y0))),
        curve);
  }
}

bool Canvas::is_free(int column, int row, int width) {
  if (row < 0 || row >= rows_) return false;
  for (int at = std::max(0, column - 1); at <= std::min(columns_ - 1, column + width); ++at)
    if (cell(at, row).is_taken) return false;
  return true;
}

void Canvas::write(int column, int row, std::string_view sign) {
  const int width = display_width(sign);
  if (width < 1 || width > columns_) return;
  column = std::clamp(column - width / 2, 0, columns_ - width);
  for (int distance = 0; distance < rows_; ++distance) {
    if (!is_free(column, row - distance, width) && !is_free(column, row + distance, width)) continue;
    row += is_free(column, row - distance, width) ? -distance : distance;
    while (!sign.empty()) {
      const Letter letter = first_letter(sign);
      const int letters = letter_width(letter.code);
      for (int i = 0; i < letters; ++i) cell(column + i, row).is_taken = true;
      cell(letters == 0 && column > 0 ? column - 1 : column, row).letter += sign.substr(0, letter.bytes);
      column += letters;
      sign.remove_prefix(letter.bytes);
    }
    return;
  }
}

std::string Canvas::row(int row, const Look& look) const {
  std::string line, sign;
  for (int column = 0; column <= columns_; ++column) {
    const Cell* at = column < columns_ ? &cells_[static_cast<size_t>(row) * columns_ + column] : nullptr;
    if (at != nullptr && at->is_taken) {
      sign += at->letter;
      continue;
    }
    line += paint(look, Ink::bold, sign);
    sign.clear();
    if (at == nullptr) break;
    if (at->dots == 0) {
      line += ' ';
    } else if (braille_) {
      const int code = 0x2800 + at->dots;
      const char letter[] = {static_cast<char>(0xE0 | (code >> 12)), static_cast<char>(0x80 | ((code >> 6) & 0x3F)),
                             static_cast<char>(0x80 | (code & 0x3F)), '\0'};
      line += paint(look, okabe_ito(at->curve), letter);
    } else {
      line += static_cast<char>('a' + at->curve % 26);
    }
  }
  return line;
}

}  // namespace dikkat
