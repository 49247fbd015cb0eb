#include "core/files/folders.h"

#include <algorithm>
#include <filesystem>

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

}  // namespace dikkat
