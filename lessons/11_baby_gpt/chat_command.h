// What can be typed into the conversation that is not meant for the model.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace dikkat {

struct ChatCommand {
  std::string name;      // as typed: "/save"
  std::string argument;  // what stands behind it, without spaces around it
};

// The commands that the chat knows.
const std::vector<std::string>& chat_commands();

// The command that a line is: "/" at its very beginning and no space behind it ("/3" is an unknown one). Nothing: the
// line is text.
std::optional<ChatCommand> chat_command(const std::string& line);

// A number from `lowest` to `highest` (a decimal comma is understood) and nothing else.
std::optional<double> typed_number(std::string text, double lowest, double highest);

// A name for a conversation's file in `folder`, made of date and time, that is not taken.
std::string new_conversation_path(const std::string& folder);

}  // namespace dikkat
