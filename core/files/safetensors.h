// safetensors: the file format of Hugging Face models, and of our checkpoints.
//   8 bytes       length of the header (little-endian)
//   the header    JSON: {"name": {"dtype": "F32", "shape": [2,3], "data_offsets": [0,24]}, ..., "__metadata__": {...}}
//   the numbers   every byte belongs to exactly one tensor
// Source: the format's description in https://github.com/huggingface/safetensors
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/files/mapped_file.h"
#include "core/files/number_formats.h"

namespace dikkat {

struct SafetensorsEntry {
  std::string name;
  Dtype dtype = Dtype::F32;
  std::vector<int64_t> shape;
  int64_t count = 0;                 // of numbers: the product of the shape, 1 for a scalar
  std::span<const std::byte> bytes;  // in the mapped file, not necessarily aligned
  size_t file = 0;                   // which of Safetensors::files()
};

// A safetensors file, or a model in several of them. The header is checked whole before anything is used: afterwards
// every entry's bytes lie inside the file and fit its dtype and shape. Errors name file, byte or tensor, and the
// reason.
class Safetensors {
 public:
  // `path`: a file; an index (*.index.json) that says which tensor lies in which file beside it; or a folder that holds
  // model.safetensors or model.safetensors.index.json. Numbers are read only when they are asked for.
  explicit Safetensors(const std::string& path);

  const std::vector<SafetensorsEntry>& entries() const { return entries_; }         // in the order of the headers
  const std::map<std::string, std::string>& metadata() const { return metadata_; }  // of the first file
  const std::vector<MappedFile>& files() const { return files_; }

  const SafetensorsEntry* find(std::string_view name) const;  // nullptr if there is none
  const SafetensorsEntry& at(std::string_view name) const;    // Error if there is none

  // "model.safetensors: tensor 'wte.weight'": the beginning of a message about it.
  std::string where(const SafetensorsEntry& entry) const;

  // Converts the numbers of one entry; `out` must have exactly its count. T is float, double, int32_t or int64_t:
  // floats take any format but the 4- to 8-bit ones and complex (rounded to the nearest), whole numbers only whole ones
  // that fit.
  template <class T>
  void read(const SafetensorsEntry& entry, std::span<T> out) const;

 private:
  Safetensors() = default;
  void open_one(const std::string& path);
  void open_index(const std::string& path);
  void sort_names();

  std::string path_;
  std::vector<MappedFile> files_;
  std::vector<SafetensorsEntry> entries_;
  std::vector<size_t> by_name_;  // indices of entries_
  std::map<std::string, std::string> metadata_;
};

// What is to be written: `bytes` holds the numbers in row-major order and must stay alive until they are written.
struct SafetensorsItem {
  std::string name;
  Dtype dtype = Dtype::F32;
  std::vector<int64_t> shape;
  std::span<const std::byte> bytes;
};

// The item for numbers in memory: float, double, int32_t, int64_t or uint8_t.
template <class T>
SafetensorsItem safetensors_item(std::string name, std::vector<int64_t> shape, std::span<const T> numbers) {
  return {std::move(name), dtype_of<T>(), std::move(shape), std::as_bytes(numbers)};
}

// Writes `path`, all or nothing (AtomicFile). The header keeps the order of `items`; the numbers of wide formats come
// first, so that each is aligned. Throws Error if a name occurs twice or is no UTF-8, or the bytes do not fit the
// shape.
void write_safetensors(const std::string& path, const std::vector<SafetensorsItem>& items,
                       const std::map<std::string, std::string>& metadata = {});

}  // namespace dikkat
