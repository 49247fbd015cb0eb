#include "core/files/safetensors_header.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "core/files/json_reader.h"
#include "core/files/utf8.h"
#include "kernels/check.h"

namespace dikkat {

namespace {

constexpr size_t most_dimensions = 64;

// One entry as it is written in the header; offsets count from the beginning of the numbers.
struct Written {
  std::optional<Dtype> dtype;
  std::optional<std::vector<int64_t>> shape;
  std::optional<std::vector<int64_t>> offsets;
};

// Reads the header. A tensor is checked as soon as it is read, so a hostile header is refused before it costs memory.
class HeaderReader {
 public:
  HeaderReader(const std::string& name, std::string_view header, std::span<const std::byte> numbers)
      : reader_(header, name, sizeof(uint64_t)), numbers_(numbers) {}

  void read(size_t file_number, std::vector<SafetensorsEntry>& entries, std::map<std::string, std::string>& metadata) {
    const size_t first = entries.size();
    std::vector<uint64_t> keys;  // where each tensor's name stands
    bool has_metadata = false;
    reader_.enter_object();
    for (std::string key; reader_.next_member(key);) {
      if (key == safetensors_metadata_key) {
        if (has_metadata) refuse(reader_.key_offset(), "the key ", in_quotes(key), " occurs twice");
        has_metadata = true;
        read_metadata(metadata);
        continue;
      }
      keys.push_back(reader_.key_offset());
      SafetensorsEntry entry = read_entry(key);
      entry.file = file_number;
      entries.push_back(std::move(entry));
    }
    reader_.end();
    check_names(std::span(entries).subspan(first), keys);
    check_coverage(std::span(entries).subspan(first), keys);
  }

 private:
  template <class... Parts>
  [[noreturn]] void refuse(uint64_t offset, const Parts&... parts) const {
    fail(reader_.at(offset), parts...);
  }

  void read_metadata(std::map<std::string, std::string>& metadata) {
    reader_.enter_object();
    for (std::string key; reader_.next_member(key);) {
      const uint64_t offset = reader_.key_offset();
      if (!metadata.emplace(key, reader_.string()).second) refuse(offset, "the key ", in_quotes(key), " occurs twice");
    }
  }

  std::vector<int64_t> read_sizes(const std::string& tensor, std::string_view field, size_t most) {
    std::vector<int64_t> sizes;
    reader_.enter_array();
    while (reader_.next_element()) {
      const JsonNumber number = reader_.number();
      const int64_t* size = std::get_if<int64_t>(&number);
      if (size == nullptr || *size < 0) {
        refuse(reader_.value_offset(), "tensor ", in_quotes(tensor), ": ", field,
               " must hold whole numbers from 0 to 2^63-1");
      }
      if (sizes.size() == most) {
        refuse(reader_.value_offset(), "tensor ", in_quotes(tensor), ": ", field, " has more than ", most, " numbers");
      }
      sizes.push_back(*size);
    }
    return sizes;
  }

  void read_field(const std::string& tensor, const std::string& field, Written& written) {
    const uint64_t offset = reader_.key_offset();
    const auto once = [&](bool there) {
      if (there) refuse(offset, "the key ", in_quotes(field), " occurs twice");
    };
    if (field == "dtype") {
      once(written.dtype.has_value());
      const std::string name = reader_.string();
      written.dtype = dtype_by_name(name);
      if (!written.dtype)
        refuse(reader_.value_offset(), "tensor ", in_quotes(tensor), ": unknown dtype ", in_quotes(name));
    } else if (field == "shape") {
      once(written.shape.has_value());
      written.shape = read_sizes(tensor, field, most_dimensions);
    } else if (field == "data_offsets") {
      once(written.offsets.has_value());
      written.offsets = read_sizes(tensor, field, 2);
    } else {
      refuse(offset, "tensor ", in_quotes(tensor), ": unknown key ", in_quotes(field),
             "; known are dtype, shape and data_offsets");
    }
  }

