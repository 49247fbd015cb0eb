#include "lessons/data/dialogues.h"

#include <algorithm>
#include <random>
#include <set>

#include "core/files/json.h"
#include "kernels/check.h"
#include "lessons/data/turkish_suffix.h"
#include "lessons/stage/embedded.h"
#include "tokenizer/unicode.h"

namespace dikkat {

namespace {

// Equal on every machine, which the standard's distributions are not.
class Chance {
 public:
  explicit Chance(uint64_t seed) : engine_(seed * 0x9E3779B97F4A7C15u + 1) {}
  size_t below(size_t count) { return static_cast<size_t>(engine_() % count); }

 private:
  std::mt19937_64 engine_;
};

std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> parts(1);
  for (const char letter : text) {
    if (letter == at) {
      parts.emplace_back();
    } else {
      parts.back() += letter;
    }
  }
  return parts;
}

std::string with_capital(const std::string& text, bool turkish) {
  if (text.empty()) return text;
  const size_t first = decode(text, 0).length;
  return to_upper(text.substr(0, first), turkish ? Language::turkish : Language::any) + text.substr(first);
}

std::string with_small_letter(const std::string& text, bool turkish) {
  if (text.empty()) return text;
  const size_t first = decode(text, 0).length;
  return to_lower(text.substr(0, first), turkish ? Language::turkish : Language::any) + text.substr(first);
}

// Fills the texts of one dialogue: what a slot has become once it stays.
class Filler {
 public:
  Filler(const SkeletonFile& file, uint64_t seed) : file_(file), chance_(seed) {}

  std::string fill(const std::string& text) { return without_gaps(with_slots(with_alternatives(text))); }

 private:
  std::string with_alternatives(const std::string& text) {
    return replaced(text, '[', ']', [&](const std::string& inside) {
      const std::vector<std::string> choices = split(inside, '|');
      return choices[chance_.below(choices.size())];
    });
  }

  std::string with_slots(const std::string& text) {
    return replaced(text, '{', '}', [&](const std::string& inside) { return slot(inside); });
  }

  std::string slot(const std::string& inside) {
    const bool article = inside.starts_with("a ") || inside.starts_with("A ");
    std::vector<std::string> parts = split(article ? inside.substr(2) : inside, '-');
    const std::string name = with_small_letter(parts[0], file_.turkish);
    const bool capital = article ? inside[0] == 'A' : name != parts[0];
    parts.erase(parts.begin());
    std::string value = value_of(name);
    if (!parts.empty()) value = with_suffixes(value, parts);
    if (article) value = (is_vowel(value[0]) ? "an " : "a ") + value;
    return capital ? with_capital(value, file_.turkish) : value;
  }

  static bool is_vowel(char letter) { return std::string_view("aeiouAEIOU").find(letter) != std::string_view::npos; }

  // "city" and "city.2" are different values of one list.
  const std::string& value_of(const std::string& name) {
    const auto known = values_.find(name);
    if (known != values_.end()) return known->second;
    const std::string list = name.substr(0, name.find('.'));
    const auto found = file_.lists.find(list);
    require(found != file_.lists.end(), "topic ", file_.topic, ": no list is called \"", list, "\"");
    std::vector<std::string> left;
    for (const std::string& value : found->second) {
      const auto taken = [&](const auto& other) {
        return other.first.substr(0, other.first.find('.')) == list && other.second == value;
      };
      if (std::none_of(values_.begin(), values_.end(), taken)) left.push_back(value);
    }
    require(!left.empty(), "topic ", file_.topic, ": the list \"", list, "\" has too few values for {", name, "}");
    return values_[name] = left[chance_.below(left.size())];
  }

  template <class Replacement>
  static std::string replaced(const std::string& text, char open, char close, const Replacement& replacement) {
    std::string result;
    for (size_t at = 0; at < text.size();) {
      const size_t begin = std::min(text.find(open, at), text.size()), end = text.find(close, begin);
      result += text.substr(at, begin - at);
      if (begin == text.size()) break;
      require(end != text.npos, "\"", text, "\": ", std::string(1, open), " without ", std::string(1, close));
      result += replacement(text.substr(begin + 1, end - begin - 1));
      at = end + 1;
    }
    return result;
  }

  // An empty alternative leaves two spaces, or one at an end.
  static std::string without_gaps(const std::string& text) {
    std::string result;
    for (const char letter : text) {
      if (letter != ' ' || (!result.empty() && result.back() != ' ')) result += letter;
    }
    while (result.ends_with(' ')) result.pop_back();
    return result;
  }

