#include "lessons/models/conversation.h"

#include <algorithm>

#include "kernels/check.h"
#include "lessons/models/turns.h"

namespace dikkat {

namespace {

void append(std::vector<int32_t>& ids, const std::vector<int32_t>& more) {
  ids.insert(ids.end(), more.begin(), more.end());
}

int64_t count(const std::vector<int32_t>& ids) {
  return static_cast<int64_t>(ids.size());
}

}  // namespace

Conversation::Conversation(const Tokenizer& tokenizer, int64_t context_length, int64_t room)
    : tokenizer_(&tokenizer),
      context_length_(context_length),
      room_(room),
      first_sign_(tokenizer.encode(first_speaker, SpecialTokens::allowed)),
      second_sign_(tokenizer.encode(second_speaker, SpecialTokens::allowed)),
      line_feed_(tokenizer.encode("\n", SpecialTokens::as_text)) {
  require(context_length >= 1 && room >= 0, "a conversation needs a context of at least one token, got ",
          context_length);
}

// A space belongs to the token of the word behind it.
std::vector<int32_t> Conversation::text_ids(std::string_view text) const {
  std::string one_line(text);
  std::replace_if(
      one_line.begin(), one_line.end(), [](char letter) { return letter == '\n' || letter == '\r'; }, ' ');
  const size_t first = one_line.find_first_not_of(' ');
  if (first == std::string::npos) return {};
  return tokenizer_->encode(" " + one_line.substr(first, one_line.find_last_not_of(' ') + 1 - first),
                            SpecialTokens::as_text);
}

size_t Conversation::begin() const {
  return forgotten_before_.empty() ? 0 : forgotten_before_.back();
}

Spoken Conversation::language() const {
  return exchanges_.size() > begin() ? exchanges_.back().language : Spoken::unknown;
}

void Conversation::say(std::string_view line, Spoken language) {
  if (language == Spoken::unknown) language = this->language();
  exchanges_.push_back(
      {.line = std::string(line), .reply = "", .language = language, .line_ids = text_ids(line), .turns = {}});
}

void Conversation::reply(std::string_view text) {
  require(!exchanges_.empty() && exchanges_.back().turns.empty(),
          "conversation: a reply, but nothing was said before it");
  Exchange& last = exchanges_.back();
  last.reply = text;
  const std::vector<int32_t> ids = text_ids(text);
  if (ids.empty()) return;
  for (const std::vector<int32_t>& part : {first_sign_, last.line_ids, second_sign_, ids}) append(last.turns, part);
}

Conversation::Prompt Conversation::prompt() const {
  require(exchanges_.size() > begin() && exchanges_.back().turns.empty(), "conversation: no line waits for a reply");
  const Exchange& last = exchanges_.back();
  Prompt prompt;
  // The sign of the model's turn must be there; of a line that is too long, its end.
  const int64_t signs = count(first_sign_) + count(second_sign_), whole = count(last.line_ids);
  const int64_t budget = std::max(context_length_ - room_, count(second_sign_));
  const bool has_both_signs = signs < budget || (signs == budget && whole == 0);
  prompt.seen_of_line = std::min(whole, has_both_signs ? budget - signs : budget - count(second_sign_));
  prompt.cut_from_line = whole - prompt.seen_of_line;
  int64_t left = budget - prompt.seen_of_line - (has_both_signs ? signs : count(second_sign_));

  // Exchanges before it, from the latest back.
  std::vector<const Exchange*> fitting;
  for (size_t i = exchanges_.size() - 1; i-- > begin();) {
    const Exchange& exchange = exchanges_[i];
    if (exchange.turns.empty() || (exchange.language != last.language && exchange.language != Spoken::unknown))
      continue;
    if (prompt.cut_from_line > 0 || prompt.forgotten > 0 || count(exchange.turns) > left) {
      ++prompt.forgotten;
    } else {
      left -= count(exchange.turns);
      fitting.push_back(&exchange);
    }
  }

  // In the text that the model learned from, an empty line stands where a dialogue begins.
  if (prompt.cut_from_line == 0 && prompt.forgotten == 0 && count(line_feed_) <= left) append(prompt.ids, line_feed_);
  for (auto exchange = fitting.rbegin(); exchange != fitting.rend(); ++exchange) append(prompt.ids, (*exchange)->turns);
  if (has_both_signs) append(prompt.ids, first_sign_);
  prompt.ids.insert(prompt.ids.end(), last.line_ids.end() - prompt.seen_of_line, last.line_ids.end());
  append(prompt.ids, second_sign_);
  return prompt;
}

void Conversation::forget() {
  forgotten_before_.push_back(exchanges_.size());
}

std::string Conversation::transcript(const std::string& user, const std::string& model) const {
  std::string all;
  for (size_t i = 0; i < exchanges_.size(); ++i) {
    if (i > 0 && std::count(forgotten_before_.begin(), forgotten_before_.end(), i) > 0) all += "\n";
    all += user + ": " + exchanges_[i].line + "\n" + model + ": " + exchanges_[i].reply + "\n";
  }
  return all;
}

}  // namespace dikkat
