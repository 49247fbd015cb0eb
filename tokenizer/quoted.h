// Bytes out of a file in the message of an Error. They are put in quotes only when the message is really written:
// require() is called for every token of a vocabulary.
#pragma once

#include <ostream>
#include <string_view>

#include "core/files/utf8.h"

namespace dikkat {

struct Quoted {
  std::string_view bytes;

  friend std::ostream& operator<<(std::ostream& out, const Quoted& quoted) { return out << in_quotes(quoted.bytes); }
};

}  // namespace dikkat
