// The conversation: what was said so far, then the sign of the second speaker, and the model writes until its turn
// ends.
#include "lessons/11_baby_gpt/chat.h"

#include "core/files/atomic_file.h"
#include "core/files/utf8.h"
#include "lessons/11_baby_gpt/chat_command.h"
#include "lessons/11_baby_gpt/options.h"
#include "lessons/models/conversation.h"
#include "lessons/models/reply.h"
#include "lessons/stage/letters.h"
#include "tokenizer/stream_decoder.h"

namespace dikkat {

namespace {

constexpr int64_t longest_reply = 100;        // tokens
constexpr double highest_temperature = 100;   // as for --temperature
constexpr uint32_t chat_draws = 0x20000000u;  // the samples during training are numbered by their steps, from 0
constexpr const char* no_reply = "…";

bool is_blank(const std::string& line) {
  return line.find_first_not_of(' ') == std::string::npos;
}

class Chat {
 public:
  Chat(Lesson& lesson, LanguageModel& model, const Tokenizer& tokenizer, bool is_dialogue)
      : lesson_(lesson),
        model_(model),
        tokenizer_(tokenizer),
        is_dialogue_(is_dialogue),
        language_(is_dialogue ? LanguageGuess::of_the_course() : LanguageGuess({}, {})),
        // A reply seldom takes a quarter of the context; the rest is for what was said.
        conversation_(tokenizer, model.context_length(), std::min(longest_reply, model.context_length() / 4)),
        options_(writing_options(lesson, chat_draws)) {
    options_.max_new_tokens = longest_reply;
  }

  // Prints the model's answer to a line of the user.
  void answer(const std::string& line);

  // Does what a line that begins with "/" asks for; false: to end.
  bool obey(const ChatCommand& command);

  const Json& replies() const { return replies_; }

 private:
  std::string next_turn();
  std::string continuation(const std::string& line);
  void say_what_was_cut(int64_t cut, int64_t seen);
  void help();
  void set_temperature(const std::string& typed);
  void save(const std::string& name);

