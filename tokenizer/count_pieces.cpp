#include "tokenizer/count_pieces.h"

#include <algorithm>
#include <bit>
#include <exception>

#include "kernels/parallel.h"
#include "tokenizer/hash.h"

namespace dikkat {

namespace {

class PieceCounts {
 public:
  void add(std::string_view piece, int64_t count) { add(piece, count, hash_bytes(piece, keys_)); }

  std::vector<CountedPiece> take() { return std::move(pieces_); }
  const std::vector<CountedPiece>& pieces() const { return pieces_; }

 private:
  struct Slot {
    uint32_t hash = 0;
    int32_t number = -1;  // in pieces_
  };

  void add(std::string_view piece, int64_t count, uint64_t hash) {
    const auto short_hash = static_cast<uint32_t>(hash);
    size_t i = hash >> 32 & (slots_.size() - 1);
    for (; slots_[i].number >= 0; i = (i + 1) & (slots_.size() - 1)) {
      CountedPiece& known = pieces_[static_cast<size_t>(slots_[i].number)];
      if (slots_[i].hash != short_hash || known.piece != piece) continue;
      known.count += count;
      return;
    }
    slots_[i] = {short_hash, static_cast<int32_t>(pieces_.size())};
    pieces_.push_back({piece, count});
    if (2 * pieces_.size() > slots_.size()) grow();
  }

  void grow() {
    slots_.assign(2 * slots_.size(), {});
    for (size_t number = 0; number < pieces_.size(); ++number) {
      const uint64_t hash = hash_bytes(pieces_[number].piece, keys_);
      size_t i = hash >> 32 & (slots_.size() - 1);
      while (slots_[i].number >= 0) i = (i + 1) & (slots_.size() - 1);
      slots_[i] = {static_cast<uint32_t>(hash), static_cast<int32_t>(number)};
    }
  }

  HashKeys keys_ = hash_keys();
  std::vector<Slot> slots_ = std::vector<Slot>(size_t{1} << 12);
  std::vector<CountedPiece> pieces_;
};

// A part of one text. It begins and ends where every pre-tokenizer begins a piece.
struct Part {
  std::string_view text;
  size_t begin = 0, end = 0;
};

// No piece of any kind goes on from the end of a line to a letter: there a text can be cut before it is looked at.
bool is_sure_border(std::string_view text, size_t at) {
  const auto letter = static_cast<unsigned char>(text[at] | 0x20);
  return text[at - 1] == '\n' && letter >= 'a' && letter <= 'z';
}

// The parts of a text, about this long. They depend on nothing but the text.
constexpr size_t part_bytes = size_t{1} << 18;
void cut(std::string_view text, std::vector<Part>& parts) {
  for (size_t begin = 0, at = part_bytes; begin < text.size(); ++at) {
    while (at < text.size() && !is_sure_border(text, at)) ++at;
    const size_t end = std::min(at, text.size());
    parts.push_back({text, begin, end});
    begin = end;
    at = end + part_bytes - 1;
  }
}

}  // namespace

std::vector<CountedPiece> count_pieces(std::span<const std::string_view> corpus, PreTokenizer kind) {
  const PieceEnd piece_end = piece_end_of(kind);
  std::vector<Part> parts;
  for (const std::string_view text : corpus) cut(text, parts);

  // Each thread counts a row of neighbouring parts; then the counts are added in the order of the rows.
  const size_t rows = std::max<size_t>(1, std::min(parts.size(), static_cast<size_t>(threads())));
  std::vector<PieceCounts> counts(rows);
  std::vector<std::exception_ptr> failures(rows);
  parallel_for(static_cast<int64_t>(rows), [&](int64_t number) {
    const auto row = static_cast<size_t>(number);
    try {
      for (size_t i = parts.size() * row / rows; i < parts.size() * (row + 1) / rows; ++i) {
        const Part& part = parts[i];
        for (size_t begin = part.begin, end = 0; begin < part.end; begin = end) {
          end = piece_end(part.text, begin);
          counts[row].add(part.text.substr(begin, end - begin), 1);
        }
      }
    } catch (...) {
      failures[row] = std::current_exception();
    }
  });
  for (const std::exception_ptr& failure : failures)
    if (failure) std::rethrow_exception(failure);
  for (size_t row = 1; row < rows; ++row)
    for (const CountedPiece& counted : counts[row].pieces()) counts[0].add(counted.piece, counted.count);
  return counts[0].take();
}

}  // namespace dikkat
