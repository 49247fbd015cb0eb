// Random damage to files: whatever the bytes, a reader ends with an Error or with a value, never otherwise. Starting
// points are tests/fuzz/<reader> (also what earlier runs found), tests/golden/malformed/<reader> and what a test gives.
// A suite tries a fixed number of inputs; DIKKAT_FUZZ_SECONDS=60 goes on for so long, DIKKAT_FUZZ_SEED=n begins
// elsewhere. An input that fails a test is kept in <temporary folder>/dikkat_fuzz_<reader>. With DIKKAT_FUZZ_SECONDS
// each input is written there before it is tried, so that one that ends the program is kept, too; without, the same
// seed finds it again.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <string>
#include <vector>

#include "kernels/check.h"
#include "kernels/random.h"

namespace dikkat::test {

using Bytes = std::string;

inline int64_t setting(const char* name, int64_t otherwise) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0' ? std::atoll(value) : otherwise;
}

inline Bytes bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

inline std::vector<Bytes> starting_points(const std::string& reader) {
  std::vector<Bytes> inputs;
  for (const std::string& folder : {"/tests/fuzz/" + reader, "/tests/golden/malformed/" + reader}) {
    if (!std::filesystem::is_directory(DIKKAT_SOURCE + folder)) continue;
    std::vector<std::string> paths;
    for (const auto& entry : std::filesystem::directory_iterator(DIKKAT_SOURCE + folder)) paths.push_back(entry.path());
    std::sort(paths.begin(), paths.end());
    for (const std::string& path : paths) {
      inputs.push_back(bytes_of(path));
    }
  }
  return inputs;
}

// Numbers without end, all from one seed.
class Dice {
 public:
  explicit Dice(uint64_t seed) : stream_{.seed = seed} {}
  size_t below(size_t count) { return count == 0 ? 0 : philox(stream_, drawn_++).v[0] % count; }

 private:
  RandomStream stream_;
  uint64_t drawn_ = 0;
};

// What parsers stumble over: numbers at the edges of their types, structure, broken text.
inline const std::vector<Bytes>& stumbling_blocks() {
  static const std::vector<Bytes> words = {"0",
                                           "-1",
                                           "-0",
                                           "1e999",
                                           "-1e-999",
                                           "18446744073709551615",
                                           "18446744073709551616",
                                           "9223372036854775807",
                                           "-9223372036854775808",
                                           "4294967296",
                                           "1099511627776",
                                           "0.1",
                                           "1E+2",
                                           "01",
                                           "+1",
                                           ".5",
                                           "null",
                                           "true",
                                           "false",
                                           "NaN",
                                           "Infinity",
                                           "{",
                                           "}",
                                           "[",
                                           "]",
                                           "[[[[[[[[[[[[[[[[",
                                           "{\"a\":{\"a\":{\"a\":",
                                           ",",
                                           ":",
                                           "\"",
                                           "\\u0000",
                                           "\\ud800",
                                           "\\udc00",
                                           "\\ud83d\\ude00",
                                           "\\x",
                                           "\xc3",
                                           "\xed\xa0\x80",
                                           "\xf4\x90\x80\x80",
                                           "\xef\xbb\xbf",
                                           Bytes(1, '\0'),
                                           "\xff\xff\xff\xff\xff\xff\xff\xff",
                                           Bytes("\x08\0\0\0\0\0\0\0", 8),
                                           "\"F32\"",
                                           "\"F4\"",
                                           "\"BOOL\"",
                                           "\"dtype\"",
                                           "\"shape\"",
                                           "\"data_offsets\"",
                                           "\"__metadata__\"",
                                           "[0,0]",
                                           "[4,0]",
                                           "[]",
                                           "{}",
                                           "\"\"",
                                           "//",
                                           "\n"};
  return words;
}

