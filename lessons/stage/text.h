// The spoken text of a lesson: text.tr.md and text.en.md. What may stand in it:
//
//   # Title of the lesson            the first line
//   ## name: Title of the section    or `## name`; then, separated by empty lines:
//   paragraphs with **bold** and `code`, bullet lists (- ), quotations (> ), blocks between ``` lines (kept as they
//   are) {loss}                           a placeholder: what lesson.set("loss", ...) says.  {{ and }} are { and }
//   ## labels                        lines `key: words` for lesson.label("key")
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "lessons/stage/look.h"

namespace dikkat {

// A piece of a line: its content, or the name of the placeholder that will stand there.
struct Piece {
  std::string content;
  Ink ink = Ink::normal;
  bool is_placeholder = false;
};

struct TextBlock {
  enum Kind { paragraph, bullet, quotation, as_is } kind = paragraph;
  std::vector<Piece> pieces;  // as_is: one piece for each line
  int line = 0;               // where it begins in the file
};

struct Section {
  std::string name;
  std::vector<Piece> title;
  std::vector<TextBlock> blocks;
  int line = 0;
};

using Values = std::map<std::string, std::string>;  // placeholder -> what stands there

class Narration {
 public:
  Narration() = default;

  // Reads a text file; `file` is its name for messages. Error "text.tr.md:12: ..." for anything that it cannot mean.
  Narration(const std::string& file, std::string_view content);

  const std::string& title() const { return title_; }

  // The section of that name; Error that names the nearest and lists all.
  const Section& section(const std::string& name) const;
  bool has_section(const std::string& name) const;

  // The sections in order, without labels, predict.* and answer.*.
  std::vector<const Section*> told_sections() const;
  std::vector<Section> const& all_sections() const { return sections_; }

  const std::map<std::string, std::vector<Piece>>& labels() const { return labels_; }

  // Every placeholder of the sections.
  std::set<std::string> placeholders() const;

  // A section (its title too, unless it has none) as lines for the screen. Error for a placeholder without a value.
  std::vector<std::string> say(const Section& section, const Values& values, const Look& look) const;
  std::string say_title(const Section& section, const Values& values) const;

  // The words of that label; Error that names the nearest, or the placeholder without a value.
  std::string say_label(const std::string& key, const Values& values) const;

 private:
  std::string file_;
  std::string title_;
  std::vector<Section> sections_;
  std::map<std::string, std::vector<Piece>> labels_;
};

// The pieces in one text, placeholders filled with harmless values. Error "where: ..." for one without a value.
std::string say_pieces(const std::vector<Piece>& pieces, const Values& values, const std::string& where);

// The words of a plain text on lines of at most `width` columns; only a word that is wider than a line is broken.
std::vector<std::string> wrap(std::string_view content, int width);

// What a translation must keep and a text must not do: sections, placeholders and labels that only one language has,
// and digits typed into the text (outside `code`, quotations and blocks), which should be measured and placed instead.
std::vector<std::string> find_text_mistakes(const Narration& turkish, const Narration& english);

}  // namespace dikkat