  const SkeletonFile& file_;
  Chance chance_;
  std::map<std::string, std::string> values_;
};

}  // namespace

SkeletonFile parse_skeletons(std::string_view text, const std::string& name, bool turkish) {
  SkeletonFile file;
  file.turkish = turkish;
  bool in_skeleton = false;
  int64_t number = 0;
  for (const std::string& line : split(std::string(text), '\n')) {
    const auto where = [&] { return name + ", line " + std::to_string(number) + ": "; };
    ++number;
    if (line.empty()) {
      in_skeleton = false;
    } else if (line.starts_with("# ") || line.starts_with("! ")) {
      file.skeletons.push_back({line.substr(2), {}, line[0] == '!'});
      in_skeleton = true;
    } else if (in_skeleton) {
      std::vector<std::string>& lines = file.skeletons.back().lines;
      const std::string speaker = lines.size() % 2 == 0 ? "A: " : "B: ";
      require(line.starts_with(speaker), where(), "expected \"", speaker, "...\", found \"", line, "\"");
      lines.push_back(line.substr(3));
    } else {
      const size_t colon = line.find(": ");
      require(colon != line.npos && file.skeletons.empty(), where(), "expected a list or a skeleton, found \"", line,
              "\"");
      const std::string key = line.substr(0, colon);
      if (key == "topic") {
        file.topic = line.substr(colon + 2);
      } else {
        for (const std::string& value : split(line.substr(colon + 2), ',')) {
          file.lists[key].push_back(value.substr(std::min(value.find_first_not_of(' '), value.size())));
        }
      }
    }
  }
  require(!file.topic.empty(), name, ": the first line should be \"topic: ...\"");
  return file;
}

std::vector<SkeletonFile> skeleton_files(bool turkish) {
  const std::string folder = turkish ? "data/dialogues/tr/" : "data/dialogues/en/";
  std::vector<SkeletonFile> files;
  for (const std::string& name : embedded_names()) {
    if (name.starts_with(folder)) files.push_back(parse_skeletons(embedded(name), name, turkish));
  }
  return files;
}

Dialogue fill_skeleton(const SkeletonFile& file, const Skeleton& skeleton, uint64_t seed) {
  Filler filler(file, seed);
  Dialogue result;
  for (size_t i = 0; i < skeleton.lines.size(); ++i) {
    if (i > 0) result.dialogue += '\n';
    result.dialogue += (i % 2 == 0 ? "#Person1#: " : "#Person2#: ") + filler.fill(skeleton.lines[i]);
  }
  result.summary = filler.fill(skeleton.summary);
  result.topic = file.topic;
  return result;
}

std::vector<Dialogue> make_dialogues(const std::vector<SkeletonFile>& files, bool for_validation, int64_t variants,
                                     uint64_t seed) {
  constexpr int64_t most_tries = 8;  // for each variant: skeletons with few possibilities repeat themselves
  std::vector<Dialogue> dialogues;
  Chance chance(seed);
  for (const SkeletonFile& file : files) {
    for (const Skeleton& skeleton : file.skeletons) {
      if (skeleton.for_validation != for_validation) continue;
      std::set<std::string> seen;
      for (int64_t i = 0; i < variants * most_tries && static_cast<int64_t>(seen.size()) < variants; ++i) {
        Dialogue dialogue = fill_skeleton(file, skeleton, chance.below(uint64_t{1} << 62));
        if (seen.insert(dialogue.dialogue).second) dialogues.push_back(std::move(dialogue));
      }
    }
  }
  for (size_t i = dialogues.size(); i > 1; --i) std::swap(dialogues[i - 1], dialogues[chance.below(i)]);
  for (size_t i = 0; i < dialogues.size(); ++i) {
    dialogues[i].fname = (for_validation ? "validation_" : "train_") + std::to_string(i);
  }
  return dialogues;
}

std::string to_json_lines(const std::vector<Dialogue>& dialogues) {
  std::string text;
  for (const Dialogue& dialogue : dialogues) {
    Json line = Json::object();
    line.set("fname", dialogue.fname);
    line.set("dialogue", dialogue.dialogue);
    line.set("summary", dialogue.summary);
    line.set("topic", dialogue.topic);
    text += line.dump() + "\n";
  }
  return text;
}

}  // namespace dikkat
