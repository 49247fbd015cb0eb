#include "core/files/atomic_folder.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <filesystem>

#include "core/files/folders.h"
#include "core/files/partial_name.h"
#include "core/files/utf8.h"
#include "kernels/check.h"

namespace dikkat {

namespace fs = std::filesystem;

void AtomicFolder::cannot_write(int error) const {
  fail("could not write the folder ", shown(target_), ": ", system_reason(error));
}

AtomicFolder::AtomicFolder(const std::string& path) : target_(path) {
  const size_t slash = path.rfind('/');
  const std::string name = slash == std::string::npos ? path : path.substr(slash + 1);
  require(!name.empty() && name != "." && name != ".." && path.find('\0') == std::string::npos,
          "could not write the folder ", in_quotes(path), ": its name is empty or cannot be one");
  above_ = slash == std::string::npos ? "./" : path.substr(0, slash + 1);
  prefix_ = partial_prefix(name);
  remove_abandoned();
  for (int attempt = 0; attempt < 100; ++attempt) {
    temporary_ = above_ + draw_partial_name(prefix_);
    if (::mkdir(temporary_.c_str(), 0777) != 0) {
      temporary_.clear();
      if (errno == EEXIST) continue;
      cannot_write(errno);
    }
    // The lock says that somebody is writing. Whoever cleans up may have been between our two calls: then try again.
    lock_ = Descriptor(::open(temporary_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!lock_.is_open() && errno == ENOENT) continue;
    if (!lock_.is_open()) {
      const int error = errno;
      ::rmdir(temporary_.c_str());
      temporary_.clear();
      cannot_write(error);
    }
    while (::flock(lock_.number(), LOCK_EX) != 0 && errno == EINTR) {
    }
    if (still_named(lock_, temporary_)) return;
  }
  temporary_.clear();
  cannot_write(EEXIST);
}

AtomicFolder::~AtomicFolder() {
  std::error_code ignored;
  if (!temporary_.empty()) fs::remove_all(temporary_, ignored);
}

// The temporary folders of earlier runs whose writer has died, and with it the lock. Failing to clean up is no error.
void AtomicFolder::remove_abandoned() const {
  std::error_code error;
  for (fs::directory_iterator entry(above_, error), end; !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (!is_partial_name(name, prefix_)) continue;
    const std::string path = above_ + name;
    const Descriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
    if (!folder.is_open() || ::flock(folder.number(), LOCK_EX | LOCK_NB) != 0) continue;
    std::error_code ignored;
    if (still_named(folder, path)) fs::remove_all(path, ignored);
  }
}

void AtomicFolder::commit() {
  require(!temporary_.empty(), "could not write the folder ", shown(target_), ": it is already finished");
  ::fsync(lock_.number());  // the names of its files; not every file system lets folders be flushed
  require(!is_file(target_), "could not write the folder ", shown(target_), ": a file of that name exists");
  // A folder that is not empty cannot be replaced, but the two can change names in one step. Where the file system does
  // not know that, the old one steps aside first.
  std::string old;
  if (is_folder(target_) &&
      ::renameat2(AT_FDCWD, temporary_.c_str(), AT_FDCWD, target_.c_str(), RENAME_EXCHANGE) == 0) {
    old = temporary_;
  } else {
    if (is_folder(target_)) {
      old = above_ + draw_partial_name(prefix_);
      if (::rename(target_.c_str(), old.c_str()) != 0) cannot_write(errno);
    }
    if (::rename(temporary_.c_str(), target_.c_str()) != 0) {
      const int error = errno;
      if (!old.empty()) ::rename(old.c_str(), target_.c_str());
      cannot_write(error);
    }
  }
  temporary_.clear();
  lock_.close();
  std::error_code ignored;
  if (!old.empty()) fs::remove_all(old, ignored);
  const Descriptor folder(::open(above_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.is_open()) ::fsync(folder.number());  // the new name must survive a power cut too
}

}  // namespace dikkat
