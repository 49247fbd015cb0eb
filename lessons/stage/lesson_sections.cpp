#include "lessons/stage/lesson.h"

#include <algorithm>
#include <cstdlib>

#include "core/autograd.h"
#include "core/files/folders.h"
#include "core/files/utf8.h"
#include "kernels/bf16_unit.h"
#include "kernels/parallel.h"
#include "kernels/precision.h"
#include "kernels/table.h"
#include "lessons/stage/embedded.h"
#include "lessons/stage/figures.h"
#include "lessons/stage/lesson_state.h"
#include "lessons/stage/terminal.h"

namespace dikkat {
namespace {

[[noreturn]] void end_with_usage_error(const std::string& message, bool turkish) {
  terminal::write_error((turkish ? "hata: " : "error: ") + message + "\n");
  terminal::leave(2);
}

std::string all_lines(const std::vector<std::string>& lines) {
  std::string all;
  for (const std::string& line : lines) all += line + "\n";
  return all;
}

Flags read_flags(const std::vector<std::string>& arguments, std::vector<Flag> known, bool turkish) {
  for (Flag& flag : common_flags()) known.push_back(std::move(flag));
  try {
    return Flags(std::move(known), arguments, turkish);
  } catch (const UsageError& error) {
    end_with_usage_error(error.what(), turkish);
  }
}

std::vector<std::string> arguments_of(int argc, char** argv) {
  std::vector<std::string> arguments;
  for (int i = 1; i < argc; ++i) arguments.emplace_back(argv[i]);
  return arguments;
}

void check_section(const Narration& narration, const std::string& wanted, bool turkish) {
  std::vector<std::string> names;
  std::string all;
  for (const Section* section : narration.told_sections()) {
    names.push_back(section->name);
    all += (all.empty() ? "" : ", ") + section->name;
  }
  if (std::count(names.begin(), names.end(), wanted)) return;
  const std::string near = nearest(wanted, names);
  end_with_usage_error(turkish ? text("--section: ", in_quotes(wanted), " diye bir bölüm yok; ",
                                      near.empty() ? "" : "en yakını: " + near + "; ", "bölümler: ", all)
                               : text("--section: there is no section ", in_quotes(wanted), "; ",
                                      near.empty() ? "" : "nearest: " + near + "; ", "sections: ", all),
                       turkish);
}

std::string list_of_sections(const Narration& narration, const Look& look) {
  std::string all;
  for (const Section* section : narration.told_sections()) {
    std::string title;
    for (const Piece& piece : section->title) title += piece.is_placeholder ? "…" : piece.content;
    all += all_lines(wrap(section->name + (title.empty() ? "" : "  " + title), look.width));
  }
  return all;
}

}  // namespace

std::string reason_not_to_write(const std::string& path, bool turkish) {
  if (is_folder(path)) return turkish ? "bir klasör, dosya değil" : "is a folder, not a file";
  const size_t slash = path.find_last_of('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  if (!is_folder(folder)) return turkish ? "klasörü yok" : "its folder does not exist";
  if (is_file(path) && terminal::is_writable(path)) return "";
  if (!terminal::is_writable(folder)) return turkish ? "klasörüne yazılamıyor" : "its folder cannot be written to";
  return "";
}

Lesson::Lesson(const std::string& folder, int argc, char** argv, std::vector<Flag> own) {
  terminal::begin();
  const std::vector<std::string> arguments = arguments_of(argc, argv);
  turkish = turkish_wanted(arguments);
  install_error_printer(turkish, nullptr);
  flags = read_flags(arguments, std::move(own), turkish);
  const std::string text_name = folder + (turkish ? "/text.tr.md" : "/text.en.md");
  state_ = std::make_unique<State>(folder, Narration(text_name, embedded(text_name)), flags.boolean("plain"));
  State& state = *state_;
  state.begun = std::chrono::steady_clock::now();
  state.turkish = turkish;
  install_error_printer(turkish, &state.screen);
  const Look look = state.screen.look();

  if (flags.boolean("help")) {
    terminal::write(all_lines(wrap(state.narration.title(), look.width)) + "\n" +
                    all_lines(flags.help(folder, look.width, turkish)));
    terminal::leave(0);
  }
  if (flags.boolean("list")) {
    terminal::write(list_of_sections(state.narration, look));
    terminal::leave(0);
  }
  state.only_section = flags.word("section");
  if (!state.only_section.empty()) check_section(state.narration, state.only_section, turkish);
  state.json_path = flags.word("json");
  if (!state.json_path.empty()) {
    const std::string reason = reason_not_to_write(state.json_path, turkish);
    if (!reason.empty()) end_with_usage_error("--json " + in_quotes(state.json_path) + ": " + reason, turkish);
  }

  std::vector<std::string> title = wrap(state.narration.title(), look.width);
  for (std::string& line : title) line = paint(look, Ink::title, line);
  state.screen.lines(title);  // before anything that takes time

  state.preset = flags.word("preset");
  preset = state.preset == "test" ? Preset::test : state.preset == "full" ? Preset::full : Preset::class_room;
  seed = static_cast<uint64_t>(flags.integer("seed"));
  state.waits = flags.given("pace") ? flags.word("pace") == "step" : terminal::input_is_terminal();
  state.device = flags.word("device");
  state.precision = flags.word("precision");
  if (flags.given("threads")) set_threads(static_cast<int>(flags.integer("threads")));
  use_device(state.device);
  use_precision(precision_named(state.precision));
  if (precision() != Precision::f32) state.say_precision();
  if (flags.boolean("check")) use_table(checked_table(kernels()));
  if (flags.boolean("profile")) use_table(profiled_table(kernels()));
  set_trace(flags.boolean("trace"));
  manual_seed(seed);
}

void Lesson::State::say_precision() {
  screen.lines({in("matris çarpımları: ", "matrix products: ") + precision});
}

void Lesson::prefer_bf16() {
  if (flags.given("precision") || state_->device != "cpu" || bf16_unit() == Bf16Unit::lanes) return;
  use_precision(Precision::bf16);
  state_->precision = name_of(precision());
  state_->say_precision();
}

Lesson::~Lesson() {
  install_error_printer(turkish, nullptr);
}

void Lesson::set(const std::string& name, const std::string& value) {
  const bool is_used = state_->narration.placeholders().count(name) > 0;
  require(is_used || preset != Preset::test, "lesson.set(\"", name, "\"): the text of ", state_->folder, " (",
          turkish ? "tr" : "en", ") has no placeholder {", name, "}");
  state_->values[name] = value;
}

void Lesson::set(const std::string& name, double value, int digits) {
  set(name, fixed(value, digits));
}

void Lesson::set(const std::string& name, int64_t value) {
  set(name, grouped(value));
}

bool Lesson::section(const std::string& name) {
  State& state = *state_;
  const Section& section = state.narration.section(name);
  const bool wanted = state.only_section.empty() || state.only_section == name;
  if (wanted && state.waits && state.told_any) state.wait_for_next();
  state.screen.set_silent(!wanted);
  if (!wanted) return false;
  if (state.waits) {
    state.told.emplace_back();
    state.screen.record_into(&state.told.back());
  }
  state.told_any = true;
  state.say(section);
  state.screen.space();
  return true;
}

std::string Lesson::label(const std::string& key, const Values& values) const {
  return state_->narration.say_label(key, values);
}

void Lesson::line(const std::string& content) {
  const int width = state_->screen.look().width;
  const size_t first = std::min(content.find_first_not_of(' '), content.size());
  const int indent = std::min(static_cast<int>(first), width / 2);
  std::vector<std::string> lines = wrap(std::string_view(content).substr(first), width - indent);
  for (std::string& line : lines) line = line.empty() ? "" : std::string(indent, ' ') + line;
  state_->screen.lines(lines);
}

void Lesson::quote(const std::string& title, const std::string& content) {
  const Look look = state_->screen.look();
  const std::string bar = look.drawing ? "  │ " : "  | ";
  std::vector<std::string> lines;
  if (!title.empty()) {
    for (const std::string& line : wrap(title, look.width)) lines.push_back(paint(look, Ink::bold, line));
  }
  for (const std::string& line : wrap(content, look.width - display_width(bar)))
    lines.push_back(line.empty() ? bar.substr(0, bar.size() - 1) : bar + line);
  state_->screen.lines(lines);
}

void Lesson::table(const Table& table) {
  state_->screen.space();
  state_->screen.lines(draw(table, state_->screen.look()));
}

void Lesson::chart(const std::string& title, const std::vector<Curve>& curves) {
  chart(Chart{.title = title, .curves = curves});
}

void Lesson::chart(const Chart& chart) {
  state_->screen.space();
  state_->screen.lines(draw(chart, state_->screen.look()));
}

std::unique_ptr<Progress> Lesson::progress(int64_t total, const std::string& what, const std::string& rate_unit) {
  return std::make_unique<Progress>(state_->screen, total, what, rate_unit, state_->in("kaldı", "left"));
}

std::optional<std::string> Lesson::read_line(const std::string& prompt) {
  State& state = *state_;
  if (state.screen.silent() || interrupted()) return std::nullopt;
  const bool typed = terminal::input_is_terminal();
  if (typed) state.screen.ask(harmless(prompt));
  constexpr size_t most_bytes = 1 << 20;
  size_t dropped = 0;
  std::optional<std::string> line = terminal::read_line(most_bytes, &dropped);
  const bool may_be_cut = typed && line && line->size() >= terminal::longest_typed_line;
  if (line) *line = harmless(*line);
  if (typed && line) state.screen.answered();
  if (!typed && line) state.screen.lines(wrap(prompt + *line, state.screen.look().width));
  if (dropped > 0) {
    this->line(turkish ? text("(Satır çok uzun: ilk ", grouped(most_bytes), " baytı alındı, kalan ", grouped(dropped),
                              " baytı atıldı.)")
                       : text("(The line is too long: its first ", grouped(most_bytes), " bytes were taken, the other ",
                              grouped(dropped), " were left out.)"));
  } else if (may_be_cut) {
    const std::string most = grouped(terminal::longest_typed_line);
    this->line(turkish ? text("(Terminal bir satırın yalnız ilk ", most,
                              " baytını iletir; daha uzun yazdıysan kalanı alınmadı. Uzun metni programa boruyla ver: "
                              "... < dosya.txt)")
                       : text("(A terminal hands on only the first ", most,
                              " bytes of a line; if you typed more, the rest was not received. Give a long text "
                              "through a pipe: ... < file.txt)"));
  }
  return line;
}

bool Lesson::input_is_terminal() const {
  return terminal::input_is_terminal();
}

void Lesson::stream(const std::string& piece) {
  state_->screen.stream(piece);
}

bool Lesson::interrupted() {
  return terminal::interrupted();
}

std::string Lesson::home() {
  const char* folder = std::getenv("DIKKAT_HOME");
  return folder != nullptr && *folder != '\0' ? folder : ".dikkat";
}

void Lesson::warn(const std::string& message) {
  ++state_->failures;
  state_->screen.error_line(state_->in("uyarı: ", "warning: ") + message);
}

// After a section: shows sections again as long as one is asked for.
void Lesson::State::wait_for_next() {
  screen.record_into(nullptr);
  size_t shown = told.size() - 1;
  while (waits) {
    const bool narrow = screen.look().width < 50;
    const std::string prompt =
        narrow ? "[Enter b r q] "
               : in("[Enter: devam  b: geri  r: tekrar  q: çık] ", "[Enter: next  b: back  r: repeat  q: quit] ");
    screen.space();
    screen.ask(prompt);
    const std::optional<std::string> answer = terminal::read_line(16);
    if (terminal::interrupted()) {
      terminal::write("\n");
      terminal::leave(130);
    }
    if (!terminal::input_is_terminal() || !answer) terminal::write("\n");
    screen.answered();
    if (!answer) waits = false;  // nobody is there any more
    if (!answer || (answer->empty() && shown + 1 == told.size())) return;
    if (*answer == "q") terminal::leave(0);
    if (answer->empty()) {
      ++shown;
    } else if (*answer == "b") {
      shown = shown == 0 ? 0 : shown - 1;
    } else if (*answer != "r") {
      continue;
    }
    terminal::write(told[shown]);
  }
}

}  // namespace dikkat
