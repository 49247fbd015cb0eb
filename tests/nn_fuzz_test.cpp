// Damaged configurations and indices of Hugging Face folders (tests/fuzz.h): the folder is refused by a message that
// names one of its files, or it is read and the model computes.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "core/autograd.h"
#include "core/files/folders.h"
#include "kernels/memory.h"
#include "nn/hugging_face/hugging_face.h"
#include "tests/fuzz.h"
#include "tests/temporary_folder.h"

namespace dikkat::test {
namespace {

constexpr int64_t allowed_in_pool = int64_t{16} << 20;  // for a model of 100 KB and two tokens
constexpr int64_t allowed_growth = int64_t{256} << 10;  // of the whole program during a test, in KiB

int64_t largest_size_in_kib() {
  rusage use{};
  getrusage(RUSAGE_SELF, &use);
  return use.ru_maxrss;
}

// The folder of a tiny model, one file of which is written anew for each input.
class DamagedFolder {
 public:
  DamagedFolder(const std::string& model, const std::string& damaged)
      : whole_(std::string(DIKKAT_SOURCE) + "/tests/golden/hf_tiny/" + model),
        folder_(fast_folder()),
        path_(folder_ / damaged) {
    for (const std::string& name : list_folder(whole_)) {
      if (name != damaged) std::filesystem::create_symlink(whole_ + "/" + name, folder_ / name);
    }
  }

  Bytes original(const std::string& name) const { return bytes_of(whole_ + "/" + name); }
  bool has(const std::string& name) const { return is_file(whole_ + "/" + name); }

  // True if the folder with this file was read.
  bool accepts(const Bytes& input) const {
    std::ofstream(path_, std::ios::binary) << input;
    reset_peak();
    const int64_t before = memory_use().live_total;
    const bool read = computes();
    EXPECT_LT(memory_use().peak_total - before, allowed_in_pool);
    return read;
  }

 private:
  bool computes() const {
    std::unique_ptr<LanguageModel> model;
    try {
      model = load_hugging_face(folder_.path());
    } catch (const Error& error) {
      expect_message(error);
      EXPECT_TRUE(names_a_file(error.what())) << error.what();
      return false;
    }
    const NoGrad only_forward;
    const int64_t tokens = std::min<int64_t>(2, model->context_length());
    const Tensor scores = model->forward(Ids(std::vector<int32_t>(static_cast<size_t>(tokens), 0), {1, tokens}));
    EXPECT_EQ(scores.shape(), (Shape{1, tokens, model->vocab_size()}));
    for (const Real score : scores.values()) {
      if (std::isfinite(score)) continue;
      ADD_FAILURE() << "a score is " << score;
      break;
    }
    return true;
  }

  bool names_a_file(const std::string& message) const {
    for (const std::string& name : list_folder(folder_.path())) {
      if (message.find(name) != message.npos) return true;
    }
    return false;
  }

  std::string whole_;
  TemporaryFolder folder_;
  std::string path_;
};

class FuzzConfig : public testing::TestWithParam<std::string> {};

TEST_P(FuzzConfig, EndsWithAnErrorOrAModel) {
  const DamagedFolder folder(GetParam(), "config.json");
  const int64_t before = largest_size_in_kib();
  std::vector<Bytes> given;
  for (const char* name : {"config.json", "config.v5.json"}) {
    if (folder.has(name)) given.push_back(folder.original(name));
  }
  fuzz(
      "config", 8000, [&](const Bytes& input) { return folder.accepts(input); }, given);
  EXPECT_LT(largest_size_in_kib() - before, allowed_growth);
}

INSTANTIATE_TEST_SUITE_P(, FuzzConfig,
                         testing::Values("gpt2", "llama3_gqa", "llama_yarn_bias", "mistral", "qwen2", "qwen3"),
                         [](const auto& info) { return info.param; });

TEST(FuzzIndex, EndsWithAnErrorOrAModel) {
  const std::string index = "model.safetensors.index.json";
  const DamagedFolder folder("gpt2_sharded", index);
  const int64_t before = largest_size_in_kib();
  fuzz("index", 8000, [&](const Bytes& input) { return folder.accepts(input); }, {folder.original(index)});
  EXPECT_LT(largest_size_in_kib() - before, allowed_growth);
}

}  // namespace
}  // namespace dikkat::test
