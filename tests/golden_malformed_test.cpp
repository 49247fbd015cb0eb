// Hostile files: every case of <golden>/malformed/cases.jsonl must end as it says there, by an Error that names the
// file and the reason or by being read whole. <golden> is DIKKAT_GOLDEN, or tests/golden. Crashes and memory errors
// show in the build with sanitizers; memory is counted here, in every build: what is
// allocated, and what the pool of the kernels hands out.
#include <gtest/gtest.h>
#include <malloc.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <iostream>
#include <map>
#include <new>

#include "core/files/folders.h"
#include "core/files/json.h"
#include "core/files/safetensors.h"
#include "kernels/memory.h"
#include "nn/hugging_face/hugging_face.h"
#include "tests/golden.h"
#include "tokenizer/corpus.h"
#include "tokenizer/files.h"
#include "tokenizer/train.h"

namespace {

std::atomic<size_t> live_bytes{0}, peak_bytes{0};

void* counted(void* address) {
  if (address == nullptr) return nullptr;
  const size_t now = live_bytes += ::malloc_usable_size(address);
  size_t peak = peak_bytes;
  while (now > peak && !peak_bytes.compare_exchange_weak(peak, now)) {
  }
  return address;
}

void* counted_or_throw(void* address) {
  if (address == nullptr) throw std::bad_alloc();
  return counted(address);
}

void release(void* address) noexcept {
  live_bytes -= ::malloc_usable_size(address);
  std::free(address);
}

}  // namespace

// Every allocation of this program is counted but those of the pool, which takes its memory by aligned_alloc and counts
// it itself.
void* operator new(size_t size) {
  return counted_or_throw(std::malloc(size));
}
void* operator new[](size_t size) {
  return counted_or_throw(std::malloc(size));
}
void* operator new(size_t size, const std::nothrow_t&) noexcept {
  return counted(std::malloc(size));
}
void* operator new[](size_t size, const std::nothrow_t&) noexcept {
  return counted(std::malloc(size));
}
void operator delete(void* address) noexcept {
  release(address);
}
void operator delete[](void* address) noexcept {
  release(address);
}
void operator delete(void* address, size_t) noexcept {
  release(address);
}
void operator delete[](void* address, size_t) noexcept {
  release(address);
}

