// The header of one safetensors file, for core/files alone.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/files/safetensors.h"

namespace dikkat {

constexpr uint64_t largest_safetensors_header = 100'000'000;  // the format's own limit
constexpr std::string_view safetensors_metadata_key = "__metadata__";

// Bytes of a tensor; nothing if they are more than 2^63-1 or no whole number of bytes. `count` receives the product.
std::optional<uint64_t> safetensors_bytes(const std::vector<int64_t>& shape, Dtype dtype, int64_t& count);

// Checks the file and appends its tensors, in the order of the header; `name` is what messages call the file.
void read_safetensors_header(const std::string& name, std::span<const std::byte> file, size_t file_number,
                             std::vector<SafetensorsEntry>& entries, std::map<std::string, std::string>& metadata);

}  // namespace dikkat
