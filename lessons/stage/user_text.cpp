#include "lessons/stage/user_text.h"

#include <string_view>

#include "core/files/mapped_file.h"
#include "core/files/utf8.h"
#include "kernels/check.h"

namespace dikkat {

namespace {

// Where the text stops being UTF-8; its size if it never does.
size_t first_foreign_byte(std::string_view text) {
  size_t at = 0;
  while (at < text.size()) {
    const size_t length = utf8_length(text.substr(at, 4));
    if (length == 0) break;
    at += length;
  }
  return at;
}

bool is_utf16(std::string_view text) {
  return text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF");
}

}  // namespace

std::string read_user_text(const std::string& path, uint64_t most_bytes, bool turkish) {
  std::string text = read_text(path, most_bytes);
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
  require(!text.empty(), path,
          turkish ? ": dosya boş; düz metin (UTF-8) gerekir" : ": the file is empty; it should be plain text (UTF-8)");
  const size_t foreign = first_foreign_byte(text);
  if (foreign < text.size()) {
    const char* command = is_utf16(text) ? "iconv -f UTF-16 -t UTF-8" : "iconv -f ISO-8859-9 -t UTF-8";
    if (turkish)
      fail(path, ": ", foreign, ". bayt UTF-8 değil; ", is_utf16(text) ? "UTF-16 metin" : "eski bir Türkçe metin",
           " şöyle çevrilir: ", command);
    fail(path, ": byte ", foreign, " is not UTF-8; ", is_utf16(text) ? "a text in UTF-16" : "an older Turkish text",
         " can be converted with ", command);
  }
  std::erase(text, '\r');
  return text;
}

}  // namespace dikkat
