#include "core/files/folders.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include "core/files/utf8.h"
#include "kernels/check.h"

namespace dikkat {

namespace fs = std::filesystem;

bool is_file(const std::string& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  return fs::exists(status) && !fs::is_directory(status);
}

bool is_folder(const std::string& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}

void make_folders(const std::string& path) {
  if (path.empty()) fail("could not create a folder: its name is empty");
  std::error_code error;
  fs::create_directories(path, error);
  if (error) fail("could not create the folder ", shown(path), ": ", error.message());
  if (!is_folder(path)) fail("could not create the folder ", shown(path), ": a file of that name exists");
}

void make_folders_for(const std::string& path) {
  const std::string folder = fs::path(path).parent_path().string();
  if (!folder.empty()) make_folders(folder);
}

std::vector<std::string> list_folder(const std::string& path) {
  std::error_code error;
  std::vector<std::string> names;
  for (fs::directory_iterator entry(path, error), end; !error && entry != end; entry.increment(error)) {
    names.push_back(entry->path().filename().string());
  }
  if (error) fail("could not read the folder ", shown(path), ": ", error.message());
  std::sort(names.begin(), names.end());
  return names;
}

bool create_file(const std::string& path) {
  std::FILE* file = std::fopen(path.c_str(), "wx");  // x: fails if the name is taken
  if (file == nullptr && errno == EEXIST) return false;
  if (file == nullptr) fail("could not create ", shown(path), ": ", std::generic_category().message(errno));
  std::fclose(file);
  return true;
}

uint64_t file_bytes(const std::string& path) {
  std::error_code error;
  const uintmax_t bytes = fs::file_size(path, error);
  if (error) fail("could not read ", shown(path), ": ", error.message());
  return bytes;
}

uint64_t folder_bytes(const std::string& path) {
  std::error_code error;
  uint64_t bytes = 0;
  for (fs::recursive_directory_iterator entry(path, error), end; !error && entry != end; entry.increment(error)) {
    std::error_code gone;  // removed by another program a moment ago: no bytes any more
    const bool is_plain_file = fs::is_regular_file(entry->symlink_status(gone));
    const uintmax_t size = is_plain_file ? entry->file_size(gone) : 0;
    if (!gone) bytes += size;
  }
  if (error) fail("could not read the folder ", shown(path), ": ", error.message());
  return bytes;
}

void rename_file(const std::string& from, const std::string& to) {
  std::error_code error;
  fs::rename(from, to, error);
  if (error) fail("could not rename ", shown(from), " to ", shown(to), ": ", error.message());
}

void remove_file(const std::string& path) {
  std::error_code error;
  fs::remove(path, error);
  if (error) fail("could not remove ", shown(path), ": ", error.message());
}

void remove_folder(const std::string& path) {
  std::error_code error;
  fs::remove_all(path, error);
  if (error) fail("could not remove the folder ", shown(path), ": ", error.message());
}

}  // namespace dikkat
