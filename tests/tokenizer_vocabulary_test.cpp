// Vocabularies that contradict themselves, SentencePiece-style ones, and decoding token by token.
#include <gtest/gtest.h>

#include "tests/messages.h"
#include "tests/tokenizer_vocabularies.h"
#include "tokenizer/stream_decoder.h"

namespace dikkat::test {
namespace {

// A vocabulary that contradicts itself is refused, with the reason.
TEST(Vocabulary, IsChecked) {
  const auto message = [](const auto& spoil) {
    Vocabulary vocabulary = sample_vocabulary();
    spoil(vocabulary);
    return message_of([&] { Tokenizer(vocabulary, "here"); });
  };
  EXPECT_EQ(message([](Vocabulary&) {}), "");
  using V = Vocabulary;
  expect_parts(message([](V& v) { v.tokens.clear(); }), {"here: ", "empty"});
  expect_parts(message([](V& v) { v.byte_tokens[7] = 400; }), {"a byte has the id 400"});
  expect_parts(message([](V& v) { v.byte_tokens[7] = -1; }), {"a byte has the id -1"});
  expect_parts(message([](V& v) { v.byte_tokens[7] = 8; }), {"the token of the byte 7"});
  expect_parts(message([](V& v) { v.merges[0].left = -5; }), {"a merge of -5"});
  expect_parts(message([](V& v) { v.merges[0].right = 2000000000; }), {"2000000000"});
  expect_parts(message([](V& v) { v.merges[0].result = 'a'; }), {"do not make 'a'"});
  expect_parts(message([](V& v) { v.merges[0].rank = 4294967295u; }), {"rank 4294967295"});
  expect_parts(message([](V& v) { v.merges.push_back(v.merges[3]); }), {"two merges join", "the same"});
  expect_parts(message([](V& v) { v.tokens.push_back(v.tokens[300]); }), {"300 and 400", "the same bytes"});
  expect_parts(message([](V& v) { v.tokens.push_back(std::string(513, 'a')); }), {"513 bytes", "more than 512"});
  expect_parts(message([](V& v) { v.added[0].id = 400; }), {"an added token has the id 400"});
  expect_parts(message([](V& v) { v.added.push_back(v.added[0]); }), {"'<|endoftext|>' occurs twice"});
  expect_parts(message([](V& v) { v.added.push_back({"<x>", 399}); }), {"two added tokens have the id 399"});
  expect_parts(message([](V& v) { v.added[0].text.clear(); }), {"has no text"});
  expect_parts(message([](V& v) { v.beginning = {400}; }), {"begins a text", "400"});
  expect_parts(message([](V& v) { v.ending = {-1}; }), {"ends a text", "-1"});
  expect_parts(message([](V& v) { v.scores = {1}; }), {"1 scores for 400 tokens"});
}

// A vocabulary of characters: letters, the space that belongs to the word behind it, and bytes for everything else.
Vocabulary sentencepiece_vocabulary() {
  Vocabulary vocabulary = train_bpe("", {.vocab_size = 256, .special_tokens = {}}).vocabulary;
  vocabulary.sentencepiece = SentencePieceStyle{};
  for (const char* token : {" ", "a", "b", "ş", " a", "ab", " ab", "aş"}) vocabulary.tokens.emplace_back(token);
  vocabulary.merges = {{256, 257, 260, 0}, {257, 258, 261, 1}, {260, 258, 262, 2}, {257, 259, 263, 3}};
  return vocabulary;
}

TEST(SentencePieceStyle, MergesCharactersAndFallsBackToBytes) {
  const Tokenizer tokenizer(sentencepiece_vocabulary());
  EXPECT_EQ(tokenizer.encode("ab"), (std::vector<int32_t>{262}));
  EXPECT_EQ(tokenizer.encode("baş"), (std::vector<int32_t>{256, 258, 263}));
  EXPECT_EQ(tokenizer.encode("ğ"), (std::vector<int32_t>{256, 0xC4, 0x9F}));
  EXPECT_EQ(tokenizer.encode("a  ab"), (std::vector<int32_t>{260, 256, 262}));
  EXPECT_TRUE(tokenizer.encode("").empty());
  EXPECT_EQ(tokenizer.decode(std::vector<int32_t>{262, 260}), "ab a");
  Chance chance(8);
  for (int round = 0; round < 100; ++round) {
    const std::string text = random_text(chance, 40), bytes = random_bytes(chance, 40) + " ab";
    EXPECT_EQ(tokenizer.decode(tokenizer.encode(text)), text);
    EXPECT_EQ(tokenizer.decode(tokenizer.encode(bytes)), bytes);
  }
}

TEST(SentencePieceStyle, KnowsTheSpaceOfItsFiles) {
  Vocabulary vocabulary = sentencepiece_vocabulary();
  const std::string block = "\u2581";
  EXPECT_EQ(Tokenizer(vocabulary).encode("a" + block + "ab").size(), 5u);
  EXPECT_EQ(Tokenizer(vocabulary).decode(Tokenizer(vocabulary).encode("a" + block)), "a" + block);
  vocabulary.sentencepiece->block_is_space = true;
  EXPECT_EQ(Tokenizer(vocabulary).encode("a" + block + "ab"), (std::vector<int32_t>{260, 262}));
  vocabulary.sentencepiece->space_in_front = false;
  EXPECT_EQ(Tokenizer(vocabulary).encode("ab"), (std::vector<int32_t>{261}));
  EXPECT_EQ(Tokenizer(vocabulary).decode(std::vector<int32_t>{262}), " ab");
}

// Cutting at spaces is only a shortcut: with a token that holds one between letters it must not be taken.
TEST(SentencePieceStyle, MergesOverSpacesIfTheVocabularyDoes) {
  Vocabulary vocabulary = sentencepiece_vocabulary();
  vocabulary.tokens.emplace_back("ab a");
  vocabulary.merges.push_back({261, 260, 264, 0});
  vocabulary.sentencepiece->space_in_front = false;
  vocabulary.merges[2].rank = 9;
  EXPECT_EQ(Tokenizer(vocabulary).encode("ab a"), (std::vector<int32_t>{264}));
}

TEST(SentencePieceStyle, TheStreamTakesTheFirstSpaceAway) {
  const Tokenizer tokenizer(sentencepiece_vocabulary());
  StreamDecoder decoder(tokenizer);
  EXPECT_EQ(decoder.next(262), "ab");
  EXPECT_EQ(decoder.next(262), " ab");
  EXPECT_EQ(decoder.finish(), "");
  EXPECT_EQ(decoder.next(262), "ab");
}

TEST(StreamDecoder, NeverHandsOutHalfALetter) {
  Chance chance(6);
  const Tokenizer tokenizer(sample_vocabulary());
  for (int round = 0; round < 300; ++round) {
    const std::string text = random_text(chance, 30);
    StreamDecoder decoder(tokenizer);
    std::string shown;
    for (const int32_t id : tokenizer.encode(text, SpecialTokens::as_text)) {
      const std::string part = decoder.next(id);
      ASSERT_TRUE(is_utf8(part)) << text;
      shown += part;
    }
    EXPECT_EQ(shown, text);
    EXPECT_EQ(decoder.finish(), "");
  }
}

TEST(StreamDecoder, HandsOutAllBytesOfWhatIsNoText) {
  Chance chance(7);
  const Tokenizer tokenizer(sample_vocabulary());
  StreamDecoder decoder(tokenizer);
  for (int round = 0; round < 300; ++round) {
    std::string bytes = random_bytes(chance, 20), shown;
    for (const int32_t id : tokenizer.encode(bytes)) {
      const std::string part = decoder.next(id);
      shown += part;
      ASSERT_TRUE(bytes.starts_with(shown));
    }
    EXPECT_LE(bytes.size() - shown.size(), 3u);
    EXPECT_EQ(shown + decoder.finish(), bytes);
  }
  EXPECT_EQ(decoder.next('\xF0' & 0xFF), "");
  EXPECT_EQ(decoder.next(0x9F), "");
  EXPECT_EQ(decoder.next('a'),
            "\xF0\x9F"
            "a");  // nothing can complete that letter any more
  EXPECT_EQ(decoder.next(0xE0), "");
  EXPECT_EQ(decoder.next(0x80), "\xE0\x80");  // an overlong form
  EXPECT_EQ(decoder.next(0xED), "");
  EXPECT_EQ(decoder.next(0xA0), "\xED\xA0");  // a surrogate
  EXPECT_EQ(decoder.next(0xF4), "");
  EXPECT_EQ(decoder.next(0x90), "\xF4\x90");  // beyond the last code point
  EXPECT_EQ(decoder.next(0xC4), "");
  EXPECT_EQ(decoder.finish(), "\xC4");
  EXPECT_EQ(decoder.finish(), "");
  expect_parts(message_of([&] { decoder.next(400); }), {"no token with the id 400"});
}

}  // namespace
}  // namespace dikkat::test
