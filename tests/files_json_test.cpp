// core/files: JSON and UTF-8.
#include <cmath>
#include <limits>
#include <random>

#include "core/files/atomic_file.h"
#include "core/files/json.h"
#include "core/files/utf8.h"
#include "tests/messages.h"
#include "tests/temporary_folder.h"

namespace dikkat::test {
namespace {

Json parse(std::string_view text) {
  return Json::parse(text, "file.json");
}

double number(std::string_view text) {
  const Json value = parse(text);
  return JsonView(value).number();
}

uint64_t unsigned_integer(std::string_view text) {
  const Json value = parse(text);
  return JsonView(value).unsigned_integer();
}

int64_t integer(std::string_view text) {
  const Json value = parse(text);
  return JsonView(value).integer();
}

TEST(Json, ReadsEveryKindOfValue) {
  const Json value = parse(" {\"a\" : [ 1 , -2.5e3,true ,false,null, \"x\" ,{} ,[]]\t,\r\n\"\": 0 } ");
  EXPECT_EQ(value.dump(), R"({"a":[1,-2500.0,true,false,null,"x",{},[]],"":0})");
  EXPECT_EQ(value.at("a").at(1).number(), -2500.0);
  EXPECT_EQ(value.at("a").size(), 8u);
  EXPECT_TRUE(value.at("a").at(2).boolean());
  EXPECT_TRUE(value.at("a").at(4).is_null());
  EXPECT_EQ(value.members().back().first, "");
  for (const char* scalar : {"null", "true", "7", "\"s\"", "[]", "{}"}) EXPECT_EQ(parse(scalar).dump(), scalar);
}

TEST(Json, RefusesWhatTheGrammarDoesNotAllow) {
  const std::pair<std::string, std::string> cases[] = {
      {"", "byte 0: expected a value, found the end of the text"},
      {"  ", "byte 2: expected a value, found the end of the text"},
      {"\xEF\xBB\xBF{}", "byte 0: expected a value, found '\xEF\xBB\xBF'"},
      {"{\"a\":1,}", "byte 7: expected a key in double quotes, found '}'"},
      {"[1,]", "byte 3: expected a value, found ']'"},
      {"[,1]", "byte 1: expected a value, found ','"},
      {"[1 2]", "byte 3: expected ',' or ']', found '2'"},
      {"[1}", "byte 2: expected ',' or ']', found '}'"},
      {"{\"a\" 1}", "byte 5: expected ':', found '1'"},
      {"{\"a\":1 \"b\":2}", "byte 7: expected ',' or '}', found '\"'"},
      {"{a:1}", "byte 1: expected a key in double quotes, found 'a'"},
      {"{'a':1}", "byte 1: expected a key in double quotes, found '''"},
      {"{\"a\":1", "byte 6: expected ',' or '}', found the end of the text"},
      {"[1] x", "byte 4: expected nothing after the value, found 'x'"},
      {"[1]]", "byte 3: expected nothing after the value"},
      {"nul", "byte 0: expected 'null', found 'n'"},
      {"True", "byte 0: expected a value, found 'T'"},
      {"NaN", "byte 0: expected a value, found 'N'"},
      {"-Infinity", "byte 1: expected a digit, found 'I'"},
      {"01", "byte 1: expected no digit after a leading 0"},
      {"-01", "byte 2: expected no digit after a leading 0"},
      {"+1", "byte 0: expected a value"},
      {".5", "byte 0: expected a value"},
      {"1.", "byte 2: expected a digit after the decimal point"},
      {"1e", "byte 2: expected a digit in the exponent"},
      {"1e+", "byte 3: expected a digit in the exponent"},
      {"0x10", "byte 1: expected nothing after the value, found 'x'"},
      {"1e400", "byte 0: the number 1e400 is too large"},
      {"// c\n1", "byte 0: expected a value, found '/'"},
      {"\"abc", "byte 4: expected '\"' at the end of the string, found the end of the text"},
      {"\"a\nb\"", "byte 2: expected control characters in a string to be escaped, found '\\x0a'"},
      {std::string("\"a\0\"", 4), "byte 2: expected control characters in a string to be escaped, found '\\x00'"},
      {"\"\\x41\"", "byte 2: expected one of \"\\/bfnrtu after a backslash, found 'x'"},
      {"\"\\", "byte 2: expected one of \"\\/bfnrtu after a backslash, found the end of the text"},
      {std::string("\"\\\0\"", 4), "byte 2: expected one of \"\\/bfnrtu after a backslash, found '\\x00'"},
      {"\"\\u12g4\"", "byte 5: expected four hexadecimal digits after \\u, found 'g'"},
      {"\"\\ud800\"", "byte 1: half a surrogate pair"},
      {"\"\\ud800\\u0041\"", "byte 1: half a surrogate pair"},
      {"\"\\ud800\\ud800\"", "byte 1: half a surrogate pair"},
      {"\"\\udc00\\ud800\"", "byte 1: half a surrogate pair"},
      {"\"\xFF\"", "byte 1: expected UTF-8, found '\\xff'"},
      {"\"\xC0\x80\"", "byte 1: expected UTF-8"},
      {"\"\xED\xA0\x80\"", "byte 1: expected UTF-8"},
      {"\"\xF4\x90\x80\x80\"", "byte 1: expected UTF-8"},
      {"\"\xC3\"", "byte 1: expected UTF-8"},
      {"{\"a\":1,\"b\":2,\"a\":3}", "byte 13: the key 'a' occurs twice"},
      {"{\"\\u0061\":1,\"a\":3}", "byte 12: the key 'a' occurs twice"},
      {std::string("1\0", 2), "byte 1: expected nothing after the value, found '\\x00'"},
  };
  for (const auto& [text, message] : cases) {
    EXPECT_EQ(message_of([&] { parse(text); }).substr(0, 11 + message.size()), "file.json: " + message) << text;
  }
}

TEST(Json, ReadsEscapes) {
  const Json value = parse(R"("\"\\\/\b\f\n\r\t\u0000\u00e7\u20AC\ud83D\uDE00")");
  EXPECT_EQ(JsonView(value).string(), std::string("\"\\/\b\f\n\r\t\0ç€😀", 8 + 1 + 2 + 3 + 4));
}

TEST(Json, KeepsNumbersExactly) {
  EXPECT_EQ(integer("-9223372036854775808"), std::numeric_limits<int64_t>::min());
  EXPECT_EQ(unsigned_integer("18446744073709551615"), std::numeric_limits<uint64_t>::max());
  EXPECT_EQ(parse("9007199254740993").dump(), "9007199254740993");  // no double
  EXPECT_EQ(parse("18446744073709551616").kind(), JsonKind::real);
  EXPECT_EQ(number("18446744073709551616"), 0x1p64);
  EXPECT_TRUE(std::signbit(number("-0")));
  EXPECT_EQ(parse("-0").dump(), "-0.0");
  EXPECT_EQ(parse("1e0").dump(), "1.0");
  EXPECT_EQ(number("1e-400"), 0.0);
  EXPECT_EQ(number("0." + std::string(400, '0') + "1"), 0.0);
  EXPECT_EQ(number("-0.0000001e-99999999999999999999"), 0.0);
  EXPECT_EQ(number("0e99999999999999999999"), 0.0);
  EXPECT_EQ(number("5e-324"), std::numeric_limits<double>::denorm_min());
  EXPECT_EQ(number("1" + std::string(100, '0')), 1e100);
  EXPECT_EQ(number("0." + std::string(400, '0') + "1e401"), 1.0);
  EXPECT_EQ(number("1" + std::string(400, '0') + "e-400"), 1.0);
  expect_parts(message_of([&] { parse(std::string(400, '9')); }),
               {"file.json: byte 0: the number 999", "is too large"});
}

TEST(Json, NumbersReadBackToTheSameBits) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 20000; ++i) {
    const uint64_t bits = random();
    const double real = std::bit_cast<double>(bits);
    if (std::isfinite(real)) {
      EXPECT_EQ(std::bit_cast<uint64_t>(number(Json(real).dump())), bits);
    } else {
      EXPECT_EQ(Json(real).dump(), "null");
    }
    const auto whole = static_cast<int64_t>(bits >> (i % 64));
    EXPECT_EQ(integer(Json(whole).dump()), whole);
    EXPECT_EQ(unsigned_integer(Json(bits).dump()), bits);
  }
  EXPECT_EQ(Json(0.1).dump(), "0.1");
  EXPECT_EQ(Json(std::numeric_limits<double>::quiet_NaN()).dump(), "null");
  EXPECT_EQ(Json(-std::numeric_limits<double>::infinity()).dump(), "null");
}

