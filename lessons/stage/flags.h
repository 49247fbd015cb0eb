// The flags of a program: what may be written on the command line, what it means, and what was written.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "kernels/check.h"

namespace dikkat {

// A sentence in both languages.
struct Bilingual {
  std::string turkish, english;
  const std::string& in(bool turkish_wanted) const { return turkish_wanted ? turkish : english; }
};

// The command line is wrong: printed like any Error, but the program ends with exit code 2.
struct UsageError : Error {
  using Error::Error;
};

// One flag. A lesson's own flags are written like this:
//   Flag{.name = "steps", .kind = Flag::integer, .help = {"eğitim adımı", "training steps"}, .lowest = 1}
struct Flag {
  enum Kind {
    boolean,  // --check, --check=false
    integer,  // a whole number
    number,   // with a decimal point
    word,     // any word, or one of `allowed`
    files     // file names separated by commas
  };

  std::string name;  // without the dashes
  Kind kind = boolean;
  std::string fallback{};              // the value when the flag is not given, as one would write it; may be empty
  Bilingual help{};                    // what it does
  std::string value_name{};            // what --help calls the value: FILE, NAME, TEXT; chosen by kind when empty
  std::vector<std::string> allowed{};  // the words that are right; empty: any
  std::vector<std::string> not_yet{};  // words that a later build will know
  double lowest = -std::numeric_limits<double>::infinity();
  double highest = std::numeric_limits<double>::infinity();
  bool is_common = false;   // belongs to every lesson
  bool is_planned = false;  // a later build will know it: refused in so many words, absent from --help
};

// The flags of every lesson.
std::vector<Flag> common_flags();

class Flags {
 public:
  Flags() = default;

  // Reads the command line (without the program's name). Understands `--name value`, `--name=value`, `--name` for a
  // boolean, `-h`; the last one counts where a flag is repeated. Throws UsageError with one line in the chosen language
  // that says what was found and what is allowed.
  Flags(std::vector<Flag> known, const std::vector<std::string>& arguments, bool turkish);

  // The value given, else the fallback. Error if the program asks for a flag that it never declared or for another
  // kind; a number, an integer or a word without a value is an Error too: ask given() first.
  bool boolean(const std::string& name) const;
  int64_t integer(const std::string& name) const;
  double number(const std::string& name) const;
  std::string word(const std::string& name) const;                // "" when neither given nor with a fallback
  std::vector<std::string> files(const std::string& name) const;  // empty likewise

  // The same with a fallback that depends on something, such as the preset.
  int64_t integer(const std::string& name, int64_t fallback) const;
  double number(const std::string& name, double fallback) const;

  // Was it written on the command line?
  bool given(const std::string& name) const;

  // The flags that are common, or those that are not, each with its help: what `help` prints below its titles.
  std::vector<std::string> describe(bool common, int width, bool turkish) const;

  // What --help prints: usage, the lesson's own flags, the common ones. No line is wider than `width`.
  std::vector<std::string> help(const std::string& program, int width, bool turkish) const;

 private:
  const Flag& flag(const std::string& name, Flag::Kind kind) const;
  const std::string& value(const Flag& flag) const;

  std::vector<Flag> known_;
  std::map<std::string, std::string> given_;
};

// Takes the words that are no flags and no values of flags out of `arguments`, for programs that understand some:
// `models show 2 --plain` has the words show and 2.
std::vector<std::string> take_words(const std::vector<Flag>& known, std::vector<std::string>& arguments);

// The word among `words` that takes the fewest changes to become `word` (inserting, deleting, replacing a letter or
// swapping two neighbours; Damerau 1964), or "" if none is near.
std::string nearest(const std::string& word, const std::vector<std::string>& words);

// The language of LC_ALL, LC_MESSAGES, LANG: the first that is set decides; Turkish unless it begins with "en".
bool locale_is_turkish();

// The language of the program: that of a right --lang among the arguments, else that of the locale.
bool turkish_wanted(const std::vector<std::string>& arguments);

}  // namespace dikkat
