// Training a vocabulary, beside the textbook's way that counts all pairs again after each merge.
#include <gtest/gtest.h>

#include <map>

#include "kernels/parallel.h"
#include "tests/messages.h"
#include "tests/tokenizer_vocabularies.h"
#include "tokenizer/count_pieces.h"

namespace dikkat::test {
namespace {

struct ByHand {
  std::vector<Merge> merges;
  std::vector<int64_t> counts;
};

ByHand trained_by_hand(std::string_view text, PreTokenizer kind, int64_t most_merges, int64_t least_count) {
  std::vector<size_t> lengths(256, 1);
  const auto length = [&](int32_t id) { return lengths[static_cast<size_t>(id)]; };
  std::vector<std::vector<int32_t>> pieces;
  for (size_t begin = 0, end = 0; begin < text.size(); begin = end) {
    end = piece_end(kind, text, begin);
    pieces.emplace_back();
    for (const char byte : text.substr(begin, end - begin)) pieces.back().push_back(static_cast<unsigned char>(byte));
  }
  ByHand result;
  for (int32_t id = 256; id < 256 + most_merges; ++id) {
    std::map<std::pair<int32_t, int32_t>, int64_t> counts;
    for (const auto& piece : pieces)
      for (size_t i = 0; i + 1 < piece.size(); ++i)
        if (length(piece[i]) + length(piece[i + 1]) <= most_token_bytes) ++counts[{piece[i], piece[i + 1]}];
    std::pair<int32_t, int32_t> best;
    int64_t most = 0;
    for (const auto& [pair, count] : counts)  // in the order of the ids: the first of equals is the smallest
      if (count > most) most = count, best = pair;
    if (most < least_count || most == 0) break;
    result.merges.push_back({best.first, best.second, id, static_cast<uint32_t>(id - 256)});
    result.counts.push_back(most);
    lengths.push_back(length(best.first) + length(best.second));
    for (auto& piece : pieces)
      for (size_t i = 0; i + 1 < piece.size(); ++i)
        if (piece[i] == best.first && piece[i + 1] == best.second) {
          piece[i] = id;
          piece.erase(piece.begin() + static_cast<std::ptrdiff_t>(i) + 1);
        }
  }
  return result;
}

TEST(Training, DoesWhatTheTextbookDoes) {
  Chance chance(1);
  for (int round = 0; round < 150; ++round) {
    std::string text;
    const size_t letters = 1 + chance.below(4);  // few: equal counts and overlapping pairs everywhere
    for (size_t i = chance.below(400); i > 0; --i)
      text += chance.below(6) == 0 ? ' ' : static_cast<char>('a' + chance.below(letters));
    const TrainingOptions options = {
        .vocab_size = 300, .special_tokens = {}, .least_count = 1 + static_cast<int>(chance.below(3))};
    const Training training = train_bpe(text, options);
    const ByHand expected = trained_by_hand(text, PreTokenizer::gpt2, 44, options.least_count);
    ASSERT_EQ(training.vocabulary.merges, expected.merges) << text;
    ASSERT_EQ(training.counts, expected.counts) << text;
  }
}

TEST(Training, OfRealText) {
  const ByHand expected = trained_by_hand(sample_text(), PreTokenizer::gpt2, 143, 1);
  const Training training = train_bpe(sample_text(), {.vocab_size = 400, .least_count = 1});
  EXPECT_EQ(training.vocabulary.merges, expected.merges);
  EXPECT_EQ(training.vocabulary.size(), 400);
  EXPECT_EQ(training.vocabulary.tokens[399], "<|endoftext|>");
  EXPECT_EQ(training.vocabulary.tokens[256 + 142],
            training.vocabulary.tokens[static_cast<size_t>(expected.merges[142].left)] +
                training.vocabulary.tokens[static_cast<size_t>(expected.merges[142].right)]);
}

TEST(Training, OfSeveralTextsJoinsNothingOverTheirBorders) {
  const std::vector<std::string_view> texts = {"abab", "ab", "ba"};
  const Training training = train_bpe(texts, {.vocab_size = 258, .special_tokens = {}, .least_count = 1});
  ASSERT_EQ(training.vocabulary.merges.size(), 2u);
  EXPECT_EQ(training.vocabulary.tokens[256], "ab");
  EXPECT_EQ(training.vocabulary.tokens[257], "ba");  // as frequent as "abab", and of smaller ids
  EXPECT_EQ(training.counts, (std::vector<int64_t>{3, 1}));
  EXPECT_EQ(training.pieces, 3);
  EXPECT_EQ(training.distinct_pieces, 3);
}

// Half a megabyte and more is counted in parts.
std::string long_text() {
  Chance chance(2);
  const std::string sample = sample_text();
  std::string text;
  while (text.size() < 1'500'000) {
    text += sample.substr(chance.below(200), 50 + chance.below(200));
    if (chance.below(3) == 0) text += '\n';
    for (size_t i = chance.below(10); i > 0; --i) text += static_cast<char>('a' + chance.below(26));
  }
  return text;
}

TEST(CountPieces, CountsWhatOneWalkFinds) {
  const std::string text = long_text();
  for (const PreTokenizer kind :
       {PreTokenizer::gpt2, PreTokenizer::cl100k, PreTokenizer::o200k, PreTokenizer::llama3, PreTokenizer::qwen2,
        PreTokenizer::bytes, PreTokenizer::characters, PreTokenizer::words}) {
    std::map<std::string_view, int64_t> expected;
    std::vector<std::string_view> order;
    for (size_t begin = 0, end = 0; begin < text.size(); begin = end) {
      end = piece_end(kind, text, begin);
      const std::string_view piece = std::string_view(text).substr(begin, end - begin);
      if (++expected[piece] == 1) order.push_back(piece);
    }
    const std::string_view whole = text;
    const std::vector<CountedPiece> counted = count_pieces(std::span(&whole, 1), kind);
    ASSERT_EQ(counted.size(), expected.size());
    for (size_t i = 0; i < counted.size(); ++i) {
      ASSERT_EQ(counted[i].piece, order[i]);
      ASSERT_EQ(counted[i].count, expected[counted[i].piece]);
    }
  }
}

TEST(Training, DoesNotDependOnTheNumberOfThreads) {
  const std::string text = long_text();
  const int before = threads();
  set_threads(1);
  const Training alone = train_bpe(text, {.vocab_size = 2000});
  for (const int count : {2, 3, 7}) {
    set_threads(count);
    const Training together = train_bpe(text, {.vocab_size = 2000});
    EXPECT_EQ(together.vocabulary, alone.vocabulary) << count << " threads";
    EXPECT_EQ(together.counts, alone.counts);
    EXPECT_EQ(together.distinct_pieces, alone.distinct_pieces);
  }
  set_threads(before);
}

TEST(Training, StopsWhenNothingIsLeftToMerge) {
  const Training training = train_bpe("abc abc xyz", {.vocab_size = 1000});
  EXPECT_EQ(training.vocabulary.size(), 256 + 2 + 1);  // "ab", "abc"; "xyz" and " abc" are seen once
  EXPECT_EQ(training.vocabulary.added[0].id, 258);
  EXPECT_EQ(train_bpe("", {.vocab_size = 1000}).vocabulary.size(), 257);
}

// Long repeats double the longest token again and again, up to most_token_bytes and no further.
TEST(Training, MakesNoTokenThatIsTooLong) {
  std::string lines;
  for (int i = 0; i < 20; ++i) lines += std::string(1100, '=') + "\nabc ab\n" + std::string(700 + 3 * i, '-') + "\n";
  for (const int64_t least_count : {1, 2}) {
    const Training training = train_bpe(lines, {.vocab_size = 400, .special_tokens = {}, .least_count = least_count});
    const ByHand expected = trained_by_hand(lines, PreTokenizer::gpt2, 400 - 256, least_count);
    EXPECT_EQ(training.vocabulary.merges, expected.merges);
    EXPECT_EQ(training.counts, expected.counts);
    EXPECT_LT(training.vocabulary.size(), 400);  // nothing else may be merged
    size_t longest = 0;
    for (const std::string& token : training.vocabulary.tokens) longest = std::max(longest, token.size());
    EXPECT_EQ(longest, most_token_bytes);
    EXPECT_EQ(Tokenizer(training.vocabulary).decode(Tokenizer(training.vocabulary).encode(lines)), lines);
  }
}

TEST(Training, OfAMillionEqualLetters) {
  const std::string equal(1'000'000, 'a');
  std::string lines;  // cut into several parts
  while (lines.size() < 1'000'000) lines += std::string(1100, '=') + "\nabc\n";
  const int before = threads();
  for (const int count : {1, 2, 3}) {
    set_threads(count);
    const Training of_equal = train_bpe(equal, {.vocab_size = 1000});
    ASSERT_EQ(of_equal.vocabulary.merges.size(), 9u) << count << " threads";  // 2, 4, ..., 512 letters
    EXPECT_EQ(of_equal.counts.back(), 1'000'000 / 256 - 1);
    EXPECT_EQ(of_equal.vocabulary.tokens[264], std::string(512, 'a'));
    const Training of_lines = train_bpe(lines, {.vocab_size = 1000});
    EXPECT_EQ(of_lines.vocabulary.merges,
              trained_by_hand(lines.substr(0, 10 * 1105), PreTokenizer::gpt2, 744, 2).merges)
        << count << " threads";
    EXPECT_EQ(of_lines.counts[0], 1099 * static_cast<int64_t>(lines.size() / 1105));
  }
  set_threads(before);
}

TEST(Training, NeedsRoom) {
  expect_parts(message_of([] { train_bpe("a", {.vocab_size = 256}); }), {"256 tokens", "1 special tokens"});
  expect_parts(message_of([] { train_bpe("a", {.vocab_size = -1}); }), {"-1 tokens"});
  expect_parts(message_of([] { train_bpe("a", {.vocab_size = 1 << 30}); }), {"1073741824 tokens", "too large"});
  expect_parts(message_of([] { train_bpe("a", {.special_tokens = {"<a>", "<a>"}}); }), {"'<a>' occurs twice"});
}

}  // namespace
}  // namespace dikkat::test
