// N-grams: what comes next, judged by the few tokens before it and by counting alone. The measure that a language model
// has to beat.
//
// Interpolated Kneser-Ney smoothing (Kneser & Ney 1995; Chen & Goodman 1999, section 2.7):
//
//   p(w | h) = max(c(h w) - D, 0) / c(h .) + D N(h .) / c(h .) * p(w | h without its first token)
//
// c are counts for the longest h; for shorter ones they are numbers of different tokens in front: "Francisco" is
// frequent, but after one word only, so it is no likely guess elsewhere. N(h .) is the number of different tokens
// behind h. D is n1 / (n1 + 2 n2), where n1 and n2 grams have the counts 1 and 2. The shortest h leaves a share to
// every token alike.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace dikkat {

class NGrams {
 public:
  static constexpr int most_tokens = 5;

  // Counts grams of 1 ... longest tokens. Throws Error for a longest beyond most_tokens, for fewer than two tokens, and
  // for tokens outside [0, vocab_size).
  NGrams(std::span<const int32_t> tokens, int64_t vocab_size, int longest = most_tokens);

  // The probability of `next` behind `context`, of which the last n - 1 tokens count. n is 1 ... longest.
  double probability(std::span<const int32_t> context, int32_t next, int n) const;

  // The mean of -ln p over all tokens but the first, each behind those before it: a cross-entropy in nats.
  double loss(std::span<const int32_t> tokens, int n) const;

  int longest() const { return static_cast<int>(counts_.size()); }

 private:
  using Gram = std::array<int32_t, most_tokens>;  // its tokens, then zeros

  // Grams of one length in their order, so that those with the same context stand together.
  struct Table {
    int length = 0;
    std::vector<Gram> grams;
    std::vector<int64_t> counts_before{0};  // gram i has counts_before[i + 1] - counts_before[i]
    double discount = 0;

    Table(std::vector<Gram> all, int length);
    int64_t count(size_t gram) const { return counts_before[gram + 1] - counts_before[gram]; }
  };

  // The share of this table, and what is left for the shorter context.
  struct Share {
    double probability = 0, left = 1;
  };
  static Share share(const Table& table, std::span<const int32_t> context, int32_t next);

  int64_t vocab_size_;
  std::vector<Table> counts_;         // [n - 1]: how often
  std::vector<Table> continuations_;  // [n - 1]: behind how many different tokens
};

// How many of the `length` tokens long sequences of a text stand in another one, too: 0 none, 1 all. A text with no
// such sequence gives 0. Of what a model writes, it is the share that it has memorised (or that anybody would say so).
double repeated_share(std::span<const int32_t> known, std::span<const int32_t> text, int64_t length);

// The best n for a text, and its loss there.
struct BestNGram {
  int n = 1;
  double loss = 0;
  std::vector<double> losses;  // of n = 1, 2, ...
};
BestNGram best_ngram(const NGrams& grams, std::span<const int32_t> tokens);

}  // namespace dikkat