// A few changes, each at a random place.
inline Bytes damaged(Bytes input, const std::vector<Bytes>& others, Dice& dice) {
  const size_t changes = 1 + dice.below(4);
  for (size_t i = 0; i < changes; ++i) {
    const size_t at = dice.below(input.size() + 1), length = 1 + dice.below(8);
    switch (dice.below(8)) {
      case 0:
        if (at < input.size()) input[at] = static_cast<char>(input[at] ^ (1 << dice.below(8)));
        break;
      case 1:
        if (at < input.size()) input[at] = static_cast<char>(dice.below(256));
        break;
      case 2:
        input.erase(std::min(at, input.size()), length);
        break;
      case 3:
        input.insert(at, stumbling_blocks()[dice.below(stumbling_blocks().size())]);
        break;
      case 4:  // a stretch again, perhaps many times
        for (size_t n = dice.below(3) == 0 ? dice.below(300) : 1; n > 0 && input.size() < 100000; --n)
          input.insert(at, input.substr(at > length ? at - length : 0, length));
        break;
      case 5:
        input.resize(at);
        break;
      case 6: {
        const Bytes& other = others[dice.below(others.size())];
        input = input.substr(0, at) + other.substr(dice.below(other.size() + 1));
        break;
      }
      default: {  // a number becomes another
        const size_t digit = input.find_first_of("0123456789", at);
        if (digit == input.npos) break;
        const size_t end = input.find_first_not_of("0123456789", digit);
        input.replace(digit, (end == input.npos ? input.size() : end) - digit, stumbling_blocks()[dice.below(13)]);
      }
    }
  }
  return input;
}

// Tries every starting point, `inputs` first, and then damaged ones. What was accepted often becomes one itself.
inline void fuzz(const std::string& reader, int64_t budget, const std::function<bool(const Bytes&)>& accepts,
                 std::vector<Bytes> inputs = {}) {
  for (const Bytes& input : starting_points(reader)) inputs.push_back(input);
  ASSERT_FALSE(inputs.empty()) << "nothing to start from in tests/fuzz/" << reader;
  const size_t given = inputs.size();
  Dice dice(static_cast<uint64_t>(setting("DIKKAT_FUZZ_SEED", 1)));
  const int64_t seconds = setting("DIKKAT_FUZZ_SECONDS", 0);
  const auto start = std::chrono::steady_clock::now();
  const std::string announced = (std::filesystem::temp_directory_path() / ("dikkat_fuzz_" + reader)).string();
  int64_t tried = 0, accepted = 0;
  const auto goes_on = [&] {
    return seconds > 0 ? std::chrono::steady_clock::now() - start < std::chrono::seconds(seconds) : tried < budget;
  };
  for (; tried < static_cast<int64_t>(given) || goes_on(); ++tried) {
    const Bytes input = tried < static_cast<int64_t>(given) ? inputs[static_cast<size_t>(tried)]
                                                            : damaged(inputs[dice.below(inputs.size())], inputs, dice);
    if (seconds > 0) std::ofstream(announced, std::ios::binary) << input;
    const bool good = accepts(input);
    if (testing::Test::HasFailure()) {
      std::ofstream(announced, std::ios::binary) << input;
      FAIL() << "the input is kept in " << announced << "; put it into tests/fuzz/" << reader;
    }
    accepted += good;
    if (good && inputs.size() < given + 500) inputs.push_back(input);
  }
  if (seconds > 0) std::filesystem::remove(announced);
  std::cout << reader << ": " << tried << " inputs, " << accepted << " of them accepted\n";
  EXPECT_GT(accepted, 0);
  EXPECT_LT(accepted, tried);
}

// Where files are written fast, thousands of times.
inline std::filesystem::path fast_folder() {
  const std::filesystem::path in_memory = "/dev/shm";
  return std::filesystem::is_directory(in_memory) ? in_memory : std::filesystem::temp_directory_path();
}

// An error speaks of one line, to a person.
inline void expect_message(const Error& error) {
  const std::string message = error.what();
  EXPECT_GT(message.size(), 10u) << message;
  EXPECT_LT(message.size(), 2000u);
  EXPECT_EQ(message.find('\n'), message.npos) << message;
}

}  // namespace dikkat::test
