#include "lessons/stage/caches.h"

#include <fstream>

namespace dikkat {
namespace {

std::string word_in(const std::string& path) {
  std::string word;
  std::ifstream(path) >> word;
  return word;
}

// "48K", "2M", "64" as a number; 0 for anything else, and beyond 64 GiB.
int64_t size_in(const std::string& path) {
  const std::string word = word_in(path);
  int64_t size = 0;
  for (size_t i = 0; i < word.size(); ++i) {
    const bool is_last = i > 0 && i + 1 == word.size();
    if (word[i] >= '0' && word[i] <= '9') {
      size = size * 10 + (word[i] - '0');
    } else if (is_last && (word[i] == 'K' || word[i] == 'M' || word[i] == 'G')) {
      size *= word[i] == 'K' ? 1024 : word[i] == 'M' ? 1024 * 1024 : 1024 * 1024 * 1024;
    } else {
      return 0;
    }
    if (size > int64_t{1} << 36) return 0;
  }
  return size;
}

}  // namespace

Caches caches_of_processor(const std::string& folder) {
  Caches caches;
  int64_t first = 0, line = 0;
  for (int index = 0; index < 16; ++index) {
    const std::string one = folder + "/index" + std::to_string(index) + "/";
    const std::string type = word_in(one + "type");
    if (type != "Data" && type != "Unified") continue;
    const int64_t level = size_in(one + "level"), size = size_in(one + "size");
    if (level == 1) first = size, line = size_in(one + "coherency_line_size");
    if (level == 2 && size > 0) caches.second = size;
    if (level == 3 && size > 0) caches.third = size;
  }
  const bool makes_sense = line >= 16 && line <= 1024 && first >= 16 * line;
  if (makes_sense) caches.first = first, caches.line = line, caches.is_known = true;
  return caches;
}

}  // namespace dikkat
