// Unicode: decoding, the tables, casing (Turkish above all) and normal form C. The expected values are the standard's.
#include "tokenizer/unicode.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <vector>

namespace dikkat::test {
namespace {

std::string utf8(const std::vector<uint32_t>& points) {
  std::string text;
  for (const uint32_t value : points) append_utf8(text, value);
  return text;
}

std::string random_bytes(std::mt19937& random, size_t length) {
  static const std::string lively = "aZ \x7F\x80\x9F\xA0\xBF\xC0\xC2\xC5\xDF\xE0\xE2\xED\xEF\xF0\xF4\xF5\xFF";
  std::string text;
  for (; length > 0; --length)
    text += random() % 2 == 0 ? lively[random() % lively.size()] : static_cast<char>(random());
  return text;
}

std::string invalid_bytes(std::string_view text) {
  std::string bytes;
  for (size_t at = 0; at < text.size(); at += decode(text, at).length)
    if (decode(text, at).value >= first_invalid_byte) bytes += text[at];
  return bytes;
}

bool is_scalar(uint32_t value) {
  return value < 0x110000 && (value < 0xD800 || value > 0xDFFF);
}

// ---- decoding ----

TEST(Utf8, DecodesAndEncodesEveryCodePoint) {
  for (uint32_t value = 0; value < 0x110000; ++value) {
    if (!is_scalar(value)) continue;
    const std::string text = "a" + utf8({value}) + "\x80";
    const CodePoint point = decode(text, 1), before = decode_before(text, text.size() - 1);
    ASSERT_EQ(point.value, value);
    ASSERT_EQ(point.length, text.size() - 2);
    ASSERT_EQ(point.length, value < 0x80 ? 1u : value < 0x800 ? 2u : value < 0x10000 ? 3u : 4u);
    ASSERT_EQ(before.value, value);
    ASSERT_EQ(before.length, point.length);
  }
}

TEST(Utf8, TakesWhatIsNotWellFormedByteByByte) {
  for (const std::string wrong :
       {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xC3", "\xC3(", "\xE0\x80\x80", "\xE0\x9F\xBF", "\xE4\xB8",
        "\xE4\xB8(", "\xED\xA0\x80", "\xED\xBF\xBF", "\xF0\x8F\xBF\xBF", "\xF0\x9F\x98", "\xF4\x90\x80\x80",
        "\xF5\x80\x80\x80", "\xFE", "\xFF"}) {
    EXPECT_FALSE(is_utf8(wrong));
    const CodePoint point = decode(wrong, 0);
    EXPECT_EQ(point.length, 1u);
    EXPECT_EQ(point.value, first_invalid_byte + static_cast<unsigned char>(wrong[0]));
    EXPECT_EQ(utf8({point.value}), wrong.substr(0, 1));
  }
  EXPECT_TRUE(is_utf8("çöğ \u07FF \u0800 \uD7FF \uE000 \uFFFF \U00010000 \U0010FFFF"));
  EXPECT_TRUE(is_utf8(""));
}

TEST(Utf8, ForwardsAndBackwardsMeetTheSameCodePoints) {
  std::mt19937 random(1);
  for (int round = 0; round < 20000; ++round) {
    const std::string text = random_bytes(random, random() % 20);
    std::vector<uint32_t> forwards, backwards;
    for (size_t at = 0; at < text.size(); at += decode(text, at).length) forwards.push_back(decode(text, at).value);
    for (size_t end = text.size(); end > 0; end -= decode_before(text, end).length)
      backwards.insert(backwards.begin(), decode_before(text, end).value);
    ASSERT_EQ(forwards, backwards);
    ASSERT_EQ(utf8(forwards), text);
  }
}

// ---- categories ----

TEST(GeneralCategory, HasAsManyCodePointsAsUnicode16) {
  std::map<GeneralCategory, int> count;
  for (uint32_t value = 0; value < 0x110000; ++value) ++count[category_of(value)];
  const std::map<GeneralCategory, int> expected = {
      {GeneralCategory::white_space, 25}, {GeneralCategory::number, 1911}, {GeneralCategory::punctuation, 855},
      {GeneralCategory::symbol, 8514},    {GeneralCategory::mark, 2501},   {GeneralCategory::upper, 1858},
      {GeneralCategory::lower, 2258},     {GeneralCategory::title, 31},    {GeneralCategory::modifier, 404},
      {GeneralCategory::letter, 136477},  {GeneralCategory::other, 959278}};
  EXPECT_EQ(count, expected);
}

TEST(GeneralCategory, IsTheStandards) {
  const std::map<GeneralCategory, std::vector<uint32_t>> expected = {
      {GeneralCategory::white_space,
       {'\t', '\n', 0xB, 0xC, '\r', ' ', 0x85, 0xA0, 0x1680, 0x2000, 0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000}},
      {GeneralCategory::number, {'0', '9', 0xB2, 0xBD, 0x663, 0x2167, 0x3007, 0x1D7FF}},
      {GeneralCategory::punctuation, {'!', '\'', '_', '-', '(', 0x2019, 0x3002}},
      {GeneralCategory::symbol, {'$', '+', '^', '`', 0x20BA, 0x1F600, 0xFFFD}},
      {GeneralCategory::mark, {0x300, 0x345, 0x903, 0x20DD, 0xFE0F, 0xE0100, 0xE01EF}},
      {GeneralCategory::upper, {'A', 0x130, 0x15E, 0x1E9E, 0x1C89, 0x10D50}},  // the last two are new in 16.0
      {GeneralCategory::lower, {'a', 0x131, 0x15F, 0xDF, 0x17F, 0x1C8A, 0x2146}},
      {GeneralCategory::title, {0x1C5, 0x1F88, 0x1FFC}},
      {GeneralCategory::modifier, {0x2B0, 0x3005, 0xFF70}},
      {GeneralCategory::letter,
       {0xAA, 0x1C0, 0x5D0, 0x3042, 0x3400, 0x4DBF, 0x4E00, 0xAC00, 0xD7A3, 0x105C0, 0x20000, 0x323AF}},
      {GeneralCategory::other,
       {0, 0x1F, 0x7F, 0xAD, 0x200B, 0x200D, 0x2065, 0xD800, 0xDFFF, 0xE000, 0xFEFF, 0xFFFF, 0x323B0, 0xE00FF, 0xE01F0,
        0x10FFFF, first_invalid_byte + 0x80, first_invalid_byte + 0xFF}}};
  for (const auto& [category, points] : expected)
    for (const uint32_t value : points) EXPECT_EQ(category_of(value), category) << std::hex << value;
}

// ---- upper and lower case ----

std::string turkish_lower(std::string_view text) {
  return to_lower(text, Language::turkish);
}

std::string turkish_upper(std::string_view text) {
  return to_upper(text, Language::turkish);
}

TEST(Case, KnowsTheTwoTurkishLetters) {
  EXPECT_EQ(turkish_lower("ÇOCUK ŞANLIURFA'DAN GELİYOR, IŞIK YİYOR"), "çocuk şanlıurfa'dan geliyor, ışık yiyor");
  EXPECT_EQ(turkish_upper("çocuk şanlıurfa'dan geliyor, ışık yiyor"), "ÇOCUK ŞANLIURFA'DAN GELİYOR, IŞIK YİYOR");
  EXPECT_EQ(turkish_lower("ABCÇDEFGĞHIİJKLMNOÖPRSŞTUÜVYZÂÎÛ"), "abcçdefgğhıijklmnoöprsştuüvyzâîû");
  EXPECT_EQ(turkish_upper("abcçdefgğhıijklmnoöprsştuüvyzâîû"), "ABCÇDEFGĞHIİJKLMNOÖPRSŞTUÜVYZÂÎÛ");
}

TEST(Case, FallsIntoTheTurkishTrapWithoutTheLanguage) {
  EXPECT_EQ(to_lower("ISPARTA IŞIK"), "isparta işik");
  EXPECT_EQ(to_lower("İ"), "i\u0307");  // i with a dot above it: two code points, and no Turkish i
  EXPECT_EQ(to_upper("istanbul ığdır"), "ISTANBUL IĞDIR");
}

TEST(Case, PutsADotThatStandsAloneToItsI) {
  EXPECT_EQ(turkish_lower("I\u0307"), "i");
  EXPECT_EQ(turkish_lower("I\u0323\u0307x\u0307"), "i\u0323x\u0307");  // a dot below does not part them
  EXPECT_EQ(turkish_lower("I\u0301\u0307"), "ı\u0301\u0307");          // an accent above does
  EXPECT_EQ(turkish_lower("Ia\u0307"), "ıa\u0307");
  EXPECT_EQ(to_lower("I\u0307"), "i\u0307");
}

TEST(Case, FollowsTheFullRules) {
  EXPECT_EQ(to_upper("straße ﬁn ŉ ΐ"), "STRASSE FIN ʼN Ι\u0308\u0301");
  EXPECT_EQ(to_upper("ǆ ǅ ᾳ ֆև"), "Ǆ Ǆ ΑΙ ՖԵՒ");
  EXPECT_EQ(to_lower("ẞ Ǆ ǅ Ω Å Ꭰ 𐐀 Ა"), "ß ǆ ǆ ω å ꭰ 𐐨 ა");
  EXPECT_EQ(to_upper("ÿ µ ı ſ ⓐ"), "Ÿ Μ I S Ⓐ");
  EXPECT_EQ(to_lower("Ÿ 中文 123 ٣"), "ÿ 中文 123 ٣");
}

TEST(Case, EndsAWordWithItsOwnSigma) {
  EXPECT_EQ(to_lower("ΟΔΥΣΣΕΥΣ ΣΟΦΟΣ, Σ."), "οδυσσευς σοφος, σ.");
  EXPECT_EQ(to_lower("ΑΣ' ΑΣ'Α ΑΣ\u0301 ΑΣ\u0301Α 'Σ Α'Σ"), "ας' ασ'α ας\u0301 ασ\u0301α 'σ α'ς");
  EXPECT_EQ(to_upper("σοφος σοφοσ"), "ΣΟΦΟΣ ΣΟΦΟΣ");
}

TEST(Case, IsSettledAfterOnce) {
  for (uint32_t value = 0; value < 0x110000; ++value) {
    if (!is_scalar(value)) continue;
    const std::string letter = utf8({value});
    for (const Language language : {Language::any, Language::turkish}) {
      const std::string lower = to_lower(letter, language), upper = to_upper(letter, language);
      ASSERT_EQ(to_lower(lower, language), lower) << std::hex << value;
      ASSERT_EQ(to_upper(upper, language), upper) << std::hex << value;
    }
  }
}

TEST(Case, LeavesInvalidBytesAlone) {
  EXPECT_EQ(to_lower("A\xC3\x28\xFFŞ\xC5"), "a\xC3\x28\xFFş\xC5");
  EXPECT_EQ(to_upper("a\xC3\x28\xFFş\xC5"), "A\xC3\x28\xFFŞ\xC5");
}

// ---- normal form C ----

TEST(Normalization, ComposesTurkishAndOtherLetters) {
  EXPECT_EQ(nfc("c\u0327 g\u0306 I\u0307 o\u0308 s\u0327 u\u0308 a\u0302"), "ç ğ İ ö ş ü â");
  EXPECT_EQ(nfc("ılık süt, günaydın"), "ılık süt, günaydın");
  EXPECT_EQ(nfc("e\u0301e\u0301"), "éé");
  EXPECT_EQ(nfc("\u212B \u2126 \u212A"), "Å Ω K");  // signs that only look different
}

TEST(Normalization, PutsMarksInOrder) {
  EXPECT_EQ(nfc("a\u0301\u0323"), "ạ\u0301");  // the one below first
  EXPECT_EQ(nfc("a\u0323\u0301"), "ạ\u0301");
  EXPECT_EQ(nfc("q\u0307\u0323"), "q\u0323\u0307");
  EXPECT_EQ(nfc("a\u0305\u0301"), "a\u0305\u0301");  // one mark above keeps the other from its letter
  EXPECT_EQ(nfc("\u0301a"), "\u0301a");
  EXPECT_EQ(nfc("ś\u0323"), "ṣ\u0301");  // what was composed comes apart for it
}

TEST(Normalization, ComposesHangul) {
  EXPECT_EQ(nfc("\u1112\u1161\u11AB\u1100\u1173\u11AF"), "한글");
  EXPECT_EQ(nfc("하\u11AB"), "한");
  EXPECT_EQ(nfc("한\u11AB"), "한\u11AB");
  EXPECT_EQ(nfc("\u1112\u11AB \u1161"), "\u1112\u11AB \u1161");
}

TEST(Normalization, LeavesExcludedCompositesApart) {
  EXPECT_EQ(nfc("\u0958"), "\u0915\u093C");
  EXPECT_EQ(nfc("\u0915\u093C"), "\u0915\u093C");
  EXPECT_EQ(nfc("\u0344"), "\u0308\u0301");
  EXPECT_EQ(nfc("\uFB1D"), "\u05D9\u05B4");
  EXPECT_EQ(nfc("\u2ADC"), "\u2ADD\u0338");
}

TEST(Normalization, KnowsTheLettersOf16ThatComposeInChains) {
  EXPECT_EQ(nfc(utf8({0x1611E, 0x16126})), utf8({0x16121, 0x16123}));
  EXPECT_EQ(nfc(utf8({0x16D63, 0x16D67, 0x16D68, 0x16D67})), utf8({0x16D6A, 0x16D68}));
  EXPECT_EQ(nfc(utf8({0x113C2, 0x113B8})), utf8({0x113C7}));
}

TEST(Normalization, IsSettledAfterOnceAndHoldsInPieces) {
  std::mt19937 random(5);
  const std::vector<uint32_t> lively = {
      'a',    'e',    's',    'I',    0xE9,  0x300, 0x301,   0x307,   0x323,   0x327,  0x344,
      0x1112, 0x1161, 0x11AB, 0xD55C, 0x958, 0x93C, 0x1611E, 0x1611F, 0x16126, 0x1E69, first_invalid_byte + 0xC3};
  for (int round = 0; round < 20000; ++round) {
    std::vector<uint32_t> points(random() % 12);
    for (uint32_t& value : points) value = lively[random() % lively.size()];
    const std::string text = utf8(points), normal = nfc(text);
    ASSERT_EQ(nfc(normal), normal);
    ASSERT_EQ(nfc(text + " " + text), normal + " " + normal);
    ASSERT_EQ(nfc(normal + text), nfc(text + text));
  }
}

TEST(Normalization, KeepsAnyBytesAndTakesLongRunsOfMarks) {
  std::mt19937 random(6);
  for (int round = 0; round < 2000; ++round) {
    const std::string text = random_bytes(random, random() % 30);
    ASSERT_EQ(invalid_bytes(nfc(text)), invalid_bytes(text));
    ASSERT_EQ(nfc(nfc(text)), nfc(text));
  }
  EXPECT_EQ(nfc("e\u0301\xC3(\xFF\u0301"), "é\xC3(\xFF\u0301");
  std::string marks = "a", above, below;
  for (int i = 0; i < 100000; ++i) {
    marks += "\u0301\u0323";
    above += "\u0301";
    below += "\u0323";
  }
  EXPECT_EQ(nfc(marks), "ạ" + below.substr(2) + above);
}

}  // namespace
}  // namespace dikkat::test
