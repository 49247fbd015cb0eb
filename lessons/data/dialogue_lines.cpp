#include "lessons/data/dialogue_lines.h"

#include <algorithm>
#include <set>

#include "core/files/json.h"
#include "kernels/check.h"

namespace dikkat {

namespace {

// The first of these members that is there; empty if none is.
std::string first_of(const Json& json, std::initializer_list<std::string_view> keys) {
  for (const std::string_view key : keys) {
    if (const auto value = json.find(key)) return value->string();
  }
  return "";
}

// "#Person1#" of "#Person1#: Hello."; empty for a line without one.
std::string_view speaker_of(std::string_view line) {
  const size_t end = line.starts_with('#') ? line.find("#:", 1) : line.npos;
  return end == line.npos ? std::string_view() : line.substr(0, end + 1);
}

size_t count_speakers(std::string_view dialogue) {
  std::set<std::string_view> speakers;
  for (size_t at = 0; at < dialogue.size();) {
    const size_t end = std::min(dialogue.find('\n', at), dialogue.size());
    const std::string_view speaker = speaker_of(dialogue.substr(at, end - at));
    if (!speaker.empty()) speakers.insert(speaker);
    at = end + 1;
  }
  return speakers.size();
}

}  // namespace

bool is_dialogue_lines(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r\n");
  return first != text.npos && text[first] == '{';
}

std::vector<Dialogue> parse_dialogue_lines(std::string_view text, const std::string& source) {
  std::vector<Dialogue> dialogues;
  int64_t number = 0;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, end - at);
    at = end + 1;
    ++number;
    if (line.find_first_not_of(" \t\r") == line.npos) continue;
    const std::string where = source + ", line " + std::to_string(number);
    const Json json = Json::parse(line, where);
    require(json.kind() == JsonKind::object, where, ": expected an object {\"dialogue\": ...}");
    const auto dialogue = json.find("dialogue");
    require(dialogue.has_value(), where, ": there is no \"dialogue\"");
    const size_t speakers = count_speakers(dialogue->string());
    require(speakers >= 2, where, ": a dialogue needs two speakers (\"#Person1#: ...\", \"#Person2#: ...\"), found ",
            speakers);
    dialogues.push_back({first_of(json, {"fname", "id"}), dialogue->string(), first_of(json, {"summary", "summary1"}),
                         first_of(json, {"topic", "topic1"})});
  }
  require(!dialogues.empty(), source, ": there is no dialogue in it");
  return dialogues;
}

}  // namespace dikkat
