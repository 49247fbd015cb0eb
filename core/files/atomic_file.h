// Writing files so that nobody ever sees half of one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/files/descriptor.h"
#include "core/files/folders.h"

namespace dikkat {

// Writes beside the final name, in the same folder (".NAME.<number>.partial"), and takes that name in commit(). Until
// then, and after any failure, what had the name before is untouched; without commit() the destructor removes what was
// written. What a killed run left behind is removed by the next one that writes the same file; a file that another
// program is writing at the moment is recognised by its lock and left alone.
// A symbolic link stays one: the file it leads to is replaced. An existing file keeps its permissions.
// Devices and pipes (/dev/stdout) are written directly.
//
// Everything throws Error "could not write PATH: No space left on device (needed N bytes)" or another system's reason.
class AtomicFile {
 public:
  // `expected_bytes`, if known, is reserved at once: a disk that is too full is noticed before the work, not after it.
  explicit AtomicFile(const std::string& path, uint64_t expected_bytes = 0);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  // Puts `bytes` behind what was written. Not buffered: give it large pieces.
  void write(std::span<const std::byte> bytes);
  void write(std::string_view text) { write(std::as_bytes(std::span(text))); }

  // The bytes reach the disk, then the name. Once only; nothing can be written afterwards.
  void commit();

 private:
  void create_temporary();
  void keep_owner_and_permissions(unsigned user, unsigned group, unsigned mode) const;
  void remove_abandoned() const;
  void reserve();
  void discard() noexcept;
  [[noreturn]] void cannot_write(int error) const;

  std::string path_;       // as it was given, for messages
  std::string target_;     // after following links
  std::string folder_;     // of the target, with a slash at its end
  std::string prefix_;     // of our temporary names
  std::string temporary_;  // empty: written directly, or finished
  Descriptor file_;
  uint64_t expected_ = 0;
  uint64_t written_ = 0;
};

// The whole file at once, all or nothing.
void write_file(const std::string& path, std::string_view content);

}  // namespace dikkat
