// N-grams beside the formula written out over maps.
#include "nn/ngram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <set>

#include "tests/messages.h"

namespace dikkat::test {
namespace {

using Tokens = std::vector<int32_t>;
using Counts = std::map<Tokens, int64_t>;

Counts count_grams(const Tokens& tokens, size_t length) {
  Counts counts;
  for (size_t i = 0; i + length <= tokens.size(); ++i) {
    ++counts[Tokens(tokens.begin() + static_cast<int64_t>(i), tokens.begin() + static_cast<int64_t>(i + length))];
  }
  return counts;
}

// In front of how many different tokens each gram stands.
Counts count_fronts(const Tokens& tokens, size_t length) {
  Counts counts;
  for (const auto& [longer, count] : count_grams(tokens, length + 1))
    ++counts[Tokens(longer.begin() + 1, longer.end())];
  return counts;
}

double discount_of(const Counts& counts) {
  double once = 0, twice = 0;
  for (const auto& [gram, count] : counts) once += count == 1, twice += count == 2;
  return once > 0 && twice > 0 ? once / (once + 2 * twice) : 0.5;
}

double by_formula(const Tokens& tokens, int64_t vocab_size, Tokens context, int32_t next, int n,
                  bool is_longest = true) {
  if (n == 0) return 1.0 / static_cast<double>(vocab_size);
  const auto length = static_cast<size_t>(n);
  while (context.size() > length - 1) context.erase(context.begin());
  Tokens shorter = context;
  if (shorter.size() == length - 1 && !shorter.empty()) shorter.erase(shorter.begin());
  const double below = by_formula(tokens, vocab_size, shorter, next, n - 1, false);
  if (context.size() < length - 1) return below;
  const Counts counts = is_longest ? count_grams(tokens, length) : count_fronts(tokens, length);
  double all = 0, kinds = 0, this_one = 0;
  for (const auto& [gram, count] : counts) {
    if (!std::equal(context.begin(), context.end(), gram.begin())) continue;
    all += static_cast<double>(count), ++kinds;
    if (gram.back() == next) this_one = static_cast<double>(count);
  }
  if (all == 0) return below;
  const double discount = discount_of(counts);
  return std::max(this_one - discount, 0.0) / all + discount * kinds / all * below;
}

Tokens some_tokens(size_t count, int32_t vocab_size, uint32_t seed) {
  std::mt19937 random(seed);
  Tokens tokens;
  for (size_t i = 0; i < count; ++i) {  // some follow each other more often than others
    const auto drawn = static_cast<int32_t>(random() % static_cast<uint32_t>(vocab_size));
    tokens.push_back(i > 0 && random() % 3 > 0 ? (tokens.back() * 5 + 1) % vocab_size : drawn * drawn % vocab_size);
  }
  return tokens;
}

TEST(NGrams, FollowTheFormula) {
  const Tokens tokens = some_tokens(300, 7, 1);
  const NGrams grams(tokens, 9);
  std::mt19937 random(2);
  for (int i = 0; i < 300; ++i) {
    Tokens context;
    for (uint32_t length = random() % 6; length > 0; --length) context.push_back(static_cast<int32_t>(random() % 9));
    const auto next = static_cast<int32_t>(random() % 9);
    const int n = 1 + static_cast<int>(random() % 5);
    EXPECT_NEAR(grams.probability(context, next, n), by_formula(tokens, 9, context, next, n), 1e-12) << "n = " << n;
  }
}

TEST(NGrams, ProbabilitiesAddUpToOne) {
  const Tokens tokens = some_tokens(500, 11, 3);
  const NGrams grams(tokens, 13);
  for (int n = 1; n <= 5; ++n) {
    for (size_t at : {size_t{0}, size_t{1}, size_t{3}, size_t{77}, size_t{400}}) {
      const std::span<const int32_t> context(tokens.data(), at);
      double sum = 0;
      for (int32_t next = 0; next < 13; ++next) {
        const double p = grams.probability(context, next, n);
        EXPECT_GT(p, 0);
        sum += p;
      }
      EXPECT_NEAR(sum, 1, 1e-12);
    }
  }
}

TEST(NGrams, LossIsTheMeanSurprise) {
  const Tokens tokens = some_tokens(200, 7, 4), others = some_tokens(20, 7, 5);
  const NGrams grams(tokens, 7, 3);
  double sum = 0;
  for (size_t i = 1; i < others.size(); ++i) {
    const Tokens context(others.begin(), others.begin() + static_cast<int64_t>(i));
    sum -= std::log(by_formula(tokens, 7, context, others[i], 3));
  }
  EXPECT_NEAR(grams.loss(others, 3), sum / 19, 1e-12);
}

// Behind "aba" stand c and d in turn, a quarter of all places; one letter more tells which.
TEST(NGrams, LongerContextsHelpWhereTheyTell) {
  Tokens tokens;
  for (int i = 0; i < 400; ++i) tokens.push_back("abacabad"[i % 8] - 'a');
  const NGrams grams(tokens, 4);
  const BestNGram best = best_ngram(grams, tokens);
  ASSERT_EQ(best.losses.size(), 5u);
  EXPECT_GT(best.losses[0], 1);
  EXPECT_GT(best.losses[1], best.losses[3]);
  EXPECT_NEAR(best.losses[3], std::log(2) / 4, 0.02);
  EXPECT_LT(best.losses[4], 0.05);
  EXPECT_EQ(best.n, 5);
  EXPECT_EQ(best.loss, *std::min_element(best.losses.begin(), best.losses.end()));
  EXPECT_EQ(best.loss, best.losses[static_cast<size_t>(best.n - 1)]);
}

TEST(NGrams, SayWhatIsWrong) {
  const Tokens tokens = {0, 1, 2, 1};
  const auto refused = [](const auto& call, const std::string& part) {
    EXPECT_NE(message_of(call).find(part), std::string::npos) << message_of(call);
  };
  refused([&] { NGrams(tokens, 3, 6); }, "6 tokens: 1 to 5 are counted");
  refused([&] { NGrams(tokens, 2); }, "token 2 is outside the vocabulary of 2");
  refused([&] { NGrams(Tokens{1}, 2); }, "at least 2 tokens");
  refused([&] { NGrams(tokens, 3, 2).probability(tokens, 0, 3); }, "1 to 2 were");
  refused([&] { NGrams(tokens, 3).loss(Tokens{1}, 2); }, "at least 2 tokens");
}

// --- What stands in another text, too

double share_by_looking_everywhere(const Tokens& known, const Tokens& text, size_t length) {
  int64_t all = 0, found = 0;
  for (size_t i = 0; i + length <= text.size(); ++i, ++all) {
    const auto begin = text.begin() + static_cast<int64_t>(i);
    const auto end = begin + static_cast<int64_t>(length);
    found += std::search(known.begin(), known.end(), begin, end) != known.end();
  }
  return all == 0 ? 0 : static_cast<double>(found) / static_cast<double>(all);
}

TEST(RepeatedShare, ByHand) {
  const Tokens known = {1, 2, 3, 4, 5, 1, 2, 4};
  EXPECT_EQ(repeated_share(known, known, 3), 1);
  EXPECT_EQ(repeated_share(known, Tokens{1, 2, 3}, 3), 1);
  EXPECT_EQ(repeated_share(known, Tokens{3, 2, 1}, 3), 0);
  EXPECT_EQ(repeated_share(known, Tokens{9, 1, 2, 4}, 3), 0.5) << "the last place of the known text counts";
  EXPECT_EQ(repeated_share(known, Tokens{1, 2, 4, 5, 2}, 2), 0.75) << "all but 5 2";
  EXPECT_EQ(repeated_share(known, Tokens{5, 9, 5, 9}, 1), 0.5);
  EXPECT_EQ(repeated_share(known, Tokens{2, 4, 1}, 3), 0) << "nothing goes on behind the end";
}

TEST(RepeatedShare, OfTextsThatAreTooShort) {
  EXPECT_EQ(repeated_share(Tokens{1, 2, 3}, Tokens{1, 2}, 3), 0);
  EXPECT_EQ(repeated_share(Tokens{1, 2}, Tokens{1, 2, 1, 2}, 3), 0);
  EXPECT_EQ(repeated_share(Tokens{}, Tokens{1}, 1), 0);
  EXPECT_EQ(repeated_share(Tokens{1}, Tokens{}, 1), 0);
  EXPECT_NE(message_of([] { repeated_share(Tokens{1}, Tokens{1}, 0); }).find("at least one token, got 0"),
            std::string::npos);
}

TEST(RepeatedShare, IsThatOfLookingEverywhere) {
  for (uint32_t seed = 0; seed < 40; ++seed) {
    const int32_t vocab_size = 2 + static_cast<int32_t>(seed % 5);
    const Tokens known = some_tokens(20 + 7 * seed, vocab_size, seed), text = some_tokens(60, vocab_size, seed + 100);
    for (size_t length = 1; length <= 9; ++length) {
      EXPECT_EQ(repeated_share(known, text, static_cast<int64_t>(length)),
                share_by_looking_everywhere(known, text, length))
          << "seed " << seed << ", length " << length;
    }
  }
}

}  // namespace
}  // namespace dikkat::test
