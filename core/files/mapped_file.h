// Reading files. What cannot be read throws Error "could not read PATH: reason".
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace dikkat {

// The bytes of a file, mapped into memory: opening one of many gigabytes takes no time and no memory until its bytes
// are used. Pipes and other files that cannot be mapped are read instead (up to 1 GiB). An empty file is an error. The
// file must not be shortened by another program while it is mapped.
class MappedFile {
 public:
  explicit MappedFile(const std::string& path);
  ~MappedFile();
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile other) noexcept;

  const std::string& path() const { return path_; }
  std::span<const std::byte> bytes() const { return bytes_; }

 private:
  std::string path_;
  std::span<const std::byte> bytes_;
  void* mapping_ = nullptr;
  std::vector<std::byte> read_;  // instead of a mapping
};

// The whole file as it is, which may be empty. More than `limit` bytes are an error, found before they are read.
std::string read_text(const std::string& path, uint64_t limit);

}  // namespace dikkat
