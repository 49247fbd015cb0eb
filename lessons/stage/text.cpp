#include "lessons/stage/text.h"

#include <algorithm>

#include "kernels/check.h"
#include "lessons/stage/flags.h"
#include "lessons/stage/letters.h"

namespace dikkat {
namespace {

bool is_name_letter(char letter) {
  return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') || letter == '_' || letter == '.';
}

bool is_name(std::string_view word) {
  return !word.empty() && std::all_of(word.begin(), word.end(), is_name_letter);
}

std::string_view trimmed(std::string_view line) {
  while (!line.empty() && (line.front() == ' ' || line.front() == '\t')) line.remove_prefix(1);
  while (!line.empty() && (line.back() == ' ' || line.back() == '\t' || line.back() == '\r')) line.remove_suffix(1);
  return line;
}

// Cuts a line at **bold**, `code` and {placeholders}.
std::vector<Piece> cut_pieces(std::string_view line, const std::string& where) {
  std::vector<Piece> pieces;
  std::string content;
  bool bold = false, code = false;
  const auto finish_piece = [&] {
    if (!content.empty()) pieces.push_back({content, code ? Ink::code : bold ? Ink::bold : Ink::normal, false});
    content.clear();
  };
  for (size_t i = 0; i < line.size(); ++i) {
    const std::string_view rest = line.substr(i);
    if (rest[0] == '`') {
      finish_piece();
      code = !code;
    } else if (!code && rest.substr(0, 2) == "**") {
      finish_piece();
      bold = !bold;
      ++i;
    } else if (rest.substr(0, 2) == "{{" || rest.substr(0, 2) == "}}") {
      content += rest[0];
      ++i;
    } else if (rest[0] == '{' && is_name(rest.substr(1, rest.find('}') == rest.npos ? 0 : rest.find('}') - 1))) {
      finish_piece();
      const size_t end = rest.find('}');
      pieces.push_back({std::string(rest.substr(1, end - 1)), code ? Ink::code : bold ? Ink::bold : Ink::normal, true});
      i += end;
    } else {
      content += rest[0];
    }
  }
  finish_piece();
  require(!code, where, ": a ` is opened and never closed in this paragraph");
  require(!bold, where, ": a ** is opened and never closed in this paragraph");
  return pieces;
}

// Collects the lines of the file into sections and blocks.
class Reader {
 public:
  Reader(const std::string& file, std::string& title, std::vector<Section>& sections,
         std::map<std::string, std::vector<Piece>>& labels)
      : file_(file), title_(title), sections_(sections), labels_(labels) {}

  void read(std::string_view content) {
    if (content.substr(0, 3) == "\xEF\xBB\xBF") content.remove_prefix(3);
    while (!content.empty()) {
      const size_t end = std::min(content.find('\n'), content.size());
      ++line_;
      read_line(content.substr(0, end));
      content.remove_prefix(std::min(end + 1, content.size()));
    }
    require(!as_is_, where(), ": a ``` is opened and never closed");
    finish_block();
    require(!title_.empty(), file_, ": has no title; the first line should be \"# Title\"");
  }

 private:
  std::string where() const { return dikkat::text(file_, ":", line_); }

