// Files inside the program: texts and data that embed_text() (embed.cmake) has turned into code, so that a lesson needs
// nothing beside itself.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dikkat {

// The content of an embedded file; the name is its path below lessons/: "11_baby_gpt/text.tr.md",
// "data/dialogues.tr.txt". Error if the program holds no such file.
std::string_view embedded(const std::string& name);
bool is_embedded(const std::string& name);
std::vector<std::string> embedded_names();

// Generated code announces each file with one of these.
struct EmbeddedFile {
  EmbeddedFile(const char* name, std::string_view content);
};

}  // namespace dikkat
