// The tables in which tokens are looked up, with contents that were made to be slow.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "tests/tokenizer_vocabularies.h"
#include "tokenizer/added_tokens.h"
#include "tokenizer/hash.h"

namespace dikkat::test {
namespace {

size_t distinct_hashes(const std::vector<std::string>& tokens, const HashKeys& keys) {
  std::vector<uint64_t> hashes;
  for (const std::string& token : tokens) hashes.push_back(hash_bytes(token, keys));
  std::sort(hashes.begin(), hashes.end());
  return static_cast<size_t>(std::unique(hashes.begin(), hashes.end()) - hashes.begin());
}

// Who knows the keys makes as many tokens of one hash as he likes: eight bytes, then eight that take them back.
TEST(Hash, CannotBeMadeToCollideWithoutTheKeys) {
  const HashKeys known = {0x9E3779B97F4A7C15, 0xD1B54A32D192ED03};
  std::vector<std::string> tokens;
  for (uint64_t i = 0; i < 20000; ++i) {
    const uint64_t second = mixed(24 ^ known.second ^ i, known.first);
    tokens.emplace_back("????????????????ABCDEFGH");
    std::memcpy(tokens.back().data(), &i, 8);
    std::memcpy(tokens.back().data() + 8, &second, 8);
  }
  EXPECT_EQ(distinct_hashes(tokens, known), 1u);
  EXPECT_EQ(distinct_hashes(tokens, hash_keys()), tokens.size());
  EXPECT_EQ(distinct_hashes(tokens, {known.first + 2, known.second}), tokens.size());
}

// The child is this test from its beginning in a new process; it finds the key of its parent.
TEST(Hash, HasOtherKeysInEachProcess) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const std::string name = "DIKKAT_TEST_KEY_OF_PARENT", key = std::to_string(hash_keys().first);
  setenv(name.c_str(), key.c_str(), 0);
  EXPECT_EXIT(std::exit(std::getenv(name.c_str()) == key ? 1 : 0), testing::ExitedWithCode(0), "");
  unsetenv(name.c_str());
}

// The textbook: at each place, each token.
AddedTokens::Match found_by_hand(const std::vector<AddedToken>& tokens, std::string_view text, size_t from,
                                 bool with_special) {
  for (size_t at = from; at < text.size(); ++at) {
    const AddedToken* longest = nullptr;
    for (const AddedToken& token : tokens) {
      if ((token.special && !with_special) || !text.substr(at).starts_with(token.text)) continue;
      if (longest == nullptr || longest->text.size() < token.text.size()) longest = &token;
    }
    if (longest != nullptr) return {at, at + longest->text.size(), longest->id, longest->special};
  }
  return {text.size(), text.size(), -1, false};
}

TEST(AddedTokens, AreFoundAsTheTextbookFindsThem) {
  Chance chance(1);
  const auto letters = [&](size_t most, size_t kinds) {
    std::string text;
    for (size_t i = 1 + chance.below(most); i > 0; --i) text += "ab\xC3\xFF"[chance.below(kinds)];
    return text;
  };
  for (int round = 0; round < 2000; ++round) {
    const size_t kinds = 1 + chance.below(4);
    std::vector<AddedToken> tokens;
    for (size_t wanted = chance.below(12); wanted > 0; --wanted) {
      const std::string token = letters(5, kinds);
      const auto same = [&](const AddedToken& other) { return other.text == token; };
      if (std::none_of(tokens.begin(), tokens.end(), same))
        tokens.push_back({token, static_cast<int32_t>(tokens.size()), chance.below(2) == 0});
    }
    const AddedTokens added(tokens);
    const std::string text = letters(30, kinds + chance.below(5 - kinds));
    for (const bool with_special : {false, true})
      for (size_t from = 0; from <= text.size(); ++from) {
        const AddedTokens::Match found = added.find(text, from, with_special),
                                 expected = found_by_hand(tokens, text, from, with_special);
        ASSERT_EQ(found.begin, expected.begin) << text << " from " << from;
        ASSERT_EQ(found.end, expected.end) << text << " from " << from;
        ASSERT_EQ(found.id, expected.id) << text << " from " << from;
        ASSERT_EQ(found.special, expected.special);
      }
  }
}

// Ten megabytes in which each place begins like hundreds of tokens. Going through those would not come to its end here.
TEST(AddedTokens, ThatBeginAlikeAreFoundAsQuickly) {
  std::vector<AddedToken> tokens;
  for (size_t length = 1; length <= 510; ++length) {
    tokens.push_back({std::string(length, 'a'), static_cast<int32_t>(tokens.size()), true});
    tokens.push_back({std::string(length, 'a') + "b", static_cast<int32_t>(tokens.size()), false});
  }
  const AddedTokens added(tokens);
  const std::string text(10'000'000, 'a');
  EXPECT_EQ(added.find(text, 0, false).id, -1);
  size_t matches = 0;
  for (size_t at = 0; at < text.size(); ++matches) at = added.find(text, at, true).end;
  EXPECT_EQ(matches, 10'000'000 / 510 + 1);
}

}  // namespace
}  // namespace dikkat::test
