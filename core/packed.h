// Packed: a weight in another storage format, half the bytes of a Tensor or fewer. It is frozen: products read it and
// send no gradient to it. See matmul and linear in ops.h.
#pragma once

#include <memory>

#include "core/tensor.h"

namespace dikkat {

// Copying a Packed copies the handle: both see the same numbers.
class Packed {
 public:
  Packed() = default;                           // holds nothing; shape() and every use throw Error
  Packed(const Shape& shape, Storage storage);  // not initialised

  const Shape& shape() const;
  Storage storage() const { return storage_; }
  bool defined() const { return numbers_ != nullptr; }
  int64_t bytes() const;  // in memory

  // For the Args of kernels and nothing else: never wait. The one that storage() does not call for is null.
  Real* reals() const;
  uint16_t* halves() const;

 private:
  Shape shape_;
  Storage storage_ = Storage::real;
  std::shared_ptr<Buffer> numbers_;
};

// "real", "bf16", "f16"
const char* name_of(Storage storage);

// The numbers of a matrix in another format: the nearest ones, ties to the even one; of real, the very same. Beyond
// 65504 f16 has only infinity. Throws Error unless w has two dimensions.
Packed pack(In w, Storage storage);

// The numbers of a Packed, exactly.
Tensor unpack(const Packed& packed);

}  // namespace dikkat
