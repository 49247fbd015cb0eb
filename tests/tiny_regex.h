// A regular expression matcher for tests, as small and as slow as can be: backtracking over code points, with just what
// the published patterns of tokenizers use. It reads the pattern itself, so that a scanner can be held against it.
//
//   a \p{L} \s \S \r \n [abc] [^abc]   x* x+ x? x{1,3}   x*+ x++ x?+ x{1,3}+   a|b   (?:a) (?i:a) (?!a) $
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "kernels/check.h"
#include "tokenizer/unicode.h"

namespace dikkat::test {

class TinyRegex {
 public:
  explicit TinyRegex(std::string_view pattern) : pattern_(pattern) {
    root_ = choice();
    require(at_ == pattern_.size(), "tiny regex: unexpected '", pattern_.substr(at_), "'");
  }

  // The end of the match that begins at `begin`, or `begin` if there is none.
  size_t match(const std::vector<uint32_t>& text, size_t begin) const {
    size_t end = begin;
    run(root_, text, begin, [&](size_t at) { return end = at, true; });
    return end;
  }

 private:
  using Set = std::function<bool(uint32_t)>;
  using Then = std::function<bool(size_t)>;
  enum class Kind { set, sequence, choice, repeat, not_followed, end };
  struct Node {
    Kind kind;
    Set set = nullptr;
    std::vector<Node> parts = {};
    size_t least = 0, most = 0;
    bool possessive = false;
  };

  // ---- matching: `then` is what must fit behind the node ----

  bool run(const Node& node, const std::vector<uint32_t>& text, size_t at, const Then& then) const {
    switch (node.kind) {
      case Kind::set:
        return at < text.size() && node.set(text[at]) && then(at + 1);
      case Kind::sequence:
        return run_from(node, 0, text, at, then);
      case Kind::choice:
        for (const Node& part : node.parts)
          if (run(part, text, at, then)) return true;
        return false;
      case Kind::repeat:
        return node.possessive ? run_possessive(node, text, at, then) : repeat(node, 0, text, at, then);
      case Kind::not_followed:
        return !run(node.parts[0], text, at, [](size_t) { return true; }) && then(at);
      case Kind::end:
        return at == text.size() && then(at);
    }
    return false;
  }

  bool run_from(const Node& node, size_t part, const std::vector<uint32_t>& text, size_t at, const Then& then) const {
    if (part == node.parts.size()) return then(at);
    return run(node.parts[part], text, at, [&](size_t next) { return run_from(node, part + 1, text, next, then); });
  }

  bool repeat(const Node& node, size_t count, const std::vector<uint32_t>& text, size_t at, const Then& then) const {
    const auto once_more = [&](size_t next) { return repeat(node, count + 1, text, next, then); };
    if (count < node.most && run(node.parts[0], text, at, once_more)) return true;
    return count >= node.least && then(at);
  }

  bool run_possessive(const Node& node, const std::vector<uint32_t>& text, size_t at, const Then& then) const {
    size_t count = 0, end = at;
    while (count < node.most && run(node.parts[0], text, end, [&](size_t next) { return end = next, true; })) ++count;
    return count >= node.least && then(end);
  }

  // ---- reading the pattern ----

  bool take(std::string_view wanted) {
    if (!pattern_.substr(at_).starts_with(wanted)) return false;
    at_ += wanted.size();
    return true;
  }

  Node choice() {
    Node node{.kind = Kind::choice};
    do {
      node.parts.push_back({.kind = Kind::sequence});
      while (at_ < pattern_.size() && pattern_[at_] != '|' && pattern_[at_] != ')')
        node.parts.back().parts.push_back(repeated());
    } while (take("|"));
    return node;
  }

  Node repeated() {
    Node node{.kind = Kind::repeat, .parts = {one()}};
    constexpr size_t any_number = size_t{1} << 30;
    if (take("*")) {
      node.most = any_number;
    } else if (take("+")) {
      node.least = 1, node.most = any_number;
    } else if (take("?")) {
      node.most = 1;
    } else if (take("{1,3}")) {
      node.least = 1, node.most = 3;
    } else {
      return node.parts[0];
    }
    node.possessive = take("+");
    return node;
  }

  Node one() {
    if (take("$")) return {.kind = Kind::end};
    if (take("(?!")) return {.kind = Kind::not_followed, .parts = {inside()}};
    if (take("(?:")) return inside();
    if (take("(?i:")) {
      any_case_ = true;
      Node node = inside();
      any_case_ = false;
      return node;
    }
    if (take("[^")) {
      const Set inner = members();
      return {.kind = Kind::set, .set = [inner](uint32_t value) { return !inner(value); }};
    }
    if (take("[")) return {.kind = Kind::set, .set = members()};
    return {.kind = Kind::set, .set = member()};
  }

  Node inside() {
    Node node = choice();
    require(take(")"), "tiny regex: ')' is missing");
    return node;
  }

  Set members() {
    std::vector<Set> sets;
    while (!take("]")) sets.push_back(member());
    return [sets](uint32_t value) {
      for (const Set& set : sets)
        if (set(value)) return true;
      return false;
    };
  }

  Set member() {
    if (take("\\r")) return [](uint32_t value) { return value == '\r'; };
    if (take("\\n")) return [](uint32_t value) { return value == '\n'; };
    if (take("\\s")) return has(set_of(GeneralCategory::white_space));
    if (take("\\S")) return has(~set_of(GeneralCategory::white_space));
    if (take("\\p{L}")) return has(letters);
    if (take("\\p{M}")) return has(set_of(GeneralCategory::mark));
    if (take("\\p{N}")) return has(set_of(GeneralCategory::number));
    if (take("\\p{Lu}")) return has(set_of(GeneralCategory::upper));
    if (take("\\p{Ll}")) return has(set_of(GeneralCategory::lower));
    if (take("\\p{Lt}")) return has(set_of(GeneralCategory::title));
    if (take("\\p{Lm}")) return has(set_of(GeneralCategory::modifier));
    if (take("\\p{Lo}")) return has(set_of(GeneralCategory::letter));
    require(at_ < pattern_.size() && pattern_[at_] != '\\', "tiny regex: cannot read '", pattern_.substr(at_), "'");
    const auto letter = static_cast<uint32_t>(pattern_[at_++]);
    if (!any_case_ || letter < 'a' || letter > 'z') return [letter](uint32_t value) { return value == letter; };
    constexpr uint32_t long_s = 0x17F;
    return [letter](uint32_t value) {
      return value == letter || value == letter - 32 || (letter == 's' && value == long_s);
    };
  }

  static Set has(Categories set) {
    return [set](uint32_t value) { return (set_of(category_of(value)) & set) != 0; };
  }

  std::string_view pattern_;
  size_t at_ = 0;
  bool any_case_ = false;
  Node root_;
};

}  // namespace dikkat::test
