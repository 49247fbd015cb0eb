// Numbers as lessons write them.
#pragma once

#include <string>

namespace dikkat {

// With so many digits behind the point (0 ... 17): 3.14
std::string fixed(double value, int digits);

}  // namespace dikkat
