// The files in which vocabularies are published. What is read is checked whole before it is used; errors name the file
// and the line, byte or key. What is not supported is refused by its name.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tokenizer/vocabulary.h"

namespace dikkat {

// What `path` holds: a folder with tokenizer.json, or vocab.bpe and encoder.json, or vocab.json and merges.txt, looked
// for in this order, or with one file named *.tiktoken; or a file of one of these names; or llama2.c's *.bin.
Vocabulary read_vocabulary(const std::string& path);

// GPT-2's two files: `merges` (vocab.bpe or merges.txt: two parts on each line, the first line may be "#version: ...")
// and `ids` (encoder.json or vocab.json: an object of ids). They do not say how texts are cut. Tokens that no merge
// makes must look like <signs> or [signs]: they are special.
Vocabulary read_gpt2_files(const std::string& merges, const std::string& ids,
                           PreTokenizer pre_tokenizer = PreTokenizer::gpt2);
// The same two files. Only byte-level vocabularies. One that has no list of merges but a rank for each token (from
// .tiktoken) can be written if merges can be found that do the same.
void write_gpt2_files(const Vocabulary& vocabulary, const std::string& merges, const std::string& ids);

// Hugging Face's tokenizer.json: byte-level BPE (pre-tokenizer ByteLevel, or Split by a published pattern; normaliser
// NFC or none) and SentencePiece-style BPE with byte fallback; added tokens; ids around a text by TemplateProcessing.
Vocabulary read_tokenizer_json(const std::string& path);
void write_tokenizer_json(const Vocabulary& vocabulary, const std::string& path);

// The same as a text, to be kept inside another file. `source` begins the messages.
Vocabulary parse_tokenizer_json(std::string_view text, const std::string& source);
std::string tokenizer_json(const Vocabulary& vocabulary, const std::string& source = "vocabulary");

// The template for conversations: chat_template of tokenizer_config.json, or chat_template.jinja beside it. Nothing if
// `folder` has none. Of several named ones it is "default".
std::optional<std::string> read_chat_template(const std::string& folder);

// tiktoken's *.tiktoken: a token in base64 and its rank on each line. The file says neither how texts are cut nor which
// special tokens there are: both come from its name where that is one of OpenAI's (cl100k_base.tiktoken ...).
Vocabulary read_tiktoken(const std::string& path);
Vocabulary read_tiktoken(const std::string& path, PreTokenizer pre_tokenizer, const std::vector<AddedToken>& special);
void write_tiktoken(const Vocabulary& vocabulary, const std::string& path);

// llama2.c's tokenizer.bin: scores and tokens. The file does not say how many there are: without `vocab_size`, as many
// as it holds.
Vocabulary read_llama2c_tokenizer(const std::string& path, int64_t vocab_size = 0);
void write_llama2c_tokenizer(const Vocabulary& vocabulary, const std::string& path);

}  // namespace dikkat
