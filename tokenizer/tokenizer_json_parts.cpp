#include "tokenizer/tokenizer_json_parts.h"

#include <algorithm>

#include "core/files/utf8.h"
#include "kernels/check.h"

namespace dikkat {

namespace {

[[noreturn]] void not_supported(JsonView part, std::string_view what) {
  fail(part.where(), ": ", what, " is not supported");
}

const std::string& type_of(JsonView part) {
  return part.at("type").string();
}

[[noreturn]] void type_not_supported(JsonView part, std::string_view what) {
  not_supported(part, text("the ", what, " ", in_quotes(type_of(part))));
}

// The parts of a "Sequence" under `list`, or the one part itself; none for a key that is not there or null.
std::vector<JsonView> parts_of(JsonView file, std::string_view key, std::string_view list) {
  const std::optional<JsonView> part = file.find(key);
  if (!part) return {};
  if (type_of(*part) == "Sequence") return part->at(list).elements();
  return {*part};
}

bool is_true(JsonView part, std::string_view key, bool otherwise) {
  const std::optional<JsonView> value = part.find(key);
  return value ? value->boolean() : otherwise;
}

// Does `part` replace the text `from` by `to`?
bool replaces(JsonView part, std::string_view from, std::string_view to) {
  if (type_of(part) != "Replace") return false;
  const std::optional<JsonView> pattern = part.at("pattern").find("String");
  return pattern && pattern->string() == from && part.at("content").string() == to;
}

// tiktoken's spelling is of no use here: the engine that reads tokenizer.json takes {1,3}+ for a repetition of {1,3}.
constexpr std::string_view tiktoken_digits = R"(\p{N}{1,3}+)";
constexpr std::string_view cl100k_pattern =
    R"('(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*+|)"
    R"(\s++$|\s*[\r\n]|\s+(?!\S)|\s)";

std::optional<PreTokenizer> kind_of_pattern(std::string_view pattern) {
  if (pattern == cl100k_pattern) return PreTokenizer::cl100k;
  if (pattern.find(tiktoken_digits) != pattern.npos) return std::nullopt;
  return pre_tokenizer_by_pattern(pattern);
}

PreTokenizer split_by(JsonView split) {
  const JsonView pattern = split.at("pattern");
  const std::optional<JsonView> expression = pattern.find("Regex");
  if (!expression) not_supported(pattern, "a pattern that is no 'Regex'");
  const std::optional<PreTokenizer> kind = kind_of_pattern(expression->string());
  if (!kind) not_supported(*expression, text("the regular expression ", in_quotes(expression->string())));
  const std::string& behavior = split.at("behavior").string();
  const bool inverted = is_true(split, "invert", false);
  // With "invert" the matches are what stands between pieces; as these patterns match everything, both give them.
  if (behavior != "Isolated" && !(behavior == "Removed" && inverted))
    not_supported(split, text("the behavior ", in_quotes(behavior)));
  return *kind;
}

// What published files write for each kind.
std::string_view pattern_of(PreTokenizer kind) {
  switch (kind) {
    case PreTokenizer::cl100k:
      return cl100k_pattern;
    case PreTokenizer::llama3:
      return R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|)"
             R"(\s*[\r\n]+|\s+(?!\S)|\s+)";
    case PreTokenizer::qwen2:
      return R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|)"
             R"(\s*[\r\n]+|\s+(?!\S)|\s+)";
    case PreTokenizer::o200k:
      return R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+)"
             R"((?i:'s|'t|'re|'ve|'m|'ll|'d)?|)"
             R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*)"
             R"((?i:'s|'t|'re|'ve|'m|'ll|'d)?|)"
             R"(\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
    default:
      return "";
  }
}

Json byte_level(bool use_regex) {
  Json part = Json::object();
  part.set("type", "ByteLevel");
  part.set("add_prefix_space", false);
  part.set("trim_offsets", true);
  part.set("use_regex", use_regex);
  return part;
}

Json object_of(std::vector<Json::Member> members) {
  return Json::object(std::move(members));
}

