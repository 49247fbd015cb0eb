#include "lessons/11_baby_gpt/chat_command.h"

#include <algorithm>
#include <charconv>
#include <ctime>

#include "core/files/folders.h"

namespace dikkat {

namespace {

std::string trimmed(const std::string& text) {
  const size_t first = text.find_first_not_of(' ');
  return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(' ') + 1 - first);
}

}  // namespace

const std::vector<std::string>& chat_commands() {
  static const std::vector<std::string> commands = {"/help", "/reset", "/temperature", "/save", "/quit"};
  return commands;
}

std::optional<ChatCommand> chat_command(const std::string& line) {
  if (line.size() < 2 || line[0] != '/' || line[1] == ' ') return std::nullopt;
  const size_t end = std::min(line.find(' '), line.size());
  return ChatCommand{line.substr(0, end), trimmed(line.substr(end))};
}

std::optional<double> typed_number(std::string text, double lowest, double highest) {
  std::replace(text.begin(), text.end(), ',', '.');
  double number = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_number = error == std::errc() && stop == text.data() + text.size();
  if (!is_number || !(number >= lowest && number <= highest)) return std::nullopt;  // NaN neither
  return number;
}

std::string new_conversation_path(const std::string& folder) {
  const std::time_t now = std::time(nullptr);
  char name[64] = "";
  if (const std::tm* local = std::localtime(&now)) std::strftime(name, sizeof name, "%Y-%m-%d_%H-%M-%S", local);
  const std::string begin = folder + "/" + name;
  std::string path = begin + ".txt";
  for (int other = 2; is_file(path) || is_folder(path); ++other) path = begin + "_" + std::to_string(other) + ".txt";
  return path;
}

}  // namespace dikkat
