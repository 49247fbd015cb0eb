#include "lessons/stage/flags.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>

#include "core/files/utf8.h"

namespace dikkat {
namespace {

[[noreturn]] void wrong(const Bilingual& message, bool turkish) {
  throw UsageError(message.in(turkish));
}

std::string joined(const std::vector<std::string>& words, const std::string& between) {
  std::string all;
  for (const std::string& word : words) all += (all.empty() ? "" : between) + word;
  return all;
}

// The whole of `value` as a number; false if it is none.
template <class Number>
bool read_number(const std::string& value, Number& number, bool& too_large) {
  const char* begin = value.data() + (value.size() > 1 && value[0] == '+' && value[1] != '-' ? 1 : 0);
  const char* end = value.data() + value.size();
  const auto [stop, error] = std::from_chars(begin, end, number);
  too_large = error == std::errc::result_out_of_range && stop == end;
  return error == std::errc() && stop == end && std::isfinite(static_cast<double>(number));
}

std::string written(double limit) {
  return std::abs(limit) < 1e15 && limit == std::floor(limit) ? text(static_cast<int64_t>(limit)) : text(limit);
}

Bilingual range(const Flag& flag) {
  const bool low = std::isfinite(flag.lowest), high = std::isfinite(flag.highest);
  const std::string least = written(flag.lowest), most = written(flag.highest);
  if (low && high) return {text(least, " ile ", most, " arası"), text(least, " to ", most)};
  if (low) return {text(least, " veya daha büyük"), text(least, " or more")};
  if (high) return {text(most, " veya daha küçük"), text(most, " or less")};
  return {"her sayı", "any number"};
}

void check_number(const Flag& flag, const std::string& value, bool turkish) {
  bool right = false, too_large = false;
  double number = 0;
  if (flag.kind == Flag::integer) {
    int64_t whole = 0;
    right = read_number(value, whole, too_large);
    number = static_cast<double>(whole);
  } else {
    right = read_number(value, number, too_large);
  }
  const Bilingual allowed = range(flag);
  const bool whole = flag.kind == Flag::integer;
  if (!right && !too_large) {
    const bool comma = !whole && value.find(',') != std::string::npos;
    wrong({text("--", flag.name, ": ", in_quotes(value), whole ? " bir tam sayı değil" : " bir sayı değil",
                comma ? " (ondalık ayırıcı noktadır)" : "", "; olması gereken: ", allowed.turkish),
           text("--", flag.name, ": ", in_quotes(value), whole ? " is not a whole number" : " is not a number",
                comma ? " (write a decimal point)" : "", "; allowed: ", allowed.english)},
          turkish);
  }
  if (too_large || number < flag.lowest || number > flag.highest) {
    wrong({text("--", flag.name, ": ", in_quotes(value), " sınırların dışında; olması gereken: ",
                too_large && !std::isfinite(flag.highest) ? "daha küçük bir sayı" : allowed.turkish),
           text("--", flag.name, ": ", in_quotes(value), " is out of range; allowed: ",
                too_large && !std::isfinite(flag.highest) ? "a smaller number" : allowed.english)},
          turkish);
  }
}

void check_word(const Flag& flag, const std::string& value, bool turkish) {
  const std::string allowed = joined(flag.allowed, ", ");
  if (std::count(flag.not_yet.begin(), flag.not_yet.end(), value)) {
    wrong({text("--", flag.name, ": ", value, " bu sürümde henüz yok; şimdilik: ", allowed),
           text("--", flag.name, ": ", value, " is not in this build yet; for now: ", allowed)},
          turkish);
  }
  if (flag.allowed.empty() || std::count(flag.allowed.begin(), flag.allowed.end(), value)) return;
  const std::string near = nearest(value, flag.allowed);
  wrong({text("--", flag.name, ": ", in_quotes(value), " bilinmiyor; ", near.empty() ? "" : "en yakını: " + near + "; ",
              "olması gereken: ", allowed),
         text("--", flag.name, ": ", in_quotes(value), " is unknown; ", near.empty() ? "" : "nearest: " + near + "; ",
              "allowed: ", allowed)},
        turkish);
}

std::vector<std::string> split_commas(const std::string& value) {
  std::vector<std::string> parts(1);
  for (const char letter : value) {
    if (letter == ',') {
      parts.emplace_back();
    } else {
      parts.back() += letter;
    }
  }
  return parts;
}

void check_files(const Flag& flag, const std::string& value, bool turkish) {
  for (const std::string& file : split_commas(value)) {
    if (file.empty()) {
      wrong(
          {text("--", flag.name, ": ", in_quotes(value), " içinde boş bir dosya adı var; olması gereken: dosya,dosya"),
           text("--", flag.name, ": an empty file name in ", in_quotes(value), "; allowed: file,file")},
          turkish);
    }
  }
}

void check_value(const Flag& flag, const std::string& value, bool turkish) {
  if (value.empty()) {
    wrong({text("--", flag.name, ": değer boş"), text("--", flag.name, ": the value is empty")}, turkish);
  }
  switch (flag.kind) {
    case Flag::boolean:
      if (value == "true" || value == "false") return;
      return wrong({text("--", flag.name, ": ", in_quotes(value), " bilinmiyor; olması gereken: true, false"),
                    text("--", flag.name, ": ", in_quotes(value), " is unknown; allowed: true, false")},
                   turkish);
    case Flag::integer:
    case Flag::number:
      return check_number(flag, value, turkish);
    case Flag::word:
      return check_word(flag, value, turkish);
    case Flag::files:
      return check_files(flag, value, turkish);
  }
}

const Flag& find_known(const std::vector<Flag>& known, const std::string& argument, bool turkish) {
  const std::string name = argument.substr(2, argument.find('=') - 2);
  const auto found = std::find_if(known.begin(), known.end(), [&](const Flag& flag) { return flag.name == name; });
  if (found != known.end() && !found->is_planned) return *found;
  if (found != known.end()) {
    wrong({text("--", name, " bu sürümde henüz yok; ", found->help.turkish),
           text("--", name, " is not in this build yet; ", found->help.english)},
          turkish);
  }
  std::vector<std::string> names;
  for (const Flag& flag : known) {
    if (!flag.is_planned) names.push_back(flag.name);
  }
  const std::string near = nearest(name, names);
  wrong({text(in_quotes("--" + name), " diye bir seçenek yok; ", near.empty() ? "" : "en yakını: --" + near + "; ",
              "hepsi: --help"),
         text("there is no flag ", in_quotes("--" + name), "; ", near.empty() ? "" : "nearest: --" + near + "; ",
              "all of them: --help")},
        turkish);
}

}  // namespace

Flags::Flags(std::vector<Flag> known, const std::vector<std::string>& arguments, bool turkish)
    : known_(std::move(known)) {
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string argument = arguments[i] == "-h" ? "--help" : arguments[i];
    if (argument.size() < 3 || argument.compare(0, 2, "--") != 0) {
      wrong(
          {text(in_quotes(argument),
                " bir seçenek değil; seçenekler -- ile başlar, değerleri arkalarından gelir; hepsi: "
                "--help"),
           text(in_quotes(argument), " is not a flag; flags begin with --, their values follow; all of them: --help")},
          turkish);
    }
    const Flag& flag = find_known(known_, argument, turkish);
    std::string value = "true";
    if (const size_t equals = argument.find('='); equals != std::string::npos) {
      value = argument.substr(equals + 1);
    } else if (flag.kind != Flag::boolean) {
      if (i + 1 == arguments.size() || arguments[i + 1].compare(0, 2, "--") == 0) {
        const std::string found = i + 1 < arguments.size() ? in_quotes(arguments[i + 1]) : "";
        wrong(
            {text("--", flag.name, " bir değer ister; ", found.empty() ? "arkasında bir şey yok" : "bulunan: " + found),
             text("--", flag.name, " needs a value; found ", found.empty() ? "nothing after it" : found)},
            turkish);
      }
      value = arguments[++i];
    }
    check_value(flag, value, turkish);
    given_[flag.name] = value;
  }
}

