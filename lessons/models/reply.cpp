#include "lessons/models/reply.h"

#include <algorithm>
#include <utility>

#include "lessons/models/turns.h"
#include "tokenizer/stream_decoder.h"

namespace dikkat {

namespace {

// The signs without the line feed: a vocabulary that has to spell them might forget it.
constexpr std::string_view signs[] = {first_speaker.substr(1), second_speaker.substr(1)};

// How much of the text's end could become a sign.
size_t begun_sign(std::string_view text) {
  for (size_t size = std::min(text.size(), signs[0].size() - 1); size > 0; --size) {
    for (const std::string_view sign : signs) {
      if (text.ends_with(sign.substr(0, size))) return size;
    }
  }
  return 0;
}

}  // namespace

std::string TurnText::add(std::string_view piece) {
  if (ended_) return "";
  waiting_ += piece;
  if (!has_begun_) waiting_.erase(0, waiting_.find_first_not_of(' '));
  has_begun_ = !waiting_.empty();
  size_t end = waiting_.find('\n');
  for (const std::string_view sign : signs) end = std::min(end, waiting_.find(sign));
  ended_ = end != std::string::npos;
  const std::string ready = waiting_.substr(0, ended_ ? end : waiting_.size() - begun_sign(waiting_));
  waiting_.erase(0, ready.size());
  if (ended_) waiting_.clear();
  return ready;
}

std::string TurnText::finish() {
  ended_ = true;
  return std::exchange(waiting_, {});
}

std::string write_turn(LanguageModel& model, const Tokenizer& tokenizer, const std::vector<int32_t>& prompt,
                       const GenerateOptions& options, const std::function<bool(const std::string&)>& show) {
  StreamDecoder decoder(tokenizer);
  TurnText turn;
  std::string reply;
  bool goes_on = true;
  const auto hand_out = [&](const std::string& piece) {
    reply += piece;
    if (show && !show(piece)) goes_on = false;
  };
  const std::vector<AddedToken>& added = tokenizer.vocabulary().added;
  const auto is_special = [&](int32_t id) {
    return std::any_of(added.begin(), added.end(),
                       [&](const AddedToken& token) { return token.special && token.id == id; });
  };
  generate(model, prompt, options, [&](int32_t id) {
    if (is_special(id)) return false;
    hand_out(turn.add(decoder.next(id)));
    return goes_on && !turn.ended();
  });
  if (goes_on && !turn.ended()) hand_out(turn.add(decoder.finish()));
  if (goes_on && !turn.ended()) hand_out(turn.finish());
  while (reply.ends_with(' ')) reply.pop_back();
  return reply;
}

}  // namespace dikkat
