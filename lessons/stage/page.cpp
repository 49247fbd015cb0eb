#include "lessons/stage/page.h"

#include <algorithm>

#include "core/files/atomic_file.h"
#include "core/files/utf8.h"
#include "lessons/stage/lesson_state.h"
#include "lessons/stage/terminal.h"

namespace dikkat {
namespace {

// Flags that a page shares with lessons, and nothing in its --help says "in every lesson".
std::vector<Flag> page_flags(std::vector<Flag> own) {
  for (Flag& flag : common_flags()) {
    if (flag.name != "lang" && flag.name != "plain" && flag.name != "json" && flag.name != "help") continue;
    if (flag.name == "json") {
      flag.help = {"gösterilenleri bu dosyaya da yazar", "writes what is shown to this file as well"};
    }
    flag.is_common = false;
    own.push_back(std::move(flag));
  }
  return own;
}

std::string usage(const std::string& page, const PageVerb& verb) {
  std::string all = "lessons/run " + page;
  if (!verb.name.empty()) all += " " + verb.name;
  if (!verb.operands.empty()) all += " " + verb.operands;
  return all;
}

}  // namespace

Flag yes_flag() {
  return {.name = "yes", .help = {"sormadan yapar", "does it without asking"}};
}

Page::Page(const std::string& name, const Bilingual& about, const std::vector<PageVerb>& verbs, int argc, char** argv,
           std::vector<Flag> own)
    : name_(name) {
  terminal::begin();
  std::vector<std::string> arguments(argv + std::min(argc, 1), argv + argc);
  turkish = turkish_wanted(arguments);
  install_error_printer(turkish, nullptr);
  std::vector<Flag> known = page_flags(std::move(own));
  std::vector<std::string> given = take_words(known, arguments);
  flags = Flags(std::move(known), arguments, turkish);
  screen = Screen(flags.boolean("plain"));
  install_error_printer(turkish, &screen);
  if (flags.boolean("help")) {
    print_help(about, verbs);
    terminal::leave(0);
  }
  choose_verb(verbs, std::move(given));
  check_writable("json");
  record("page", name_);
}

Page::~Page() {
  install_error_printer(turkish, nullptr);
}

void Page::print_help(const Bilingual& about, const std::vector<PageVerb>& verbs) {
  const int width = screen.look().width;
  line(about.in(turkish));
  screen.space();
  int column = 0;
  for (const PageVerb& verb : verbs) column = std::max(column, 2 + display_width(usage(name_, verb)) + 2);
  for (const PageVerb& verb : verbs) {
    const std::vector<std::string> described = wrap(verb.help.in(turkish), width - (column + 30 <= width ? column : 4));
    if (column + 30 > width) line("  " + usage(name_, verb));
    for (size_t i = 0; i < described.size(); ++i) {
      const bool beside = column + 30 <= width;
      const std::string before = beside && i == 0 ? "  " + usage(name_, verb) : "";
      screen.lines({pad_right(before, beside ? column : 4) + described[i]});
    }
  }
  screen.lines({"", in("Seçenekler:", "Flags:")});
  screen.lines(flags.describe(false, width, turkish));
}

void Page::choose_verb(const std::vector<PageVerb>& verbs, std::vector<std::string> given) {
  std::vector<std::string> names;
  std::string all;
  for (const PageVerb& verb : verbs) {
    if (verb.name.empty()) continue;
    names.push_back(verb.name);
    all += (all.empty() ? "" : ", ") + verb.name;
  }
  const bool plain_words = std::any_of(verbs.begin(), verbs.end(), [](const PageVerb& one) {
    return one.name.empty() && std::max(one.least, one.most) > 0;  // `lessons/run runs 3 5`
  });
  if (!given.empty() && plain_words && !std::count(names.begin(), names.end(), given.front())) {
    words = std::move(given);
  } else if (!given.empty()) {
    verb = given.front();
    words.assign(given.begin() + 1, given.end());
  }
  const auto found = std::find_if(verbs.begin(), verbs.end(), [&](const PageVerb& one) { return one.name == verb; });
  if (found == verbs.end()) {
    const std::string near = nearest(verb, names);
    throw UsageError(turkish ? text(in_quotes(verb), " bilinmiyor; ", near.empty() ? "" : "en yakını: " + near + "; ",
                                    "olması gereken: ", all)
                             : text(in_quotes(verb), " is unknown; ", near.empty() ? "" : "nearest: " + near + "; ",
                                    "allowed: ", all));
  }
  const int count = static_cast<int>(words.size());
  if (count >= found->least && count <= std::max(found->least, found->most)) return;
  const std::string what =
      count < found->least ? in("söz eksik", "too few words") : in("fazla söz var", "too many words");
  throw UsageError(text(in("yazılışı: ", "it is written: "), usage(name_, *found), " (", what, ")"));
}

void Page::line(const std::string& content) {
  const int width = screen.look().width;
  const size_t first = std::min(content.find_first_not_of(' '), content.size());
  const int indent = std::min(static_cast<int>(first), width / 2);
  std::vector<std::string> lines = wrap(std::string_view(content).substr(first), width - indent);
  for (std::string& line : lines) line = line.empty() ? "" : std::string(indent, ' ') + line;
  screen.lines(lines);
}

void Page::table(const Table& table) {
  screen.space();
  screen.lines(draw(table, screen.look()));
}

void Page::check_writable(const std::string& flag) const {
  const std::string path = flags.word(flag);
  if (path.empty()) return;
  const std::string reason = reason_not_to_write(path, turkish);
  if (!reason.empty()) throw UsageError("--" + flag + " " + in_quotes(path) + ": " + reason);
}

void Page::list(const std::vector<std::pair<std::string, std::string>>& headed) {
  int column = 0;
  for (const auto& [heading, content] : headed) column = std::max(column, display_width(heading) + 2);
  for (const auto& [heading, content] : headed) screen.lines(draw_beside(heading, column, content, screen.look()));
}

bool Page::confirm(const std::string& question) {
  if (flags.boolean("yes")) return true;
  if (!terminal::input_is_terminal()) {
    throw UsageError(in("bunun için terminalde onay istenir; sormadan yapmak için: --yes",
                        "this asks for a confirmation on a terminal; to do it without asking: --yes"));
  }
  screen.ask(harmless(question) + in(" [e/h] ", " [y/n] "));
  const std::optional<std::string> answer = terminal::read_line(16);
  if (!answer) terminal::write("\n");
  screen.answered();
  return answer && (*answer == "e" || *answer == "E" || *answer == "y" || *answer == "Y");
}

void Page::record(const std::string& name, Json value) {
  for (auto& [other, old] : recorded_) {
    if (other != name) continue;
    old = std::move(value);
    return;
  }
  recorded_.emplace_back(name, std::move(value));
}

int Page::finish() {
  screen.lines({});  // ends a line that is still open
  if (const std::string path = flags.word("json"); !path.empty()) {
    write_file(path, Json::object(recorded_).dump(2) + "\n");
  }
  return terminal::interrupted() ? 130 : 0;
}

}  // namespace dikkat
