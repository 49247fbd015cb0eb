#include "lessons/stage/terminal.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>

#include "kernels/check.h"

namespace dikkat::terminal {
namespace {

constexpr int exit_interrupted = 130, exit_closed_pipe = 141;  // 128 + SIGINT, 128 + SIGPIPE

std::atomic<int> interrupts = 0;
std::atomic<bool> line_is_open = false;
int wake_up[2] = {-1, -1};  // a pipe: a signal may reach any thread, but the byte in it always ends our waiting

extern "C" void on_interrupt(int) {
  const int saved = errno;
  if (interrupts.fetch_add(1) > 0) {
    if (line_is_open) [[maybe_unused]]
      const ssize_t ignored = ::write(STDOUT_FILENO, "\n", 1);
    ::_exit(exit_interrupted);
  }
  [[maybe_unused]] const ssize_t ignored = ::write(wake_up[1], "!", 1);
  errno = saved;
}

// Waits until the descriptor is ready; false after Ctrl-C.
bool wait_until_ready(int descriptor, short events) {
  while (!interrupted()) {
    pollfd both[2] = {{descriptor, events, 0}, {wake_up[0], POLLIN, 0}};
    if (::poll(both, 2, -1) < 0 && errno != EINTR) return true;  // then reading or writing will say what is wrong
    if (both[0].revents != 0) return true;
  }
  return false;
}

// All of it, or the reason why not (0: written).
int write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written >= 0) {
      bytes.remove_prefix(static_cast<size_t>(written));
    } else if (errno == EAGAIN) {
      pollfd ready = {descriptor, POLLOUT, 0};
      ::poll(&ready, 1, -1);
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

}  // namespace

void begin() {
  if (wake_up[0] >= 0) return;
  // A standard stream that is closed would hand its number to the next file opened, and that file would get our lines.
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(descriptor, F_GETFD) >= 0) continue;
    const int nothing = ::open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY);
    require(nothing == descriptor, "cannot replace the closed standard stream ", descriptor, ": ",
            std::strerror(errno));
  }
  require(::pipe2(wake_up, O_CLOEXEC | O_NONBLOCK) == 0, "cannot make a pipe: ", std::strerror(errno));
  std::signal(SIGPIPE, SIG_IGN);
  struct sigaction before = {}, action = {};
  ::sigaction(SIGINT, nullptr, &before);
  if (before.sa_handler == SIG_IGN) return;  // started in the background: Ctrl-C is meant for somebody else
  action.sa_handler = on_interrupt;
  ::sigaction(SIGINT, &action, nullptr);
}

bool interrupted() {
  return interrupts > 0;
}

bool input_is_terminal() {
  return ::isatty(STDIN_FILENO) == 1;
}
bool output_is_terminal() {
  return ::isatty(STDOUT_FILENO) == 1;
}

int columns() {
  if (const char* variable = std::getenv("COLUMNS")) {
    int number = 0;
    const char* end = variable + std::strlen(variable);
    if (std::from_chars(variable, end, number).ptr == end && number > 0) return number;
  }
  winsize size = {};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 80;
}

void write(std::string_view bytes) {
  std::cout.flush();
  std::fflush(stdout);
  const int reason = write_all(STDOUT_FILENO, bytes);
  if (reason == EPIPE) ::_exit(exit_closed_pipe);
  require(reason == 0, "cannot write to the standard output: ", std::strerror(reason));
}

void write_error(std::string_view bytes) {
  std::cout.flush();
  std::fflush(stdout);
  write_all(STDERR_FILENO, bytes);
}

void set_line_open(bool open) {
  line_is_open = open;
}

std::optional<std::string> read_line(size_t most, size_t* dropped) {
  static std::string waiting;  // read, but not asked for yet
  static bool ended = false;
  std::string line;
  if (dropped != nullptr) *dropped = 0;
  while (true) {
    const size_t end = waiting.find('\n'), come = std::min(end, waiting.size());
    const size_t kept = std::min(come, most - line.size());
    line.append(waiting, 0, kept);
    if (dropped != nullptr) *dropped += come - kept;
    if (end != std::string::npos) {
      waiting.erase(0, end + 1);
      return line;
    }
    const bool has_begun = !waiting.empty() || !line.empty();
    waiting.clear();
    if (ended) return has_begun ? std::optional(line) : std::nullopt;
    if (!wait_until_ready(STDIN_FILENO, POLLIN)) return std::nullopt;
    char bytes[4096];
    const ssize_t count = ::read(STDIN_FILENO, bytes, sizeof bytes);
    if (count > 0) {
      waiting.assign(bytes, static_cast<size_t>(count));
    } else if (count == 0 || (errno != EINTR && errno != EAGAIN)) {
      ended = !input_is_terminal();  // at a terminal Ctrl-D ends one question, not all that follow
      if (ended) continue;
      return has_begun ? std::optional(line) : std::nullopt;
    }
  }
}

bool wait_for_line(double seconds) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  while (!interrupted()) {
    const std::chrono::duration<double, std::milli> left = end - std::chrono::steady_clock::now();
    if (left.count() <= 0) break;
    pollfd both[2] = {{wake_up[0], POLLIN, 0}, {STDIN_FILENO, POLLIN, 0}};
    ::poll(both, input_is_terminal() ? 2 : 1, static_cast<int>(left.count()) + 1);
    if ((both[1].revents & POLLIN) != 0) return true;
  }
  return false;
}

bool is_writable(const std::string& path) {
  return ::access(path.c_str(), W_OK) == 0;
}

int64_t peak_rss_bytes() {
  rusage usage = {};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<int64_t>(usage.ru_maxrss) * 1024;
}

void leave(int exit_code) {
  std::cout.flush();
  std::fflush(stdout);
  ::_exit(exit_code);
}

}  // namespace dikkat::terminal
