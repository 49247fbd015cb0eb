#include "tokenizer/tokenizer.h"

#include <algorithm>
#include <mutex>

#include "core/files/utf8.h"
#include "kernels/check.h"
#include "tokenizer/merging.h"
#include "tokenizer/piece_cache.h"
#include "tokenizer/quoted.h"
#include "tokenizer/unicode.h"

namespace dikkat {

namespace {

constexpr std::string_view block = "\u2581";
constexpr size_t largest_kept_piece = size_t{1} << 20;

// SentencePiece-style vocabularies cut nothing before merging. Where no token holds a space behind something else, no
// merge reaches over such a place, and to cut there changes nothing but the time it takes.
size_t spaces_and_word(std::string_view text, size_t begin) {
  const size_t word = std::min(text.find_first_not_of(' ', begin), text.size());
  return std::min(text.find(' ', word), text.size());
}

size_t everything(std::string_view text, size_t) {
  return text.size();
}

bool has_space_behind_something(std::string_view token) {
  return token.find(' ', std::min(token.find_first_not_of(' '), token.size())) != token.npos;
}

}  // namespace

struct Tokenizer::Workbench {
  PieceCache cache;
  Merging merging;
  std::vector<int32_t> symbols;
};

// One for each thread that encodes at the moment.
struct Tokenizer::Workbenches {
  std::mutex mutex;
  std::vector<std::unique_ptr<Workbench>> idle;

  std::unique_ptr<Workbench> take() {
    const std::lock_guard lock(mutex);
    if (idle.empty()) return std::make_unique<Workbench>();
    std::unique_ptr<Workbench> bench = std::move(idle.back());
    idle.pop_back();
    return bench;
  }

  void give_back(std::unique_ptr<Workbench> bench) {
    if (bench->symbols.capacity() > largest_kept_piece) return;  // its memory is worth more than the time for a new one
    const std::lock_guard lock(mutex);
    idle.push_back(std::move(bench));
  }
};

// The ids so far, with room behind them that can be written to before it counts.
struct Tokenizer::Output {
  std::vector<int32_t> ids;
  size_t count = 0;

