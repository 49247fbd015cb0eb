#include "lessons/stage/embedded.h"

#include <map>

#include "kernels/check.h"

namespace dikkat {
namespace {

// A function's static: it exists before the first file of another translation unit announces itself.
std::map<std::string, std::string_view>& files() {
  static std::map<std::string, std::string_view> all;
  return all;
}

}  // namespace

EmbeddedFile::EmbeddedFile(const char* name, std::string_view content) {
  files()[name] = content;
}

std::string_view embedded(const std::string& name) {
  const auto found = files().find(name);
  if (found == files().end()) {
    std::string there;
    for (const auto& [other, content] : files()) there += " " + other;
    fail("embedded file ", name, " is not in this program; it holds", there.empty() ? " none" : there);
  }
  return found->second;
}

bool is_embedded(const std::string& name) {
  return files().count(name) > 0;
}

std::vector<std::string> embedded_names() {
  std::vector<std::string> names;
  for (const auto& [name, content] : files()) names.push_back(name);
  return names;
}

}  // namespace dikkat
