// Damaged JSON and safetensors files (tests/fuzz.h), also under sanitizers.
#include <gtest/gtest.h>

#include <fstream>

#include "core/files/json.h"
#include "core/files/safetensors.h"
#include "tests/fuzz.h"
#include "tests/temporary_folder.h"

namespace dikkat::test {
namespace {

TEST(Fuzz, Json) {
  fuzz("json", 20000, [](const Bytes& input) {
    try {
      const Json value = Json::parse(input, "input.json");
      for (const int indent : {0, 2}) EXPECT_EQ(Json::parse(value.dump(indent)), value);
      return true;
    } catch (const Error& error) {
      expect_message(error);
      return false;
    }
  });
}

TEST(Fuzz, Safetensors) {
  const TemporaryFolder folder(fast_folder());
  const std::string path = folder / "input.safetensors";
  fuzz("safetensors", 10000, [&](const Bytes& input) {
    std::ofstream(path, std::ios::binary) << input;
    try {
      const Safetensors file(path);
      size_t bytes = 0;
      for (const SafetensorsEntry& entry : file.entries()) {
        bytes += entry.bytes.size();
        EXPECT_EQ(&file.at(entry.name), &entry);
        std::vector<float> numbers(static_cast<size_t>(entry.count));
        try {
          file.read<float>(entry, numbers);
        } catch (const Error& error) {
          expect_message(error);
        }
      }
      EXPECT_LT(bytes, input.size());
      return true;
    } catch (const Error& error) {
      expect_message(error);
      EXPECT_NE(std::string(error.what()).find("input.safetensors"), std::string::npos) << error.what();
      return false;
    }
  });
}

}  // namespace
}  // namespace dikkat::test
