#include "tokenizer/hash.h"

#include <random>

namespace dikkat {

const HashKeys& hash_keys() {
  static const HashKeys keys = [] {
    std::random_device chance;
    const auto number = [&] { return uint64_t{chance()} << 32 | chance(); };
    const uint64_t first = number(), second = number();
    return HashKeys{first | 1, second};  // nothing is left of a number times 0
  }();
  return keys;
}

}  // namespace dikkat
