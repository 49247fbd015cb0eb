#include "core/files/safetensors.h"

#include <algorithm>
#include <array>
#include <filesystem>

#include "core/files/atomic_file.h"
#include "core/files/folders.h"
#include "core/files/json.h"
#include "core/files/safetensors_header.h"
#include "core/files/utf8.h"
#include "kernels/check.h"

namespace dikkat {

namespace fs = std::filesystem;

Safetensors::Safetensors(const std::string& path) : path_(path) {
  if (is_folder(path)) {
    const std::string whole = (fs::path(path) / "model.safetensors").string();
    const std::string index = whole + ".index.json";
    if (is_file(whole)) {
      open_one(whole);
    } else if (is_file(index)) {
      open_index(index);
    } else {
      fail(shown(path), ": the folder holds neither model.safetensors nor model.safetensors.index.json");
    }
  } else if (path.ends_with(".index.json")) {
    open_index(path);
  } else {
    open_one(path);
  }
  sort_names();
}

void Safetensors::open_one(const std::string& path) {
  files_.emplace_back(path);
  read_safetensors_header(shown(path), files_.back().bytes(), files_.size() - 1, entries_, metadata_);
}

// {"metadata": ..., "weight_map": {"wte.weight": "model-00001-of-00002.safetensors", ...}}
void Safetensors::open_index(const std::string& path) {
  const Json index = read_json(path);
  require(index.kind() == JsonKind::object, shown(path), ": the file must hold an object, {...}");
  const std::string folder = fs::path(path).parent_path().string();
  const auto places = index.at("weight_map").members();
  std::map<std::string, std::vector<std::string_view>> names;
  for (const auto& [name, place] : places) {
    const std::string& file = place.string();
    if (file.empty() || file == "." || file == ".." || file.find_first_of(std::string_view("/\\\0", 3)) != file.npos) {
      fail(place.where(), " must be the name of a file in the same folder, found ", in_quotes(file));
    }
    names[file].push_back(name);
  }
  if (names.empty()) fail(shown(path), ": its weight_map names no file");
  for (auto& [file, tensors] : names) {
    // Only what the index names counts; the same tensor may lie in another file as well.
    const std::string whole = (fs::path(folder) / file).string();
    require(is_file(whole) || is_folder(whole), shown(path), ": the file ", in_quotes(file),
            ", which it names, is not in the folder");
    Safetensors part;
    part.open_one(whole);
    part.sort_names();
    const size_t number = files_.size();
    for (const std::string_view name : tensors) {
      if (part.find(name) == nullptr) {
        fail(shown(path), ": tensor ", in_quotes(name), " should be in ", shown(file), ", but is not");
      }
    }
    std::sort(tensors.begin(), tensors.end());
    for (SafetensorsEntry& entry : part.entries_) {
      if (!std::binary_search(tensors.begin(), tensors.end(), std::string_view(entry.name))) continue;
      entry.file = number;
      entries_.push_back(std::move(entry));
    }
    if (number == 0) metadata_ = std::move(part.metadata_);
    files_.push_back(std::move(part.files_.front()));
  }
}

void Safetensors::sort_names() {
  by_name_.resize(entries_.size());
  for (size_t i = 0; i < by_name_.size(); ++i) by_name_[i] = i;
  std::sort(by_name_.begin(), by_name_.end(), [&](size_t a, size_t b) { return entries_[a].name < entries_[b].name; });
}

const SafetensorsEntry* Safetensors::find(std::string_view name) const {
  const auto place = std::lower_bound(by_name_.begin(), by_name_.end(), name,
                                      [&](size_t i, std::string_view wanted) { return entries_[i].name < wanted; });
  return place != by_name_.end() && entries_[*place].name == name ? &entries_[*place] : nullptr;
}

const SafetensorsEntry& Safetensors::at(std::string_view name) const {
  const SafetensorsEntry* entry = find(name);
  if (entry == nullptr) fail(shown(path_), ": the tensor ", in_quotes(name), " is missing");
  return *entry;
}

std::string Safetensors::where(const SafetensorsEntry& entry) const {
  return text(shown(files_[entry.file].path()), ": tensor ", in_quotes(entry.name));
}

template <class T>
void Safetensors::read(const SafetensorsEntry& entry, std::span<T> out) const {
  if (out.size() != static_cast<uint64_t>(entry.count)) {
    fail(where(entry), " has ", entry.count, " numbers, but ", out.size(), " are wanted");
  }
  const size_t done = convert_numbers(entry.dtype, entry.bytes, out);
  if (done == out.size()) return;
  const bool possible = is_whole(entry.dtype);  // then a single number was too large
  if (possible) {
    fail(where(entry), ": number ", done, " of its ", dtype_name(entry.dtype), " does not fit ",
         dtype_name(dtype_of<T>()));
  }
  fail(where(entry), " has dtype ", dtype_name(entry.dtype), ", which cannot be read as ", dtype_name(dtype_of<T>()));
}

template void Safetensors::read(const SafetensorsEntry&, std::span<float>) const;
template void Safetensors::read(const SafetensorsEntry&, std::span<double>) const;
template void Safetensors::read(const SafetensorsEntry&, std::span<int32_t>) const;
template void Safetensors::read(const SafetensorsEntry&, std::span<int64_t>) const;

void write_safetensors(const std::string& path, const std::vector<SafetensorsItem>& items,
                       const std::map<std::string, std::string>& metadata) {
  const std::string name = shown(path);
  std::vector<size_t> order(items.size());  // of the numbers: wide formats first
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return dtype_bits(items[a].dtype) > dtype_bits(items[b].dtype); });

  std::vector<std::string_view> names;
  for (const SafetensorsItem& item : items) names.push_back(item.name);
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  if (twice != names.end()) fail(name, ": the tensor name ", in_quotes(*twice), " occurs twice");

  std::vector<uint64_t> begin(items.size());
  uint64_t size = 0;
  for (const size_t i : order) {
    const SafetensorsItem& item = items[i];
    require(is_utf8(item.name), name, ": the tensor name ", in_quotes(item.name), " is no UTF-8");
    require(item.name != safetensors_metadata_key, name, ": no tensor can have the name ", item.name);
    int64_t count = 0;
    const std::optional<uint64_t> needed = safetensors_bytes(item.shape, item.dtype, count);
    require(needed.has_value() && *needed == item.bytes.size(), name, ": tensor ", in_quotes(item.name), " has ",
            item.bytes.size(), " bytes, which do not fit its dtype and shape");
    begin[i] = size;
    size += item.bytes.size();
  }

  std::vector<Json::Member> header;
  if (!metadata.empty()) {
    std::vector<Json::Member> words;
    for (const auto& [key, value] : metadata) {
      require(is_utf8(key) && is_utf8(value), name, ": the metadata ", in_quotes(key), " is no UTF-8");
      words.emplace_back(key, value);
    }
    header.emplace_back(std::string(safetensors_metadata_key), Json::object(std::move(words)));
  }
  for (size_t i = 0; i < items.size(); ++i) {
    std::vector<Json> shape(items[i].shape.begin(), items[i].shape.end());
    header.emplace_back(items[i].name,
                        Json::object({{"dtype", std::string(dtype_name(items[i].dtype))},
                                      {"shape", Json::array(std::move(shape))},
                                      {"data_offsets", Json::array({begin[i], begin[i] + items[i].bytes.size()})}}));
  }
  std::string written = Json::object(std::move(header)).dump();
  written.append((8 - written.size() % 8) % 8, ' ');  // so that the numbers begin at a multiple of 8
  require(written.size() <= largest_safetensors_header, name, ": its header would have ", written.size(),
          " bytes, more than the ", largest_safetensors_header, " that the format allows");

  const std::array<uint64_t, 1> length = {written.size()};
  AtomicFile file(path, sizeof length + written.size() + size);
  file.write(std::as_bytes(std::span(length)));
  file.write(written);
  for (const size_t i : order) file.write(items[i].bytes);
  file.commit();
}

}  // namespace dikkat