TEST(Json, DepthIsLimited) {
  const auto nested = [](size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_EQ(parse(nested(128)).dump(), nested(128));
  EXPECT_EQ(message_of([&] { parse(nested(129)); }), "file.json: byte 128: nested deeper than 128 levels");
  std::string objects;
  for (int i = 0; i < 100000; ++i) objects += "{\"a\":";
  expect_parts(message_of([&] { parse(objects); }), {"nested deeper than 128 levels"});
  EXPECT_EQ(message_of([&] { parse(std::string(4 << 20, '[')); }),
            "file.json: byte 128: nested deeper than 128 levels");
}

TEST(Json, ManyKeysStayFindable) {
  std::string text = "{";
  for (int i = 0; i < 50000; ++i) text += dikkat::text(i > 0 ? "," : "", "\"key", (i * 7919) % 50000, "\":", i);
  const Json value = parse(text + "}");
  EXPECT_EQ(value.members().size(), 50000u);
  for (int i = 0; i < 50000; i += 7) EXPECT_EQ(value.at(dikkat::text("key", (i * 7919) % 50000)).integer(), i);
  EXPECT_EQ(value.find("key50000"), std::nullopt);
  expect_parts(message_of([&] { parse(text + ",\"key7919\":0}"); }),
               {dikkat::text("file.json: byte ", text.size() + 1, ": the key 'key7919' occurs twice")});
}

TEST(Json, MessagesNameTheWayToTheValue) {
  const Json config = parse(
      R"({"n_layer":"twelve","layers":[{"size":0},{"size":2.0}],"rope":{"type":null},"big":9223372036854775808,"n":-1})");
  const auto fails = [&](const auto& body, const std::string& message) { EXPECT_EQ(message_of(body), message); };
  fails([&] { config.at("n_head").integer(); }, "file.json: key 'n_head' is missing");
  fails([&] { config.at("rope").at("factor").number(); }, "file.json: key 'rope.factor' is missing");
  fails([&] { config.at("layers").at(1).at("x"); }, "file.json: key 'layers[1].x' is missing");
  fails([&] { config.at("n_layer").integer(); },
        "file.json: key 'n_layer' must be a whole number, found the string 'twelve'");
  fails([&] { config.at("layers").at(0).at("size").integer(1, 8); },
        "file.json: key 'layers[0].size' must be between 1 and 8, found 0");
  fails([&] { config.at("layers").at(1).at("size").integer(); },
        "file.json: key 'layers[1].size' must be a whole number, found 2.0");
  fails([&] { config.at("layers").at(2); }, "file.json: key 'layers' has 2 elements, so there is no number 2");
  fails([&] { config.at("rope").at("type").string(); }, "file.json: key 'rope.type' must be a string, found null");
  fails([&] { config.at("rope").boolean(); }, "file.json: key 'rope' must be true or false, found an object");
  fails([&] { config.at("big").integer(); },
        "file.json: key 'big' must be smaller than 2^63, found 9223372036854775808");
  fails([&] { config.at("n").unsigned_integer(); },
        "file.json: key 'n' must be a whole number from 0 to 2^64-1, found -1");
  fails([&] { config.at("n").elements(); }, "file.json: key 'n' must be an array, found -1");
  fails([&] { config.at("n").size(); }, "file.json: key 'n' must be an object, an array or a string, found -1");
  fails([&] { config.elements(); }, "file.json: the top level must be an array, found an object");
  EXPECT_EQ(config.at("rope").find("type"), std::nullopt);  // null counts as not set
  EXPECT_EQ(config.find("rope")->where(), "file.json: key 'rope'");
  EXPECT_EQ(config.at("n").number(), -1.0);
}

TEST(Json, BuildsCopiesAndChangesValues) {
  Json value = Json::object({{"a", 1}, {"b", Json::array({1.5, "x", nullptr, true, uint64_t{5}})}});
  for (int i = 0; i < 20; ++i) value.set(text("k", 19 - i), i);
  value.set("a", "new");
  const Json copy = value;
  value.set("k3", Json());
  EXPECT_EQ(copy.at("k3").integer(), 16);
  EXPECT_TRUE(value.at("k3").is_null());
  EXPECT_EQ(copy.at("a").string(), "new");
  EXPECT_EQ(copy.members().size(), 22u);
  EXPECT_FALSE(copy == value);
  EXPECT_TRUE(parse(copy.dump()) == copy);
  EXPECT_TRUE(parse(copy.dump(2)) == copy);
  const Json moved = std::move(value);
  EXPECT_EQ(moved.members().size(), 22u);
  EXPECT_EQ(value.kind(), JsonKind::null);  // what was moved from is null
}

TEST(Json, WrongUseIsAnError) {
  Json number = 3;
  expect_parts(message_of([&] { number.set("a", 1); }), {"only an object has keys", "'a'"});
  expect_parts(message_of([&] { number.append(1); }), {"only an array can be appended to"});
  EXPECT_EQ(message_of([] { Json::object({{"a", 1}, {"a", 2}}); }), "JSON: the key 'a' occurs twice");
}

TEST(Json, WritesReadableText) {
  const Json value =
      Json::object({{"loss", Json::array({1, 2.5, -3})}, {"söz", Json::array({"ğüşıöç"})}, {"none", Json::object()}});
  EXPECT_EQ(value.dump(), R"({"loss":[1,2.5,-3],"söz":["ğüşıöç"],"none":{}})");
  EXPECT_EQ(value.dump(2), "{\n  \"loss\": [1, 2.5, -3],\n  \"söz\": [\n    \"ğüşıöç\"\n  ],\n  \"none\": {}\n}");
  EXPECT_EQ(Json(std::string("\"\\\n\t\x01\x7F\0", 7)).dump(), "\"\\\"\\\\\\n\\t\\u0001\x7F\\u0000\"");
  EXPECT_EQ(Json("a\xFF\xC3").dump(), "\"a\xEF\xBF\xBD\xEF\xBF\xBD\"");  // U+FFFD for each broken byte
}

TEST(Json, RandomChangesNeverCrash) {
  const std::string good = R"({"a":[1,-2.5e-3,true,null,"\u00e7\ud83d\ude00 ğ"],"b":{"c":{"d":[[],[{}]]}},"e":""})";
  std::mt19937_64 random(2);
  int accepted = 0;
  for (int i = 0; i < 20000; ++i) {
    std::string bad = good;
    for (uint64_t changes = 1 + random() % 3; changes > 0; --changes) {
      bad[random() % bad.size()] = static_cast<char>(random());
    }
    if (random() % 4 == 0) bad.resize(random() % bad.size());
    try {
      const Json value = parse(bad);
      EXPECT_TRUE(parse(value.dump()) == value) << bad;
      ++accepted;
    } catch (const Error& error) {
      EXPECT_EQ(std::string(error.what()).find("file.json: byte "), 0u);
    }
  }
  EXPECT_GT(accepted, 100);
}

TEST(Json, FilesAndLines) {
  const TemporaryFolder folder;
  const std::string path = folder / "lines.jsonl";
  write_file(path, "{\"a\":1}\r\n\n[2]\n{\"a\":}\n");
  EXPECT_EQ(message_of([&] { read_json_lines(path); }), path + ": line 4: byte 5: expected a value, found '}'");
  write_file(path, "{\"a\":1}\r\n\n[2]");
  EXPECT_EQ(read_json_lines(path).size(), 2u);
  EXPECT_EQ(message_of([&] { read_json(path); }), path + ": byte 10: expected nothing after the value, found '['");
  EXPECT_EQ(message_of([&] { read_json(path, 3); }),
            text("could not read ", path, ": it has 13 bytes, more than the 3 that are allowed here"));
}

TEST(Utf8, LettersAndMessages) {
  for (char32_t code = 0; code <= 0x10FFFF; code += code < 0x3000 ? 1 : 61) {
    if (code >= 0xD800 && code <= 0xDFFF) continue;
    std::string letter;
    append_utf8(letter, code);
    EXPECT_EQ(utf8_length(letter), letter.size());
    for (size_t cut = 1; cut < letter.size(); ++cut) EXPECT_EQ(utf8_length(letter.substr(0, cut)), 0u);
  }
  EXPECT_TRUE(is_utf8("ğ€😀"));
  EXPECT_FALSE(is_utf8("a\x80"));
  EXPECT_FALSE(is_utf8("\xE0\x9F\xBF"));
  EXPECT_EQ(shown("a\x1b[31m\n\xC2\x85ğ\xFF"), "a\\x1b[31m\\x0a\\xc2\\x85ğ\\xff");
  EXPECT_EQ(in_quotes(std::string(500, 'x')), "'" + std::string(80, 'x') + "...'");
}

}  // namespace
}  // namespace dikkat::test
