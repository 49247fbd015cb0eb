#include "nn/ngram.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/tensor.h"

namespace dikkat {

namespace {

// The last `count` of these, or all.
std::span<const int32_t> last(std::span<const int32_t> tokens, int count) {
  return tokens.size() > static_cast<size_t>(count) ? tokens.last(static_cast<size_t>(count)) : tokens;
}

}  // namespace

NGrams::Table::Table(std::vector<Gram> all, int length) : length(length) {
  std::sort(all.begin(), all.end());
  double once = 0, twice = 0;  // grams with these counts
  for (size_t begin = 0, end = 0; begin < all.size(); begin = end) {
    while (end < all.size() && all[end] == all[begin]) ++end;
    grams.push_back(all[begin]);
    counts_before.push_back(static_cast<int64_t>(end));
    once += end - begin == 1;
    twice += end - begin == 2;
  }
  discount = once > 0 && twice > 0 ? once / (once + 2 * twice) : 0.5;
}

NGrams::NGrams(std::span<const int32_t> tokens, int64_t vocab_size, int longest) : vocab_size_(vocab_size) {
  require(longest >= 1 && longest <= most_tokens, "n-grams of ", longest, " tokens: 1 to ", most_tokens,
          " are counted");
  require(tokens.size() >= 2, "n-grams need at least 2 tokens to count, found ", tokens.size());
  for (const int32_t token : tokens) {
    require(token >= 0 && token < vocab_size, "n-grams: token ", token, " is outside the vocabulary of ", vocab_size);
  }
  for (int length = 1; length <= longest; ++length) {
    std::vector<Gram> all;
    for (size_t begin = 0; begin + static_cast<size_t>(length) <= tokens.size(); ++begin) {
      Gram gram{};
      std::copy_n(tokens.begin() + static_cast<int64_t>(begin), length, gram.begin());
      all.push_back(gram);
    }
    counts_.emplace_back(std::move(all), length);
  }
  // A gram's different tokens in front are the different grams that are longer by one.
  for (int length = 1; length < longest; ++length) {
    std::vector<Gram> all;
    for (const Gram& longer : counts_[static_cast<size_t>(length)].grams) {
      Gram gram{};
      std::copy_n(longer.begin() + 1, length, gram.begin());
      all.push_back(gram);
    }
    continuations_.emplace_back(std::move(all), length);
  }
}

NGrams::Share NGrams::share(const Table& table, std::span<const int32_t> context, int32_t next) {
  const size_t before = static_cast<size_t>(table.length) - 1;
  if (context.size() < before) return {};
  context = context.last(before);
  const auto compare = [&](const Gram& gram) {
    return std::lexicographical_compare_three_way(gram.begin(), gram.begin() + static_cast<int64_t>(before),
                                                  context.begin(), context.end());
  };
  const auto begin =
      std::partition_point(table.grams.begin(), table.grams.end(), [&](const Gram& gram) { return compare(gram) < 0; });
  const auto end = std::partition_point(begin, table.grams.end(), [&](const Gram& gram) { return compare(gram) <= 0; });
  if (begin == end) return {};
  const auto index = [&](auto gram) { return static_cast<size_t>(gram - table.grams.begin()); };
  const auto total = static_cast<double>(table.counts_before[index(end)] - table.counts_before[index(begin)]);
  const auto found = std::partition_point(begin, end, [&](const Gram& gram) { return gram[before] < next; });
  const bool is_there = found != end && (*found)[before] == next;
  return {is_there ? (static_cast<double>(table.count(index(found))) - table.discount) / total : 0.0,
          table.discount * static_cast<double>(end - begin) / total};
}

double NGrams::probability(std::span<const int32_t> context, int32_t next, int n) const {
  require(n >= 1 && n <= longest(), "n-grams of ", n, " tokens were not counted: 1 to ", longest(), " were");
  double result = 0, left = 1;
  for (int length = n; length >= 1; --length) {
    const Table& table = (length == n ? counts_ : continuations_)[static_cast<size_t>(length - 1)];
    const Share part = share(table, last(context, length - 1), next);
    result += left * part.probability;
    left *= part.left;
  }
  return result + left / static_cast<double>(vocab_size_);
}

double NGrams::loss(std::span<const int32_t> tokens, int n) const {
  require(tokens.size() >= 2, "the loss of n-grams needs at least 2 tokens, found ", tokens.size());
  double sum = 0;
  for (size_t i = 1; i < tokens.size(); ++i) sum -= std::log(probability(tokens.first(i), tokens[i], n));
  return sum / static_cast<double>(tokens.size() - 1);
}

double repeated_share(std::span<const int32_t> known, std::span<const int32_t> text, int64_t length) {
  require(length >= 1, "repeated_share: sequences need at least one token, got ", length);
  const auto size = static_cast<size_t>(length);
  if (text.size() < size) return 0;
  // The places in `known`, in the order of the sequences that begin there.
  const auto sequence = [&](std::span<const int32_t> tokens, size_t begin) { return tokens.subspan(begin, size); };
  const auto less = [](std::span<const int32_t> a, std::span<const int32_t> b) {
    return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end());
  };
  std::vector<uint32_t> places(known.size() < size ? 0 : known.size() - size + 1);
  std::iota(places.begin(), places.end(), 0u);
  std::sort(places.begin(), places.end(),
            [&](uint32_t a, uint32_t b) { return less(sequence(known, a), sequence(known, b)); });
  int64_t found = 0;
  const size_t count = text.size() - size + 1;
  for (size_t begin = 0; begin < count; ++begin) {
    const auto wanted = sequence(text, begin);
    const auto place = std::partition_point(places.begin(), places.end(),
                                            [&](uint32_t p) { return less(sequence(known, p), wanted); });
    found += place != places.end() && !less(wanted, sequence(known, *place));
  }
  return static_cast<double>(found) / static_cast<double>(count);
}

BestNGram best_ngram(const NGrams& grams, std::span<const int32_t> tokens) {
  BestNGram best;
  for (int n = 1; n <= grams.longest(); ++n) {
    best.losses.push_back(grams.loss(tokens, n));
    if (n == 1 || best.losses.back() < best.loss) best.n = n, best.loss = best.losses.back();
  }
  return best;
}

}  // namespace dikkat
