#include "tokenizer/train.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <queue>

#include "kernels/check.h"
#include "tokenizer/count_pieces.h"
#include "tokenizer/hash.h"

namespace dikkat {

namespace {

struct Pair {
  int32_t left = 0, right = 0;
  int64_t count = 0;            // in the whole corpus
  std::vector<int32_t> places;  // where it stands, or stood once: symbols_[place] is its left part
};

// The number of each pair of tokens that was ever seen.
class PairNumbers {
 public:
  // The number of a pair; -1 for a new one, which the caller gives a number now.
  int32_t& number(int32_t left, int32_t right) {
    if (2 * used_ + 2 > slots_.size()) grow();
    Slot& slot = slots_[place(left, right)];
    if (slot.number < 0) {
      slot = {left, right, -1};
      ++used_;
    }
    return slot.number;
  }

 private:
  struct Slot {
    int32_t left = 0, right = 0, number = -1;
  };

  size_t place(int32_t left, int32_t right) const {
    const uint64_t pair = static_cast<uint64_t>(static_cast<uint32_t>(left)) << 32 | static_cast<uint32_t>(right);
    size_t i = hash_number(pair, keys_) & (slots_.size() - 1);
    while (slots_[i].number >= 0 && (slots_[i].left != left || slots_[i].right != right))
      i = (i + 1) & (slots_.size() - 1);
    return i;
  }

  void grow() {
    std::vector<Slot> old(2 * slots_.size());
    old.swap(slots_);
    for (const Slot& slot : old)
      if (slot.number >= 0) slots_[place(slot.left, slot.right)] = slot;
  }

  HashKeys keys_ = hash_keys();
  std::vector<Slot> slots_ = std::vector<Slot>(size_t{1} << 12);
  size_t used_ = 0;
};

// The distinct pieces as one long row of symbols, and what is merged in it.
class Trainer {
 public:
  explicit Trainer(const std::vector<CountedPiece>& pieces) {
    size_t bytes = 0;
    for (const CountedPiece& piece : pieces) bytes += piece.piece.size();
    require(bytes < std::numeric_limits<int32_t>::max(), "train_bpe: the distinct pieces of the corpus have ", bytes,
            " bytes; at most ", std::numeric_limits<int32_t>::max() - 1, " are possible, train on a part of it");
    symbols_.reserve(bytes);
    for (const CountedPiece& piece : pieces) add(piece);
    for (size_t number = 0; number < pairs_.size(); ++number) enqueue(static_cast<int32_t>(number));
  }

  // Merges the pair that is seen most often to `result`, the next id behind the 256 bytes and the merges before, and
  // says which it was and how often it was seen. False if no pair is seen `least_count` times.
  bool merge_next(int32_t result, int64_t least_count, Merge& merge, int64_t& count) {
    int32_t number = 0;
    if (!take_most_frequent(least_count, number)) return false;
    Pair pair = std::move(pairs_[index(number)]);
    merge = {pair.left, pair.right, result, 0};
    lengths_.push_back(lengths_[index(pair.left)] + lengths_[index(pair.right)]);
    count = pair.count;
    pairs_[index(number)].places.clear();
    std::sort(pair.places.begin(), pair.places.end());
    fresh_.clear();
    for (const int32_t place : pair.places) merge_at(place, pair.left, pair.right, result);
    for (const int32_t touched : fresh_) enqueue(touched);
    return true;
  }

 private:
  struct Candidate {
    int64_t count;
    int32_t left, right, number;
    // Is it to be merged after `other`?
    bool operator<(const Candidate& other) const {
      if (count != other.count) return count < other.count;
      return left != other.left ? left > other.left : right > other.right;
    }
  };

  static size_t index(int32_t i) { return static_cast<size_t>(i); }

  void add(const CountedPiece& piece) {
    const auto first = static_cast<int32_t>(symbols_.size());
    const auto last = first + static_cast<int32_t>(piece.piece.size()) - 1;
    for (const char byte : piece.piece) {
      const auto place = static_cast<int32_t>(symbols_.size());
      symbols_.push_back(static_cast<unsigned char>(byte));
      previous_.push_back(place == first ? -1 : place - 1);
      next_.push_back(place == last ? -1 : place + 1);
      weights_.push_back(piece.count);
    }
    for (int32_t place = first; place < last; ++place) count_pair(place, place + 1);
  }

  // One more place where two symbols are neighbours. Returns the number of the pair.
  int32_t count_pair(int32_t place, int32_t right_place) {
    const int32_t left = symbols_[index(place)], right = symbols_[index(right_place)];
    int32_t& number = numbers_.number(left, right);
    if (number < 0) {
      number = static_cast<int32_t>(pairs_.size());
      pairs_.push_back({left, right, 0, {}});
    }
    Pair& pair = pairs_[index(number)];
    pair.count += weights_[index(place)];
    pair.places.push_back(place);
    return number;
  }

