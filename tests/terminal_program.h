// A program as a person meets it: in a pseudo-terminal.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <vector>

namespace dikkat::test {

// The program running in a terminal of `columns` columns, or between pipes (columns 0).
class TerminalProgram {
 public:
  explicit TerminalProgram(const std::string& path, std::vector<std::string> arguments, int columns = 80,
                           const char* term = "xterm-256color") {
    int to_child[2], from_child[2];
    if (columns > 0) {
      winsize size = {};
      size.ws_col = static_cast<unsigned short>(columns);
      size.ws_row = 24;
      child_ = ::forkpty(&output_, nullptr, nullptr, &size);
      input_ = output_;
    } else {
      EXPECT_EQ(::pipe2(to_child, O_CLOEXEC) + ::pipe2(from_child, O_CLOEXEC), 0);
      child_ = ::fork();
    }
    if (child_ == 0) {
      if (columns == 0) {
        ::dup2(to_child[0], 0);
        ::dup2(from_child[1], 1);
        ::dup2(from_child[1], 2);
      }
      for (const char* name : {"COLUMNS", "NO_COLOR", "COLORTERM", "LC_ALL", "LC_MESSAGES", "LANG"}) ::unsetenv(name);
      ::setenv("TERM", term, 1);
      arguments.insert(arguments.begin(), path);
      std::vector<char*> argv;
      for (std::string& argument : arguments) argv.push_back(argument.data());
      argv.push_back(nullptr);
      ::execv(argv[0], argv.data());
      ::_exit(127);
    }
    if (columns == 0) {
      ::close(to_child[0]);
      ::close(from_child[1]);
      input_ = to_child[1];
      output_ = from_child[0];
    }
  }
  TerminalProgram(const TerminalProgram&) = delete;
  TerminalProgram& operator=(const TerminalProgram&) = delete;
  ~TerminalProgram() {
    if (child_ > 0) {
      ::kill(child_, SIGKILL);
      ::waitpid(child_, nullptr, 0);
    }
    if (input_ >= 0 && input_ != output_) ::close(input_);
    ::close(output_);
  }

  void type(const std::string& keys) { EXPECT_EQ(::write(input_, keys.data(), keys.size()), ssize_t(keys.size())); }
  void close_input() {
    ::close(input_);
    input_ = -1;
  }
  void interrupt() { ::kill(child_, SIGINT); }

  // Reads until `wanted` has come `times` times since the program began; false if it ends or hangs before that.
  bool until(const std::string& wanted, int times = 1) {
    while (count(wanted) < times) {
      if (!read_some()) return false;
    }
    return true;
  }

  // Reads to the end; the exit code, or -1 if the program hangs or was killed.
  int exit_code() {
    while (read_some()) {
    }
    for (int i = 0; i < 1000; ++i) {
      int status = 0;
      if (::waitpid(child_, &status, WNOHANG) == child_) {
        child_ = -1;
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
      }
      ::usleep(10000);
    }
    return -1;
  }

  int count(const std::string& wanted) const {
    int found = 0;
    for (size_t at = seen.find(wanted); at != std::string::npos; at = seen.find(wanted, at + 1)) ++found;
    return found;
  }

  std::string seen;  // everything written so far

 private:
  bool read_some() {
    pollfd ready = {output_, POLLIN, 0};
    if (::poll(&ready, 1, 20000) <= 0) return false;
    char bytes[4096];
    const ssize_t size = ::read(output_, bytes, sizeof bytes);
    if (size <= 0) return false;
    seen.append(bytes, static_cast<size_t>(size));
    return true;
  }

  pid_t child_ = -1;
  int input_ = -1, output_ = -1;
};

}  // namespace dikkat::test
