// A reply while it is being written: which part of the model's text belongs to it.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "nn/generate/generate.h"
#include "tokenizer/tokenizer.h"

namespace dikkat {

// Takes the model's text piece by piece and hands out what can be shown. The turn ends at a line feed or at a speaker's
// sign, neither of which belongs to it; what may become a sign waits until it is clear. Spaces in front are dropped.
class TurnText {
 public:
  std::string add(std::string_view piece);
  std::string finish();  // what is still waiting, when no more text comes
  bool ended() const { return ended_; }

 private:
  std::string waiting_;
  bool has_begun_ = false, ended_ = false;
};

// Lets the model write one turn behind the prompt, at most options.max_new_tokens; a special token ends it as well.
// `show` is given the reply as it grows and stops the writing by returning false. Returns the reply, without spaces at
// its end.
std::string write_turn(LanguageModel& model, const Tokenizer& tokenizer, const std::vector<int32_t>& prompt,
                       const GenerateOptions& options, const std::function<bool(const std::string&)>& show = {});

}  // namespace dikkat
