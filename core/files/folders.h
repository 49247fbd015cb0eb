// Folders and names. Everything throws Error with the path and the system's reason.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace dikkat {

// Does `path` name a file, or something that can be read like one (a pipe)? A folder? Links are followed.
bool is_file(const std::string& path);
bool is_folder(const std::string& path);

// Creates the folder `path` and those above it, as far as they are missing.
void make_folders(const std::string& path);

// The same for the folder that the file `path` lies in.
void make_folders_for(const std::string& path);

// The names of what lies in a folder, sorted, without "." and "..".
std::vector<std::string> list_folder(const std::string& path);

// Creates an empty file of that name, and with it claims the name: false if something has it already, also if another
// program takes it at the same moment.
bool create_file(const std::string& path);

// How many bytes a file has.
uint64_t file_bytes(const std::string& path);

// The bytes of all files in a folder and below; links count nothing.
uint64_t folder_bytes(const std::string& path);

// Gives a file another name in one step; what had that name is replaced.
void rename_file(const std::string& from, const std::string& to);

// Removes a file; one that is not there is no mistake.
void remove_file(const std::string& path);

// Removes a folder with all that it holds; one that is not there is no mistake. Links are removed, not followed.
void remove_folder(const std::string& path);

}  // namespace dikkat
