// Hugging Face's tokenizer.json: the model with its vocabulary and merges, and the added tokens.
#include <algorithm>

#include "core/files/atomic_file.h"
#include "core/files/folders.h"
#include "core/files/json.h"
#include "core/files/utf8.h"
#include "kernels/check.h"
#include "tokenizer/byte_alphabet.h"
#include "tokenizer/files.h"
#include "tokenizer/quoted.h"
#include "tokenizer/tokenizer_json_parts.h"
#include "tokenizer/written_vocabulary.h"

namespace dikkat {

namespace {

using Tokens = std::vector<std::pair<std::string, int64_t>>;

// Everything about the model that would change the ids, and that we do not do.
void refuse_what_is_not_supported(JsonView file, JsonView model) {
  if (const auto type = model.find("type"); type && type->string() != "BPE")
    fail(type->where(), ": the model ", Quoted{type->string()}, " is not supported, only 'BPE'");
  if (const auto dropout = model.find("dropout"); dropout && dropout->number() != 0)
    fail(dropout->where(), ": dropout is not supported");
  for (const char* key : {"continuing_subword_prefix", "end_of_word_suffix"})
    if (const auto affix = model.find(key); affix && !affix->string().empty())
      fail(affix->where(), ": tokens that are marked by ", Quoted{affix->string()}, " are not supported");
  if (const auto added = file.find("added_tokens"))
    for (const JsonView token : added->elements())
      for (const char* key : {"single_word", "lstrip", "rstrip"})
        if (const auto flag = token.find(key); flag && flag->boolean())
          fail(flag->where(), ": added tokens with ", key, " are not supported");
}

bool flag(JsonView model, std::string_view key) {
  const auto value = model.find(key);
  return value && value->boolean();
}

// The model's tokens and those that are added behind them; an added one may stand in both places.
WrittenVocabulary read_tokens(JsonView file, JsonView model, const std::string& source,
                              std::vector<AddedToken>& added) {
  const auto id_of = [](JsonView value) { return value.integer(0, static_cast<int64_t>(most_tokens) - 1); };
  Tokens tokens;
  int64_t highest = 0;
  for (const auto& [token, id] : model.at("vocab").members()) {
    tokens.emplace_back(token, id_of(id));
    highest = std::max(highest, tokens.back().second);
  }
  if (const auto list = file.find("added_tokens")) {
    const JsonView vocab = model.at("vocab");
    for (const JsonView token : list->elements()) {
      const std::string& content = token.at("content").string();
      const int64_t id = id_of(token.at("id"));
      added.push_back({content, static_cast<int32_t>(id), flag(token, "special")});
      const auto known = vocab.find(content);
      if (!known) {
        tokens.emplace_back(content, id);
      } else {
        require(known->integer() == id, token.where(), ": the added token ", Quoted{content}, " has the id ", id,
                ", but the model gives it ", known->integer());
      }
    }
  }
  return WrittenVocabulary(source, std::move(tokens), highest);
}

void read_merges(JsonView list, WrittenMerges& merges) {
  size_t number = 0;
  for (const JsonView merge : list.elements()) {
    ++number;
    if (merge.kind() == JsonKind::array) {
      if (merge.size() != 2) merges.fail_at(number, text("expected two parts, found ", merge.size()));
      merges.add(number, merge.at(size_t{0}).string(), merge.at(size_t{1}).string());
      continue;
    }
    const std::string_view parts = merge.string();
    const size_t space = parts.find(' ');
    if (space == parts.npos || parts.find(' ', space + 1) != parts.npos)
      merges.fail_at(number, text("expected two parts and one space between them, found ", Quoted{parts}));
    merges.add(number, parts.substr(0, space), parts.substr(space + 1));
  }
}

std::string replaced(std::string_view text, std::string_view from, std::string_view to) {
  std::string out;
  while (!text.empty()) {
    const size_t place = std::min(text.find(from), text.size());
    out += text.substr(0, place);
    if (place < text.size()) out += to;
    text.remove_prefix(std::min(place + from.size(), text.size()));
  }
  return out;
}

// The bytes of each token, from the spelling of the file.
void spell_out(const WrittenVocabulary& written, Vocabulary& vocabulary) {
  vocabulary.tokens.resize(written.tokens().size());
  vocabulary.byte_tokens.fill(-1);
  for (const AddedToken& token : vocabulary.added) vocabulary.tokens[static_cast<size_t>(token.id)] = token.text;
  for (size_t id = 0; id < vocabulary.tokens.size(); ++id) {
    const std::string& token = written.tokens()[id];
    std::string& bytes = vocabulary.tokens[id];
    if (token.empty() || !bytes.empty()) continue;  // a hole, or added
    if (vocabulary.sentencepiece) {
      const std::optional<size_t> byte = byte_of_name(token);
      bytes = byte ? std::string(1, static_cast<char>(*byte)) : replaced(token, sentencepiece_space, " ");
      if (byte) vocabulary.byte_tokens[*byte] = static_cast<int32_t>(id);
    } else {
      const std::optional<std::string> spelled = from_byte_letters(token);
      require(spelled.has_value(), written.source(), ": the token ", Quoted{token}, " (id ", id,
              ") holds a letter that stands for no byte, and it is no added token");
      bytes = *spelled;
      if (bytes.size() == 1) vocabulary.byte_tokens[static_cast<unsigned char>(bytes[0])] = static_cast<int32_t>(id);
    }
  }
  for (size_t byte = 0; byte < 256; ++byte)
    require(vocabulary.byte_tokens[byte] >= 0, written.source(), ": the byte ", byte, " has no token");
}

// The spelling of each token in a file.
std::vector<std::string> written_tokens(const Vocabulary& vocabulary) {
  std::vector<std::string> written(vocabulary.tokens.size());
  for (size_t id = 0; id < written.size(); ++id)
    written[id] = vocabulary.sentencepiece ? replaced(vocabulary.tokens[id], " ", sentencepiece_space)
                                           : to_byte_letters(vocabulary.tokens[id]);
  if (vocabulary.sentencepiece)
    for (size_t byte = 0; byte < 256; ++byte)
      written[static_cast<size_t>(vocabulary.byte_tokens[byte])] = byte_name(byte);
  for (const AddedToken& token : vocabulary.added) written[static_cast<size_t>(token.id)] = token.text;
  return written;
}

Vocabulary vocabulary_of(const Json& json, const std::string& source) {
  const JsonView file = json;
  const JsonView model = file.at("model");
  refuse_what_is_not_supported(file, model);

  Vocabulary vocabulary;
  vocabulary.whole_pieces_first = flag(model, "ignore_merges");
  if (flag(model, "byte_fallback")) {
    vocabulary.sentencepiece = SentencePieceStyle{.space_in_front = false, .block_is_space = false};
    require(!vocabulary.whole_pieces_first, model.where(),
            ": ignore_merges and byte_fallback together are not supported");
  }
  read_json_normalizer(file, vocabulary);
  read_json_pre_tokenizer(file, vocabulary);
  read_json_decoder(file, vocabulary);
  const WrittenVocabulary written = read_tokens(file, model, source, vocabulary.added);
  spell_out(written, vocabulary);
  WrittenMerges merges(written, source, "merge");
  read_merges(model.at("merges"), merges);
  vocabulary.merges = merges.merges();
  read_json_post_processor(file, vocabulary);
  vocabulary.check(source);
  return vocabulary;
}

}  // namespace

Vocabulary read_tokenizer_json(const std::string& path) {
  return parse_tokenizer_json(read_vocabulary_text(path, most_vocabulary_bytes), shown(path));
}

Vocabulary parse_tokenizer_json(std::string_view text, const std::string& source) {
  check_json_values(text, source);
  return vocabulary_of(Json::parse(text, source), source);
}

std::string tokenizer_json(const Vocabulary& vocabulary, const std::string& source) {
  vocabulary.check("vocabulary");
  require(!vocabulary.sentencepiece || vocabulary.sentencepiece->block_is_space, source,
          ": llama2.c's vocabularies keep U+2581 and spaces apart, which tokenizer.json cannot");
  const std::vector<std::string> written = written_tokens(vocabulary);
  std::vector<Json::Member> vocab;
  for (size_t id = 0; id < written.size(); ++id)
    if (!written[id].empty()) vocab.emplace_back(written[id], id);
  std::vector<Json> merges, added;
  for (const Merge& merge : as_merge_list(vocabulary, source))
    merges.emplace_back(written[static_cast<size_t>(merge.left)] + " " + written[static_cast<size_t>(merge.right)]);
  for (const AddedToken& token : vocabulary.added)
    added.push_back(Json::object({{"id", token.id},
                                  {"content", token.text},
                                  {"single_word", false},
                                  {"lstrip", false},
                                  {"rstrip", false},
                                  {"normalized", false},
                                  {"special", token.special}}));
  const bool fallback = vocabulary.sentencepiece.has_value();
  Json model = Json::object({{"type", "BPE"},
                             {"dropout", Json()},
                             {"unk_token", Json()},
                             {"continuing_subword_prefix", Json()},
                             {"end_of_word_suffix", Json()},
                             {"fuse_unk", false},
                             {"byte_fallback", fallback},
                             {"ignore_merges", vocabulary.whole_pieces_first},
                             {"vocab", Json::object(std::move(vocab))},
                             {"merges", Json::array(std::move(merges))}});
  const Json file = Json::object({{"version", "1.0"},
                                  {"truncation", Json()},
                                  {"padding", Json()},
                                  {"added_tokens", Json::array(std::move(added))},
                                  {"normalizer", json_normalizer(vocabulary)},
                                  {"pre_tokenizer", json_pre_tokenizer(vocabulary)},
                                  {"post_processor", json_post_processor(vocabulary)},
                                  {"decoder", json_decoder(vocabulary)},
                                  {"model", std::move(model)}});
  return file.dump(1) + "\n";
}

void write_tokenizer_json(const Vocabulary& vocabulary, const std::string& path) {
  write_file(path, tokenizer_json(vocabulary, text("could not write ", shown(path))));
}

std::optional<std::string> read_chat_template(const std::string& folder) {
  constexpr uint64_t most_bytes = 4 << 20;
  const std::string jinja = folder + "/chat_template.jinja", config = folder + "/tokenizer_config.json";
  if (is_file(jinja)) return read_vocabulary_text(jinja, most_bytes);
  if (!is_file(config)) return std::nullopt;
  const Json json = Json::parse(read_vocabulary_text(config, most_bytes), shown(config));
  const auto entry = JsonView(json).find("chat_template");
  if (!entry) return std::nullopt;
  if (entry->kind() != JsonKind::array) return entry->string();
  for (const JsonView named : entry->elements())
    if (named.at("name").string() == "default") return named.at("template").string();
  return std::nullopt;
}

}  // namespace dikkat
