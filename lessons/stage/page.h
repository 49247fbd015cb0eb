// A page of the course: a small program about what lessons have left behind. `lessons/run models show 2` starts the
// page "models" with the verb "show" and the word "2".
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/files/json.h"
#include "lessons/stage/flags.h"
#include "lessons/stage/screen.h"

namespace dikkat {

// What a page can be asked for:
//   PageVerb{.name = "show", .operands = "N|NAME", .help = {"bir modeli gösterir", "shows a model"}, .least = 1}
struct PageVerb {
  std::string name;        // "": what the page does when nothing is asked for, or no verb
  std::string operands{};  // the words behind it, as --help writes them
  Bilingual help{};
  int least = 0, most = least;  // how many words
};

class Page {
 public:
  // Reads the command line. `own` are the flags besides --lang, --plain, --json and --help. --help prints `about`, the
  // verbs and the flags, and ends the program with exit code 0; what is wrong with flags, verbs or the number of words
  // is one line and exit code 2. So is a UsageError that nobody catches later; any other Error ends it with 1.
  Page(const std::string& name, const Bilingual& about, const std::vector<PageVerb>& verbs, int argc, char** argv,
       std::vector<Flag> own = {});
  ~Page();
  Page(const Page&) = delete;
  Page& operator=(const Page&) = delete;

  Flags flags;
  bool turkish;                    // --lang tr
  std::string verb;                // one of the names given, "" without one
  std::vector<std::string> words;  // behind the verb
  Screen screen;

  // The words in the chosen language.
  std::string in(const std::string& turkish_words, const std::string& english_words) const {
    return turkish ? turkish_words : english_words;
  }

  // One line, wrapped to the screen, further lines as far in as the first; and a table.
  void line(const std::string& content);
  void table(const Table& table);

  // The file that this flag names will be written: UsageError at once if it could not be. Nothing if it was not given.
  void check_writable(const std::string& flag) const;

  // Headings with what belongs to them, one below the other.
  void list(const std::vector<std::pair<std::string, std::string>>& headed);

  // Asks a question on the terminal that is answered with yes or no ("e" or "y"; anything else is no); for pages that
  // declare yes_flag(): with it nobody is asked. UsageError without it and without a terminal.
  bool confirm(const std::string& question);

  // For --json: an object with "page" and these members. A name recorded again is replaced.
  void record(const std::string& name, Json value);

  // Writes --json and returns the exit code.
  int finish();

 private:
  void print_help(const Bilingual& about, const std::vector<PageVerb>& verbs);
  void choose_verb(const std::vector<PageVerb>& verbs, std::vector<std::string> given);

  std::string name_;
  std::vector<Json::Member> recorded_;
};

// The --yes of pages that remove something.
Flag yes_flag();

}  // namespace dikkat
