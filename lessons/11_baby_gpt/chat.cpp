// The conversation: what was said so far, then "B: ", and the model writes until the line ends.
#include "lessons/11_baby_gpt/baby_gpt.h"
#include "tokenizer/bytes.h"

namespace dikkat {

namespace {

constexpr int64_t longest_reply = 200;        // bytes
constexpr uint32_t chat_draws = 0x20000000u;  // the samples during training are numbered by their steps, from 0

// The model's next line after `context`, shown as it grows.
std::string reply_to(Lesson& lesson, GPT& model, const std::string& context, uint32_t draw, bool one_line) {
  GenerateOptions options = writing_options(lesson, chat_draws + draw);
  options.max_new_tokens = longest_reply;
  std::string reply;
  generate(model, ByteTokenizer().encode(context), options, [&](int32_t token) {
    const char byte = static_cast<char>(token);
    if ((one_line && byte == '\n') || Lesson::interrupted()) return false;
    reply += byte;
    lesson.stream(std::string(1, byte));
    return true;
  });
  lesson.stream("\n");
  return reply;
}

}  // namespace

void chat(Lesson& lesson, GPT& model, bool is_dialogue) {
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
      history += "A: " + *line + "\nB: ";
      reply = reply_to(lesson, model, history, draw, true);
      history += reply + "\n";
    } else {
      lesson.stream(*line);
      reply = reply_to(lesson, model, "\n" + *line, draw, false);
    }
    replies.append(harmless(reply));
    if (Lesson::interrupted()) break;
  }
  lesson.record("replies", replies);
}

}  // namespace dikkat
