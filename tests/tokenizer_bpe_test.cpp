// Byte-pair encoding: merging, encoding, decoding, special tokens.
#include <gtest/gtest.h>

#include <thread>

#include "tests/messages.h"
#include "tests/tokenizer_vocabularies.h"
#include "tokenizer/merging.h"

namespace dikkat::test {
namespace {

// Merges of `letters` letters in which any rank goes to any pair: later merges may be ranked before the earlier ones
// that they build on, as no training would do.
std::vector<Merge> random_merges(Chance& chance, int32_t letters, int32_t count) {
  std::vector<Merge> merges;
  std::vector<std::pair<int32_t, int32_t>> seen;
  while (static_cast<int32_t>(merges.size()) < count) {
    const auto known = static_cast<size_t>(letters) + merges.size();
    const std::pair pair{static_cast<int32_t>(chance.below(known)), static_cast<int32_t>(chance.below(known))};
    if (std::find(seen.begin(), seen.end(), pair) != seen.end()) continue;
    seen.push_back(pair);
    merges.push_back(
        {pair.first, pair.second, static_cast<int32_t>(known), static_cast<uint32_t>(chance.below(count))});
  }
  return merges;
}

TEST(Merging, DoesWhatTheTextbookDoes) {
  Chance chance(1);
  Merging merging;  // one for all, as in a tokenizer
  for (int round = 0; round < 300; ++round) {
    const auto letters = static_cast<int32_t>(1 + chance.below(4));
    const std::vector<Merge> merges = random_merges(chance, letters, static_cast<int32_t>(1 + chance.below(40)));
    const MergeTable table(merges);
    for (const size_t length : {0, 1, 2, 3, 10, 48, 49, 200, 700}) {
      std::vector<int32_t> symbols;
      for (size_t i = 0; i < length; ++i)
        symbols.push_back(static_cast<int32_t>(chance.below(static_cast<size_t>(letters))));
      const std::vector<int32_t> expected = merged_by_hand(merges, symbols);
      merging.run(table, symbols);
      ASSERT_EQ(symbols, expected) << "round " << round << ", length " << length;
    }
  }
}

TEST(Merging, LeavesMergesAtItsLimitAlone) {
  const std::vector<Merge> merges = {{0, 0, 1, 0}, {1, 1, 2, 1}, {2, 2, 3, 2}};
  const MergeTable table(merges);
  for (const size_t length : {8, 80}) {
    std::vector<int32_t> symbols(length, 0);
    Merging().run(table, symbols, 1);
    EXPECT_EQ(symbols, std::vector<int32_t>(length / 2, 1));
    symbols.assign(length, 0);
    Merging().run(table, symbols);
    EXPECT_EQ(symbols, std::vector<int32_t>(length / 8, 3));
  }
}

TEST(MergeQueue, GivesTheLowestRankAndTheLeftmostPlace) {
  Chance chance(2);
  MergeQueue queue;
  std::vector<std::pair<uint32_t, int32_t>> waiting;
  for (int step = 0; step < 20000; ++step) {
    if (waiting.empty() || chance.below(2) == 0) {
      const std::pair entry{static_cast<uint32_t>(chance.below(20)), static_cast<int32_t>(chance.below(1000))};
      waiting.push_back(entry);
      queue.push(entry.first, entry.second);
      continue;
    }
    const auto lowest = std::min_element(waiting.begin(), waiting.end());
    uint32_t rank = 0;
    int32_t place = 0;
    queue.pop(rank, place);
    ASSERT_EQ(std::pair(rank, place), *lowest) << "step " << step;
    waiting.erase(lowest);
    ASSERT_EQ(queue.is_empty(), waiting.empty());
  }
}

// What encode() is made of, without its shortcuts.
std::vector<int32_t> encoded_by_hand(const Vocabulary& vocabulary, std::string_view text) {
  std::vector<int32_t> ids;
  for (size_t begin = 0, end = 0; begin < text.size(); begin = end) {
    end = piece_end(vocabulary.pre_tokenizer, text, begin);
    std::vector<int32_t> symbols;
    for (const char byte : text.substr(begin, end - begin))
      symbols.push_back(vocabulary.byte_tokens[static_cast<unsigned char>(byte)]);
    for (const int32_t id : merged_by_hand(vocabulary.merges, symbols)) ids.push_back(id);
  }
  return ids;
}

TEST(Tokenizer, EncodesAsTheTextbookDoes) {
  Chance chance(3);
  const Tokenizer tokenizer(sample_vocabulary());
  for (int round = 0; round < 200; ++round) {
    std::string text;
    for (int part = 0; part < 8; ++part) {
      const std::string sample = sample_text();
      text += chance.below(2) == 0 ? random_text(chance, chance.below(20))
                                   : sample.substr(chance.below(300), chance.below(60));
    }
    ASSERT_EQ(tokenizer.encode(text), encoded_by_hand(tokenizer.vocabulary(), text)) << text;
  }
}

TEST(Tokenizer, GivesEveryByteBack) {
  Chance chance(4);
  for (const PreTokenizer kind :
       {PreTokenizer::gpt2, PreTokenizer::cl100k, PreTokenizer::o200k, PreTokenizer::llama3, PreTokenizer::qwen2,
        PreTokenizer::bytes, PreTokenizer::characters, PreTokenizer::words}) {
    Vocabulary vocabulary = sample_vocabulary();
    vocabulary.pre_tokenizer = kind;
    const Tokenizer tokenizer(vocabulary);
    for (int round = 0; round < 60; ++round) {
      const std::string text = random_text(chance, chance.below(80)), bytes = random_bytes(chance, chance.below(200));
      EXPECT_EQ(tokenizer.decode(tokenizer.encode(text)), text);
      EXPECT_EQ(tokenizer.decode(tokenizer.encode(bytes)), bytes);
      EXPECT_EQ(tokenizer.decode(tokenizer.encode(text + bytes + text)), text + bytes + text);
    }
    EXPECT_TRUE(tokenizer.encode("").empty());
    EXPECT_EQ(tokenizer.decode(std::vector<int32_t>{}), "");
  }
}

// One piece of a million bytes: what takes quadratic time would not come to its end here.
TEST(Tokenizer, TakesLongPiecesToo) {
  const Tokenizer tokenizer(train_bpe("aaaaaaaa aaaaaaaa ababab ababab", {.vocab_size = 264}).vocabulary);
  const std::string equal(1'000'000, 'a');
  std::string mixed;
  for (int i = 0; i < 300'000; ++i) mixed += i % 7 == 0 ? "b" : "aab";
  Chance chance(5);
  std::string random;
  for (int i = 0; i < 300'000; ++i) random += static_cast<char>('a' + chance.below(3));
  for (const std::string& text : {equal, mixed, random}) {
    const std::vector<int32_t> ids = tokenizer.encode(text);
    EXPECT_LT(ids.size(), text.size());
    EXPECT_EQ(tokenizer.decode(ids), text);
  }
}

TEST(Tokenizer, KnowsItsTokens) {
  const Tokenizer tokenizer(sample_vocabulary());
  EXPECT_EQ(tokenizer.vocab_size(), 400);
  EXPECT_EQ(tokenizer.find("a"), 'a');
  EXPECT_EQ(tokenizer.find("<|endoftext|>"), 399);
  EXPECT_EQ(tokenizer.find("no such token"), std::nullopt);
  EXPECT_EQ(tokenizer.token(399), "<|endoftext|>");
  for (int32_t id = 0; id < 400; ++id) EXPECT_EQ(tokenizer.find(tokenizer.token(id)), id);
}

TEST(Tokenizer, RefusesIdsThatItDoesNotHave) {
  Vocabulary vocabulary = sample_vocabulary();
  vocabulary.tokens.resize(410);
  vocabulary.tokens[409] = "<|end|>";
  vocabulary.added.push_back({"<|end|>", 409});
  const Tokenizer tokenizer(vocabulary);
  for (const int32_t id : {-1, 400, 408, 410, 2147483647, -2147483647 - 1}) {
    const std::string message = message_of([&] { tokenizer.decode(std::vector<int32_t>{65, id, 66}); });
    expect_parts(message, {"no token with the id", std::to_string(id)});
  }
  EXPECT_EQ(tokenizer.decode(std::vector<int32_t>{65, 409}), "A<|end|>");
}

TEST(SpecialTokens, AreRefusedAllowedOrText) {
  const Tokenizer tokenizer(sample_vocabulary());
  const std::vector<int32_t> as_text = tokenizer.encode("a<|endoftext|>b", SpecialTokens::as_text);
  EXPECT_EQ(tokenizer.decode(as_text), "a<|endoftext|>b");
  EXPECT_EQ(std::count(as_text.begin(), as_text.end(), 399), 0);
  EXPECT_EQ(tokenizer.encode("a<|endoftext|>b", SpecialTokens::allowed), (std::vector<int32_t>{'a', 399, 'b'}));
  expect_parts(message_of([&] { tokenizer.encode("a<|endoftext|>b"); }),
               {"special token '<|endoftext|>'", "byte 1", "allow"});
  EXPECT_EQ(tokenizer.encode("<|endoftext|"), tokenizer.encode("<|endoftext|", SpecialTokens::as_text));
}

TEST(SpecialTokens, TheLeftmostAndThenTheLongestIsFound) {
  Vocabulary vocabulary = sample_vocabulary();
  const auto add = [&](const std::string& token, bool special) {
    vocabulary.added.push_back({token, static_cast<int32_t>(vocabulary.size()), special});
    vocabulary.tokens.push_back(token);
  };
  add("<|a|>", true);       // 400
  add("<|a|><|b|>", true);  // 401
  add("|><|", true);        // 402
  add("kedi", false);       // 403: a word, not a sign
  add("ke", false);         // 404
  const Tokenizer tokenizer(vocabulary);
  EXPECT_EQ(tokenizer.encode("<|a|><|b|>", SpecialTokens::allowed), (std::vector<int32_t>{401}));
  EXPECT_EQ(tokenizer.encode("<|a|><|a|>", SpecialTokens::allowed), (std::vector<int32_t>{400, 400}));
  EXPECT_EQ(tokenizer.encode("|><|a|>", SpecialTokens::allowed), (std::vector<int32_t>{402, 'a', '|', '>'}));
  for (const SpecialTokens policy : {SpecialTokens::refused, SpecialTokens::allowed, SpecialTokens::as_text}) {
    EXPECT_EQ(tokenizer.encode("kedi", policy), (std::vector<int32_t>{403}));
    EXPECT_EQ(tokenizer.encode("kedkedi", policy), (std::vector<int32_t>{404, 'd', 403}));
  }
}

TEST(Tokenizer, LooksForWholePiecesFirstIfToldSo) {
  Vocabulary vocabulary = train_bpe("", {.vocab_size = 257}).vocabulary;
  vocabulary.tokens.push_back(" kedi");  // 257, and no merge makes it
  EXPECT_EQ(Tokenizer(vocabulary).encode(" kedi kedi").size(), 10u);
  vocabulary.whole_pieces_first = true;
  EXPECT_EQ(Tokenizer(vocabulary).encode(" kedi kedi"), (std::vector<int32_t>{257, 257}));
}

TEST(Tokenizer, NormalisesIfToldSo) {
  Vocabulary vocabulary = sample_vocabulary();
  EXPECT_NE(Tokenizer(vocabulary).encode("e\u0301"), Tokenizer(vocabulary).encode("\u00E9"));
  vocabulary.nfc = true;
  EXPECT_EQ(Tokenizer(vocabulary).encode("e\u0301"), Tokenizer(vocabulary).encode("\u00E9"));
}

TEST(Tokenizer, ServesSeveralThreads) {
  const Tokenizer tokenizer(sample_vocabulary());
  const std::string text = sample_text() + sample_text();
  const std::vector<int32_t> expected = tokenizer.encode(text);
  std::vector<std::thread> workers;
  std::vector<int> wrong(4);
  for (size_t worker = 0; worker < wrong.size(); ++worker)
    workers.emplace_back([&, worker] {
      for (int i = 0; i < 50; ++i) wrong[worker] += tokenizer.encode(text) != expected;
    });
  for (std::thread& worker : workers) worker.join();
  EXPECT_EQ(wrong, std::vector<int>(4));
}

}  // namespace
}  // namespace dikkat::test
