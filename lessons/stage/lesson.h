// What a lesson speaks to: its flags, its text in two languages, its screen, its measured results.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/files/json.h"
#include "core/tensor.h"
#include "lessons/stage/flags.h"
#include "lessons/stage/ledger.h"
#include "lessons/stage/screen.h"
#include "lessons/stage/text.h"
#include "lessons/stage/tokens.h"

namespace dikkat {

enum class Preset { test, class_room, full };

// One lesson from its first line to its last. The constructor reads the flags, chooses language and device, and prints
// the title at once. A wrong flag, --help and --list end the program here (exit codes 2, 0, 0). An Error that nobody
// catches becomes one line on the standard error and exit code 1, with the stack still there for a debugger.
class Lesson {
 public:
  // `folder` is the lesson's folder ("11_baby_gpt"); `own` are the flags that this lesson adds to the common ones.
  Lesson(const std::string& folder, int argc, char** argv, std::vector<Flag> own = {});
  ~Lesson();
  Lesson(const Lesson&) = delete;
  Lesson& operator=(const Lesson&) = delete;

  // Flags -----------------------------------------------------------------------------------------------------------
  Flags flags;    // flags.integer("steps"), flags.given("steps"), flags.words("data") ...
  Preset preset;  // --preset test|class|full
  uint64_t seed;  // --seed
  bool turkish;   // --lang tr

  // bf16 products from here on if --precision is not given and this processor multiplies bf16 in hardware, on the cpu
  // kernels: for trainings that take long enough to care. Says so on the screen.
  void prefer_bf16();

  // Text ------------------------------------------------------------------------------------------------------------
  // Fills {name} in the text of all following sections. Numbers are written with `digits` decimals. With --preset test
  // a name that the text never uses is an Error.
  void set(const std::string& name, const std::string& value);
  void set(const std::string& name, const char* value) { set(name, std::string(value)); }
  void set(const std::string& name, double value, int digits = 2);
  void set(const std::string& name, int64_t value);  // 12345 is written 12,345
  void set(const std::string& name, int value) { set(name, static_cast<int64_t>(value)); }

  // Says the section `## name: Title` of text.<lang>.md. With --pace step it first waits: Enter next, b back, r repeat,
  // q ends the lesson. Returns false if --section asks for another one only: then all output until the next section is
  // silent (but progress bars and errors), read_line returns nothing, and the lesson computes all the same.
  bool section(const std::string& name);

  // Words of the lesson in the chosen language, from the `## labels` section ("key: words" lines), with their {name}s
  // replaced by `values`.
  std::string label(const std::string& key, const Values& values = {}) const;

  // One line of the lesson's own, under the current section; wrapped to the screen, further lines as far in as the
  // first.
  void line(const std::string& content);

  // A text of several lines from a corpus or a model: its title, then every line behind a bar.
  void quote(const std::string& title, const std::string& content);

  // Your turn -------------------------------------------------------------------------------------------------------
  // Asks the question of section `## predict.name` before the answer is shown (with --pace auto it only shows both),
  // then says `## answer.name`. Choices: the student types the number of one; `correct` counts from 0. Number: right
  // within `tolerance`. An empty line passes.
  void predict(const std::string& name, const std::vector<std::string>& choices, int correct);
  void predict(const std::string& name, double correct, double tolerance);

  // Two computations of the same thing: prints the largest difference; more than `tolerance`, a NaN or another shape
  // fails the lesson (exit code 1 at its end).
  void same(const std::string& what, const Tensor& ours, const Tensor& theirs, double tolerance);

  // A tensor's name, shape and numbers, as core/print.h writes them.
  void show(const Tensor& tensor);

  // Pictures --------------------------------------------------------------------------------------------------------
  void table(const Table& table);
  void chart(const std::string& title, const std::vector<Curve>& curves);
  void chart(const Chart& chart);
  void memory();  // live and peak bytes by category

  // Tokens side by side, in colours, with their ids below.
  void tokens(const std::vector<ShownToken>& tokens);

  // Pictures one below the other, half a second each and eight seconds in all at most; Enter shows the rest at once.
  // Without colours, in a pipe and with --preset test nothing waits.
  void animate(const std::vector<Frame>& frames, Frames layout = Frames::below);

  // A progress bar with rate and time left; `rate_unit` such as "token/s". On a terminal one line at the bottom that is
  // redrawn, otherwise nothing but what `line` prints. A run that was resumed says start_at(what was done before).
  std::unique_ptr<Progress> progress(int64_t total, const std::string& what, const std::string& rate_unit);

  // Conversation ----------------------------------------------------------------------------------------------------
  // The next line from the terminal or the pipe, without its end; nothing at the end of input or after Ctrl-C.
  // Control characters are dropped, what is not UTF-8 becomes "?"; of a line of more than a mebibyte the rest is left
  // out, and this is said (as where a terminal may have cut a line). A line from a pipe is printed behind the prompt,
  // so that the conversation reads the same.
  std::optional<std::string> read_line(const std::string& prompt);
  bool input_is_terminal() const;

  // Prints text without a line end, at once: a reply as it grows, even byte by byte (half a letter waits for the rest).
  // Whatever is printed next ends the line.
  void stream(const std::string& piece);

  // Ctrl-C was pressed: finish the step, save, leave. (A second Ctrl-C ends the program at once.)
  static bool interrupted();

  // Results ---------------------------------------------------------------------------------------------------------
  // A measured figure for --json. lesson, preset, device, precision, threads, seed, seconds, peak_bytes and
  // peak_rss_bytes are written by finish(). A name recorded again is replaced.
  void record(const std::string& name, Json value);

  // A figure that somebody has published, beside what was measured here: prints both with the verdict, and keeps the
  // row in the claim ledger (lessons/stage/ledger.h) and for --json, "claims". Claims of an earlier call with the same
  // id are replaced. A ledger that cannot be read or written is a warning and does not fail the lesson.
  void claim(const Claim& claim);

  // Where generated things live: DIKKAT_HOME, or .dikkat in the current folder.
  static std::string home();

  // A mistake that does not end the lesson now but makes it fail at the end (exit code 1).
  void warn(const std::string& message);

  // Score, --profile, --json; returns the exit code: 0, 1 after a failed `same` or a warning, 130 after Ctrl-C.
  int finish();

 private:
  struct State;
  std::optional<double> ask_number(const std::string& hint, double lowest, double highest, bool whole);
  void judge(const std::string& name, std::optional<double> answer, bool is_right, const std::string& correct);

  std::unique_ptr<State> state_;
};

}  // namespace dikkat
