// The student's turn: predictions before the answer is shown, and two computations that must agree.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <sstream>

#include "core/ops.h"
#include "core/print.h"
#include "lessons/stage/lesson_state.h"
#include "lessons/stage/terminal.h"

namespace dikkat {
namespace {

enum class Typed { nothing, number, nonsense };

// A whole number or one with a decimal point (a comma is understood), and nothing else.
Typed read_typed_number(std::string line, double& number) {
  std::replace(line.begin(), line.end(), ',', '.');
  line.erase(std::remove(line.begin(), line.end(), ' '), line.end());
  if (line.empty()) return Typed::nothing;
  const auto [stop, error] = std::from_chars(line.data(), line.data() + line.size(), number);
  const bool right = error == std::errc() && stop == line.data() + line.size() && std::isfinite(number);
  return right ? Typed::number : Typed::nonsense;
}

// With one digit more than the tolerance needs: 2.626, which may be missed by 1, becomes 2.6.
double rounded_for(double correct, double tolerance) {
  const double unit = std::pow(10.0, std::floor(std::log10(tolerance)) - 1);
  const double rounded = std::round(correct / unit) * unit;
  return std::isfinite(rounded) ? rounded : correct;
}

// The largest |a - b|; NaN if any number is NaN, infinity if the shapes differ.
double largest_difference(const Tensor& a, const Tensor& b) {
  if (!(a.shape() == b.shape())) return INFINITY;
  const Tensor left = contiguous(a), right = contiguous(b);
  const auto x = left.values(), y = right.values();
  double largest = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    const double difference = x[i] == y[i] ? 0 : std::abs(static_cast<double>(x[i]) - static_cast<double>(y[i]));
    if (std::isnan(difference)) return NAN;
    largest = std::max(largest, difference);
  }
  return largest;
}

}  // namespace

// Asks until a number within the limits comes, an empty line, or the end of the input.
std::optional<double> Lesson::ask_number(const std::string& hint, double lowest, double highest, bool whole) {
  State& state = *state_;
  while (state.waits) {
    const std::optional<std::string> line = read_line("? ");
    double number = 0;
    if (!line) return std::nullopt;
    const Typed typed = read_typed_number(*line, number);
    if (typed == Typed::nothing) return std::nullopt;
    const bool fits = number >= lowest && number <= highest && (!whole || number == std::floor(number));
    if (typed == Typed::number && fits) return number;
    this->line(hint);
  }
  return std::nullopt;
}

void Lesson::judge(const std::string& name, std::optional<double> answer, bool is_right, const std::string& correct) {
  State& state = *state_;
  const Look look = state.screen.look();
  const std::string solution = state.in("Doğru yanıt: ", "The answer: ") + correct;
  if (answer) {
    ++state.asked;
    state.right += is_right;
    const std::string mark = look.drawing ? (is_right ? "✓ " : "✗ ") : "";
    const std::string verdict = is_right ? state.in("Bildin.", "You were right.") : state.in("Olmadı.", "Not quite.");
    state.screen.space();
    state.screen.lines({paint(look, is_right ? Ink::right : Ink::wrong, mark + verdict)});
  } else {
    state.screen.space();
  }
  line(solution);
  if (state.narration.has_section("answer." + name)) state.say(state.narration.section("answer." + name));
}

void Lesson::predict(const std::string& name, const std::vector<std::string>& choices, int correct) {
  State& state = *state_;
  const int count = static_cast<int>(choices.size());
  require(correct >= 0 && correct < count, "lesson.predict(\"", name, "\"): the correct choice is number ", correct,
          " (from 0), but there are ", count);
  if (state.screen.silent()) return;
  state.say(state.narration.section("predict." + name));
  state.screen.space();
  for (int i = 0; i < count; ++i) line(text("  ", i + 1, ") ", choices[i]));
  const std::string hint = turkish ? text("1 ile ", count, " arası bir tam sayı yaz (boş satır: geç)")
                                   : text("Write a whole number from 1 to ", count, " (an empty line passes)");
  const std::optional<double> answer = ask_number(hint, 1, count, true);
  judge(name, answer, answer && static_cast<int>(*answer) == correct + 1, text(correct + 1, ") ", choices[correct]));
}

void Lesson::predict(const std::string& name, double correct, double tolerance) {
  State& state = *state_;
  if (state.screen.silent()) return;
  state.say(state.narration.section("predict." + name));
  const std::optional<double> answer = ask_number(
      state.in("Bir sayı yaz (boş satır: geç)", "Write a number (an empty line passes)"), -INFINITY, INFINITY, false);
  const std::string how_near =
      state.in(" (en çok ", " (up to ") + short_number(tolerance) + state.in(" fark kabul)", " off counts)");
  judge(name, answer, answer && std::abs(*answer - correct) <= tolerance,
        tolerance > 0 ? short_number(rounded_for(correct, tolerance)) + how_near : short_number(correct));
}

void Lesson::show(const Tensor& tensor) {
  const Look look = state_->screen.look();
  std::ostringstream printed;
  printed << tensor;
  std::istringstream in(printed.str());
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(cut(line, look.width, look.drawing ? "…" : "~"));
  state_->screen.space();
  state_->screen.lines(lines);
}

void Lesson::same(const std::string& what, const Tensor& ours, const Tensor& theirs, double tolerance) {
  State& state = *state_;
  const double difference = largest_difference(ours, theirs);
  const bool agrees = difference <= tolerance;  // false for NaN
  const Look look = state.screen.look();
  std::string found = state.in("en büyük fark ", "largest difference ") + short_number(difference);
  if (!(ours.shape() == theirs.shape())) {
    found = text(state.in("biçimler farklı: ", "different shapes: "), ours.shape(), " / ", theirs.shape());
  }
  const std::string limit = state.in(" (sınır ", " (limit ") + short_number(tolerance) + ")";
  const std::string mark = agrees ? (look.drawing ? "✓ " : "[ok] ") : (look.drawing ? "✗ " : "[X] ");
  std::vector<std::string> lines = wrap(mark + what + ": " + found + limit, look.width);
  for (std::string& line : lines) line = paint(look, agrees ? Ink::right : Ink::wrong, line);
  state.screen.lines(lines);
  if (agrees) return;
  ++state.failures;
  state.screen.error_line(state.in("hata: ", "error: ") + what + ": " + found + limit);
}

}  // namespace dikkat
