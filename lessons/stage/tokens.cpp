#include "lessons/stage/tokens.h"

#include <algorithm>
#include <cstdio>

#include "lessons/stage/letters.h"
#include "lessons/stage/text.h"

namespace dikkat {
namespace {

struct Cell {
  std::string above, below;
  int width = 0;
  bool is_marked = false;
};

Cell cell_of(const ShownToken& token, const Look& look) {
  Cell cell{visible(token.bytes, look.drawing), harmless(token.below), 0, token.is_marked};
  if (cell.is_marked) cell.above = "[" + cell.above + "]";
  cell.above = cut(cell.above, look.width, look.drawing ? "…" : "~");
  cell.below = cut(cell.below, look.width, look.drawing ? "…" : "~");
  cell.width = std::max(display_width(cell.above), display_width(cell.below));
  return cell;
}

}  // namespace

std::string visible(std::string_view bytes, bool drawing) {
  std::string all;
  while (!bytes.empty()) {
    const Letter letter = first_letter(bytes);
    const std::string_view written = bytes.substr(0, std::max<size_t>(1, letter.bytes));
    if (written == " ") {
      all += drawing ? "·" : "_";
    } else if (written == "\n") {
      all += "\\n";
    } else if (written == "\t") {
      all += "\\t";
    } else if (letter.valid && letter_width(letter.code) > 0 && harmless(written) == written) {
      all += written;
    } else {
      for (const char byte : written) {
        char hexadecimal[8];
        std::snprintf(hexadecimal, sizeof hexadecimal, "<%02X>",
                      static_cast<unsigned>(static_cast<unsigned char>(byte)));
        all += hexadecimal;
      }
    }
    bytes.remove_prefix(written.size());
  }
  return all;
}

std::vector<std::string> draw_tokens(const std::vector<ShownToken>& tokens, const Look& look) {
  const bool has_below =
      std::any_of(tokens.begin(), tokens.end(), [](const auto& token) { return !token.below.empty(); });
  const bool has_marks = std::any_of(tokens.begin(), tokens.end(), [](const auto& token) { return token.is_marked; });
  const int gap = has_below ? 2 : 1;
  std::vector<std::string> lines;
  std::string above, below;
  int used = 0;
  const auto end_row = [&] {
    if (used == 0) return;
    lines.push_back(above);
    if (has_below) lines.push_back(below);
    above.clear();
    below.clear();
    used = 0;
  };
  for (size_t i = 0; i < tokens.size(); ++i) {
    const Cell cell = cell_of(tokens[i], look);
    if (used > 0 && used + gap + cell.width > look.width) end_row();
    if (used > 0) {
      above += std::string(static_cast<size_t>(gap), ' ');
      below += std::string(static_cast<size_t>(gap), ' ');
      used += gap;
    }
    const bool coloured = cell.is_marked || !has_marks;
    const Rgb colour = okabe_ito(has_marks ? 1 : static_cast<int>(i % 6));
    above += coloured ? paint(look, colour, cell.above) : cell.above;
    below += pad_right(cell.below, cell.width);
    above += std::string(static_cast<size_t>(cell.width - display_width(cell.above)), ' ');
    used += cell.width;
  }
  end_row();
  for (std::string& line : lines)
    while (!line.empty() && line.back() == ' ') line.pop_back();
  return lines;
}

std::vector<std::vector<std::string>> draw_frames(const std::vector<Frame>& frames, Frames layout, const Look& look) {
  constexpr int gap = 2, narrowest = 16;  // columns for tokens
  int indent = 0;
  for (const Frame& frame : frames) indent = std::max(indent, display_width(harmless(frame.caption)) + gap);
  Look beside = look;
  beside.width = look.width - indent;
  if (beside.width < narrowest) layout = Frames::below;
  std::vector<std::vector<std::string>> all;
  for (const Frame& frame : frames) {
    std::vector<std::string> lines;
    if (layout == Frames::below) {
      lines = wrap(frame.caption, look.width);
      for (std::string& line : draw_tokens(frame.tokens, look)) lines.push_back(std::move(line));
    } else {
      lines = draw_tokens(frame.tokens, beside);
      if (lines.empty()) lines.emplace_back();
      for (size_t i = 0; i < lines.size(); ++i)
        lines[i] = pad_right(i == 0 ? harmless(frame.caption) : "", indent) + lines[i];
    }
    all.push_back(std::move(lines));
  }
  return all;
}

}  // namespace dikkat