std::vector<std::string> take_words(const std::vector<Flag>& known, std::vector<std::string>& arguments) {
  std::vector<std::string> words, others;
  bool is_value = false;  // of the flag before it
  for (const std::string& argument : arguments) {
    const bool is_flag = argument.starts_with("-");
    (is_flag || is_value ? others : words).push_back(argument);
    is_value = is_flag && std::any_of(known.begin(), known.end(), [&](const Flag& flag) {
                 return flag.kind != Flag::boolean && argument == "--" + flag.name;
               });
  }
  arguments = others;
  return words;
}

const Flag& Flags::flag(const std::string& name, Flag::Kind kind) const {
  for (const Flag& flag : known_) {
    if (flag.name == name) {
      require(flag.kind == kind, "flag --", name, " was declared as another kind than the one asked for");
      return flag;
    }
  }
  fail("flag --", name, " was never declared: add it to the flags given to Lesson");
}

const std::string& Flags::value(const Flag& flag) const {
  const auto found = given_.find(flag.name);
  return found == given_.end() ? flag.fallback : found->second;
}

bool Flags::boolean(const std::string& name) const {
  return value(flag(name, Flag::boolean)) == "true";
}

int64_t Flags::integer(const std::string& name) const {
  int64_t number = 0;
  bool too_large = false;
  const bool right = read_number(value(flag(name, Flag::integer)), number, too_large);
  require(right, "flag --", name, " was not given and has no fallback");
  return number;
}

double Flags::number(const std::string& name) const {
  double number = 0;
  bool too_large = false;
  const bool right = read_number(value(flag(name, Flag::number)), number, too_large);
  require(right, "flag --", name, " was not given and has no fallback");
  return number;
}

std::string Flags::word(const std::string& name) const {
  return value(flag(name, Flag::word));
}

std::vector<std::string> Flags::files(const std::string& name) const {
  const std::string& names = value(flag(name, Flag::files));
  return names.empty() ? std::vector<std::string>{} : split_commas(names);
}

int64_t Flags::integer(const std::string& name, int64_t fallback) const {
  return value(flag(name, Flag::integer)).empty() ? fallback : integer(name);
}

double Flags::number(const std::string& name, double fallback) const {
  return value(flag(name, Flag::number)).empty() ? fallback : number(name);
}

bool Flags::given(const std::string& name) const {
  const bool known = std::any_of(known_.begin(), known_.end(), [&](const Flag& flag) { return flag.name == name; });
  require(known, "flag --", name, " was never declared: add it to the flags given to Lesson");
  return given_.count(name) > 0;
}

}  // namespace dikkat