  void read_line(std::string_view line) {
    while (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    const std::string_view words = trimmed(line);
    if (words.substr(0, 3) == "```") {
      finish_block();
      as_is_ = !as_is_;
      if (as_is_) begin_block(TextBlock::as_is);
      if (!as_is_) open_ = false;
    } else if (as_is_) {
      sections_.back().blocks.back().pieces.push_back({std::string(line), Ink::code, false});
    } else if (words.empty()) {
      finish_block();
    } else if (words.substr(0, 3) == "## ") {
      finish_block();
      begin_section(trimmed(words.substr(3)));
    } else if (words.substr(0, 2) == "# ") {
      require(title_.empty() && sections_.empty(), where(),
              ": a second title; a section begins with \"## name: Title\"");
      title_ = trimmed(words.substr(2));
    } else if (words.front() == '#') {
      fail(where(), ": \"", words, "\" is no heading that a lesson knows; use \"## name: Title\"");
    } else if (in_labels_) {
      read_label(words);
    } else if (words.substr(0, 2) == "- ") {
      begin_block(TextBlock::bullet);
      gathered_ = trimmed(words.substr(2));
    } else if (words.substr(0, 2) == "> ") {
      if (!open_ || sections_.back().blocks.back().kind != TextBlock::quotation) begin_block(TextBlock::quotation);
      gather(trimmed(words.substr(2)));
    } else {
      if (!open_) begin_block(TextBlock::paragraph);
      gather(words);
    }
  }

  void begin_section(std::string_view heading) {
    const size_t colon = heading.find(':');
    const std::string name(trimmed(heading.substr(0, colon)));
    require(is_name(name), where(), ": \"", name, "\" is no section name (a-z 0-9 _ .); use \"## name: Title\"");
    for (const Section& section : sections_) {
      require(section.name != name, where(), ": section ", name, " is there already, at line ", section.line);
    }
    in_labels_ = name == "labels";
    Section section{name, {}, {}, line_};
    if (colon != heading.npos) section.title = cut_pieces(trimmed(heading.substr(colon + 1)), where());
    sections_.push_back(std::move(section));
  }

  void read_label(std::string_view words) {
    const size_t colon = words.find(':');
    const std::string key(trimmed(words.substr(0, colon)));
    require(colon != words.npos && is_name(key), where(), ": \"", words, "\" is no label; use \"key: words\"");
    require(labels_.count(key) == 0, where(), ": label ", key, " is there already");
    labels_[key] = cut_pieces(trimmed(words.substr(colon + 1)), where());
  }

  void begin_block(TextBlock::Kind kind) {
    finish_block();
    require(!sections_.empty() && !in_labels_, where(), ": text outside a section; begin one with \"## name: Title\"");
    sections_.back().blocks.push_back({kind, {}, line_});
    open_ = true;
  }

  void gather(std::string_view words) {
    if (!gathered_.empty()) gathered_ += ' ';
    gathered_ += words;
  }

  void finish_block() {
    if (open_ && !as_is_) {
      TextBlock& block = sections_.back().blocks.back();
      if (block.kind != TextBlock::as_is) block.pieces = cut_pieces(gathered_, dikkat::text(file_, ":", block.line));
      open_ = false;
    }
    gathered_.clear();
  }

  const std::string& file_;
  std::string& title_;
  std::vector<Section>& sections_;
  std::map<std::string, std::vector<Piece>>& labels_;
  int line_ = 0;
  bool as_is_ = false, open_ = false, in_labels_ = false;
  std::string gathered_;
};

std::string did_you_mean(const std::string& word, const std::vector<std::string>& words) {
  std::string all;
  for (const std::string& other : words) all += (all.empty() ? "" : ", ") + other;
  const std::string near = nearest(word, words);
  return (near.empty() ? "" : "; nearest: " + near) + "; there are: " + (all.empty() ? "none" : all);
}

}  // namespace

Narration::Narration(const std::string& file, std::string_view content) : file_(file) {
  Reader(file_, title_, sections_, labels_).read(content);
}

bool Narration::has_section(const std::string& name) const {
  return std::any_of(sections_.begin(), sections_.end(), [&](const Section& section) { return section.name == name; });
}

const Section& Narration::section(const std::string& name) const {
  std::vector<std::string> names;
  for (const Section& section : sections_) {
    if (section.name == name) return section;
    names.push_back(section.name);
  }
  fail(file_, ": there is no section ", name, did_you_mean(name, names));
}

std::vector<const Section*> Narration::told_sections() const {
  std::vector<const Section*> told;
  for (const Section& section : sections_) {
    const bool asks = section.name.compare(0, 8, "predict.") == 0 || section.name.compare(0, 7, "answer.") == 0;
    if (!asks && section.name != "labels") told.push_back(&section);
  }
  return told;
}

std::string Narration::say_label(const std::string& key, const Values& values) const {
  if (const auto found = labels_.find(key); found != labels_.end()) {
    return say_pieces(found->second, values, dikkat::text(file_, ": label ", key));
  }
  std::vector<std::string> keys;
  for (const auto& [other, words] : labels_) keys.push_back(other);
  fail(file_, ": there is no label ", key, did_you_mean(key, keys));
}

std::set<std::string> Narration::placeholders() const {
  std::set<std::string> names;
  const auto collect = [&](const std::vector<Piece>& pieces) {
    for (const Piece& piece : pieces) {
      if (piece.is_placeholder) names.insert(piece.content);
    }
  };
  for (const Section& section : sections_) {
    collect(section.title);
    for (const TextBlock& block : section.blocks) collect(block.pieces);
  }
  return names;
}

}  // namespace dikkat
