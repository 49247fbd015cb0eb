// Dialogues of others, as DialogSum's files have them: one JSON object a line.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lessons/data/dialogues.h"

namespace dikkat {

// Does the text begin like JSON lines? (Plain text seldom begins with "{".)
bool is_dialogue_lines(std::string_view text);

// Reads "dialogue" of every line, lines of "#Person1#: ..." by at least two speakers; "fname" or "id", "summary" or
// "summary1", "topic" or "topic1" if they are there. Empty lines are passed over. Throws Error
// "source, line N: ..." for what is no JSON object, lacks a dialogue or has one speaker only.
std::vector<Dialogue> parse_dialogue_lines(std::string_view text, const std::string& source);

}  // namespace dikkat