  SafetensorsEntry read_entry(const std::string& name) {
    const uint64_t key = reader_.key_offset();
    Written written;
    reader_.enter_object();
    for (std::string field; reader_.next_member(field);) read_field(name, field, written);

    const auto complain = [&](const auto&... parts) { refuse(key, "tensor ", in_quotes(name), ": ", parts...); };
    if (!written.dtype) complain("dtype is missing");
    if (!written.shape) complain("shape is missing");
    if (!written.offsets) complain("data_offsets is missing");
    if (written.offsets->size() != 2) complain("data_offsets must hold two numbers, found ", written.offsets->size());

    SafetensorsEntry entry;
    entry.name = name;
    entry.dtype = *written.dtype;
    entry.shape = std::move(*written.shape);
    const std::optional<uint64_t> needed = safetensors_bytes(entry.shape, entry.dtype, entry.count);
    if (!needed) complain("its shape is too large, or no whole number of bytes");
    const auto begin = static_cast<uint64_t>((*written.offsets)[0]);
    const auto end = static_cast<uint64_t>((*written.offsets)[1]);
    if (begin > end) complain("data_offsets [", begin, ",", end, "] run backwards");
    if (end > numbers_.size()) {
      complain("data_offsets [", begin, ",", end, "] leave the ", numbers_.size(),
               " bytes of data; the file is cut or damaged");
    }
    if (end - begin != *needed) {
      complain("data_offsets [", begin, ",", end, "] give it ", end - begin, " bytes, but its dtype and shape need ",
               *needed);
    }
    entry.bytes = numbers_.subspan(begin, end - begin);
    return entry;
  }

  void check_names(std::span<const SafetensorsEntry> entries, const std::vector<uint64_t>& keys) const {
    std::vector<uint32_t> order = indices(entries.size());
    std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
      const int difference = entries[a].name.compare(entries[b].name);
      return difference != 0 ? difference < 0 : a < b;
    });
    for (size_t i = 1; i < order.size(); ++i) {
      const SafetensorsEntry& entry = entries[order[i]];
      if (entry.name == entries[order[i - 1]].name) {
        refuse(keys[order[i]], "the tensor ", in_quotes(entry.name), " occurs twice");
      }
    }
  }

  // In the order of their bytes, each tensor must begin where the one before it ends, and the last end with the file.
  void check_coverage(std::span<const SafetensorsEntry> entries, const std::vector<uint64_t>& keys) const {
    const auto begin = [&](uint32_t i) { return static_cast<uint64_t>(entries[i].bytes.data() - numbers_.data()); };
    std::vector<uint32_t> order = indices(entries.size());
    std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
      return begin(a) != begin(b) ? begin(a) < begin(b) : entries[a].bytes.size() < entries[b].bytes.size();
    });
    uint64_t covered = 0;
    for (const uint32_t i : order) {
      if (begin(i) != covered) {
        refuse(keys[i], "tensor ", in_quotes(entries[i].name), ": its data begins at ", begin(i),
               ", but the data before it ends at ", covered, "; ",
               begin(i) < covered ? "tensors must not overlap" : "there must be no hole");
      }
      covered += entries[i].bytes.size();
    }
    if (covered != numbers_.size()) {
      refuse(sizeof(uint64_t), "the tensors cover ", covered, " bytes of data, but the file has ", numbers_.size());
    }
  }

  // A header of at most 100 MB has no 2^32 tensors.
  static std::vector<uint32_t> indices(size_t count) {
    std::vector<uint32_t> order(count);
    for (uint32_t i = 0; i < order.size(); ++i) order[i] = i;
    return order;
  }

  JsonReader reader_;
  std::span<const std::byte> numbers_;
};

}  // namespace

std::optional<uint64_t> safetensors_bytes(const std::vector<int64_t>& shape, Dtype dtype, int64_t& count) {
  count = 1;
  for (const int64_t size : shape) {
    if (size < 0 || __builtin_mul_overflow(count, size, &count)) return std::nullopt;
  }
  int64_t bits = 0;
  if (__builtin_mul_overflow(count, static_cast<int64_t>(dtype_bits(dtype)), &bits) || bits % 8 != 0) {
    return std::nullopt;
  }
  return static_cast<uint64_t>(bits / 8);
}

void read_safetensors_header(const std::string& name, std::span<const std::byte> file, size_t file_number,
                             std::vector<SafetensorsEntry>& entries, std::map<std::string, std::string>& metadata) {
  uint64_t length = 0;
  if (file.size() < sizeof length) {
    fail(name, ": it has ", file.size(),
         " bytes, but a safetensors file begins with 8 that give the length of its header");
  }
  std::memcpy(&length, file.data(), sizeof length);
  const std::span<const std::byte> rest = file.subspan(sizeof length);
  if (length > largest_safetensors_header) {
    fail(name, ": byte 0: a header of ", length, " bytes is more than the ", largest_safetensors_header,
         " that the format allows; this is no safetensors file");
  }
  if (length > rest.size()) {
    fail(name, ": byte 0: a header of ", length, " bytes does not fit the ", rest.size(),
         " that follow; the file is cut or damaged");
  }
  const std::string_view header(reinterpret_cast<const char*>(rest.data()), length);
  if (!header.starts_with('{')) {
    fail(name, ": byte 8: the header must begin with '{', found ",
         header.empty() ? "nothing" : in_quotes(header.substr(0, 1)));
  }
  HeaderReader(name, header, rest.subspan(length)).read(file_number, entries, metadata);
}

}  // namespace dikkat