namespace dikkat::test {
namespace {

constexpr size_t allowed_above_file_size = size_t{64} << 20;

// What each kind of reader does with a path. A file is read whole, not only opened.
const std::map<std::string, std::function<void(const std::string&)>>& readers() {
  static const std::map<std::string, std::function<void(const std::string&)>> all = {
      {"json", [](const std::string& path) { read_json(path); }},
      {"jsonl", [](const std::string& path) { read_json_lines(path); }},
      {"safetensors",
       [](const std::string& path) {
         const Safetensors file(path);
         for (const SafetensorsEntry& entry : file.entries()) {
           std::vector<double> numbers(static_cast<size_t>(entry.count));
           file.read<double>(entry, numbers);
         }
       }},
      {"hf_model_dir", [](const std::string& path) { load_hugging_face(path); }},
      {"gpt2_tokenizer", [](const std::string& path) { Tokenizer(read_vocabulary(path), path); }},
      {"llama2c_tokenizer", [](const std::string& path) { Tokenizer(read_llama2c_tokenizer(path, 512), path); }},
      {"text_corpus",  // with the bytes as tokens, and the context of a small model
       [](const std::string& path) {
         encode_corpus(read_text(path, uint64_t{1} << 32), Tokenizer(train_bpe("", {.vocab_size = 257}).vocabulary), 64,
                       path);
       }},
  };
  return all;
}

// Of a file, or of all files in a folder.
size_t size_of(const std::string& path) {
  if (!is_folder(path)) return static_cast<size_t>(std::filesystem::file_size(path));
  size_t size = 0;
  for (const std::string& name : list_folder(path)) size += size_of(path + "/" + name);
  return size;
}

// What the message names: the file, or a file of the folder, or the folder. Empty if it names none of them.
std::string named_in(const std::string& message, const std::string& path) {
  std::vector<std::string> names;
  if (is_folder(path)) names = list_folder(path);
  names.push_back(std::filesystem::path(path).filename().string());
  for (const std::string& name : names) {
    if (message.find(name) != std::string::npos) return name;
  }
  return "";
}

struct Outcome {
  std::string error;  // empty: it was read
  size_t memory = 0;
};

Outcome run(const std::function<void(const std::string&)>& reader, const std::string& path) {
  const size_t before = live_bytes;
  peak_bytes = before;
  reset_peak();
  const int64_t pool_before = memory_use().live_total;
  Outcome outcome;
  try {
    reader(path);
  } catch (const Error& error) {
    outcome.error = error.what();
  }
  outcome.memory = peak_bytes - before + static_cast<size_t>(memory_use().peak_total - pool_before);
  return outcome;
}

void check(const JsonView& entry, const std::string& folder, const std::function<void(const std::string&)>& reader) {
  const std::string path = folder + "/" + entry.at("path").string();
  const std::string& expected = entry.at("expect").string();
  SCOPED_TRACE(entry.at("path").string() + " (" + entry.at("why").string() + ")");
  ASSERT_TRUE(std::filesystem::exists(path)) << "the file of this case is missing";
  const Outcome outcome = run(reader, path);
  EXPECT_LT(outcome.memory, size_of(path) + allowed_above_file_size);
  if (expected == "ok") {
    EXPECT_EQ(outcome.error, "");
  } else if (expected == "error") {
    EXPECT_NE(outcome.error, "") << "it was accepted";
  } else {
    EXPECT_EQ(expected, "error_or_ok") << "an outcome that this test does not know";
  }
  if (outcome.error.empty()) return;
  const std::string name = named_in(outcome.error, path);
  EXPECT_NE(name, "") << "the file is not named: " << outcome.error;
  std::string reason = outcome.error;  // what is left without the names of files
  for (size_t at; (at = reason.find(path)) != reason.npos;) reason.erase(at, path.size());
  for (size_t at; !name.empty() && (at = reason.find(name)) != reason.npos;) reason.erase(at, name.size());
  EXPECT_GT(reason.size(), 10u) << "no reason is given: " << outcome.error;
  EXPECT_EQ(outcome.error.find('\n'), std::string::npos) << "more than one line: " << outcome.error;
}

TEST(GoldenMalformed, EveryCaseEndsAsItShould) {
  const std::string folder = golden() + "/malformed";
  const std::vector<Json> cases = read_json_lines(folder + "/cases.jsonl");
  const std::map<std::string, std::string>& reasons = unsupported();
  std::map<std::string, int> checked, left_out;
  for (const Json& entry : cases) {
    const std::string& kind = entry.at("reader").string();
    if (const auto reader = readers().find(kind); reader != readers().end()) {
      check(entry, folder, reader->second);
      ++checked[kind];
    } else {
      ++left_out[kind];
    }
  }
  for (const auto& [kind, count] : checked) std::cout << "malformed/" << kind << ": " << count << " cases\n";
  for (const auto& [kind, count] : left_out) {
    const auto reason = reasons.find("malformed/" + kind);
    if (reason == reasons.end()) {
      ADD_FAILURE() << "malformed/" << kind << ": no reader, and tests/golden/unsupported.txt does not say why";
    } else {
      std::cout << "malformed/" << kind << ": " << count << " cases not checked: " << reason->second << "\n";
    }
  }
  EXPECT_FALSE(checked.empty()) << "no case was checked in " << folder;
}

// The list only shrinks: whoever writes a reader takes its line out.
TEST(GoldenMalformed, NothingSupportedIsListedAsUnsupported) {
  for (const auto& [kind, reason] : unsupported()) {
    EXPECT_FALSE(reason.empty()) << kind;
    if (!kind.starts_with("malformed/")) continue;
    EXPECT_FALSE(readers().contains(kind.substr(10))) << kind << " has a reader";
  }
}

}  // namespace
}  // namespace dikkat::test
