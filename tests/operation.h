// A row of the table of operations (operations.h): an operation and everything that is known about it.
#pragma once

#include <string>

#include "core/ops.h"
#include "tests/naive.h"

namespace dikkat::test {

using Inputs = std::vector<In>;
using Function = std::function<Tensor(const Inputs&)>;
using Arrays = std::vector<Array>;

// Inputs that must be refused, and words that the message must hold. `instead` calls the operation in another way.
struct Mistake {
  std::string shapes;
  std::vector<std::string> words;
  Function instead = nullptr;
};

struct Operation {
  std::string name;         // of the row
  std::string declaration;  // in core/ops.h, without the names: "matmul(In,In)"
  Function run;
  std::vector<std::string> shapes;               // of the operands: "(2,3) (3,4)"
  std::function<Array(const Arrays&)> expected;  // by naive loops in double
  Function plain = nullptr;                      // the definition of a fused operation
  double low = -1, high = 1;                     // range of the operands' random numbers
  bool apart =
      false;  // numbers keep away from each other and from multiples of 1/128 of their range, where slopes jump
  bool repeated = true;  // false: not tried on elements that repeat, since the slope jumps where all are equal
  std::vector<size_t> masks = {};   // these operands hold 0 and 1 and get no gradient
  std::vector<size_t> frozen = {};  // these hold any numbers and get no gradient either
  std::vector<Mistake> mistakes = {};
  std::function<Tensor(In)> finite = nullptr;  // makes the result finite, where it is not, for gradients
};

inline bool is_mask(const Operation& row, size_t which) {
  return std::find(row.masks.begin(), row.masks.end(), which) != row.masks.end();
}
inline bool gets_gradient(const Operation& row, size_t which) {
  return !is_mask(row, which) && std::find(row.frozen.begin(), row.frozen.end(), which) == row.frozen.end();
}

inline void PrintTo(const Operation& row, std::ostream* out) {
  *out << row.name;
}

// Ids for the rows that need some: spread over 0 ... count-1, with repetitions; every third ignored if asked.
inline Ids some_ids(const Shape& shape, int64_t count, bool ignore = false) {
  std::vector<int32_t> ids;
  for (int64_t i = 0; i < shape.numel(); ++i)
    ids.push_back(ignore && i % 3 == 1 ? ignore_index : static_cast<int32_t>(i * i * 7 % count));
  return Ids(ids, shape);
}

// The targets that fit logits of this shape.
inline Ids some_targets(const Shape& logits, bool ignore) {
  std::vector<int64_t> sizes = logits.sizes();
  sizes.pop_back();
  return some_ids(shape_of(sizes), logits[-1], ignore);
}

inline const std::vector<std::string>& any_shapes() {
  static const std::vector<std::string> shapes = {"()", "(1)", "(17)", "(3,17)", "(2,1,3)", "(0)", "(3,0)"};
  return shapes;
}

}  // namespace dikkat::test