  Lesson& lesson_;
  LanguageModel& model_;
  const Tokenizer& tokenizer_;
  bool is_dialogue_;
  LanguageGuess language_;
  Conversation conversation_;
  GenerateOptions options_;
  bool told_that_it_forgets_ = false;
  Json replies_ = Json::array();
};

// --- Replies

void Chat::answer(const std::string& line) {
  conversation_.say(line, is_dialogue_ ? language_(line, conversation_.language()) : Spoken::unknown);
  const std::string reply = is_dialogue_ ? next_turn() : continuation(line);
  lesson_.stream("\n");
  conversation_.reply(harmless(reply));
  replies_.append(harmless(reply));
}

// The second speaker's turn, shown as it comes. An empty one is drawn once more.
std::string Chat::next_turn() {
  const Conversation::Prompt prompt = conversation_.prompt();
  say_what_was_cut(prompt.cut_from_line, prompt.seen_of_line);
  if (prompt.forgotten > 0 && !told_that_it_forgets_) {
    told_that_it_forgets_ = true;
    lesson_.line(lesson_.label("forgets", {{"block_size", std::to_string(model_.context_length())}}));
  }
  lesson_.stream(lesson_.label("model") + "> ");
  const auto show = [&](const std::string& piece) {
    lesson_.stream(piece);
    return !Lesson::interrupted();
  };
  std::string reply;
  for (int draw = 0; draw < 2 && reply.empty() && !Lesson::interrupted(); ++draw) {
    reply = write_turn(model_, tokenizer_, prompt.ids, options_, show);
    ++options_.draw;
  }
  if (reply.empty()) lesson_.stream(no_reply);
  return reply;
}

// A model that knows no turns goes on from the line.
std::string Chat::continuation(const std::string& line) {
  const std::vector<int32_t> ids = tokenizer_.encode("\n" + line, SpecialTokens::as_text);
  const int64_t all = static_cast<int64_t>(ids.size()), seen = std::min(all, model_.context_length());
  say_what_was_cut(all - seen, seen);
  lesson_.stream(lesson_.label("model") + "> " + line);
  StreamDecoder decoder(tokenizer_);
  std::string reply;
  const auto show = [&](const std::string& piece) {
    reply += piece;
    lesson_.stream(piece);
    return !Lesson::interrupted();
  };
  generate(model_, ids, options_, [&](int32_t id) { return show(decoder.next(id)); });
  show(decoder.finish());
  ++options_.draw;
  return reply;
}

void Chat::say_what_was_cut(int64_t cut, int64_t seen) {
  if (cut == 0) return;
  lesson_.line(lesson_.label("line_cut", {{"tokens", std::to_string(cut + seen)}, {"seen", std::to_string(seen)}}));
}

// --- Commands

bool Chat::obey(const ChatCommand& command) {
  const std::string& name = command.name;
  const bool stands_alone = name == "/help" || name == "/reset" || name == "/quit";
  if (stands_alone && !command.argument.empty()) {
    lesson_.line(lesson_.label("command_alone", {{"command", name}}));
  } else if (name == "/quit") {
    return false;
  } else if (name == "/help") {
    help();
  } else if (name == "/reset") {
    conversation_.forget();
    told_that_it_forgets_ = false;
    lesson_.line(lesson_.label("conversation_forgotten"));
  } else if (name == "/temperature") {
    set_temperature(command.argument);
  } else if (name == "/save") {
    save(command.argument);
  } else {
    const std::string near = nearest(name, chat_commands());
    std::string words = lesson_.label("command_unknown", {{"command", in_quotes(name)}}) + " ";
    if (!near.empty()) words += lesson_.label("command_nearest", {{"command", near}}) + " ";
    lesson_.line(words + lesson_.label("command_or_text"));
  }
  return true;
}

void Chat::help() {
  for (const char* name : {"help", "reset", "temperature", "save", "quit"})
    lesson_.line("  " + lesson_.label(std::string("command_") + name));
}

void Chat::set_temperature(const std::string& typed) {
  if (!typed.empty()) {
    const std::optional<double> number = typed_number(typed, 0, highest_temperature);
    if (!number) {
      lesson_.line(
          lesson_.label("temperature_wrong", {{"found", in_quotes(typed)}, {"highest", text(highest_temperature)}}));
      return;
    }
    options_.temperature = *number;
  }
  lesson_.line(lesson_.label("temperature_is", {{"value", text(options_.temperature)}}));
}

void Chat::save(const std::string& name) {
  if (conversation_.empty()) return lesson_.line(lesson_.label("nothing_said"));
  const std::string path = name.empty() ? new_conversation_path(Lesson::home() + "/conversations") : name;
  if (is_file(path) || is_folder(path)) return lesson_.line(lesson_.label("file_exists", {{"file", path}}));
  try {
    if (name.empty()) make_folders_for(path);
    write_file(path, conversation_.transcript(lesson_.label("you"), lesson_.label("model")));
    lesson_.line(lesson_.label("conversation_saved", {{"file", path}}));
  } catch (const Error& error) {
    lesson_.line(lesson_.label("conversation_not_saved") + ": " + error.what());
  }
}

}  // namespace

std::vector<Flag> chat_flags() {
  return {{.name = "chat",
           .help = {"eğitmeden, son eğitilen modelle konuş; seçenekler başkasını söylüyorsa onunla",
                    "talk without training, to the model trained last or the one that the flags name"}},
          {.name = "say",
           .kind = Flag::word,
           .help = {"--chat gibi, ama tek bir satır söyler ve cevabını yazar",
                    "as --chat, but says one line and prints the reply"},
           .value_name = "TEXT"}};
}

std::string text_to_say(const Lesson& lesson) {
  const std::string line = harmless(lesson.flags.word("say"));
  if (is_blank(line))
    throw UsageError(lesson.turkish ? "--say: arkasındaki metin boş; söylenecek bir şey yaz: --say \"Merhaba\""
                                    : "--say: the text behind it is empty; give it something to say: --say \"Hello\"");
  return line;
}

void chat(Lesson& lesson, LanguageModel& model, const Tokenizer& tokenizer, bool is_dialogue) {
  lesson.section(is_dialogue ? "chat" : "chat_own");
  Chat chat(lesson, model, tokenizer, is_dialogue);
  while (!Lesson::interrupted()) {
    const std::optional<std::string> line = lesson.read_line(lesson.label("you") + "> ");
    if (!line || (is_blank(*line) && lesson.input_is_terminal())) break;
    if (is_blank(*line)) continue;
    if (const std::optional<ChatCommand> command = chat_command(*line)) {
      if (!chat.obey(*command)) break;
    } else {
      chat.answer(*line);
    }
  }
  lesson.record("replies", chat.replies());
}

void say_once(Lesson& lesson, LanguageModel& model, const Tokenizer& tokenizer, bool is_dialogue,
              const std::string& line) {
  Chat chat(lesson, model, tokenizer, is_dialogue);
  lesson.line(lesson.label("you") + "> " + line);
  chat.answer(line);
  lesson.record("replies", chat.replies());
}

}  // namespace dikkat