Json replace(std::string_view from, std::string_view to) {
  return object_of({{"type", "Replace"}, {"pattern", object_of({{"String", from}})}, {"content", to}});
}

}  // namespace

void read_json_normalizer(JsonView file, Vocabulary& vocabulary) {
  for (const JsonView part : parts_of(file, "normalizer", "normalizers")) {
    const std::string& type = type_of(part);
    if (type == "NFC" && !vocabulary.sentencepiece) {
      vocabulary.nfc = true;
    } else if (type == "Prepend" && vocabulary.sentencepiece && part.at("prepend").string() == sentencepiece_space &&
               !vocabulary.sentencepiece->block_is_space) {
      vocabulary.sentencepiece->space_in_front = true;
    } else if (vocabulary.sentencepiece && replaces(part, " ", sentencepiece_space)) {
      vocabulary.sentencepiece->block_is_space = true;
    } else {
      type_not_supported(part, "normalizer");
    }
  }
  if (vocabulary.sentencepiece && !vocabulary.sentencepiece->block_is_space)
    fail(file.where(),
         ": a model with byte_fallback is only supported with the normalizer that replaces ' ' by U+2581");
}

void read_json_pre_tokenizer(JsonView file, Vocabulary& vocabulary) {
  const std::vector<JsonView> parts = parts_of(file, "pre_tokenizer", "pretokenizers");
  if (vocabulary.sentencepiece) {
    if (!parts.empty()) type_not_supported(parts[0], "pre-tokenizer of a model with byte_fallback");
    return;
  }
  if (parts.empty()) fail(file.where(), ": a model without pre-tokenizer and without byte_fallback is not supported");
  bool cut = false, bytes = false;
  for (const JsonView part : parts) {
    const std::string& type = type_of(part);
    if (bytes || (type != "Split" && type != "ByteLevel") || (type == "Split" && cut))
      type_not_supported(part, bytes || cut ? "further pre-tokenizer" : "pre-tokenizer");
    if (type == "Split") {
      vocabulary.pre_tokenizer = split_by(part);
      cut = true;
      continue;
    }
    bytes = true;
    if (is_true(part, "add_prefix_space", true)) not_supported(part, "add_prefix_space");
    const bool use_regex = is_true(part, "use_regex", true);
    if (use_regex && cut) not_supported(part, "use_regex after a Split");
    if (!use_regex && !cut) not_supported(part, "a ByteLevel that cuts nothing (use_regex is false)");
    if (use_regex) vocabulary.pre_tokenizer = PreTokenizer::gpt2;
  }
  if (!bytes) type_not_supported(parts.back(), "pre-tokenizer without ByteLevel behind it,");
}

void read_json_decoder(JsonView file, const Vocabulary& vocabulary) {
  bool strips = false;
  for (const JsonView part : parts_of(file, "decoder", "decoders")) {
    const std::string& type = type_of(part);
    if (!vocabulary.sentencepiece) {
      if (type != "ByteLevel") type_not_supported(part, "decoder");
      continue;
    }
    if (type == "Strip") {
      strips = true;
      const bool one_space =
          part.at("content").string() == " " && part.at("start").integer() == 1 && part.at("stop").integer() == 0;
      if (!one_space) not_supported(part, "a Strip of anything but one space in front");
    } else if (type != "ByteFallback" && type != "Fuse" && !replaces(part, sentencepiece_space, " ")) {
      type_not_supported(part, "decoder");
    }
  }
  if (vocabulary.sentencepiece && strips != vocabulary.sentencepiece->space_in_front)
    fail(file.where(), ": the normalizer and the decoder must agree on the space in front of a text");
}