  int32_t* room(size_t wanted) {
    if (count + wanted > ids.size()) ids.resize(std::max(2 * ids.size(), count + wanted));
    return ids.data() + count;
  }
  void add(std::span<const int32_t> more) {
    std::copy(more.begin(), more.end(), room(more.size()));
    count += more.size();
  }
};

Tokenizer::Tokenizer(Vocabulary vocabulary, std::string_view source)
    : vocabulary_((vocabulary.check(source), std::move(vocabulary))),
      merges_(vocabulary_.merges),
      index_(vocabulary_.tokens.size()),
      added_(vocabulary_.added),
      benches_(std::make_unique<Workbenches>()) {
  std::vector<bool> left_out(vocabulary_.tokens.size());
  for (const AddedToken& token : vocabulary_.added) left_out[static_cast<size_t>(token.id)] = true;
  if (vocabulary_.sentencepiece)
    for (const int32_t id : vocabulary_.byte_tokens) left_out[static_cast<size_t>(id)] = true;
  for (size_t id = 0; id < vocabulary_.tokens.size(); ++id) {
    const std::string& token = vocabulary_.tokens[id];
    if (token.empty() || left_out[id]) continue;
    const int32_t other = index_.add(vocabulary_.tokens, static_cast<int32_t>(id));
    require(other < 0, source, ": the ids ", other, " and ", id, " stand for the same bytes, ", Quoted{token});
  }
  choose_pieces();
}

Tokenizer::~Tokenizer() = default;
Tokenizer::Tokenizer(Tokenizer&&) noexcept = default;
Tokenizer& Tokenizer::operator=(Tokenizer&&) noexcept = default;

void Tokenizer::choose_pieces() {
  piece_end_ = piece_end_of(vocabulary_.pre_tokenizer);
  if (!vocabulary_.sentencepiece) return;
  const auto holds_a_space = [&](const Merge& merge) {
    return has_space_behind_something(vocabulary_.tokens[static_cast<size_t>(merge.result)]);
  };
  const bool one_piece = std::any_of(vocabulary_.merges.begin(), vocabulary_.merges.end(), holds_a_space);
  piece_end_ = one_piece ? everything : spaces_and_word;
}

std::vector<int32_t> Tokenizer::encode(std::string_view text, SpecialTokens special) const {
  std::unique_ptr<Workbench> bench = benches_->take();  // after an error it is not given back
  Output out;
  out.ids.resize(text.size() / 3 + PieceCache::most_ids);
  for (size_t at = 0; at < text.size();) {
    const AddedTokens::Match match = added_.find(text, at, special != SpecialTokens::as_text);
    require(!match.special || special == SpecialTokens::allowed, "tokenizer: the text holds the special token ",
            Quoted{text.substr(match.begin, match.end - match.begin)}, " at byte ", match.begin,
            "; allow special tokens, or encode them as text");
    if (match.begin > at) encode_text(text.substr(at, match.begin - at), *bench, out);
    if (match.id >= 0) out.add({&match.id, 1});
    at = match.end;
  }
  out.ids.resize(out.count);
  benches_->give_back(std::move(bench));
  return std::move(out.ids);
}

// A text without added tokens.
void Tokenizer::encode_text(std::string_view text, Workbench& bench, Output& out) const {
  if (vocabulary_.nfc || vocabulary_.sentencepiece) {
    encode_pieces(prepared(text), bench, out);
  } else {
    encode_pieces(text, bench, out);
  }
}

std::string Tokenizer::prepared(std::string_view text) const {
  std::string changed = vocabulary_.nfc ? nfc(text) : std::string(text);
  if (!vocabulary_.sentencepiece) return changed;
  if (vocabulary_.sentencepiece->space_in_front) changed.insert(changed.begin(), ' ');
  if (!vocabulary_.sentencepiece->block_is_space || changed.find(block) == changed.npos) return changed;
  std::string spaced;
  for (std::string_view rest = changed; !rest.empty();) {
    const size_t place = std::min(rest.find(block), rest.size());
    spaced += rest.substr(0, place);
    if (place < rest.size()) spaced += ' ';
    rest.remove_prefix(std::min(place + block.size(), rest.size()));
  }
  return spaced;
}

void Tokenizer::encode_pieces(std::string_view text, Workbench& bench, Output& out) const {
  for (size_t begin = 0, end = 0; begin < text.size(); begin = end) {
    end = piece_end_(text, begin);
    if (end - begin > PieceCache::most_bytes) {
      merge_piece(text.substr(begin, end - begin), bench);
      out.add(bench.symbols);
      continue;
    }
    PieceCache::Line& line = bench.cache.line(text, begin, end);
    if (bench.cache.holds(line)) {
      std::copy(line.ids, line.ids + PieceCache::most_ids,
                out.room(PieceCache::most_ids));  // all: quicker than `count`
      out.count += line.count;
    } else {
      merge_piece(text.substr(begin, end - begin), bench);
      bench.cache.keep(line, bench.symbols);
      out.add(bench.symbols);
    }
  }
}

// The ids of one piece, into bench.symbols.
void Tokenizer::merge_piece(std::string_view piece, Workbench& bench) const {
  std::vector<int32_t>& symbols = bench.symbols;
  if (vocabulary_.whole_pieces_first && piece.size() <= most_token_bytes) {
    if (const int32_t whole = index_.find(vocabulary_.tokens, piece); whole >= 0) {
      symbols.assign(1, whole);
      return;
    }
  }
  if (vocabulary_.sentencepiece) {
    split_to_characters(piece, symbols);
  } else {
    symbols.resize(piece.size());
    for (size_t i = 0; i < piece.size(); ++i)
      symbols[i] = vocabulary_.byte_tokens[static_cast<unsigned char>(piece[i])];
  }
  bench.merging.run(merges_, symbols);
}

void Tokenizer::split_to_characters(std::string_view piece, std::vector<int32_t>& symbols) const {
  symbols.clear();
  for (size_t at = 0; at < piece.size();) {
    const std::string_view letter = piece.substr(at, std::max<size_t>(utf8_length(piece.substr(at)), 1));
    at += letter.size();
    if (const int32_t id = index_.find(vocabulary_.tokens, letter); id >= 0) {
      symbols.push_back(id);
    } else {
      for (const char byte : letter) symbols.push_back(vocabulary_.byte_tokens[static_cast<unsigned char>(byte)]);
    }
  }
}

std::string Tokenizer::decode(std::span<const int32_t> ids) const {
  std::string text;
  text.reserve(4 * ids.size());
  for (const int32_t id : ids) text += token(id);
  const bool has_space_in_front = vocabulary_.sentencepiece && vocabulary_.sentencepiece->space_in_front;
  if (has_space_in_front && text.starts_with(' ')) text.erase(0, 1);
  return text;
}

const std::string& Tokenizer::token(int32_t id) const {
  require(id >= 0 && id < vocab_size(), "tokenizer: there is no token with the id ", id, "; ids lie in 0 to ",
          vocab_size() - 1);
  const std::string& bytes = vocabulary_.tokens[static_cast<size_t>(id)];
  require(!bytes.empty(), "tokenizer: there is no token with the id ", id, ": the vocabulary has a hole there");
  return bytes;
}

std::optional<int32_t> Tokenizer::find(std::string_view bytes) const {
  if (const AddedToken* token = added_.by_text(bytes)) return token->id;
  if (const int32_t id = index_.find(vocabulary_.tokens, bytes); id >= 0) return id;
  return std::nullopt;
}

}  // namespace dikkat
