// Lesson 11's conversation: what is typed is answered by the model, line by line.
#pragma once

#include <string>
#include <vector>

#include "lessons/stage/lesson.h"
#include "nn/models/language_model.h"
#include "tokenizer/tokenizer.h"

namespace dikkat {

// --chat and --say.
std::vector<Flag> chat_flags();

// The text of --say. Throws UsageError if it is empty.
std::string text_to_say(const Lesson& lesson);

// Answers line by line until the input ends, an empty line at a terminal, or /quit. Lines that begin with "/" and no
// space behind it are commands; /help lists them. `is_dialogue`: the model learned from dialogues as in
// lessons/models/turns.h, so it is asked for the second speaker's next line; otherwise it goes on from what was typed.
// Records "replies".
void chat(Lesson& lesson, LanguageModel& model, const Tokenizer& tokenizer, bool is_dialogue);

// One line and the reply to it, without a conversation.
void say_once(Lesson& lesson, LanguageModel& model, const Tokenizer& tokenizer, bool is_dialogue,
              const std::string& line);

}  // namespace dikkat
