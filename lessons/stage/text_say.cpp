// From blocks to lines on the screen: placeholders filled, words wrapped; and the search for mistakes in a text.
#include <algorithm>
#include <iterator>

#include "kernels/check.h"
#include "lessons/stage/flags.h"
#include "lessons/stage/letters.h"
#include "lessons/stage/text.h"

namespace dikkat {
namespace {

// Every placeholder replaced by its value. A value is never searched for marks: a sample of a model may hold any.
std::vector<Piece> filled(const std::vector<Piece>& pieces, const Values& values, const std::string& where) {
  std::vector<Piece> result = pieces;
  for (Piece& piece : result) {
    if (!piece.is_placeholder) continue;
    const auto found = values.find(piece.content);
    if (found == values.end()) {
      std::vector<std::string> names;
      for (const auto& [name, value] : values) names.push_back(name);
      const std::string near = nearest(piece.content, names);
      fail(where, ": placeholder {", piece.content, "} has no value", near.empty() ? "" : "; nearest: " + near,
           "; call lesson.set(\"", piece.content, "\", ...) before this section");
    }
    piece = {harmless(found->second), piece.ink, false};
  }
  return result;
}

struct ScreenLetter {
  std::string_view bytes;
  Ink ink;
  int width;
};

std::string painted(const std::vector<ScreenLetter>& letters, size_t begin, size_t end, const Look& look) {
  std::string line, run;
  for (size_t i = begin; i < end; ++i) {
    run += letters[i].bytes;
    if (i + 1 == end || letters[i + 1].ink != letters[i].ink) {
      line += paint(look, letters[i].ink, run);
      run.clear();
    }
  }
  return line;
}

// Words on lines of at most `width` columns.
std::vector<std::string> wrap_pieces(const std::vector<Piece>& pieces, int width, const Look& look) {
  width = std::max(width, 1);
  std::vector<ScreenLetter> letters;
  for (const Piece& piece : pieces) {
    std::string_view rest = piece.content;
    while (!rest.empty()) {
      const Letter letter = first_letter(rest);
      letters.push_back({rest.substr(0, letter.bytes), piece.ink, letter_width(letter.code)});
      rest.remove_prefix(letter.bytes);
    }
  }
  std::vector<std::string> lines;
  size_t begin = 0;
  while (true) {
    while (begin < letters.size() && letters[begin].bytes == " ") ++begin;
    if (begin == letters.size()) break;
    size_t end = begin, last_space = 0;
    int used = 0;
    while (end < letters.size() && used + letters[end].width <= width) {
      used += letters[end].width;
      if (letters[end].bytes == " ") last_space = end;
      ++end;
    }
    if (end == begin) ++end;  // a letter wider than the line
    const bool inside_word = end < letters.size() && letters[end].bytes != " ";
    size_t stop = inside_word && last_space > begin ? last_space : end;
    const size_t next = stop;
    while (stop > begin && letters[stop - 1].bytes == " ") --stop;
    lines.push_back(painted(letters, begin, stop, look));
    begin = next;
  }
  return lines;
}

// `code` keeps its marks where there is no colour to set it apart.
std::vector<Piece> with_code_marks(std::vector<Piece> pieces, const Look& look) {
  if (look.colours != Colours::none) return pieces;
  for (size_t i = 0; i < pieces.size(); ++i) {
    if (pieces[i].ink != Ink::code) continue;
    if (i == 0 || pieces[i - 1].ink != Ink::code) pieces[i].content.insert(0, "`");
    if (i + 1 == pieces.size() || pieces[i + 1].ink != Ink::code) pieces[i].content += "`";
  }
  return pieces;
}

void say_block(const TextBlock& block, const std::vector<Piece>& pieces, const Look& look,
               std::vector<std::string>& lines) {
  if (block.kind == TextBlock::as_is) {
    for (const Piece& line : pieces) {
      std::string_view rest = line.content;
      do {
        const std::string_view part = fit_prefix(rest, look.width - 2);
        lines.push_back(part.empty() ? "" : "  " + paint(look, Ink::code, part));
        rest.remove_prefix(part.empty() ? rest.size() : part.size());
      } while (!rest.empty());
    }
    return;
  }
  std::string first, next;
  if (block.kind == TextBlock::bullet) {
    first = look.drawing ? "  • " : "  - ";
    next = "    ";
  } else if (block.kind == TextBlock::quotation) {
    first = next = look.drawing ? "  │ " : "  | ";
  }
  const int indent = display_width(first);
  const std::vector<std::string> wrapped = wrap_pieces(with_code_marks(pieces, look), look.width - indent, look);
  for (size_t i = 0; i < wrapped.size(); ++i) lines.push_back((i == 0 ? first : next) + wrapped[i]);
}

}  // namespace

std::string say_pieces(const std::vector<Piece>& pieces, const Values& values, const std::string& where) {
  std::string all;
  for (const Piece& piece : filled(pieces, values, where)) all += piece.content;
  return all;
}

std::vector<std::string> wrap(std::string_view content, int width) {
  std::vector<std::string> lines;
  while (true) {
    const size_t end = std::min(content.find('\n'), content.size());
    const std::vector<std::string> some =
        wrap_pieces({{harmless(content.substr(0, end)), Ink::normal, false}}, width, {});
    lines.insert(lines.end(), some.begin(), some.end());
    if (some.empty()) lines.emplace_back();
    if (end == content.size()) return lines;
    content.remove_prefix(end + 1);
  }
}

std::string Narration::say_title(const Section& section, const Values& values) const {
  return say_pieces(section.title, values, dikkat::text(file_, ":", section.line));
}

std::vector<std::string> Narration::say(const Section& section, const Values& values, const Look& look) const {
  std::vector<std::string> lines;
  if (!section.title.empty()) {
    const std::string title = say_title(section, values);
    for (const std::string& line : wrap(title, look.width)) lines.push_back(paint(look, Ink::title, line));
    if (look.colours == Colours::none) {
      std::string rule;
      for (int i = 0; i < std::min(display_width(title), look.width); ++i) rule += look.drawing ? "─" : "-";
      lines.push_back(rule);
    }
    lines.emplace_back();
  }
  for (size_t i = 0; i < section.blocks.size(); ++i) {
    const TextBlock& block = section.blocks[i];
    const bool list_goes_on =
        i > 0 && block.kind == TextBlock::bullet && section.blocks[i - 1].kind == TextBlock::bullet;
    if (i > 0 && !list_goes_on) lines.emplace_back();
    say_block(block, filled(block.pieces, values, dikkat::text(file_, ":", block.line)), look, lines);
  }
  return lines;
}

namespace {

// Does a word of this text begin with a digit ("5", "%98", "(3"), unlike "GPT-2"?
bool has_typed_number(const std::string& content) {
  bool word_begins = true;
  for (const char letter : content) {
    const bool is_digit = letter >= '0' && letter <= '9';
    if (is_digit && word_begins) return true;
    if (letter == ' ') {
      word_begins = true;
    } else if (std::string("(+-~%\"'").find(letter) == std::string::npos) {
      word_begins = false;
    }
  }
  return false;
}

void find_typed_digits(const std::string& language, const Section& section, std::vector<std::string>& mistakes) {
  for (const TextBlock& block : section.blocks) {
    if (block.kind == TextBlock::quotation || block.kind == TextBlock::as_is) continue;
    for (const Piece& piece : block.pieces) {
      if (piece.is_placeholder || piece.ink == Ink::code || !has_typed_number(piece.content)) continue;
      mistakes.push_back(dikkat::text(language, ":", block.line, ": a digit is typed into section ", section.name,
                                      ": \"", piece.content, "\"; measure it and place it with {name}"));
    }
  }
}

void find_missing(const std::string& kind, const std::set<std::string>& turkish, const std::set<std::string>& english,
                  std::vector<std::string>& mistakes) {
  std::vector<std::string> different;
  std::set_symmetric_difference(turkish.begin(), turkish.end(), english.begin(), english.end(),
                                std::back_inserter(different));
  for (const std::string& name : different) {
    const char* only = turkish.count(name) ? "Turkish" : "English";
    mistakes.push_back(dikkat::text(kind, " ", name, " is in the ", only, " text only"));
  }
}

}  // namespace

std::vector<std::string> find_text_mistakes(const Narration& turkish, const Narration& english) {
  std::vector<std::string> mistakes;
  const auto names = [](const Narration& narration) {
    std::set<std::string> all;
    for (const Section& section : narration.all_sections()) all.insert(section.name);
    return all;
  };
  const auto keys = [](const Narration& narration) {
    std::set<std::string> all;
    for (const auto& [key, words] : narration.labels()) all.insert(key);
    return all;
  };
  find_missing("section", names(turkish), names(english), mistakes);
  find_missing("placeholder", turkish.placeholders(), english.placeholders(), mistakes);
  find_missing("label", keys(turkish), keys(english), mistakes);
  for (const Section& section : turkish.all_sections()) find_typed_digits("text.tr.md", section, mistakes);
  for (const Section& section : english.all_sections()) find_typed_digits("text.en.md", section, mistakes);
  return mistakes;
}

}  // namespace dikkat
