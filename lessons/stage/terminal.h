// Every system call of the stage: the terminal's size, signals, reading and writing, memory used. A port to another
// system rewrites terminal.cpp and nothing else.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dikkat::terminal {

// Takes over Ctrl-C and closed pipes. The first Ctrl-C is only noted, so that the lesson can save and leave; the second
// ends the program at once with exit code 130. Called once, before anything is written.
void begin();

// Has Ctrl-C been pressed?
bool interrupted();

bool input_is_terminal();
bool output_is_terminal();

// Columns of the output: COLUMNS, else what the terminal says, else 80.
int columns();

// Writes to the standard output at once, after whatever std::cout and printf hold back. A closed pipe ends the program
// quietly with exit code 141, as the shell knows it from other programs; any other failure is an Error.
void write(std::string_view bytes);

// The same to the standard error; failures are ignored.
void write_error(std::string_view bytes);

// While a line is open (a progress bar), a program that ends at once first writes a line end.
void set_line_open(bool open);

// The next line of the input without its end, at most `most` bytes of it; nothing at the end of the input or after
// Ctrl-C. The rest is dropped: how many bytes that are goes to `dropped`.
std::optional<std::string> read_line(size_t most, size_t* dropped = nullptr);

// A terminal that is typed into line by line hands on this many bytes of a line and drops the rest without a word
// (Linux: N_TTY_BUF_SIZE less one for the line end).
constexpr size_t longest_typed_line = 4095;

// Waits that long, but not after Ctrl-C and not when a line has been typed: then true, and read_line returns it.
bool wait_for_line(double seconds);

// May this program write to that file, or into that folder?
bool is_writable(const std::string& path);

// The largest amount of memory that the program has held so far.
int64_t peak_rss_bytes();

// Ends the program at once, without destructors: nothing that a lesson has half done is carried on.
[[noreturn]] void leave(int exit_code);

}  // namespace dikkat::terminal