void read_json_post_processor(JsonView file, Vocabulary& vocabulary) {
  for (const JsonView part : parts_of(file, "post_processor", "processors")) {
    const std::string& type = type_of(part);
    if (type == "ByteLevel") continue;  // moves offsets only
    if (type != "TemplateProcessing") type_not_supported(part, "post_processor");
    if (!vocabulary.beginning.empty() || !vocabulary.ending.empty()) not_supported(part, "a second template");
    bool behind = false;
    for (const JsonView piece : part.at("single").elements()) {
      if (piece.find("Sequence")) {
        if (behind) not_supported(piece, "a text that occurs twice in a template");
        behind = true;
        continue;
      }
      const std::string& name = piece.at("SpecialToken").at("id").string();
      for (const JsonView id : part.at("special_tokens").at(name).at("ids").elements())
        (behind ? vocabulary.ending : vocabulary.beginning)
            .push_back(static_cast<int32_t>(id.integer(0, vocabulary.size() - 1)));
    }
  }
}

Json json_normalizer(const Vocabulary& vocabulary) {
  if (vocabulary.nfc) return object_of({{"type", "NFC"}});
  if (!vocabulary.sentencepiece) return Json();
  std::vector<Json> parts;
  if (vocabulary.sentencepiece->space_in_front)
    parts.push_back(object_of({{"type", "Prepend"}, {"prepend", sentencepiece_space}}));
  parts.push_back(replace(" ", sentencepiece_space));
  return object_of({{"type", "Sequence"}, {"normalizers", Json::array(std::move(parts))}});
}

Json json_pre_tokenizer(const Vocabulary& vocabulary) {
  if (vocabulary.sentencepiece) return Json();
  if (vocabulary.pre_tokenizer == PreTokenizer::gpt2) return byte_level(true);
  const std::string_view pattern = pattern_of(vocabulary.pre_tokenizer);
  require(!pattern.empty(),
          "tokenizer.json: a vocabulary that is cut into bytes, characters or words cannot be written");
  Json split = object_of(
      {{"type", "Split"}, {"pattern", object_of({{"Regex", pattern}})}, {"behavior", "Isolated"}, {"invert", false}});
  return object_of({{"type", "Sequence"}, {"pretokenizers", Json::array({std::move(split), byte_level(false)})}});
}

Json json_decoder(const Vocabulary& vocabulary) {
  if (!vocabulary.sentencepiece) return byte_level(true);
  std::vector<Json> parts = {replace(sentencepiece_space, " "), object_of({{"type", "ByteFallback"}}),
                             object_of({{"type", "Fuse"}})};
  if (vocabulary.sentencepiece->space_in_front)
    parts.push_back(object_of({{"type", "Strip"}, {"content", " "}, {"start", 1}, {"stop", 0}}));
  return object_of({{"type", "Sequence"}, {"decoders", Json::array(std::move(parts))}});
}

Json json_post_processor(const Vocabulary& vocabulary) {
  if (vocabulary.beginning.empty() && vocabulary.ending.empty()) return Json();
  Json specials = Json::object();
  const auto text_named = [](const char* name, int type) {
    return object_of({{"Sequence", object_of({{"id", name}, {"type_id", type}})}});
  };
  const auto put = [&](std::vector<Json>& list, const std::vector<int32_t>& ids, int type) {
    for (const int32_t id : ids) {
      const std::string& name = vocabulary.tokens[static_cast<size_t>(id)];
      specials.set(name,
                   object_of({{"id", name}, {"ids", Json::array({Json(id)})}, {"tokens", Json::array({Json(name)})}}));
      list.push_back(object_of({{"SpecialToken", object_of({{"id", name}, {"type_id", type}})}}));
    }
  };
  std::vector<Json> single, pair;
  put(single, vocabulary.beginning, 0);
  single.push_back(text_named("A", 0));
  put(single, vocabulary.ending, 0);
  pair = single;
  put(pair, vocabulary.beginning, 1);
  pair.push_back(text_named("B", 1));
  put(pair, vocabulary.ending, 1);
  return object_of({{"type", "TemplateProcessing"},
                    {"single", Json::array(std::move(single))},
                    {"pair", Json::array(std::move(pair))},
                    {"special_tokens", std::move(specials)}});
}

}  // namespace dikkat
