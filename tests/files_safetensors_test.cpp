// core/files: safetensors.
#include "core/files/safetensors.h"

#include <cmath>
#include <fstream>
#include <limits>
#include <random>

#include "core/files/atomic_file.h"
#include "core/files/json.h"
#include "tests/messages.h"
#include "tests/temporary_folder.h"

namespace dikkat::test {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

// A safetensors file with this header and `data` bytes 0, 1, 2, ...
std::string file_of(const std::string& header, size_t data, std::optional<uint64_t> length = {}) {
  const uint64_t claimed = length.value_or(header.size());
  std::string bytes(reinterpret_cast<const char*>(&claimed), sizeof claimed);
  bytes += header;
  for (size_t i = 0; i < data; ++i) bytes += static_cast<char>(i);
  return bytes;
}

std::string tensor(const std::string& name, const std::string& dtype, const std::string& shape,
                   const std::string& offsets) {
  return text("\"", name, "\":{\"dtype\":\"", dtype, "\",\"shape\":", shape, ",\"data_offsets\":", offsets, "}");
}

// Writes plainly, as a new file: write_file, and file systems when an old file is emptied, would wait for the disk
// thousands of times.
void put(const std::string& path, const std::string& bytes) {
  remove_file(path);
  std::ofstream file(path, std::ios::binary);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  ASSERT_TRUE(file.flush().good());
}

template <class T>
std::vector<T> read(const Safetensors& file, const std::string& name) {
  const SafetensorsEntry& entry = file.at(name);
  std::vector<T> numbers(static_cast<size_t>(entry.count));
  file.read<T>(entry, numbers);
  return numbers;
}

TEST(Safetensors, WhatIsWrittenReadsBack) {
  const TemporaryFolder folder;
  const std::string path = folder / "a.safetensors";
  const std::vector<float> f32 = {1.5f, -0.0f, static_cast<float>(infinity), 1e-45f, 3.4e38f, -7};
  const std::vector<double> f64 = {0.1, -infinity, 5e-324};
  const std::vector<int32_t> i32 = {std::numeric_limits<int32_t>::min(), std::numeric_limits<int32_t>::max()};
  const std::vector<int64_t> i64 = {std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max()};
  const std::vector<uint8_t> u8 = {0, 255, 7};
  const std::map<std::string, std::string> metadata = {{"format", "pt"}, {"söz \"1\"", std::string("satır\n\0", 8)}};
  write_safetensors(path,
                    {safetensors_item<uint8_t>("u8", {3, 1}, u8), safetensors_item<float>("f32", {2, 3}, f32),
                     safetensors_item<double>("ağırlık.f64", {3}, f64), safetensors_item<int32_t>("i32", {2}, i32),
                     safetensors_item<int64_t>("i64", {1, 2}, i64), safetensors_item<float>("none", {0, 4}, {}),
                     safetensors_item<double>("scalar", {}, std::span(f64).first(1))},
                    metadata);
  const Safetensors file(path);
  EXPECT_EQ(file.metadata(), metadata);
  EXPECT_EQ(read<float>(file, "f32"), f32);
  EXPECT_TRUE(std::signbit(read<float>(file, "f32")[1]));
  EXPECT_EQ(read<double>(file, "ağırlık.f64"), f64);
  EXPECT_EQ(read<int32_t>(file, "i32"), i32);
  EXPECT_EQ(read<int64_t>(file, "i64"), i64);
  EXPECT_EQ(read<int32_t>(file, "u8"), (std::vector<int32_t>{0, 255, 7}));
  EXPECT_EQ(read<double>(file, "scalar"), (std::vector<double>{0.1}));
  EXPECT_EQ(file.at("scalar").shape, (std::vector<int64_t>{}));
  EXPECT_EQ(file.at("none").shape, (std::vector<int64_t>{0, 4}));
  EXPECT_TRUE(read<float>(file, "none").empty());
  EXPECT_EQ(read<float>(file, "i64")[1], 0x1p63f);
  EXPECT_EQ(file.entries().front().name, "u8");  // the order of writing
  EXPECT_EQ(file.entries().size(), 7u);
  EXPECT_EQ(file.find("f3"), nullptr);
  const std::byte* const start = file.files()[0].bytes().data();
  for (const SafetensorsEntry& entry : file.entries()) {
    EXPECT_EQ((entry.bytes.data() - start) % (dtype_bits(entry.dtype) / 8), 0) << entry.name;
  }
  write_safetensors(path, {});
  EXPECT_EQ(Safetensors(path).entries().size(), 0u);
}

TEST(Safetensors, ReadsEveryDtype) {
  const TemporaryFolder folder;
  const std::string path = folder / "a.safetensors";
  const auto values = [&](const std::string& dtype, const std::vector<int>& bytes, int count) {
    std::string file =
        file_of(text("{", tensor("t", dtype, text("[", count, "]"), text("[0,", bytes.size(), "]")), "}"), 0);
    for (const int byte : bytes) file += static_cast<char>(byte);
    put(path, file);
    return read<double>(Safetensors(path), "t");
  };
  using Doubles = std::vector<double>;
  EXPECT_EQ(values("BOOL", {0, 1, 7}, 3), (Doubles{0, 1, 1}));
  EXPECT_EQ(values("U8", {200, 1}, 2), (Doubles{200, 1}));
  EXPECT_EQ(values("I8", {200, 1}, 2), (Doubles{-56, 1}));
  EXPECT_EQ(values("U16", {1, 255}, 1), (Doubles{0xFF01}));
  EXPECT_EQ(values("I16", {1, 255}, 1), (Doubles{-255}));
  EXPECT_EQ(values("U32", {1, 0, 0, 255}, 1), (Doubles{0xFF000001}));
  EXPECT_EQ(values("I32", {255, 255, 255, 255}, 1), (Doubles{-1}));
  EXPECT_EQ(values("U64", {0, 0, 0, 0, 0, 0, 0, 128}, 1), (Doubles{0x1p63}));
  EXPECT_EQ(values("I64", {0, 0, 0, 0, 0, 0, 0, 128}, 1), (Doubles{-0x1p63}));
  EXPECT_EQ(values("F16", {0, 0x3C, 1, 0}, 2), (Doubles{1, 0x1p-24}));
  EXPECT_EQ(values("BF16", {0x80, 0x3F, 0x80, 0xFF}, 2), (Doubles{1, -infinity}));
  EXPECT_EQ(values("F32", {0, 0, 0x80, 0xBF}, 1), (Doubles{-1}));
  EXPECT_EQ(values("F64", {0, 0, 0, 0, 0, 0, 0xF0, 0x3F}, 1), (Doubles{1}));
  const auto refused = [&](const std::string& dtype, int bytes, int count) {
    return message_of([&] { values(dtype, std::vector<int>(static_cast<size_t>(bytes)), count); });
  };
  EXPECT_EQ(refused("F8_E4M3", 2, 2), path + ": tensor 't' has dtype F8_E4M3, which cannot be read as F64");
  EXPECT_EQ(refused("F4", 2, 4), path + ": tensor 't' has dtype F4, which cannot be read as F64");
  expect_parts(refused("F4", 2, 3), {"its shape is too large, or no whole number of bytes"});
  EXPECT_EQ(refused("C64", 8, 1), path + ": tensor 't' has dtype C64, which cannot be read as F64");
}

TEST(Safetensors, ConversionsThatDoNotFitAreRefused) {
  const TemporaryFolder folder;
  const std::string path = folder / "a.safetensors";
  const std::vector<int64_t> i64 = {1, 2, int64_t{1} << 31};
  const std::vector<float> f32 = {1};
  write_safetensors(path, {safetensors_item<int64_t>("i", {3}, i64), safetensors_item<float>("f", {}, f32)});
  const Safetensors file(path);
  EXPECT_EQ(message_of([&] { read<int32_t>(file, "i"); }), path + ": tensor 'i': number 2 of its I64 does not fit I32");
  EXPECT_EQ(message_of([&] { read<int32_t>(file, "f"); }),
            path + ": tensor 'f' has dtype F32, which cannot be read as I32");
  std::vector<float> two(2);
  EXPECT_EQ(message_of([&] { file.read<float>(file.at("f"), two); }),
            path + ": tensor 'f' has 1 numbers, but 2 are wanted");
  EXPECT_EQ(message_of([&] { file.at("x"); }), path + ": the tensor 'x' is missing");
}

TEST(Safetensors, MalformedFilesAreRefusedWithTheReason) {
  const TemporaryFolder folder;
  const std::string path = folder / "bad.safetensors";
  const std::string a = tensor("a", "F32", "[2]", "[0,8]");
  const auto one = [](const std::string& dtype, const std::string& shape, const std::string& offsets) {
    return "{" + tensor("a", dtype, shape, offsets) + "}";
  };
  const std::pair<std::string, std::string> cases[] = {
      {"1234567", "it has 7 bytes, but a safetensors file begins with 8"},
      {file_of("{}", 0, 100'000'001), "byte 0: a header of 100000001 bytes is more than the 100000000"},
      {file_of("{}", 0, ~uint64_t{0}), "byte 0: a header of 18446744073709551615 bytes is more than"},
      {file_of("{}", 0, ~uint64_t{7}), "byte 0: a header of 18446744073709551608 bytes is more than"},
      {file_of("{}", 5, 8), "byte 0: a header of 8 bytes does not fit the 7 that follow; the file is cut"},
      {file_of("", 0), "byte 8: the header must begin with '{', found nothing"},
      {file_of(" {}", 0), "byte 8: the header must begin with '{', found ' '"},
      {file_of("{} x", 0), "byte 11: expected nothing after the value, found 'x'"},
      {file_of("{\"a\":3}", 0), "byte 13: expected '{', found '3'"},
      {file_of("{\"a\":{}}", 0), "byte 9: tensor 'a': dtype is missing"},
      {file_of("{\"a\":{\"dtype\":\"F32\"}}", 0), "byte 9: tensor 'a': shape is missing"},
      {file_of("{\"a\":{\"dtype\":\"F32\",\"shape\":[]}}", 0), "byte 9: tensor 'a': data_offsets is missing"},
      {file_of("{\"a\":{\"size\":1}}", 0), "byte 14: tensor 'a': unknown key 'size'"},
      {file_of("{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\"}}", 0), "byte 28: the key 'dtype' occurs twice"},
      {file_of("{\"a\":{\"shape\":[],\"shape\":[]}}", 0), "byte 25: the key 'shape' occurs twice"},
      {file_of("{\"a\":{\"data_offsets\":[0,1],\"data_offsets\":[0,1]}}", 0), "the key 'data_offsets' occurs twice"},
      {file_of(one("f32", "[2]", "[0,8]"), 8), "byte 22: tensor 'a': unknown dtype 'f32'"},
      {file_of("{\"a\":{\"dtype\":32}}", 8), "byte 22: expected a string, found '3'"},
      {file_of(one("F32", "2", "[0,8]"), 8), "byte 36: expected '[', found '2'"},
      {file_of(one("F32", "[-2]", "[0,8]"), 8), "byte 37: tensor 'a': shape must hold whole numbers from 0 to 2^63-1"},
      {file_of(one("F32", "[2.0]", "[0,8]"), 8), "byte 37: tensor 'a': shape must hold whole numbers"},
      {file_of(one("F32", "[9223372036854775808]", "[0,8]"), 8), "byte 37: tensor 'a': shape must hold whole numbers"},
      {file_of(one("F32", "[1e400]", "[0,8]"), 8), "byte 37: the number 1e400 is too large"},
      {file_of(one("F32", "[4294967296,4294967296]", "[0,0]"), 0), "byte 9: tensor 'a': its shape is too large"},
      {file_of(one("F32", "[4611686018427387904,4]", "[0,0]"), 0), "byte 9: tensor 'a': its shape is too large"},
      {file_of(one("F32", "[9223372036854775807]", "[0,8]"), 8), "byte 9: tensor 'a': its shape is too large"},
      {file_of(
           "{\"a\":{\"shape\":[1" +
               [] {
                 std::string s;
                 for (int i = 0; i < 64; ++i) s += ",1";
                 return s;
               }() +
               "]}}",
           0),
       "tensor 'a': shape has more than 64 numbers"},
      {file_of(one("F32", "[2]", "[8]"), 8), "byte 9: tensor 'a': data_offsets must hold two numbers, found 1"},
      {file_of(one("F32", "[2]", "[0,8,16]"), 8), "tensor 'a': data_offsets has more than 2 numbers"},
      {file_of(one("F32", "[2]", "[-8,0]"), 8), "tensor 'a': data_offsets must hold whole numbers"},
      {file_of(one("F32", "[2]", "[8,0]"), 8), "byte 9: tensor 'a': data_offsets [8,0] run backwards"},
      {file_of(one("F32", "[2]", "[0,8]"), 7),
       "data_offsets [0,8] leave the 7 bytes of data; the file is cut or damaged"},
      {file_of(one("F32", "[2]", "[0,9223372036854775807]"), 8),
       "data_offsets [0,9223372036854775807] leave the 8 bytes"},
      {file_of(one("F32", "[3]", "[0,8]"), 8), "data_offsets [0,8] give it 8 bytes, but its dtype and shape need 12"},
      {file_of(one("F32", "[2]", "[0,8]"), 9), "byte 8: the tensors cover 8 bytes of data, but the file has 9"},
      {file_of(one("F32", "[2]", "[1,9]"), 9),
       "byte 9: tensor 'a': its data begins at 1, but the data before it ends at 0"},
      {file_of("{" + a + "," + tensor("b", "F32", "[2]", "[0,8]") + "}", 8),
       "tensor 'b': its data begins at 0, but the data before it ends at 8; tensors must not overlap"},
      {file_of("{" + a + "," + tensor("b", "U8", "[2]", "[9,11]") + "}", 11),
       "tensor 'b': its data begins at 9, but the data before it ends at 8; there must be no hole"},
      {file_of("{" + a + "," + tensor("b", "U8", "[0]", "[4,4]") + "}", 8),
       "tensor 'b': its data begins at 4, but the data before it ends at 8"},
      {file_of("{" + a + "," + tensor("a", "F32", "[2]", "[8,16]") + "}", 16), "the tensor 'a' occurs twice"},
      {file_of("{\"__metadata__\":{\"a\":1}}", 0), "byte 29: expected a string, found '1'"},
      {file_of("{\"__metadata__\":[]}", 0), "byte 24: expected '{', found '['"},
      {file_of("{\"__metadata__\":{\"a\":\"\",\"a\":\"\"}}", 0), "byte 32: the key 'a' occurs twice"},
      {file_of("{\"__metadata__\":{},\"__metadata__\":{}}", 0), "byte 27: the key '__metadata__' occurs twice"},
      {file_of("{\"a\x1b\":{}}", 0), "byte 11: expected control characters in a string to be escaped, found '\\x1b'"},
  };
  for (const auto& [bytes, reason] : cases) {
    put(path, bytes);
    const std::string message = message_of([&] { Safetensors file(path); });
    EXPECT_EQ(message.substr(0, path.size() + 2), path + ": ") << bytes.substr(8);
    EXPECT_NE(message.find(reason), std::string::npos) << message << "\n  lacks: " << reason;
  }
  write_file(path, "");
  EXPECT_EQ(message_of([&] { Safetensors file(path); }), "could not read " + path + ": it is empty");
}

TEST(Safetensors, AcceptsWhatTheFormatAllows) {
  const TemporaryFolder folder;
  const std::string path = folder / "a.safetensors";
  // Data in another order than the header, an empty tensor between two others, padding, numbers at odd addresses.
  write_file(path, file_of("{" + tensor("b", "I16", "[1]", "[5,7]") + " ,\n" + tensor("e", "F32", "[3,0]", "[5,5]") +
                               "," + tensor("a", "U8", "[5]", "[0,5]") + "}   \n",
                           7));
  const Safetensors file(path);
  EXPECT_EQ(read<int32_t>(file, "b"), std::vector<int32_t>{0x0605});
  EXPECT_EQ(read<int32_t>(file, "a"), (std::vector<int32_t>{0, 1, 2, 3, 4}));
  EXPECT_EQ(file.entries()[1].name, "e");
}

TEST(Safetensors, EveryCutIsNoticedAndNoChangeCrashes) {
  const TemporaryFolder folder;
  const std::string path = folder / "a.safetensors";
  const std::vector<float> numbers = {1, 2, 3, 4, 5};
  write_safetensors(
      path,
      {safetensors_item<float>("x", {2, 2}, std::span(numbers).first(4)), safetensors_item<float>("y", {5}, numbers)},
      {{"step", "7"}});
  const std::string good = read_text(path, 1 << 20);
  for (size_t size = 0; size < good.size(); ++size) {
    put(path, good.substr(0, size));
    EXPECT_FALSE(message_of([&] { Safetensors file(path); }).empty()) << "cut to " << size;
  }
  std::mt19937_64 random(3);
  for (int i = 0; i < 2000; ++i) {
    std::string bad = good;
    for (uint64_t changes = 1 + random() % 3; changes > 0; --changes) {
      bad[random() % bad.size()] ^= static_cast<char>(1 << random() % 8);
    }
    put(path, bad);
    try {
      const Safetensors opened(path);
      for (const SafetensorsEntry& entry : opened.entries()) {
        std::vector<float> values(static_cast<size_t>(entry.count));
        opened.read<float>(entry, values);
      }
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find(path), std::string::npos) << error.what();
    }
  }
}

