#include "tokenizer/files.h"

#include "core/files/folders.h"
#include "core/files/utf8.h"
#include "kernels/check.h"

namespace dikkat {

namespace {

// "models/gpt2/vocab.bpe" becomes "models/gpt2/" and "vocab.bpe".
std::string folder_of(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == path.npos ? "" : path.substr(0, slash + 1);
}

// The one file named *.tiktoken in a folder, or "".
std::string tiktoken_file_in(const std::string& folder) {
  std::string found;
  for (const std::string& name : list_folder(folder)) {
    if (!name.ends_with(".tiktoken")) continue;
    require(found.empty(), shown(folder), ": it holds both ", found, " and ", name, "; name one of them");
    found = name;
  }
  return found.empty() ? found : folder + "/" + found;
}

[[noreturn]] void refuse_sentencepiece_model(const std::string& path) {
  fail(shown(path), ": SentencePiece's own format (*.model) is not supported; what was published with it mostly has a ",
       "tokenizer.json as well, and that can be read");
}

Vocabulary read_folder(const std::string& folder) {
  const auto file = [&](const char* name) { return folder + "/" + name; };
  if (is_file(file("tokenizer.json"))) return read_tokenizer_json(file("tokenizer.json"));
  if (is_file(file("vocab.bpe")) || is_file(file("encoder.json")))
    return read_gpt2_files(file("vocab.bpe"), file("encoder.json"));
  if (is_file(file("merges.txt")) || is_file(file("vocab.json")))
    return read_gpt2_files(file("merges.txt"), file("vocab.json"));
  if (const std::string tiktoken = tiktoken_file_in(folder); !tiktoken.empty()) return read_tiktoken(tiktoken);
  for (const std::string& name : list_folder(folder))
    if (name.ends_with(".model")) refuse_sentencepiece_model(file(name.c_str()));
  fail(shown(folder),
       ": it holds no vocabulary: no tokenizer.json, no vocab.bpe with encoder.json, no vocab.json with "
       "merges.txt, no *.tiktoken");
}

}  // namespace

Vocabulary read_vocabulary(const std::string& path) {
  if (is_folder(path)) return read_folder(path);
  const std::string folder = folder_of(path), name = path.substr(folder.size());
  if (name == "vocab.bpe" || name == "encoder.json")
    return read_gpt2_files(folder + "vocab.bpe", folder + "encoder.json");
  if (name == "merges.txt" || name == "vocab.json")
    return read_gpt2_files(folder + "merges.txt", folder + "vocab.json");
  if (name.ends_with(".tiktoken")) return read_tiktoken(path);
  if (name.ends_with(".json")) return read_tokenizer_json(path);
  if (name.ends_with(".bin")) return read_llama2c_tokenizer(path);
  if (!is_file(path)) fail(shown(path), ": there is no such file or folder");
  if (name.ends_with(".model")) refuse_sentencepiece_model(path);
  fail(shown(path),
       ": the name does not say which vocabulary it is; known are tokenizer.json, vocab.bpe, vocab.json, "
       "*.tiktoken and *.bin");
}

}  // namespace dikkat
