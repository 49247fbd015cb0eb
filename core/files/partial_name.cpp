#include "core/files/partial_name.h"

#include <sys/stat.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>

#include "kernels/check.h"

namespace dikkat {

namespace {

constexpr std::string_view suffix = ".partial";
constexpr size_t number_digits = 16;

uint64_t draw_number() {
  static std::atomic<uint64_t> count{0};
  const auto time = static_cast<uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
  uint64_t mixed = time + (static_cast<uint64_t>(::getpid()) << 40) + (++count << 56);
  mixed = (mixed ^ (mixed >> 31)) * 0x9E3779B97F4A7C15u;
  return mixed ^ (mixed >> 29);
}

}  // namespace

std::string partial_prefix(std::string_view name) {
  return text(".", name.substr(0, 200), ".");
}

std::string draw_partial_name(std::string_view prefix) {
  char digits[number_digits + 1];
  std::snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(draw_number()));
  return text(prefix, digits, suffix);
}

bool is_partial_name(std::string_view name, std::string_view prefix) {
  if (name.size() != prefix.size() + number_digits + suffix.size()) return false;
  if (!name.starts_with(prefix) || !name.ends_with(suffix)) return false;
  return name.substr(prefix.size(), number_digits).find_first_not_of("0123456789abcdef") == name.npos;
}

bool still_named(const Descriptor& file, const std::string& path) {
  struct stat open = {}, named = {};
  return ::fstat(file.number(), &open) == 0 && ::lstat(path.c_str(), &named) == 0 && open.st_ino == named.st_ino &&
         open.st_dev == named.st_dev;
}

}  // namespace dikkat