// A file of four gigabytes is opened by mapping: nothing is read, and no memory taken, before numbers are asked for.
TEST(Safetensors, AHugeFileTakesNoMemoryUntilItsNumbersAreRead) {
  const TemporaryFolder folder;
  const std::string path = folder / "huge.safetensors";
  const int64_t rows = int64_t{1} << 20, cols = 1024, size = rows * cols * 4;
  const std::string header =
      text(R"({"huge":{"dtype":"F32","shape":[)", rows, ",", cols, R"(],"data_offsets":[0,)", size,
           R"(]},"last":{"dtype":"F32","shape":[2],"data_offsets":[)", size, ",", size + 8, "]}}");
  {
    std::ofstream file(path, std::ios::binary);
    const uint64_t length = header.size();
    file.write(reinterpret_cast<const char*>(&length), 8) << header;
  }
  std::error_code no_room;  // the file has holes: it takes no room on the disk
  std::filesystem::resize_file(path, 8 + header.size() + static_cast<uint64_t>(size) + 8, no_room);
  if (no_room) GTEST_SKIP() << "this file system has no files of 4 GiB: " << no_room.message();
  {
    std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
    const float numbers[2] = {1.5f, -2};
    file.seekp(static_cast<std::streamoff>(8 + header.size()) + size);
    file.write(reinterpret_cast<const char*>(numbers), 8);
  }
  const auto resident_pages = [] {
    int64_t all = 0, resident = 0;
    std::ifstream("/proc/self/statm") >> all >> resident;
    return resident;
  };
  const int64_t before = resident_pages();
  const Safetensors file(path);
  EXPECT_EQ(file.at("huge").bytes.size(), static_cast<size_t>(size));
  std::vector<float> last(2);
  file.read<float>(file.at("last"), last);
  EXPECT_EQ(last, (std::vector<float>{1.5f, -2}));
  EXPECT_LT((resident_pages() - before) * 4096, 16 << 20);
}

