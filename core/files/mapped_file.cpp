#include "core/files/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "core/files/descriptor.h"
#include "core/files/utf8.h"
#include "kernels/check.h"

namespace dikkat {

namespace {

constexpr uint64_t largest_unmapped = uint64_t{1} << 30;

[[noreturn]] void cannot_read(const std::string& path, const std::string& reason) {
  fail("could not read ", shown(path), ": ", reason);
}

Descriptor open_for_reading(const std::string& path, struct stat& status) {
  if (path.empty()) fail("could not read a file: its name is empty");
  if (path.find('\0') != std::string::npos) cannot_read(path, "a file name cannot hold a zero byte");
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open() || ::fstat(file.number(), &status) != 0) cannot_read(path, system_reason(errno));
  if (S_ISDIR(status.st_mode)) cannot_read(path, "it is a folder, not a file");
  return file;
}

// Everything up to the end of the file. The memory grows with what arrives, not with what the file system claims.
template <class Bytes>
void read_all(const std::string& path, const Descriptor& file, uint64_t limit, uint64_t hint, Bytes& bytes) {
  constexpr uint64_t piece = 1 << 16;
  size_t length = 0;
  for (uint64_t wanted = std::min(hint, limit) + 1;; wanted = std::max<uint64_t>(piece, length)) {
    bytes.resize(length + static_cast<size_t>(std::min(wanted, limit + 1 - length)));
    while (length < bytes.size()) {
      const ssize_t got =
          ::read(file.number(), bytes.data() + length, std::min<size_t>(bytes.size() - length, 1 << 30));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) cannot_read(path, system_reason(errno));
      if (got == 0) {
        bytes.resize(length);
        return;
      }
      length += static_cast<size_t>(got);
      if (length > limit) cannot_read(path, text("it has more than the ", limit, " bytes that are allowed here"));
    }
  }
}

}  // namespace

MappedFile::MappedFile(const std::string& path) : path_(path) {
  struct stat status = {};
  const Descriptor file = open_for_reading(path, status);
  if (S_ISREG(status.st_mode) && status.st_size > 0 && std::in_range<size_t>(status.st_size)) {
    const auto size = static_cast<size_t>(status.st_size);
    void* start = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.number(), 0);
    if (start != MAP_FAILED) {
      mapping_ = start;
      bytes_ = {static_cast<const std::byte*>(start), size};
      return;
    }
  }
  read_all(path, file, largest_unmapped, 0, read_);
  if (read_.empty()) cannot_read(path, "it is empty");
  bytes_ = read_;
}

MappedFile::~MappedFile() {
  if (mapping_ != nullptr) ::munmap(mapping_, bytes_.size());
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : path_(std::move(other.path_)),
      bytes_(std::exchange(other.bytes_, {})),
      mapping_(std::exchange(other.mapping_, nullptr)),
      read_(std::move(other.read_)) {}

MappedFile& MappedFile::operator=(MappedFile other) noexcept {
  std::swap(path_, other.path_);
  std::swap(bytes_, other.bytes_);
  std::swap(mapping_, other.mapping_);
  std::swap(read_, other.read_);
  return *this;
}

std::string read_text(const std::string& path, uint64_t limit) {
  struct stat status = {};
  const Descriptor file = open_for_reading(path, status);
  const auto size = static_cast<uint64_t>(std::max<off_t>(0, status.st_size));
  if (S_ISREG(status.st_mode) && size > limit) {
    cannot_read(path, text("it has ", size, " bytes, more than the ", limit, " that are allowed here"));
  }
  std::string content;
  read_all(path, file, limit, S_ISREG(status.st_mode) ? size : 0, content);
  return content;
}

}  // namespace dikkat
