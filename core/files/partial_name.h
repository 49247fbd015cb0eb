// The names of what is not finished yet: ".NAME.<16 hex digits>.partial", beside the final name. For core/files alone.
#pragma once

#include <string>
#include <string_view>

#include "core/files/descriptor.h"

namespace dikkat {

// What the temporary names for `name` begin with. Names have at most 255 bytes, so a long one is cut.
std::string partial_prefix(std::string_view name);

// A name with that beginning which no other writer is likely to use; if one does, creating it fails: draw again.
std::string draw_partial_name(std::string_view prefix);

bool is_partial_name(std::string_view name, std::string_view prefix);

// Does `path` still name the open file or folder? (Not if somebody has removed or renamed it since it was opened.)
bool still_named(const Descriptor& file, const std::string& path);

}  // namespace dikkat
