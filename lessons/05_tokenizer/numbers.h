// Numbers as the tables of lesson 05 write them.
#pragma once

#include <string>

#include "lessons/stage/figures.h"

namespace dikkat {

inline std::string percent(double share) {
  return fixed(100 * share, 1) + " %";
}

}  // namespace dikkat
