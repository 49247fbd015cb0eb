// vocab.bpe and encoder.json, as GPT-2 was published; vocab.json and merges.txt are the same two under other names.
#include "core/files/atomic_file.h"
#include "core/files/json.h"
#include "core/files/utf8.h"
#include "kernels/check.h"
#include "tokenizer/byte_alphabet.h"
#include "tokenizer/files.h"
#include "tokenizer/quoted.h"
#include "tokenizer/written_vocabulary.h"

namespace dikkat {

namespace {

WrittenVocabulary read_ids(const std::string& path) {
  const std::string content = read_vocabulary_text(path, most_vocabulary_bytes);
  const std::string source = shown(path);
  check_json_values(content, source);
  JsonReader reader(content, source);
  std::vector<std::pair<std::string, int64_t>> tokens;
  reader.enter_object();
  for (std::string token; reader.next_member(token);) {
    const JsonNumber number = reader.number();
    const auto* id = std::get_if<int64_t>(&number);
    if (id == nullptr)
      fail(reader.at(reader.value_offset()), "the id of ", Quoted{token}, " is no whole number, or a huge one");
    tokens.emplace_back(std::move(token), *id);
  }
  reader.end();
  const auto count = static_cast<int64_t>(tokens.size());
  return WrittenVocabulary(source, std::move(tokens), count + 1024);
}

void read_merges(const std::string& path, WrittenMerges& merges) {
  const std::string content = read_vocabulary_text(path, most_vocabulary_bytes);
  for_each_line(content, [&](std::string_view line, size_t number) {
    if (number == 1 && line.starts_with("#version")) return;
    const size_t space = line.find(' ');
    const bool two =
        space != line.npos && space > 0 && space + 1 < line.size() && line.find(' ', space + 1) == line.npos;
    if (!two) merges.fail_at(number, text("expected two parts and one space between them, found ", Quoted{line}));
    merges.add(number, line.substr(0, space), line.substr(space + 1));
  });
}

}  // namespace

Vocabulary read_gpt2_files(const std::string& merges_path, const std::string& ids_path, PreTokenizer pre_tokenizer) {
  const WrittenVocabulary written = read_ids(ids_path);
  const std::string merges_source = shown(merges_path);
  WrittenMerges merges(written, merges_source, "line");
  read_merges(merges_path, merges);

  Vocabulary vocabulary;
  vocabulary.pre_tokenizer = pre_tokenizer;
  vocabulary.merges = merges.merges();
  vocabulary.tokens.resize(written.tokens().size());
  vocabulary.byte_tokens.fill(-1);
  std::vector<bool> ordinary(written.tokens().size());
  for (size_t id = 0; id < ordinary.size(); ++id) {
    const std::string& token = written.tokens()[id];
    const std::optional<std::string> bytes = from_byte_letters(token);
    const bool is_byte = bytes && bytes->size() == 1;
    ordinary[id] = is_byte || merges.makes(static_cast<int32_t>(id));
    if (is_byte) vocabulary.byte_tokens[static_cast<unsigned char>((*bytes)[0])] = static_cast<int32_t>(id);
    if (ordinary[id]) {
      require(bytes.has_value(), written.source(), ": the token ", Quoted{token}, " (id ", id,
              ") holds a letter that stands for no byte");
      vocabulary.tokens[id] = *bytes;
    } else {
      require(looks_special(token), written.source(), ": no merge in ", merges_source, " makes the token ",
              Quoted{token}, " (id ", id, "), and it does not look like <a special token>: is that file complete?");
      vocabulary.tokens[id] = token;
      vocabulary.added.push_back({token, static_cast<int32_t>(id)});
    }
  }
  for (size_t byte = 0; byte < 256; ++byte)
    require(vocabulary.byte_tokens[byte] >= 0, written.source(), ": the byte ", byte, ", written ",
            Quoted{to_byte_letters(std::string(1, static_cast<char>(byte)))}, ", has no token");
  for (const Merge& merge : vocabulary.merges)
    for (const int32_t part : {merge.left, merge.right})
      if (!ordinary[static_cast<size_t>(part)])
        merges.fail_at(merges.number_of(merge), text("no merge makes its part ", Quoted{written.token(part)}));
  vocabulary.check(written.source());
  return vocabulary;
}

void write_gpt2_files(const Vocabulary& vocabulary, const std::string& merges_path, const std::string& ids_path) {
  vocabulary.check("vocabulary");
  const std::string source = text("could not write ", shown(ids_path));
  require(!vocabulary.sentencepiece, source, ": a SentencePiece vocabulary is not supported by GPT-2's files");
  require(!vocabulary.nfc, source, ": GPT-2's files cannot say that texts are normalised");
  std::vector<std::string> written(vocabulary.tokens.size());
  for (size_t id = 0; id < written.size(); ++id) {
    require(!vocabulary.tokens[id].empty(), source, ": no token has the id ", id, ", and GPT-2's files have no holes");
    written[id] = to_byte_letters(vocabulary.tokens[id]);
  }
  for (const AddedToken& token : vocabulary.added) {
    require(token.special && looks_special(token.text), source, ": GPT-2's files have no added words like ",
            Quoted{token.text}, ", only <special tokens>");
    written[static_cast<size_t>(token.id)] = token.text;
  }
  std::string merges = "#version: 0.2\n";
  for (const Merge& merge : as_merge_list(vocabulary, source))
    merges += written[static_cast<size_t>(merge.left)] + " " + written[static_cast<size_t>(merge.right)] + "\n";
  std::vector<Json::Member> members;
  for (size_t id = 0; id < written.size(); ++id) members.emplace_back(written[id], id);
  write_file(ids_path, Json::object(std::move(members)).dump() + "\n");
  write_file(merges_path, merges);
}

}  // namespace dikkat
