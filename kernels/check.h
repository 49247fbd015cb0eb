// The one way to fail: an exception whose message says what was wrong, what was found and what to do.
#pragma once

#include <source_location>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace dikkat {

// A mistake that a person can mend: wrong shapes, wrong file, wrong flag. `main` prints what() on one line.
struct Error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// The parts, written one after the other:  text("got ", 3, " rows") == "got 3 rows".
template <class... Parts>
std::string text(const Parts&... parts) {
  std::ostringstream out;
  (out << ... << parts);
  return out.str();
}

// Throws Error(text(parts...)).
template <class... Parts>
[[noreturn]] void fail(const Parts&... parts) {
  throw Error(text(parts...));
}

// Throws Error(text(parts...)) unless `condition` holds. The message is only built when it is needed.
template <class... Parts>
void require(bool condition, const Parts&... parts) {
  if (!condition) fail(parts...);
}

// "lesson.cpp:57": the file without its folders, and the line.
inline std::string place(const std::source_location& where) {
  std::string_view file = where.file_name();
  if (const size_t slash = file.find_last_of('/'); slash != std::string_view::npos) file.remove_prefix(slash + 1);
  return text(file, ":", where.line());
}

// The same with the line of the lesson that wrote the expression:  "matmul: ... must agree   lesson.cpp:57".
template <class... Parts>
void require(bool condition, const std::source_location& where, const Parts&... parts) {
  if (!condition) fail(text(parts...), "   ", place(where));
}

}  // namespace dikkat
