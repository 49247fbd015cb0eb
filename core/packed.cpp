#include "core/packed.h"

#include "core/autograd.h"
#include "core/ops.h"
#include "core/strided_copy.h"
#include "kernels/kernels.h"

namespace dikkat {

Packed::Packed(const Shape& shape, Storage storage) : shape_(shape), storage_(storage) {
  const size_t size = storage == Storage::real ? sizeof(Real) : sizeof(uint16_t);
  numbers_ = std::make_shared<Buffer>(shape.numel() * static_cast<int64_t>(size), Category::weights);
}

const Shape& Packed::shape() const {
  require(defined(), "this Packed holds nothing yet; make one with pack()");
  return shape_;
}

int64_t Packed::bytes() const {
  return defined() ? numbers_->bytes() : 0;
}

Real* Packed::reals() const {
  return defined() && storage_ == Storage::real ? static_cast<Real*>(numbers_->address()) : nullptr;
}
uint16_t* Packed::halves() const {
  return defined() && storage_ != Storage::real ? static_cast<uint16_t*>(numbers_->address()) : nullptr;
}

const char* name_of(Storage storage) {
  return storage == Storage::bf16 ? "bf16" : storage == Storage::f16 ? "f16" : "real";
}

Packed pack(In w, Storage storage) {
  require(w.rank() == 2, w.where, "pack: a weight has two dimensions, got ", w.shape());
  const Packed packed(w.shape(), storage);
  if (storage == Storage::real) {
    copy_strided(w.shape(), w.address(), w.strides(), packed.reals(), contiguous_strides(w.shape()));
  } else {
    const NoGrad only_reading;
    const Tensor ordered = contiguous(w);
    kernels().pack({.from = ordered.address(), .to = packed.halves(), .count = ordered.numel(), .storage = storage});
  }
  return packed;
}

Tensor unpack(const Packed& packed) {
  Tensor out = empty(packed.shape());
  if (packed.storage() == Storage::real) {
    const Strides strides = contiguous_strides(packed.shape());
    copy_strided(packed.shape(), packed.reals(), strides, out.address(), strides);
  } else {
    kernels().unpack({.from = packed.halves(), .to = out.address(), .count = out.numel(), .storage = packed.storage()});
  }
  return out;
}

}  // namespace dikkat