TEST(Safetensors, AModelInSeveralFiles) {
  const TemporaryFolder folder;
  const std::vector<float> numbers = {1, 2, 3};
  const auto item = [&](const std::string& name, size_t first) {
    return safetensors_item<float>(name, {1}, std::span(numbers).subspan(first, 1));
  };
  write_safetensors(folder / "m1.safetensors", {item("a", 0), item("b", 1)}, {{"format", "pt"}});
  write_safetensors(folder / "m2.safetensors", {item("c", 2), item("a", 1)});  // the index says where `a` counts
  const std::string index = folder / "model.safetensors.index.json";
  const auto write_index = [&](const std::string& map) {
    write_file(index, "{\"metadata\":{},\"weight_map\":" + map + "}");
  };
  write_index(R"({"a":"m1.safetensors","b":"m1.safetensors","c":"m2.safetensors"})");
  for (const std::string& path : {folder.path(), index}) {
    const Safetensors model(path);
    EXPECT_EQ(model.entries().size(), 3u);
    EXPECT_EQ(model.files().size(), 2u);
    EXPECT_EQ(read<float>(model, "a"), std::vector<float>{1});
    EXPECT_EQ(read<float>(model, "c"), std::vector<float>{3});
    EXPECT_EQ(model.where(model.at("c")), folder / "m2.safetensors: tensor 'c'");
    EXPECT_EQ(model.metadata().at("format"), "pt");
    expect_parts(message_of([&] { model.at("d"); }), {path, "the tensor 'd' is missing"});
  }
  const auto fails = [&](const std::string& map, const std::string& reason) {
    write_index(map);
    expect_parts(message_of([&] { Safetensors model(folder.path()); }), {reason});
  };
  fails("[]", index + ": key 'weight_map' must be an object, found an array");
  fails("{}", index + ": its weight_map names no file");
  fails(R"({"a":1})", index + ": key 'weight_map.a' must be a string, found 1");
  fails(R"({"a":"../m1.safetensors"})", "key 'weight_map.a' must be the name of a file in the same folder");
  fails(R"({"a":"/etc/passwd"})", "must be the name of a file in the same folder, found '/etc/passwd'");
  fails(R"({"a":".."})", "must be the name of a file in the same folder");
  fails(R"({"z":"m1.safetensors"})", index + ": tensor 'z' should be in m1.safetensors, but is not");
  fails(R"({"a":"m3.safetensors"})", index + ": the file 'm3.safetensors', which it names, is not in the folder");
  fails(R"({"a":"model.safetensors.index.json"})", index + ": byte 0: a header of ");
  make_folders(folder / "m4.safetensors");
  fails(R"({"a":"m4.safetensors"})", "could not read " + folder / "m4.safetensors" + ": it is a folder, not a file");
  write_safetensors(folder / "model.safetensors", {item("whole", 0)});
  EXPECT_NE(Safetensors(folder.path()).find("whole"), nullptr);  // one file comes before an index
  make_folders(folder / "empty");
  EXPECT_EQ(message_of([&] { Safetensors model(folder / "empty"); }),
            folder / "empty" + ": the folder holds neither model.safetensors nor model.safetensors.index.json");
}

