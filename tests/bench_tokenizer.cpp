// tests/bench tokenizer [--text FILE] [--vocab FOLDER] [--runs N] [--vocab_size N] [--save FOLDER]
//   --text        what is encoded and learnt from, repeated up to 10 MB; otherwise the course's dialogues in both
//   languages
//   --vocab       the vocabulary to encode with; otherwise DIKKAT_GPT2, otherwise one that is learnt from the text
//   --vocab_size  of the vocabulary that is trained (8192)
//   --save        writes the trained vocabulary there, as vocab.bpe and encoder.json
#include <cstdlib>

#include "core/files/folders.h"
#include "core/files/mapped_file.h"
#include "kernels/parallel.h"
#include "tests/bench.h"
#include "tokenizer/files.h"
#include "tokenizer/tokenizer.h"
#include "tokenizer/train.h"

namespace dikkat::bench {

namespace {

constexpr size_t wanted_bytes = 10'000'000;

std::string sample(const std::string& path) {
  const std::string folder = std::string(DIKKAT_SOURCE) + "/lessons/data/";
  const std::string once =
      !path.empty() ? read_text(path, uint64_t{1} << 30)
                    : read_text(folder + "dialogues.tr.txt", 1 << 20) + read_text(folder + "dialogues.en.txt", 1 << 20);
  require(!once.empty(), path, ": the text is empty");
  std::string text;
  while (text.size() < wanted_bytes) text += once;
  text.resize(wanted_bytes);
  return text;
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    lines.push_back(text.substr(0, std::min(text.find('\n'), text.size() - 1) + 1));
    text.remove_prefix(lines.back().size());
  }
  return lines;
}

}  // namespace

std::vector<Case> tokenizer(Options options) {
  const char* gpt2 = std::getenv("DIKKAT_GPT2");
  const std::string text = sample(options.text("text", ""));
  const std::string vocab = options.text("vocab", gpt2 != nullptr ? gpt2 : ""), save = options.text("save", "");
  const int64_t runs = options.number("runs", 5), vocab_size = options.number("vocab_size", 8192);
  options.end();
  const double megabytes = static_cast<double>(text.size()) / 1e6;
  std::vector<Case> cases;
  const auto add_rate = [&](const std::string& name, double seconds, const std::string& note = "") {
    cases.push_back({name, megabytes / seconds, "MB/s", note});
  };

  Training training;
  const int all_threads = threads();
  for (const int count : {1, 2}) {
    set_threads(count);
    const double seconds = best_seconds(runs, [&] { training = train_bpe(text, {.vocab_size = vocab_size}); });
    cases.push_back({dikkat::text("train ", vocab_size, ", ", count, count == 1 ? " thread" : " threads"), seconds, "s",
                     dikkat::text(training.pieces, " pieces, ", training.distinct_pieces, " distinct")});
  }
  set_threads(all_threads);
  if (!save.empty()) {
    make_folders(save);
    write_gpt2_files(training.vocabulary, save + "/vocab.bpe", save + "/encoder.json");
  }

  const auto open = [&] { return Tokenizer(vocab.empty() ? training.vocabulary : read_vocabulary(vocab)); };
  cases.push_back({vocab.empty() ? "start-up (from memory)" : "start-up", 1e3 * best_seconds(runs, open), "ms"});
  const Tokenizer tokenizer = open();
  std::vector<int32_t> ids;
  const double first = best_seconds(1, [&] { ids = tokenizer.encode(text, SpecialTokens::as_text); });
  add_rate("encode, the first time", first, dikkat::text(ids.size(), " tokens"));
  add_rate("encode, whole text", best_seconds(runs, [&] { ids = tokenizer.encode(text, SpecialTokens::as_text); }));
  const std::vector<std::string_view> lines = lines_of(text);
  add_rate("encode, line by line", best_seconds(runs, [&] {
             for (const std::string_view line : lines) tokenizer.encode(line, SpecialTokens::as_text);
           }));
  std::string decoded;
  add_rate("decode", best_seconds(runs, [&] { decoded = tokenizer.decode(ids); }));
  require(decoded == text, "the text does not come back");
  const std::string letters(1'000'000, 'a');
  cases.push_back(
      {"encode a million equal letters", 1e3 * best_seconds(runs, [&] { tokenizer.encode(letters); }), "ms"});
  return cases;
}

}  // namespace dikkat::bench
