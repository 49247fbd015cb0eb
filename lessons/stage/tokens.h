// Tokens on the screen: every one in its own colour, with its id below it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lessons/stage/look.h"

namespace dikkat {

struct ShownToken {
  std::string bytes;       // what the token stands for
  std::string below = {};  // its id, or nothing
  bool is_marked = false;  // set apart from the others, by brackets and colour
};

// One picture of an animation.
struct Frame {
  std::string caption;
  std::vector<ShownToken> tokens;
};

// The bytes of a token so that each of them can be seen: a space is "·" (without `drawing` characters "_"), a line end
// "\n", a tab "\t"; what is no letter of its own, such as half a letter, is written as bytes: "<C5>".
std::string visible(std::string_view bytes, bool drawing);

// Lines of tokens next to each other, none wider than look.width. If any token is marked, only marked ones have a
// colour. Where tokens have something below them there are two lines for each row, in columns.
std::vector<std::string> draw_tokens(const std::vector<ShownToken>& tokens, const Look& look);

// The lines of each frame, none wider than look.width, with the tokens below the caption or beside it: then they begin
// in the same column in all frames, unless the captions leave too little room for that.
enum class Frames { below, beside };
std::vector<std::vector<std::string>> draw_frames(const std::vector<Frame>& frames, Frames layout, const Look& look);

}  // namespace dikkat