TEST(Safetensors, WritingChecksItsItemsAndKeepsTheOldFile) {
  const TemporaryFolder folder;
  const std::string path = folder / "a.safetensors";
  write_file(path, "old");
  const std::vector<float> numbers = {1, 2};
  const auto fails = [&](const std::vector<SafetensorsItem>& items, const std::map<std::string, std::string>& metadata,
                         const std::string& reason) {
    EXPECT_EQ(message_of([&] { write_safetensors(path, items, metadata); }), path + ": " + reason);
    EXPECT_EQ(read_text(path, 100), "old");
    EXPECT_EQ(list_folder(folder.path()).size(), 1u);
  };
  fails({safetensors_item<float>("a", {3}, numbers)}, {},
        "tensor 'a' has 8 bytes, which do not fit its dtype and shape");
  fails({safetensors_item<float>("a", {-2}, numbers)}, {},
        "tensor 'a' has 8 bytes, which do not fit its dtype and shape");
  fails({safetensors_item<float>("\xFF", {2}, numbers)}, {}, "the tensor name '\\xff' is no UTF-8");
  fails({safetensors_item<float>("__metadata__", {2}, numbers)}, {}, "no tensor can have the name __metadata__");
  fails({safetensors_item<float>("a", {2}, numbers), safetensors_item<float>("a", {2}, numbers)}, {},
        "the tensor name 'a' occurs twice");
  fails({}, {{"k", "\x80"}}, "the metadata 'k' is no UTF-8");
}

}  // namespace
}  // namespace dikkat::test
