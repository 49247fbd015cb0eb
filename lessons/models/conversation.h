// A conversation with a model: what was said, and the tokens that the model is to go on from.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lessons/models/language.h"
#include "tokenizer/tokenizer.h"

namespace dikkat {

// Turns as they stand in the text that the model learned from (turns.h). Nothing that was said is lost: what no longer
// fits into the model's context stays in the transcript.
class Conversation {
 public:
  // The prompt leaves `room` of the model's `context_length` tokens free for the reply. `tokenizer` must outlive this.
  Conversation(const Tokenizer& tokenizer, int64_t context_length, int64_t room);

  // The user's next line. Whatever is typed is text: line feeds in it become spaces for the model, and no sign can be
  // made by hand. In `language`; unknown: that of the line before.
  void say(std::string_view line, Spoken language = Spoken::unknown);

  // What was answered to it. An empty reply stands in no later prompt, nor does the line that it should have answered.
  void reply(std::string_view text);

  struct Prompt {
    std::vector<int32_t> ids;   // ends with the sign of the second speaker, whose turn it is
    int64_t seen_of_line = 0;   // how many tokens of the last line stand in it: its end, where it is too long
    int64_t cut_from_line = 0;  // how many do not
    int64_t forgotten = 0;      // earlier exchanges that no longer fit
  };

  // The signs of both speakers with what they said: the latest line and as many exchanges before it as fit, without
  // those in another language, so that the reply is in the language of the line. Error if no line waits for a reply.
  Prompt prompt() const;

  // From here on the model knows nothing of what was said.
  void forget();

  // Everything that was said, line by line behind the names of the two; an empty line where the model forgot.
  std::string transcript(const std::string& user, const std::string& model) const;

  // The language of the latest line that the model still knows of; unknown if there is none.
  Spoken language() const;

  bool empty() const { return exchanges_.empty(); }

 private:
  struct Exchange {
    std::string line, reply;               // as they were said
    Spoken language = Spoken::unknown;     // of the line
    std::vector<int32_t> line_ids, turns;  // the line's own tokens; both turns with their signs, once it is answered
  };

  size_t begin() const;  // the first exchange that was not forgotten
  std::vector<int32_t> text_ids(std::string_view text) const;

  const Tokenizer* tokenizer_;
  int64_t context_length_, room_;
  std::vector<int32_t> first_sign_, second_sign_, line_feed_;
  std::vector<Exchange> exchanges_;
  std::vector<size_t> forgotten_before_;  // how many exchanges there were at each forget()
};

}  // namespace dikkat
