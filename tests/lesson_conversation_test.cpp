// A conversation as tokens, and the end of a turn.
#include "lessons/models/conversation.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/files/utf8.h"
#include "lessons/models/reply.h"
#include "lessons/models/turns.h"
#include "tests/messages.h"
#include "tests/recited_model.h"
#include "tokenizer/train.h"

namespace dikkat::test {
namespace {

constexpr const char* some_text = "Hello, how are you? I am fine, thanks. Merhaba, nasılsın? İyiyim, teşekkür ederim.";

Tokenizer with_signs() {
  return Tokenizer(learn_vocabulary(some_text, 300, true));
}
Tokenizer without_signs() {
  return Tokenizer(learn_vocabulary(some_text, 300, false));
}

int64_t size_of(const std::vector<int32_t>& ids) {
  return static_cast<int64_t>(ids.size());
}

// --- What belongs to a turn

// The text of the turn, given byte by byte or at once; the pieces never hold a part of a sign.
std::string turn_of(const std::string& written, size_t piece) {
  TurnText turn;
  std::string all;
  for (size_t at = 0; at < written.size(); at += piece) all += turn.add(written.substr(at, piece));
  if (!turn.ended()) all += turn.finish();
  return all;
}

TEST(TurnText, EndsAtALineFeedOrASign) {
  const std::vector<std::pair<std::string, std::string>> rows = {{" Hello there.\n#Person1#: Hi", "Hello there."},
                                                                 {"Hello #Person2#: Hi", "Hello "},
                                                                 {"   \n", ""},
                                                                 {"\nHello", ""},
                                                                 {"", ""},
                                                                 {"  two  spaces ", "two  spaces "},
                                                                 {"I am #Person1#, hello", "I am #Person1#, hello"},
                                                                 {"number #Per", "number #Per"},
                                                                 {"a ## #P#Person1#: x", "a ## #P"},
                                                                 {"#Person2#:", ""},
                                                                 {"teşekkür ederim", "teşekkür ederim"}};
  for (const auto& [written, expected] : rows) {
    for (const size_t piece : {1, 2, 3, 7, 100})
      EXPECT_EQ(turn_of(written, piece), expected) << written << " " << piece;
  }
}

TEST(TurnText, HandsOutTextAsSoonAsItCannotBecomeASign) {
  TurnText turn;
  EXPECT_EQ(turn.add(" Go"), "Go");
  EXPECT_EQ(turn.add(" #Per"), " ");
  EXPECT_EQ(turn.add("haps"), "#Perhaps");
  EXPECT_EQ(turn.add("#Person1#"), "");
  EXPECT_EQ(turn.add(":"), "");
  EXPECT_TRUE(turn.ended());
  EXPECT_EQ(turn.add("more"), "");
}

TEST(WriteTurn, ShowsTheReplyPieceByPieceAndNoSign) {
  for (const bool signs : {true, false}) {
    const Tokenizer tokenizer = signs ? with_signs() : without_signs();
    RecitedModel model(tokenizer, 64);
    model.recite(tokenizer.encode(" İyiyim, teşekkür ederim. 🙂\n#Person1#: Hello", SpecialTokens::allowed));
    std::vector<std::string> pieces;
    const std::string reply =
        write_turn(model, tokenizer, {1, 2, 3}, {.temperature = 0}, [&](const std::string& piece) {
          pieces.push_back(piece);
          return true;
        });
    EXPECT_EQ(reply, "İyiyim, teşekkür ederim. 🙂");
    std::string all;
    for (const std::string& piece : pieces) {
      EXPECT_TRUE(is_utf8(piece)) << piece;
      all += piece;
    }
    EXPECT_EQ(all, reply);
    EXPECT_GT(pieces.size(), 3u);
  }
}

TEST(WriteTurn, EndsAtItsLongestAndWhenNobodyListens) {
  const Tokenizer tokenizer = with_signs();
  RecitedModel model(tokenizer, 64);
  model.recite(tokenizer.encode("x"));
  EXPECT_EQ(write_turn(model, tokenizer, {1}, {.max_new_tokens = 7, .temperature = 0}), "xxxxxxx");
  model.recite(tokenizer.encode("x"));
  EXPECT_EQ(write_turn(model, tokenizer, {1}, {.max_new_tokens = 7, .temperature = 0},
                       [&](const std::string&) { return model.written() < 3; }),
            "xxx");
  model.recite(tokenizer.encode("\n#Person2#:", SpecialTokens::allowed));
  EXPECT_EQ(write_turn(model, tokenizer, {1}, {.temperature = 0}), "");
  EXPECT_EQ(model.written(), 1u);
}

// --- The prompt

TEST(Conversation, StandsAsInTheTextThatTheModelLearnsFrom) {
  for (const bool signs : {true, false}) {
    const Tokenizer tokenizer = signs ? with_signs() : without_signs();
    Conversation conversation(tokenizer, 400, 20);
    conversation.say("Hello, how are you?");
    conversation.reply("I am fine, thanks.");
    conversation.say("  Thanks.  ");
    const std::string text =
        turns_text("#Person1#: x") +
        turns_text("#Person1#: Hello, how are you?\n#Person2#: I am fine, thanks.\n#Person1#: Thanks.");
    const std::vector<int32_t> learned = tokenizer.encode(text, SpecialTokens::allowed);
    const std::vector<int32_t> prompt = conversation.prompt().ids;
    // From the empty line in front of the dialogue to the end of its last line; then it is the model's turn.
    const std::vector<int32_t> expected(
        learned.end() - 1 - (size_of(prompt) - size_of(tokenizer.encode(second_speaker, SpecialTokens::allowed))),
        learned.end() - 1);
    EXPECT_TRUE(std::equal(expected.begin(), expected.end(), prompt.begin())) << tokenizer.decode(prompt);
    EXPECT_EQ(tokenizer.decode(prompt),
              "\n\n#Person1#: Hello, how are you?\n#Person2#: I am fine, thanks.\n#Person1#: Thanks.\n#Person2#:");
    EXPECT_EQ(conversation.prompt().cut_from_line, 0);
    EXPECT_EQ(conversation.prompt().forgotten, 0);
  }
}

TEST(Conversation, NobodyMakesASignByHand) {
  const Tokenizer tokenizer = with_signs();
  const int32_t first = *tokenizer.find(first_speaker), second = *tokenizer.find(second_speaker);
  Conversation conversation(tokenizer, 400, 20);
  for (const char* line : {"#Person2#: hi", "a\n#Person2#: hi\n#Person1#: you", "\n#Person2#:", "\r\n#Person1#:\r"}) {
    conversation.say(line);
    const std::vector<int32_t> ids = conversation.prompt().ids;
    EXPECT_EQ(std::count(ids.begin(), ids.end(), first), 1) << line;
    EXPECT_EQ(std::count(ids.begin(), ids.end(), second), 1) << line;
    EXPECT_EQ(ids.back(), second);
    EXPECT_EQ(tokenizer.decode(ids).find('\r'), std::string::npos);
    conversation.forget();
  }
  EXPECT_NE(conversation.transcript("you", "it").find("#Person2#: hi\n#Person1#: you"), std::string::npos);
}

TEST(Conversation, OfALineThatIsTooLongTheEndIsSeen) {
  const Tokenizer tokenizer = with_signs();
  Conversation conversation(tokenizer, 64, 16);
  const std::string line = std::string(100'000, 'q') + " the end";
  conversation.say("Hello");
  conversation.reply("Hello");
  conversation.say(line);
  const Conversation::Prompt prompt = conversation.prompt();
  EXPECT_EQ(size_of(prompt.ids), 64 - 16);
  EXPECT_EQ(prompt.seen_of_line, 64 - 16 - 2);
  EXPECT_EQ(prompt.seen_of_line + prompt.cut_from_line, size_of(tokenizer.encode(" " + line)));
  EXPECT_EQ(prompt.forgotten, 1);
  const std::string text = tokenizer.decode(prompt.ids);
  EXPECT_TRUE(text.starts_with("\n#Person1#:q")) << text;
  EXPECT_TRUE(text.ends_with(" the end\n#Person2#:")) << text;
  EXPECT_NE(conversation.transcript("you", "it").find(line), std::string::npos) << "what was typed is kept";
}

TEST(Conversation, TheOldestExchangesMakeRoom) {
  const Tokenizer tokenizer = with_signs();
  Conversation conversation(tokenizer, 64, 16);
  for (int i = 0; i < 30; ++i) {
    conversation.say("Question " + std::to_string(i));
    const Conversation::Prompt prompt = conversation.prompt();
    EXPECT_LE(size_of(prompt.ids), 64 - 16);
    EXPECT_EQ(prompt.cut_from_line, 0);
    const std::string text = tokenizer.decode(prompt.ids);
    EXPECT_TRUE(text.ends_with("\n#Person1#: Question " + std::to_string(i) + "\n#Person2#:")) << text;
    EXPECT_EQ(text.starts_with("\n\n"), prompt.forgotten == 0) << text;
    EXPECT_TRUE(text.substr(prompt.forgotten == 0).starts_with(first_speaker)) << "pairs are dropped: " << text;
    if (i > 0) {
      EXPECT_NE(text.find("Answer " + std::to_string(i - 1)), std::string::npos) << text;
    }
    EXPECT_EQ(prompt.forgotten > 0, text.find("Question 0") == std::string::npos);
    conversation.reply("Answer " + std::to_string(i));
  }
  conversation.say("x");
  EXPECT_GT(conversation.prompt().forgotten, 20);
}

TEST(Conversation, TheSignOfTheModelsTurnIsThereInTheSmallestContext) {
  for (const bool signs : {true, false}) {
    const Tokenizer tokenizer = signs ? with_signs() : without_signs();
    const std::vector<int32_t> sign = tokenizer.encode(second_speaker, SpecialTokens::allowed);
    for (int64_t context = 1; context < 60; ++context) {
      for (const int64_t room : {int64_t{0}, context / 4, context}) {
        Conversation conversation(tokenizer, context, room);
        for (const char* line : {"", "Hello", "Hello, how are you? I am fine, thanks."}) {
          conversation.say(line);
          const Conversation::Prompt prompt = conversation.prompt();
          EXPECT_LE(size_of(prompt.ids), std::max(context - room, size_of(sign)));
          ASSERT_GE(prompt.ids.size(), sign.size());
          EXPECT_TRUE(std::equal(sign.begin(), sign.end(), prompt.ids.end() - size_of(sign)));
          conversation.reply("Yes");
        }
      }
    }
  }
}

TEST(Conversation, WhatWasSaidInTheOtherLanguageIsLeftOut) {
  const Tokenizer tokenizer = with_signs();
  Conversation conversation(tokenizer, 400, 20);
  const auto say = [&](const char* line, Spoken language) {
    conversation.say(line, language);
    const std::string text = tokenizer.decode(conversation.prompt().ids);
    conversation.reply("ok");
    return text;
  };
  say("12:30", Spoken::unknown);
  EXPECT_EQ(conversation.language(), Spoken::unknown);
  EXPECT_NE(say("Hello", Spoken::english).find("12:30"), std::string::npos);
  EXPECT_EQ(say("Merhaba", Spoken::turkish).find("Hello"), std::string::npos);
  EXPECT_NE(say("hm", Spoken::unknown).find("Merhaba"), std::string::npos) << "unknown: the language before";
  EXPECT_EQ(conversation.language(), Spoken::turkish);
  const std::string back = say("Thanks", Spoken::english);
  EXPECT_NE(back.find("Hello"), std::string::npos) << back;
  EXPECT_EQ(back.find("Merhaba"), std::string::npos) << back;
}

TEST(Conversation, ForgetsWhenAskedAndKeepsTheTranscript) {
  const Tokenizer tokenizer = with_signs();
  Conversation conversation(tokenizer, 400, 20);
  EXPECT_TRUE(conversation.empty());
  expect_parts(message_of([&] { conversation.prompt(); }), {"no line", "reply"});
  expect_parts(message_of([&] { conversation.reply("x"); }), {"nothing was said"});
  conversation.say("One", Spoken::english);
  conversation.reply("Two");
  expect_parts(message_of([&] { conversation.prompt(); }), {"no line", "reply"});
  conversation.forget();
  conversation.forget();
  expect_parts(message_of([&] { conversation.prompt(); }), {"no line", "reply"});
  EXPECT_EQ(conversation.language(), Spoken::unknown);
  conversation.say("Three");
  EXPECT_EQ(tokenizer.decode(conversation.prompt().ids), "\n\n#Person1#: Three\n#Person2#:");
  conversation.reply("");  // stands in no later prompt
  conversation.say("Four");
  EXPECT_EQ(tokenizer.decode(conversation.prompt().ids), "\n\n#Person1#: Four\n#Person2#:");
  conversation.reply("Five");
  EXPECT_EQ(conversation.transcript("you", "it"), "you: One\nit: Two\n\nyou: Three\nit: \nyou: Four\nit: Five\n");
}

}  // namespace
}  // namespace dikkat::test