  void uncount_pair(int32_t place, int32_t right_place) {
    const int32_t number = numbers_.number(symbols_[index(place)], symbols_[index(right_place)]);
    pairs_[index(number)].count -= weights_[index(place)];
  }

  // Long repeats would make tokens that are twice as long again and again: pairs beyond the limit never wait.
  void enqueue(int32_t number) {
    const Pair& pair = pairs_[index(number)];
    if (lengths_[index(pair.left)] + lengths_[index(pair.right)] > most_token_bytes) return;
    queue_.push({pair.count, pair.left, pair.right, number});
  }

  // Counts fall while a pair waits in the queue, and never rise: a candidate that is out of date goes back.
  bool take_most_frequent(int64_t least_count, int32_t& number) {
    while (!queue_.empty()) {
      const Candidate best = queue_.top();
      if (best.count < least_count || best.count < 1) return false;
      queue_.pop();
      number = best.number;
      if (pairs_[index(number)].count == best.count) return true;
      enqueue(number);
    }
    return false;
  }

  void merge_at(int32_t place, int32_t left, int32_t right, int32_t result) {
    const int32_t second = next_[index(place)];
    if (symbols_[index(place)] != left || second < 0 || symbols_[index(second)] != right) return;  // it stood here once
    const int32_t before = previous_[index(place)], behind = next_[index(second)];
    if (before >= 0) uncount_pair(before, place);
    if (behind >= 0) uncount_pair(second, behind);
    symbols_[index(place)] = result;
    symbols_[index(second)] = -1;
    next_[index(place)] = behind;
    if (behind >= 0) previous_[index(behind)] = place;
    if (before >= 0) remember(count_pair(before, place));
    if (behind >= 0) remember(count_pair(place, behind));
  }

  // A pair with the new token: when all its places are counted, it goes into the queue.
  void remember(int32_t number) {
    if (pairs_[index(number)].places.size() == 1) fresh_.push_back(number);
  }

  std::vector<int32_t> symbols_, previous_, next_;
  std::vector<int64_t> weights_;                               // of the piece that each symbol is in
  std::vector<size_t> lengths_ = std::vector<size_t>(256, 1);  // of each token, in bytes
  std::vector<Pair> pairs_;
  PairNumbers numbers_;
  std::priority_queue<Candidate> queue_;
  std::vector<int32_t> fresh_;
};

Vocabulary bytes_alone(const TrainingOptions& options) {
  Vocabulary vocabulary;
  vocabulary.pre_tokenizer = options.pre_tokenizer;
  for (int32_t byte = 0; byte < 256; ++byte) {
    vocabulary.tokens.emplace_back(1, static_cast<char>(byte));
    vocabulary.byte_tokens[static_cast<size_t>(byte)] = byte;
  }
  return vocabulary;
}

}  // namespace

Training train_bpe(std::span<const std::string_view> corpus, const TrainingOptions& options) {
  const auto specials = static_cast<int64_t>(options.special_tokens.size());
  require(options.vocab_size >= 256 + specials, "train_bpe: a vocabulary of ", options.vocab_size,
          " tokens has no room for 256 bytes and ", specials, " special tokens");
  require(options.vocab_size <= static_cast<int64_t>(most_tokens), "train_bpe: a vocabulary of ", options.vocab_size,
          " tokens is too large; at most ", most_tokens, " are possible");
  Training training;
  Vocabulary& vocabulary = training.vocabulary = bytes_alone(options);
  const std::vector<CountedPiece> pieces = count_pieces(corpus, options.pre_tokenizer);
  for (const CountedPiece& piece : pieces) training.pieces += piece.count;
  training.distinct_pieces = static_cast<int64_t>(pieces.size());

  Trainer trainer(pieces);
  Merge merge;
  int64_t count = 0;
  while (vocabulary.size() + specials < options.vocab_size &&
         trainer.merge_next(static_cast<int32_t>(vocabulary.size()), options.least_count, merge, count)) {
    merge.rank = static_cast<uint32_t>(vocabulary.merges.size());
    vocabulary.merges.push_back(merge);
    vocabulary.tokens.push_back(vocabulary.tokens[static_cast<size_t>(merge.left)] +
                                vocabulary.tokens[static_cast<size_t>(merge.right)]);
    training.counts.push_back(count);
  }
  for (const std::string& special : options.special_tokens) {
    vocabulary.added.push_back({special, static_cast<int32_t>(vocabulary.size())});
    vocabulary.tokens.push_back(special);
  }
  vocabulary.check("train_bpe");
  return training;
}

}  // namespace dikkat
