#include "core/files/atomic_file.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <tuple>

#include "core/files/partial_name.h"
#include "core/files/utf8.h"
#include "kernels/check.h"

namespace dikkat {

namespace {

namespace fs = std::filesystem;

// A file larger than the process may write (ulimit -f) sends a signal that ends the program. For the length of a write
// it is held back, so that it becomes an error like any other.
class NoFileSizeSignal {
 public:
  NoFileSizeSignal() {
    ::sigemptyset(&signals_);
    ::sigaddset(&signals_, SIGXFSZ);
    sigset_t pending;
    ::sigpending(&pending);
    was_pending_ = ::sigismember(&pending, SIGXFSZ) == 1;
    ::pthread_sigmask(SIG_BLOCK, &signals_, &before_);
  }
  ~NoFileSizeSignal() {
    const int error = errno;
    const timespec at_once = {};
    if (!was_pending_) ::sigtimedwait(&signals_, nullptr, &at_once);
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    errno = error;
  }

 private:
  sigset_t signals_ = {}, before_ = {};
  bool was_pending_ = false;
};

// Where a chain of symbolic links ends, also if nothing is there yet.
std::string follow_links(const std::string& path) {
  fs::path target = path;
  std::error_code error;
  for (int i = 0; i < 40 && fs::is_symlink(fs::symlink_status(target, error)); ++i) {
    const fs::path next = fs::read_symlink(target, error);
    if (error) break;
    target = target.parent_path() / next;  // an absolute `next` stands alone
  }
  return target.string();
}

}  // namespace

void AtomicFile::cannot_write(int error) const {
  std::string needed;
  if (error == ENOSPC || error == EDQUOT || error == EFBIG) {
    needed = text(" (needed ", std::max(expected_, written_), " bytes)");
  }
  fail("could not write ", shown(path_), ": ", system_reason(error), needed);
}

AtomicFile::AtomicFile(const std::string& path, uint64_t expected_bytes) : path_(path), expected_(expected_bytes) {
  if (path.empty()) fail("could not write a file: its name is empty");
  if (path.find('\0') != std::string::npos) {
    fail("could not write ", shown(path), ": a file name cannot hold a zero byte");
  }
  target_ = follow_links(path);
  const size_t slash = target_.rfind('/');
  folder_ = slash == std::string::npos ? "./" : target_.substr(0, slash + 1);
  const std::string name = slash == std::string::npos ? target_ : target_.substr(slash + 1);
  prefix_ = partial_prefix(name);

  struct stat status = {};
  const bool exists = ::stat(target_.c_str(), &status) == 0;
  if (!exists && errno != ENOENT) cannot_write(errno);
  if (name.empty() || name == "." || name == ".." || (exists && S_ISDIR(status.st_mode))) {
    fail("could not write ", shown(path), ": it is a folder, not a file");
  }
  if (exists && !S_ISREG(status.st_mode)) {
    file_ = Descriptor(::open(target_.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY));
    if (!file_.is_open()) cannot_write(errno);
    return;
  }
  // Renaming over a file asks no leave of it; a file that is protected from writing shall stay as it is.
  if (exists && ::access(target_.c_str(), W_OK) != 0) cannot_write(errno);

  remove_abandoned();
  create_temporary();
  try {
    if (exists) {
      keep_owner_and_permissions(status.st_uid, status.st_gid, status.st_mode & 0777);
    }
    if (expected_ > 0) reserve();
  } catch (...) {
    discard();
    throw;
  }
}

AtomicFile::~AtomicFile() {
  discard();
}

void AtomicFile::discard() noexcept {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
  temporary_.clear();
  file_.close();
}

void AtomicFile::create_temporary() {
  for (int attempt = 0; attempt < 100; ++attempt) {
    temporary_ = folder_ + draw_partial_name(prefix_);
    file_ = Descriptor(::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    if (!file_.is_open()) {
      temporary_.clear();
      if (errno == EEXIST || errno == EINTR) continue;
      if (errno == ENOENT) fail("could not write ", shown(path_), ": its folder does not exist");
      cannot_write(errno);
    }
    // The lock says that somebody is writing. Whoever cleans up may have been between our two calls: then try again.
    while (::flock(file_.number(), LOCK_EX) != 0 && errno == EINTR) {
    }
    if (still_named(file_, temporary_)) return;
  }
  temporary_.clear();
  cannot_write(EEXIST);
}

void AtomicFile::keep_owner_and_permissions(unsigned user, unsigned group, unsigned mode) const {
  struct stat status = {};
  if (::fstat(file_.number(), &status) != 0) cannot_write(errno);
  // Only the superuser can give a file away, and not on every file system: then it becomes the writer's own.
  if (status.st_uid != user || status.st_gid != group) std::ignore = ::fchown(file_.number(), user, group);
  if ((status.st_mode & 0777) != mode && ::fchmod(file_.number(), mode) != 0) cannot_write(errno);
}

// The temporary files of earlier runs whose writer has died, and with it the lock. Failing to clean up is no error.
void AtomicFile::remove_abandoned() const {
  std::error_code error;
  for (fs::directory_iterator entry(folder_, error), end; !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (!is_partial_name(name, prefix_)) continue;
    const std::string path = folder_ + name;
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (!file.is_open() || ::flock(file.number(), LOCK_EX | LOCK_NB) != 0) continue;
    if (still_named(file, path)) ::unlink(path.c_str());
  }
}

// Only a hint: file systems that cannot reserve say so, and then writing will tell.
void AtomicFile::reserve() {
  if (!std::in_range<off_t>(expected_)) cannot_write(EFBIG);
  const NoFileSizeSignal hold;
  if (::fallocate(file_.number(), FALLOC_FL_KEEP_SIZE, 0, static_cast<off_t>(expected_)) == 0) return;
  if (errno == ENOSPC || errno == EDQUOT || errno == EFBIG) cannot_write(errno);
}

void AtomicFile::write(std::span<const std::byte> bytes) {
  if (!file_.is_open()) fail("could not write ", shown(path_), ": it is already finished");
  written_ += bytes.size();
  const NoFileSizeSignal hold;
  while (!bytes.empty()) {
    const ssize_t done = ::write(file_.number(), bytes.data(), std::min<size_t>(bytes.size(), size_t{1} << 30));
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) cannot_write(errno);
    bytes = bytes.subspan(static_cast<size_t>(done));
  }
}

void AtomicFile::commit() {
  if (!file_.is_open()) fail("could not write ", shown(path_), ": it is already finished");
  const bool direct = temporary_.empty();
  // What was reserved and not used goes back.
  if (!direct && written_ < expected_ && ::ftruncate(file_.number(), static_cast<off_t>(written_)) != 0) {
    cannot_write(errno);
  }
  // A pipe or terminal has no disk to wait for.
  if (::fsync(file_.number()) != 0 && !(direct && (errno == EINVAL || errno == EROFS || errno == ENOTSUP))) {
    cannot_write(errno);
  }
  if (direct) {
    if (!file_.close()) cannot_write(errno);
    return;
  }
  if (::rename(temporary_.c_str(), target_.c_str()) != 0) cannot_write(errno);
  temporary_.clear();
  if (!file_.close()) cannot_write(errno);
  // The new name must survive a power cut too. Not every file system lets folders be flushed; the rename is done.
  const Descriptor folder(::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.is_open()) ::fsync(folder.number());
}

void write_file(const std::string& path, std::string_view content) {
  AtomicFile file(path, content.size());
  file.write(content);
  file.commit();
}

}  // namespace dikkat
