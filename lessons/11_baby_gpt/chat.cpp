// The conversation: what was said so far, then "B:", and the model writes until the line ends.
#include "lessons/11_baby_gpt/baby_gpt.h"
#include "tokenizer/stream_decoder.h"

namespace dikkat {

namespace {

constexpr int64_t longest_reply = 100;        // tokens
constexpr uint32_t chat_draws = 0x20000000u;  // the samples during training are numbered by their steps, from 0

// The model's next line after `context`, or with `one_line` false its next tokens, shown as they come.
std::string reply_to(Lesson& lesson, GPT& model, const Tokenizer& tokenizer, const std::string& context, uint32_t draw,
                     bool one_line) {
  GenerateOptions options = writing_options(lesson, chat_draws + draw);
  options.max_new_tokens = longest_reply;
  StreamDecoder decoder(tokenizer);
  std::string reply;
  const auto show = [&](std::string piece) {  // returns false at the end of the line
    const size_t end = one_line ? piece.find('\n') : std::string::npos;
    piece = piece.substr(0, end);
    if (one_line && reply.empty() && piece.starts_with(' ')) piece.erase(0, 1);
    reply += piece;
    lesson.stream(piece);
    return end == std::string::npos;
  };
  bool goes_on = true;
  generate(model, tokenizer.encode(context, SpecialTokens::as_text), options, [&](int32_t token) {
    goes_on = !Lesson::interrupted() && show(decoder.next(token));
    return goes_on;
  });
  if (goes_on) show(decoder.finish());
  lesson.stream("\n");
  return reply;
}

}  // namespace

void chat(Lesson& lesson, GPT& model, const Tokenizer& tokenizer, bool is_dialogue) {
  lesson.section(is_dialogue ? "chat" : "chat_own");
  Json replies = Json::array();
  std::string history = "\n\n";
  for (uint32_t draw = 0;; ++draw) {
    const std::optional<std::string> line = lesson.read_line(lesson.label("you") + "> ");
    if (!line || (line->empty() && lesson.input_is_terminal())) break;
    if (line->empty()) continue;
    lesson.stream(lesson.label("model") + "> ");
    std::string reply;
    if (is_dialogue) {
      // "B:" and not "B: ": a space belongs to the token of the word behind it.
      history += "A: " + *line + "\nB:";
      reply = reply_to(lesson, model, tokenizer, history, draw, true);
      history += " " + reply + "\n";
    } else {
      lesson.stream(*line);
      reply = reply_to(lesson, model, tokenizer, "\n" + *line, draw, false);
    }
    replies.append(harmless(reply));
    if (Lesson::interrupted()) break;
  }
  lesson.record("replies", replies);
}

}  // namespace dikkat
